// Structured log lines: an event name, then key=value pairs. Levels say who acts: error an operator
// now, warn an operator soon, info life cycle, debug a developer. Ids always, secrets never; every
// value passes printable(), so control characters never reach a log.
//
//   log::info("registration.assigned", {{"scope", scope}, {"id", id}});
//
// Thread rule: any thread. Lines go to standard error.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace berth::base::log {

enum class Level { kDebug, kInfo, kWarn, kError };

using Field = std::pair<std::string_view, std::string>;
using Fields = std::initializer_list<Field>;

// Lines below `level` are dropped. Default kInfo.
void set_level(Level level);
// JSON lines instead of key=value text.
void set_json(bool json);

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

}  // namespace berth::base::log

namespace berth {
namespace log = base::log;
}  // namespace berth
