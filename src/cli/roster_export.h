// The list of a product's devices as CSV, in the form that read_roster() takes.
// Room cli, private to it. Thread rule: plain value.
#pragma once

#include "cli/api.h"

#include <boost/json/array.hpp>

#include <cstddef>
#include <string>

namespace berth::cli {

// What a member of the API's list says of itself; times as the API words them, "" for none.
bool was_requested(const json::value& member);
std::string registered_at(const json::value& member);
std::string activated_at(const json::value& member);

class RosterExport {
 public:
  RosterExport();
  void add(const json::array& members);
  std::size_t count() const { return count_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

}  // namespace berth::cli
