// The command line: `fleet_bench CASE --flag value --switch ...`.
//
// Thread rule: plain value. Reading marks a flag as known, so that a misspelt one can be refused
// after a case has taken what it knows.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace berth::fleet {

class Options {
 public:
  static Result<Options> read(const std::vector<std::string>& words);

  const std::string& name() const { return name_; }  // of the case

  std::string text(std::string_view flag, std::string_view otherwise = {}) const;
  Result<std::string> needed(std::string_view flag) const;
  Result<std::uint64_t> number(std::string_view flag, std::uint64_t otherwise, std::uint64_t low,
                               std::uint64_t high) const;
  bool is_set(std::string_view flag) const;
  // The flag names a file: its first line, or all of it.
  Result<std::string> first_line(std::string_view flag) const;
  Result<std::string> file(std::string_view flag) const;

  // A flag that nobody has read, or nothing.
  std::string unread() const;

 private:
  const std::string* find(std::string_view flag) const;

  std::string name_;
  std::map<std::string, std::string, std::less<>> values_;
  mutable std::set<std::string, std::less<>> read_;
};

// What every case takes.
struct Common {
  std::uint16_t port = 0;
  std::string host;  // for SNI and the Host header; the address is always loopback
  std::string ca;
  std::uint64_t count = 0;
  std::uint64_t concurrency = 0;
  // How many connections may be between connect and the end of their handshake. A fleet has a
  // processor in each device; this process has one for all, and what it is too slow for would time
  // out at the server.
  std::uint64_t opening = 0;
  double max_seconds = 0;
  double attempt_seconds = 0;
  double settle_seconds = 0;
  std::uint64_t sources = 0;
  std::vector<int> pids;
};

Result<Common> read_common(const Options& options);

}  // namespace berth::fleet
