#include "berth/device/agent_config.h"

#include "base/codec.h"
#include "base/nearest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace berth::device {
namespace {

constexpr std::array<std::string_view, 9> kKeys{"enroll_target", "enroll_model", "enroll_thing",
                                                "enroll_pass",   "enroll_name",  "server",
                                                "ca_file",       "state_file",   "key_file"};
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kPlugIdSize = 28;  // prefix, hyphen, 24 hex digits
constexpr std::size_t kShownMax = 60;

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_plug_id(std::string_view text, std::string_view prefix) {
  return text.size() == kPlugIdSize && text.starts_with(prefix) &&
         std::all_of(text.begin() + 4, text.end(), is_hex);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view without_quotes(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
  return quoted ? text.substr(1, text.size() - 2) : text;
}

struct Line {
  std::size_t number = 0;
  std::string_view value;  // of the file's text
};

// The last line of each key; what cannot be one is warned of, never quoted: it may be a password.
class Lines {
 public:
  Result<void> read(std::string_view text);

  std::string_view value(std::string_view key) const {
    const auto found = lines_.find(key);
    return found == lines_.end() ? std::string_view() : found->second.value;
  }
  // "line 3: "
  std::string place(std::string_view key) const {
    return "line " + std::to_string(lines_.at(key).number) + ": ";
  }
  std::vector<std::string> take_warnings() { return std::move(warnings_); }

 private:
  void take(std::size_t number, std::string_view line);
  void warn(std::size_t number, const std::string& what) {
    warnings_.push_back("line " + std::to_string(number) + ": " + what);
  }

  std::map<std::string_view, Line> lines_;
  std::vector<std::string> warnings_;
};

Result<void> Lines::read(std::string_view text) {
  if (text.size() > kAgentConfigBytesMax) {
    return Fail(ErrorKind::kTooLarge,
                "the file has " + std::to_string(text.size()) + " bytes, more than " +
                    std::to_string(kAgentConfigBytesMax),
                "name the device's configuration file");
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!base::is_utf8(line) || line.find('\0') != line.npos) {
      return Fail(ErrorKind::kInvalid, "line " + std::to_string(number) + " is not UTF-8 text",
                  "save the file as UTF-8");
    }
    take(number, line);
  }
  return {};
}

void Lines::take(std::size_t number, std::string_view line) {
  if (line.empty() || line.starts_with('#') || line.starts_with(';')) return;
  const std::size_t equals = line.find('=');
  const std::string_view key = trimmed(line.substr(0, equals));
  if (equals == line.npos || key.empty()) {
    return warn(number, "neither `key = value` nor a comment; it is ignored");
  }
  const auto known = std::find(kKeys.begin(), kKeys.end(), key);
  if (known != kKeys.end()) {
    lines_[*known] = {number, without_quotes(trimmed(line.substr(equals + 1)))};
    return;
  }
  const auto meant = base::nearest(key, std::vector<std::string>(kKeys.begin(), kKeys.end()));
  warn(number, "unknown key `" + base::printable(key, kShownMax) + "` is ignored" +
                   (meant ? "; did you mean `" + *meant + "`?" : ""));
}

Result<void> check_target(const Lines& lines) {
  const std::string_view target = lines.value("enroll_target");
  if (target.empty() || target == "thing") return {};
  return Fail(ErrorKind::kInvalid,
              lines.place("enroll_target") + "enroll_target is `" +
                  base::printable(target, kShownMax) + "`, and only things can be enrolled",
              "write `enroll_target = thing`");
}

// All that are missing at once.
Result<void> check_complete(const Lines& lines) {
  std::string missing;
  for (const std::string_view key : {"enroll_target", "enroll_model", "enroll_thing"}) {
    if (!lines.value(key).empty()) continue;
    missing += (missing.empty() ? "`" : ", `") + std::string(key) + "`";
  }
  if (missing.empty()) return {};
  return Fail(ErrorKind::kInvalid, "the file does not set " + missing,
              "set each on a line of its own, like `enroll_target = thing`; a `#` before it makes "
              "the line a comment");
}

}  // namespace

bool is_device_plug_id(std::string_view text) { return is_plug_id(text, "dev-"); }

Result<AgentServer> read_agent_server(const std::string& url) {
  AgentServer server;
  const std::string lower = base::ascii_lower(url);
  server.plain = lower.starts_with("http://");
  std::string_view rest = url;
  bool well = server.plain || lower.starts_with("https://");
  rest.remove_prefix(well ? (server.plain ? 7 : 8) : 0);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view path = rest.substr(slash);
  rest = rest.substr(0, slash);
  well = well && (path.empty() || path == "/" || path == "/iot" || path == "/iot/");
  const std::size_t bracket = rest.rfind(']');
  const std::size_t colon = rest.rfind(':');
  const bool has_port = colon != rest.npos && (bracket == rest.npos || colon > bracket);
  server.host = rest.substr(0, has_port ? colon : rest.npos);
  if (server.host.starts_with('[') && server.host.ends_with(']')) {
    server.host = server.host.substr(1, server.host.size() - 2);
  }
  const auto fits = [](char c) {
    return c > ' ' && c <= '~' && std::string_view("@?#[]/\\\"%").find(c) == std::string_view::npos;
  };
  well = well && !server.host.empty() && std::all_of(server.host.begin(), server.host.end(), fits);
  server.port = server.plain ? 80 : 443;
  if (has_port) {
    const char* end = rest.data() + rest.size();
    const auto [stop, error] = std::from_chars(rest.data() + colon + 1, end, server.port);
    well = well && error == std::errc() && stop == end && server.port > 0;
  }
  if (well) return server;
  return Fail(ErrorKind::kInvalid, "`" + base::printable(url, 200) + "` is not the URL of a server",
              "write one like https://berth.example.net or http://192.0.2.7:8080");
}

Result<AgentConfigRead> read_agent_config(const Secret& text) {
  Lines lines;
  Result<void> readable = lines.read(text.text());
  if (readable) readable = check_target(lines);
  if (readable) readable = check_complete(lines);
  if (!readable) return Fail(std::move(readable).error());
  AgentConfigRead read;
  AgentConfig& config = read.config;
  config.model = lines.value("enroll_model");
  if (!is_plug_id(config.model, "mod-")) {
    return Fail(ErrorKind::kInvalid,
                lines.place("enroll_model") + "enroll_model is `" +
                    base::printable(config.model, kShownMax) + "`, which names no template",
                "write the template's id, mod- and 24 hex digits");
  }
  config.serial = lines.value("enroll_thing");
  config.enrolment = Secret::from_text(lines.value("enroll_pass"));
  config.display_name = lines.value("enroll_name");
  config.ca_file = lines.value("ca_file");
  config.state_file = lines.value("state_file");
  config.key_file = lines.value("key_file");
  if (const std::string url(lines.value("server")); !url.empty()) {
    Result<AgentServer> server = read_agent_server(url);
    if (!server) {
      server.error().what = lines.place("server") + server.error().what;
      return Fail(std::move(server).error());
    }
    config.server = *std::move(server);
  }
  read.warnings = lines.take_warnings();
  return read;
}

}  // namespace berth::device
