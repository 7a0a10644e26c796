// Names for a roster, with passwords where their group's members have some: what is wrong with each
// line, what the store is asked, and what became of every line. Without the store.
//
// Room management. Passwords leave here as keyed digests only. Thread rule: plain values; pure
// functions beside the vault.
#pragma once

#include "management/call.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace berth::management {

// The rows as they are before the store is asked, and what it is asked: every valid name once.
struct Adding {
  std::vector<domain::MemberAdded> rows;
  std::vector<MembersToAdd::Line> lines;
  std::vector<std::optional<std::size_t>> of_row;  // its place in `lines`; none: invalid
};

Adding prepare_adding(const Call& call, const domain::Enrollment& group,
                      const std::vector<domain::NewMember>& given);
// What became of each line goes to its rows; a second row of a name finds it present.
void settle_adding(Adding& adding, const domain::Enrollment& group,
                   const std::vector<domain::MemberAdding>& results);
// For the audit: how many names, how many of them with passwords, and the first of them.
std::string adding_detail(const Adding& adding);

}  // namespace berth::management
