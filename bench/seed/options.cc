#include "bench/seed/options.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <variant>

namespace berth::bench::seed {
namespace {

constexpr std::string_view kUsage =
    "seed_bench --data DIR --key-file FILE [--individuals N] [--prefix TEXT] [--apart N] "
    "[--groups N] [--group-prefix TEXT] [--devices N] [--device-prefix TEXT] [--device-groups N] "
    "[--max-seconds S]";

auto wrong(std::string what) {
  return Fail(ErrorKind::kInvalid, std::move(what), std::string(kUsage));
}

struct Flag {
  std::string_view name;
  std::variant<std::filesystem::path Options::*, std::string Options::*, std::uint64_t Options::*>
      member;
};

constexpr Flag kFlags[] = {
    {"--data", &Options::data},
    {"--key-file", &Options::key_file},
    {"--individuals", &Options::individuals},
    {"--prefix", &Options::prefix},
    {"--apart", &Options::apart},
    {"--groups", &Options::groups},
    {"--group-prefix", &Options::group_prefix},
    {"--devices", &Options::devices},
    {"--device-prefix", &Options::device_prefix},
    {"--device-groups", &Options::device_groups},
    {"--max-seconds", &Options::max_seconds},
};

struct Setter {
  Options& options;
  std::string_view text;

  bool operator()(std::filesystem::path Options::*member) const {
    options.*member = text;
    return !text.empty();
  }
  bool operator()(std::string Options::*member) const {
    options.*member = text;
    return true;
  }
  bool operator()(std::uint64_t Options::*member) const {
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, options.*member);
    return error == std::errc() && stopped == end;
  }
};

const Flag* find(std::string_view name) {
  for (const Flag& flag : kFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

}  // namespace

Result<Options> parse_options(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string_view name = arguments[i];
    const Flag* flag = find(name);
    if (flag == nullptr) return wrong(fmt::format("there is no flag '{}'", name));
    if (i + 1 == arguments.size()) return wrong(fmt::format("{} has no value", name));
    const Setter setter{options, arguments[i + 1]};
    if (!std::visit(setter, flag->member)) {
      return wrong(fmt::format("{} cannot be '{}'", name, setter.text));
    }
  }
  if (options.data.empty() || options.key_file.empty()) {
    return wrong("--data and --key-file are needed");
  }
  if (options.apart == 0 || options.device_groups == 0) {
    return wrong("--apart and --device-groups are at least 1");
  }
  return options;
}

}  // namespace berth::bench::seed
