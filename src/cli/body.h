// Building request bodies from flags.
// Room cli, private to it. Thread rule: pure functions.
#pragma once

#include "cli/invocation.h"

#include <boost/json/object.hpp>

namespace berth::cli {

// Puts the flag's text under `member`; an empty text becomes null, which restores the default.
void put_text(json::object& body, const char* member, const Arguments& args, const char* flag);
void put_boolean(json::object& body, const char* member, const Arguments& args, const char* flag);
// JSON object from the flag or the file it names as @FILE; empty becomes null.
Try<void> put_json_object(json::object& body, const char* member, Invocation& run,
                          const char* flag);

// --primary-key and --secondary-key, or the files they name, as the body's `attestation`.
Try<void> put_keys(json::object& body, Invocation& run);

// Wrong usage when no flag of an update says what to change.
Try<void> require_change(const json::object& body, const Verb& verb);

}  // namespace berth::cli
