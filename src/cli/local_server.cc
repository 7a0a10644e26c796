#include "cli/local_server.h"

#include "base/codec.h"

#include <charconv>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

struct Listener {
  std::uint16_t usual_port = 0;
  const char* file = "";     // of the data directory, with its URL
  const char* setting = "";  // of `berth serve`
  const char* name = "";
};

Listener listener_of(DevicePort which) {
  switch (which) {
    case DevicePort::kHttps:
      return {443, "url", "https_port", "HTTPS"};
    case DevicePort::kHttp:
      return {80, "http-url", "http_port", "HTTP without TLS"};
    case DevicePort::kMqtts:
      return {8883, "mqtt-url", "mqtt_port", "MQTT over TLS"};
    case DevicePort::kMqtt:
      return {1883, "mqtt-plain-url", "mqtt_plain_port", "MQTT without TLS"};
  }
  return {};
}

std::string without_slashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

std::string announced(const Invocation& run, const char* name) {
  const Try<std::string> text = read_small_file(run.data() / name);
  return text ? text->substr(0, text->find('\n')) : std::string();
}

fs::path trusted_ca(const Invocation& run, const char* flag) {
  if (const auto given = run.args.text(flag)) return *given;
  if (const auto set = config::variable(run.world.environment, "BERTH_CA")) return *set;
  std::error_code ignored;
  const fs::path local = run.data() / "ca.pem";
  return fs::exists(local, ignored) ? local : fs::path();
}

Try<std::optional<std::uint16_t>> port_flag(const Invocation& run, const char* flag) {
  const auto value = run.args.number(flag);
  if (!value) return std::optional<std::uint16_t>();
  if (*value >= 1 && *value <= 65'535) return std::optional(static_cast<std::uint16_t>(*value));
  return WrongUsage(std::string("--") + flag + " cannot be " + std::to_string(*value),
                    "it takes 1 to 65535");
}

std::optional<Place> read_place(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == url.npos) return std::nullopt;
  const std::string rest = url.substr(scheme + 3, url.find('/', scheme + 3) - scheme - 3);
  const std::size_t bracket = rest.rfind(']');
  const std::size_t colon = rest.rfind(':');
  const bool has_port = colon != rest.npos && (bracket == rest.npos || colon > bracket);
  Place place;
  place.host = rest.substr(0, has_port ? colon : rest.npos);
  if (place.host.starts_with('[') && place.host.ends_with(']')) {
    place.host = place.host.substr(1, place.host.size() - 2);
  }
  place.port = url.starts_with("https:") ? 443 : 0;
  if (has_port) {
    const char* end = rest.data() + rest.size();
    const auto [stop, error] = std::from_chars(rest.data() + colon + 1, end, place.port);
    if (error != std::errc() || stop != end) return std::nullopt;
  }
  if (place.host.empty() || place.port == 0) return std::nullopt;
  return place;
}

Try<Place> device_place(const Invocation& run, DevicePort which) {
  const Listener listener = listener_of(which);
  BERTH_TRY(const std::optional<std::uint16_t> port, port_flag(run, "port"));
  if (const auto host = run.args.text("host")) {
    return Place{*host, port.value_or(listener.usual_port)};
  }
  const std::string local = announced(run, "url");
  const auto named = run.args.has("url") ? run.args.text("url")
                                         : config::variable(run.world.environment, "BERTH_URL");
  const std::string url = without_slashes(named.value_or(local));
  if (url.empty()) {
    return Refuse("no server is known",
                  (run.data() / "url").string() +
                      " does not exist: no server with that data directory is running",
                  "start one with `berth serve`, or name one with --host, --data or --url");
  }
  std::optional<Place> place = read_place(url);
  if (!place) {
    return WrongUsage("`" + base::printable(url, 200) + "` is not the URL of a server",
                      "give one like https://berth.example.net:8443, or --host and --port");
  }
  if (port) return Place{place->host, *port};
  if (which == DevicePort::kHttps) return *place;
  if (url != without_slashes(local)) return Place{place->host, listener.usual_port};
  place = read_place(announced(run, listener.file));
  if (place) return *place;
  return Refuse(
      std::string("the server of ") + run.data().string() + " has no port for " + listener.name, {},
      std::string("set its ") + listener.setting + ", or name a port with --port");
}

}  // namespace berth::cli
