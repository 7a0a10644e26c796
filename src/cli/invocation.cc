#include "cli/invocation.h"

#include "base/codec.h"

#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMebibyte = 1024 * 1024;
constexpr std::size_t kSmallFileMax = kMebibyte;

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

std::optional<std::string> read_trimmed(const fs::path& path) {
  const Try<std::string> text = read_small_file(path);
  return text ? std::optional(trimmed(*text)) : std::nullopt;
}

std::string size_text(std::size_t bytes) {
  if (bytes % kMebibyte == 0) return std::to_string(bytes / kMebibyte) + " MiB";
  return std::to_string(bytes) + " bytes";
}

Try<std::string> read_stream(std::istream& stream, const std::string& name,
                             std::size_t bytes_max = kSmallFileMax) {
  std::string text;
  std::string part(std::min(bytes_max + 1, kSmallFileMax + 1), '\0');
  while (stream && text.size() <= bytes_max) {
    stream.read(part.data(), static_cast<std::streamsize>(part.size()));
    text.append(part, 0, static_cast<std::size_t>(stream.gcount()));
  }
  if (text.size() > bytes_max) {
    return Refuse(name + " is larger than " + size_text(bytes_max), {},
                  "name the file that was meant");
  }
  return text;
}

Try<std::string> read_file(const fs::path& path, std::size_t bytes_max) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  if (!file || fs::is_directory(path, error)) {
    return Refuse(
        path.string() + " cannot be read",
        fs::exists(path, error) ? "it is no file, or its mode forbids it" : "there is no such file",
        "check the path, and that this user may read it");
  }
  return read_stream(file, path.string(), bytes_max);
}

bool is_https(const std::string& url) {
  return url.starts_with("https://") && url.size() > 8 && url.find_first_of(" \t\r\n") == url.npos;
}

}  // namespace

Try<std::string> read_small_file(const fs::path& path) { return read_file(path, kSmallFileMax); }

Try<std::string> read_input(Invocation& run, const std::string& path, std::size_t bytes_max) {
  if (path == "-") return read_stream(run.world.in, "standard input", bytes_max);
  return read_file(path, bytes_max);
}

Try<std::string> text_or_file(Invocation& run, const std::string& text) {
  if (!text.starts_with('@')) return trimmed(text);
  if (text == "@-") {
    BERTH_TRY(const std::string content, read_stream(run.world.in, "standard input"));
    return trimmed(content);
  }
  BERTH_TRY(const std::string content, read_small_file(text.substr(1)));
  return trimmed(content);
}

fs::path Invocation::data() const {
  return config::data_directory(args.text("data"), world.environment);
}

Try<Endpoint> Invocation::endpoint() const {
  Endpoint found;
  const fs::path directory = data();
  const auto named =
      args.has("url") ? args.text("url") : config::variable(world.environment, "BERTH_URL");
  const auto local = read_trimmed(directory / "url");
  if (!named && !local) {
    return Refuse("no server is known",
                  (directory / "url").string() +
                      " does not exist: no server "
                      "with that data directory is running",
                  "start one with `berth serve`, or name one with --data or --url");
  }
  found.url = named ? *named : *local;
  while (found.url.ends_with('/')) found.url.pop_back();
  if (!is_https(found.url)) {
    return WrongUsage("`" + base::printable(found.url, 200) + "` is not an https:// URL",
                      "give one like https://berth.example.net:8443");
  }
  const auto ca =
      args.has("ca") ? args.text("ca") : config::variable(world.environment, "BERTH_CA");
  std::error_code ignored;
  const fs::path local_ca = directory / "ca.pem";
  if (ca) {
    found.ca = *ca;
  } else if (fs::exists(local_ca, ignored)) {
    found.ca = local_ca;
  }
  auto token =
      args.has("token") ? args.text("token") : config::variable(world.environment, "BERTH_TOKEN");
  // The local token goes only to a server that the local directory vouches for.
  const bool is_local = found.url == local || found.ca == local_ca;
  if (!token && is_local) token = read_trimmed(directory / "admin.token");
  if (token) found.token = Secret::from_text(*token);
  found.timeout = std::max(std::chrono::seconds(args.number("timeout").value_or(30)), patience_);
  if (listens_) found.interrupted = world.interrupted;
  return found;
}

Try<Api*> Invocation::api() {
  if (!api_) {
    BERTH_TRY(Endpoint where, endpoint());
    std::string url = where.url;
    api_.emplace(world.connect(std::move(where)), std::move(url));
  }
  return &*api_;
}

Try<std::string> Invocation::only(const std::string& noun, const std::string& member_name,
                                  const std::string& flag) {
  BERTH_TRY(Api * api, this->api());
  BERTH_TRY(const Answer answer, api->get(with_query(path_of({noun + "s"}), {{"limit", "2"}})));
  const json::value* items = member(answer.value, "items");
  const std::size_t count = items != nullptr && items->is_array() ? items->get_array().size() : 0;
  if (count == 1) return member_text(items->get_array().front(), member_name);
  if (count == 0) {
    return Refuse("there is no " + noun + " yet", {}, "make one with `berth " + noun + " create`");
  }
  return WrongUsage("there is more than one " + noun + ", so --" + flag + " must say which",
                    "`berth " + noun + " list` shows them");
}

void Invocation::listen_for_interrupts() {
  listens_ = true;
  static_cast<void>(world.interrupted());
}

Try<std::string> Invocation::scope() {
  if (const auto given = args.text("scope")) return *given;
  return only("scope", "id", "scope");
}

Try<std::string> Invocation::hub() {
  if (const auto given = args.text("hub-name")) return *given;
  return only("hub", "name", "hub-name");
}

int Invocation::show(const Answer& answer) const {
  if (wants_json()) {
    world.out << answer.text << '\n';
  } else {
    print_card(world.out, answer.value);
  }
  return kDone;
}

int Invocation::show_list(const Answer& answer, const std::vector<Column>& columns) const {
  if (wants_json()) {
    world.out << answer.text << '\n';
    return kDone;
  }
  print_table(world.out, answer.value, columns);
  const std::string next = member_text(answer.value, "nextCursor");
  if (!next.empty()) {
    world.out.flush();
    world.err << "more follow: add --cursor " << base::printable(next, 1000) << '\n';
  }
  return kDone;
}

void Invocation::say(const std::string& line) const {
  if (!wants_json()) world.out << base::printable(line, 4000) << '\n';
}

bool Invocation::confirmed(const std::string& question) const {
  if (!world.asks || args.is_set("yes")) return true;
  world.err << base::printable(question, 1000) << " [y/N] " << std::flush;
  std::string answer;
  std::getline(world.in, answer);
  const std::string word = base::ascii_lower(trimmed(answer));
  if (word == "y" || word == "yes") return true;
  world.err << "nothing was changed\n";
  return false;
}

Try<std::vector<std::pair<std::string, std::string>>> Invocation::page_query() const {
  const std::uint64_t limit = args.number("limit").value_or(kListLimitDefault);
  if (limit < 1 || limit > kListLimitMax) {
    return WrongUsage("--limit cannot be " + std::to_string(limit),
                      "it takes 1 to " + std::to_string(kListLimitMax));
  }
  return std::vector<std::pair<std::string, std::string>>{{"limit", std::to_string(limit)},
                                                          {"cursor", args.text_or("cursor", "")}};
}

}  // namespace berth::cli
