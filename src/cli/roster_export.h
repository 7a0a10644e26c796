// The list of a product's devices or a template's serials as CSV, in the form that import takes.
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
  // What the first column, that of the names, is called.
  explicit RosterExport(const std::string& one);
  void add(const json::array& members);
  std::size_t count() const { return count_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

}  // namespace berth::cli
