// BERTH_CHECK: a broken invariant is a bug of ours; say where and abort, in every build type.
// Never for anything that input, disk or network can cause.
// Thread rule: any thread.
#pragma once

namespace berth::base {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace berth::base

#define BERTH_CHECK(condition)                                                     \
  do {                                                                             \
    if (!(condition)) ::berth::base::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
