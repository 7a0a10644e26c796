// What verbs share that show keys: a card with keys beside the rest, and connection strings
// (azure-iot-hub.md §1.1).
// Room cli, private to it. Thread rule: as Invocation.
#pragma once

#include "cli/invocation.h"

#include <string>
#include <string_view>

namespace berth::cli {

// One thing; with --show-keys the keys that its path has at `…/keys`, as members of their own on
// the card and as `keys` in JSON.
Try<int> show_with_keys(Invocation& run, const std::string& path, Answer answer);

// "HostName=…" and so on, alone on its line or as {"connectionString": "…"}.
int show_connection_string(Invocation& run, const std::string& text);

// A key of a group's `…/keys`, to derive devices' keys from; refused for a product, which has
// none.
Try<std::string> group_key_of(const json::value& keys, std::string_view group,
                              std::string_view name);

// --key primary or secondary: which of two keys is meant.
Flag key_slot_flag(std::string help);
// Its value as the API's member: "primaryKey".
std::string key_member(const Invocation& run);

}  // namespace berth::cli
