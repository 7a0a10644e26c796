// The flags of `berth serve`, one for each setting that is no secret, and how they and the
// environment become a Config.
// Room cli, private to it. Thread rule: plain values.
#pragma once

#include "cli/invocation.h"
#include "config/config.h"

#include <vector>

namespace berth::cli {

std::vector<Flag> setting_flags();  // and --config
// Wrong usage when a flag is among the mistakes.
Try<config::Loaded> load_settings(const Invocation& run);

}  // namespace berth::cli
