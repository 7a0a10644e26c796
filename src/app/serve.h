// `berth serve`: makes the parts, starts them in order, waits for SIGTERM or SIGINT, drains and
// stops them in the opposite order.
//
// Room app, the composition root. Thread rule: called once, from main, before any other thread
// runs.
#pragma once

#include "config/config.h"
#include "dialects/console/console.h"

#include <span>

namespace berth::app {

inline constexpr const char* kVersion = "0.1.0";

// 0 after an orderly end; 1 when it could not start (the reason is on standard error).
// `console` are the files of the web console; they must live as long as the program.
int serve(const config::Config& config, std::span<const dialects::console::Asset> console);

}  // namespace berth::app
