// Which records: masks in paths, filters in queries, and the body of a deletion (cloudplugs.md
// §5.4, §5.6, §5.7).
//
// Room dialects/cloudplugs. Lists are bounded; masks are left to the hub. Thread rule: pure
// functions.
#pragma once

#include "base/result.h"
#include "domain/data.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth::dialects::cloudplugs {

// Of GET: an empty mask is "#" and a trailing slash stands for "/#", because clients that do not
// escape lose the '#' (§5.4).
std::string lenient_mask(std::string mask);

struct RecordQuery {
  domain::RecordFilter filter;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> limit;
};
// `query` is raw. Empty parts and unknown names are passed over; a plus sign is one.
Result<RecordQuery> read_query(std::string mask, std::string_view query);

// The body must say at least one of id, at, before and after; `mask` is empty if the path has none.
Result<domain::DeleteRecords> read_deletion(std::string mask, std::string_view body);

}  // namespace berth::dialects::cloudplugs
