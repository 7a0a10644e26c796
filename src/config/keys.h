// The table of settings: for each key where its value lives in Config, what it may be, and one
// sentence. Everything else about a key (variable, flag, default, type) follows from these.
//
// Room config, private to it and to the flags of `berth serve`. Thread rule: constant data.
#pragma once

#include "config/config.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace berth::config {

enum class Unit { kCount, kBytes };

// Where a value lives and what it may be; limits are inclusive.
struct TextAt {
  std::string& (*at)(Config&);
};
struct PathAt {
  std::filesystem::path& (*at)(Config&);
};
struct ListAt {
  std::vector<std::string>& (*at)(Config&);
};
struct PortAt {
  std::optional<std::uint16_t>& (*at)(Config&);
};
struct NumberAt {
  std::uint64_t& (*at)(Config&);
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  Unit unit = Unit::kCount;
};
struct RateAt {
  double& (*at)(Config&);
  double low = 0;
  double high = 0;
};
struct TimeAt {
  Milliseconds& (*at)(Config&);
  Milliseconds low{0};
  Milliseconds high{0};
};
struct SwitchAt {
  bool& (*at)(Config&);
};
struct LevelAt {
  LogLevel& (*at)(Config&);
};
struct SecretAt {
  Secret& (*at)(Config&);
};

using Place = std::variant<TextAt, PathAt, ListAt, PortAt, NumberAt, RateAt, TimeAt, SwitchAt,
                           LevelAt, SecretAt>;

struct Key {
  std::string_view name;  // "net.body_bytes_max"
  Place place;
  std::string_view sentence;
  std::string_view default_text = {};  // where the default is found out at start
};

std::span<const Key> keys();
// nullptr when there is none.
const Key* find_key(std::string_view name);

// Secret keys come from the environment alone: a flag is seen by every process, a file by backups.
bool is_secret(const Key& key);
std::string variable_name(const Key& key);  // "BERTH_NET_BODY_BYTES_MAX"
std::string flag_name(const Key& key);      // "net-body-bytes-max", without dashes in front

}  // namespace berth::config
