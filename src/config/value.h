// Values of settings as text: reading them with their limits, showing them, naming their type.
//
// Room config, private to it. Durations are written `500ms`, `10s`, `5m`, `2h`, `30d`; sizes
// `65536`, `64KiB`, `1MiB`. Thread rule: pure functions.
#pragma once

#include "config/keys.h"

#include <string>
#include <vector>

namespace berth::config {

// Puts the value into `config`. `texts` holds one value, for lists any number of them.
// kInvalid: what the value must be, as "must be …".
Result<void> assign(Config& config, const Key& key, const std::vector<std::string>& texts);

// As it would be written, without quotes; secrets as "(set)" or "".
std::string show(const Config& config, const Key& key);

std::string type_name(const Key& key);     // "whole number", "duration", …
std::string allowed_text(const Key& key);  // "1KiB to 64MiB", "`debug`, `info`, …"; may be empty

std::string show_time(Milliseconds time);
std::string show_bytes(std::uint64_t bytes);

}  // namespace berth::config
