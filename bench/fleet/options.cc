#include "bench/fleet/options.h"

#include <charconv>
#include <fstream>
#include <sstream>

namespace berth::fleet {
namespace {

constexpr std::uint64_t kSocketsMax = 15'000;
// A source address has some 28,000 ports; those that were just closed cannot be had again at once.
constexpr std::uint64_t kConnectionsPerSource = 16'000;
constexpr std::uint64_t kSourcesMax = 200;

bool is_flag(const std::string& word) { return word.starts_with("--") && word.size() > 2; }

}  // namespace

Result<Options> Options::read(const std::vector<std::string>& words) {
  if (words.empty() || is_flag(words[0])) {
    return Fail(ErrorKind::kInvalid, "no case is named", "fleet_bench --help lists the cases");
  }
  Options options;
  options.name_ = words[0];
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!is_flag(words[i])) {
      return Fail(ErrorKind::kInvalid, "`" + words[i] + "` belongs to no flag",
                  "a flag begins with -- and has one value at most");
    }
    const std::string flag = words[i].substr(2);
    const bool has_value = i + 1 < words.size() && !is_flag(words[i + 1]);
    options.values_[flag] = has_value ? words[++i] : std::string();
  }
  return options;
}

const std::string* Options::find(std::string_view flag) const {
  read_.emplace(flag);
  const auto found = values_.find(flag);
  return found == values_.end() ? nullptr : &found->second;
}

std::string Options::text(std::string_view flag, std::string_view otherwise) const {
  const std::string* value = find(flag);
  return value == nullptr ? std::string(otherwise) : *value;
}

Result<std::string> Options::needed(std::string_view flag) const {
  const std::string* value = find(flag);
  if (value != nullptr && !value->empty()) return *value;
  return Fail(ErrorKind::kInvalid, "--" + std::string(flag) + " is missing",
              "the case " + name_ + " needs it");
}

Result<std::uint64_t> Options::number(std::string_view flag, std::uint64_t otherwise,
                                      std::uint64_t low, std::uint64_t high) const {
  const std::string* value = find(flag);
  if (value == nullptr) return otherwise;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error == std::errc() && end == value->data() + value->size() && number >= low &&
      number <= high) {
    return number;
  }
  return Fail(ErrorKind::kInvalid, "--" + std::string(flag) + " cannot be `" + *value + "`",
              "it takes " + std::to_string(low) + " to " + std::to_string(high));
}

bool Options::is_set(std::string_view flag) const { return find(flag) != nullptr; }

Result<std::string> Options::file(std::string_view flag) const {
  BERTH_TRY(const std::string path, needed(flag));
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Fail(ErrorKind::kNotFound, "the file `" + path + "` cannot be read",
                "--" + std::string(flag) + " names a file");
  }
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Result<std::string> Options::first_line(std::string_view flag) const {
  BERTH_TRY(const std::string whole, file(flag));
  return whole.substr(0, whole.find_first_of("\r\n"));
}

std::string Options::unread() const {
  for (const auto& [flag, value] : values_) {
    if (!read_.contains(flag)) return flag;
  }
  return {};
}

namespace {

Result<std::vector<int>> read_pids(const std::string& text) {
  std::vector<int> pids;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    int pid = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), pid);
    if (error != std::errc() || end != part.data() + part.size() || pid <= 0) {
      return Fail(ErrorKind::kInvalid, "--pids cannot be `" + text + "`",
                  "it takes process ids with commas between them");
    }
    pids.push_back(pid);
  }
  return pids;
}

}  // namespace

Result<Common> read_common(const Options& options) {
  Common common;
  BERTH_TRY(const std::uint64_t port, options.number("port", 0, 1, 65'535));
  if (port == 0) return Fail(ErrorKind::kInvalid, "--port is missing", "name the server's port");
  common.port = static_cast<std::uint16_t>(port);
  common.host = options.text("host", "localhost");
  common.ca = options.text("ca");
  BERTH_TRY(common.count, options.number("count", 1'000, 1, 100'000'000));
  BERTH_TRY(common.concurrency, options.number("concurrency", 64, 1, kSocketsMax));
  if (options.is_set("sockets")) {
    BERTH_TRY(common.concurrency, options.number("sockets", kSocketsMax, 1, kSocketsMax));
  }
  BERTH_TRY(common.opening, options.number("opening", kSocketsMax, 1, kSocketsMax));
  const bool is_storm = options.name() == "storm";
  BERTH_TRY(const std::uint64_t seconds, options.number("max-seconds", 120, 1, 3'600));
  BERTH_TRY(const std::uint64_t attempt,
            options.number("attempt-seconds", is_storm ? 120 : 30, 1, 3'600));
  const bool is_idle = options.name() == "idle";
  BERTH_TRY(const std::uint64_t settle,
            options.number("settle-ms", is_idle ? 2'000 : 500, 0, 60'000));
  common.max_seconds = static_cast<double>(seconds);
  common.attempt_seconds = static_cast<double>(attempt);
  common.settle_seconds = static_cast<double>(settle) / 1000;
  const std::uint64_t sources = 1 + common.count / kConnectionsPerSource;
  BERTH_TRY(common.sources,
            options.number("sources", std::min(sources, kSourcesMax), 1, kSourcesMax));
  BERTH_TRY(common.pids, read_pids(options.text("pids")));
  return common;
}

}  // namespace berth::fleet
