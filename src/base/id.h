// Id<Tag>: text that names one kind of thing and has been validated as such. Two kinds do not
// convert into each other, so a function cannot be handed a hub where it wants a device.
//
// Made by parse() only (or trusted(), for text that comes back from our own store). Compared as
// stored; where a vendor compares ids without case, the id's key() is the lower-case form that
// indexes use (azure-dps.md §4: registration ids).
// Thread rule: plain value.
#pragma once

#include "base/codec.h"
#include "base/result.h"

#include <compare>
#include <string>
#include <string_view>

namespace berth::base {

// Tag must have: `static constexpr std::string_view kName` (for messages) and
// `static Result<void> validate(std::string_view)`.
template <class Tag>
class Id {
 public:
  Id() = default;

  static Result<Id> parse(std::string_view text) {
    Result<void> valid = Tag::validate(text);
    if (!valid) return Fail(std::move(valid).error());
    return Id(std::string(text));
  }
  static Id trusted(std::string text) { return Id(std::move(text)); }

  const std::string& text() const { return text_; }
  std::string key() const { return ascii_lower(text_); }
  bool empty() const { return text_.empty(); }

  auto operator<=>(const Id&) const = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace berth::base

namespace berth {
using base::Id;
}  // namespace berth
