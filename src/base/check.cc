#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace berth::base {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "berth: internal error: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace berth::base
