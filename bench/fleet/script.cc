#include "bench/fleet/plan.h"

#include <algorithm>

namespace berth::fleet {

std::uint32_t micros(std::chrono::nanoseconds time) {
  const auto count = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(0, count));
}

Step Script::resumed(Tally&) { return Step::fail("the script never pauses"); }

Step Script::released(Tally&) { return Step::fail("the script never holds"); }

Step Script::closed(const std::string& why, Tally&) { return Step::fail(why); }

Result<Shape> counted_shape(const Options& options) {
  Shape shape;
  BERTH_TRY(shape.scripts, options.number("count", 1'000, 1, 100'000'000));
  return shape;
}

}  // namespace berth::fleet
