// The files of the web console that this program was built with; none when it was built without.
//
// Room app, but defined in a file that the build makes of web/ (cmake/embed_console.py) and links
// into the program alone: libraries and tests need no console. Thread rule: constant data.
#pragma once

#include "dialects/console/console.h"

#include <span>

namespace berth::app {

std::span<const dialects::console::Asset> console_files();

}  // namespace berth::app
