#include "cli/verb_groups.h"

namespace berth::cli {

std::vector<Verb> bench_verbs() { return {}; }

}  // namespace berth::cli
