#include "config/value.h"

#include "base/codec.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace berth::config {
namespace {

using Assigned = Result<void>;

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;

struct Scale {
  std::string_view suffix;
  std::uint64_t factor;
};

// Longest suffix first where one ends with another.
constexpr std::array<Scale, 5> kTimes{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<Scale, 4> kSizes{
    {{"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024}, {"B", 1}}};
constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warn", "error"};

std::optional<std::uint64_t> whole(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

template <std::size_t N>
std::optional<std::uint64_t> scaled(std::string_view text, const std::array<Scale, N>& scales) {
  for (const Scale& scale : scales) {
    if (!text.ends_with(scale.suffix)) continue;
    std::string_view digits = text.substr(0, text.size() - scale.suffix.size());
    while (digits.ends_with(' ')) digits.remove_suffix(1);
    const std::optional<std::uint64_t> value = whole(digits);
    if (!value || *value > UINT64_MAX / scale.factor) return std::nullopt;
    return *value * scale.factor;
  }
  return std::nullopt;
}

template <std::size_t N>
std::string show_scaled(std::uint64_t value, const std::array<Scale, N>& scales) {
  Scale best{"", 1};
  for (const Scale& scale : scales) {
    const bool fits = value % scale.factor == 0 && value > 0;
    if (fits && scale.factor >= best.factor) best = scale;
  }
  return std::to_string(value / best.factor) + std::string(best.suffix);
}

std::string show_number(std::uint64_t value, Unit unit) {
  return unit == Unit::kBytes ? show_bytes(value) : std::to_string(value);
}

std::string show_rate(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::string(text.data(), end) : "?";
}

Assigned wrong(const Key& key) {
  const std::string allowed = allowed_text(key);
  return Fail(ErrorKind::kInvalid,
              "must be a " + type_name(key) + (allowed.empty() ? "" : ", " + allowed));
}

Assigned assign_number(Config& config, const Key& key, const NumberAt& at, std::string_view text) {
  std::optional<std::uint64_t> value = whole(text);
  if (!value && at.unit == Unit::kBytes) value = scaled(text, kSizes);
  if (!value || *value < at.low || *value > at.high) return wrong(key);
  at.at(config) = *value;
  return {};
}

Assigned assign_rate(Config& config, const Key& key, const RateAt& at, std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool read = error == std::errc() && end == text.data() + text.size();
  if (!read || !std::isfinite(value) || value < at.low || value > at.high) return wrong(key);
  at.at(config) = value;
  return {};
}

Assigned assign_time(Config& config, const Key& key, const TimeAt& at, std::string_view text) {
  std::optional<std::uint64_t> value = scaled(text, kTimes);
  if (text == "0") value = 0;
  constexpr std::uint64_t kYears100 = 100ULL * 366 * 86'400'000;
  if (!value || *value > kYears100) return wrong(key);
  const Milliseconds time(static_cast<std::int64_t>(*value));
  if (time < at.low || time > at.high) return wrong(key);
  at.at(config) = time;
  return {};
}

Assigned assign_port(Config& config, const Key& key, const PortAt& at, std::string_view text) {
  const std::optional<std::uint64_t> value = whole(text);
  if (!value || *value > 65'535) return wrong(key);
  at.at(config) = static_cast<std::uint16_t>(*value);
  return {};
}

Assigned assign_switch(Config& config, const Key& key, const SwitchAt& at, std::string_view text) {
  const std::string word = base::ascii_lower(text);
  const bool on = word == "true" || word == "yes" || word == "on" || word == "1";
  const bool off = word == "false" || word == "no" || word == "off" || word == "0";
  if (!on && !off) return wrong(key);
  at.at(config) = on;
  return {};
}

Assigned assign_level(Config& config, const Key& key, const LevelAt& at, std::string_view text) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (!base::equals_ignoring_case(text, kLevels[i])) continue;
    at.at(config) = static_cast<LogLevel>(i);
    return {};
  }
  return wrong(key);
}

bool is_plain_text(std::string_view text) {
  return !text.empty() && text.size() <= 4096 && base::printable(text, 4096) == text;
}

Assigned assign_text(Config& config, const Key& key, const TextAt& at, std::string_view text) {
  if (!is_plain_text(text)) return wrong(key);
  at.at(config) = text;
  return {};
}

Assigned assign_path(Config& config, const Key& key, const PathAt& at, std::string_view text) {
  if (!is_plain_text(text)) return wrong(key);
  at.at(config) = std::filesystem::path(text);
  return {};
}

constexpr std::size_t kListMax = 256;

Assigned assign_list(Config& config, const Key& key, const ListAt& at,
                     const std::vector<std::string>& texts) {
  std::vector<std::string> values;
  for (const std::string& text : texts) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view item = rest.substr(0, comma);
      while (item.starts_with(' ')) item.remove_prefix(1);
      while (item.ends_with(' ')) item.remove_suffix(1);
      if (!is_plain_text(item) || values.size() >= kListMax) return wrong(key);
      values.emplace_back(item);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  at.at(config) = std::move(values);
  return {};
}

}  // namespace

Result<void> assign(Config& config, const Key& key, const std::vector<std::string>& texts) {
  if (const auto* list = std::get_if<ListAt>(&key.place)) {
    return assign_list(config, key, *list, texts);
  }
  if (texts.size() != 1) return wrong(key);
  const std::string& text = texts.front();
  return std::visit(
      Overload{[&](const TextAt& at) { return assign_text(config, key, at, text); },
               [&](const PathAt& at) { return assign_path(config, key, at, text); },
               [&](const ListAt&) { return wrong(key); },
               [&](const PortAt& at) { return assign_port(config, key, at, text); },
               [&](const NumberAt& at) { return assign_number(config, key, at, text); },
               [&](const RateAt& at) { return assign_rate(config, key, at, text); },
               [&](const TimeAt& at) { return assign_time(config, key, at, text); },
               [&](const SwitchAt& at) { return assign_switch(config, key, at, text); },
               [&](const LevelAt& at) { return assign_level(config, key, at, text); },
               [&](const SecretAt& at) -> Assigned {
                 at.at(config) = Secret::from_text(text);
                 return {};
               }},
      key.place);
}

std::string show(const Config& const_config, const Key& key) {
  // The accessors take a mutable Config because assign() needs one; nothing is changed here.
  Config& config = const_cast<Config&>(const_config);
  return std::visit(
      Overload{
          [&](const TextAt& at) { return at.at(config); },
          [&](const PathAt& at) { return at.at(config).string(); },
          [&](const ListAt& at) {
            std::string text;
            for (const std::string& item : at.at(config)) {
              text += (text.empty() ? "" : ", ") + item;
            }
            return text;
          },
          [&](const PortAt& at) {
            return at.at(config) ? std::to_string(*at.at(config)) : std::string();
          },
          [&](const NumberAt& at) { return show_number(at.at(config), at.unit); },
          [&](const RateAt& at) { return show_rate(at.at(config)); },
          [&](const TimeAt& at) { return show_time(at.at(config)); },
          [&](const SwitchAt& at) { return std::string(at.at(config) ? "true" : "false"); },
          [&](const LevelAt& at) {
            return std::string(kLevels[static_cast<std::size_t>(at.at(config))]);
          },
          [&](const SecretAt& at) { return std::string(at.at(config).empty() ? "" : "(set)"); }},
      key.place);
}

std::string type_name(const Key& key) {
  return std::visit(
      Overload{[](const TextAt&) { return "text"; }, [](const PathAt&) { return "path"; },
               [](const ListAt&) { return "list of texts"; }, [](const PortAt&) { return "port"; },
               [](const NumberAt& at) { return at.unit == Unit::kBytes ? "size" : "whole number"; },
               [](const RateAt&) { return "number"; }, [](const TimeAt&) { return "duration"; },
               [](const SwitchAt&) { return "switch"; }, [](const LevelAt&) { return "log level"; },
               [](const SecretAt&) { return "secret"; }},
      key.place);
}

std::string allowed_text(const Key& key) {
  return std::visit(
      Overload{[](const PortAt&) { return std::string("0 to 65535"); },
               [](const NumberAt& at) {
                 return show_number(at.low, at.unit) + " to " + show_number(at.high, at.unit);
               },
               [](const RateAt& at) { return show_rate(at.low) + " to " + show_rate(at.high); },
               [](const TimeAt& at) { return show_time(at.low) + " to " + show_time(at.high); },
               [](const SwitchAt&) { return std::string("true or false"); },
               [](const LevelAt&) { return std::string("debug, info, warn or error"); },
               [](const auto&) { return std::string(); }},
      key.place);
}

std::string show_time(Milliseconds time) {
  return time.count() <= 0 ? "0s" : show_scaled(static_cast<std::uint64_t>(time.count()), kTimes);
}

std::string show_bytes(std::uint64_t bytes) {
  return bytes < 1024 ? std::to_string(bytes) + "B" : show_scaled(bytes, kSizes);
}

}  // namespace berth::config
