#include "bench/fleet/plan.h"

namespace berth::fleet {

Step Script::resumed(Tally&) { return Step::fail("the script never pauses"); }

Step Script::released(Tally&) { return Step::fail("the script never holds"); }

Step Script::closed(const std::string& why, Tally&) { return Step::fail(why); }

}  // namespace berth::fleet
