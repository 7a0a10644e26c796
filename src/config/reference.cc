// docs/config.md, made from the table of keys.
#include "config/config.h"
#include "config/keys.h"
#include "config/value.h"

namespace berth::config {
namespace {

constexpr std::string_view kIntroduction = R"(# Settings

This page is written by `berth config reference`; a test compares the two.

Every setting has a key, a variable and a flag of `berth serve`: `net.idle_timeout` is also
`BERTH_NET_IDLE_TIMEOUT` and `--net-idle-timeout`. Later sources win: the defaults below, then
`berth.toml`, then the environment, then flags. The file is the one that `--config` or
`BERTH_CONFIG` names, else `berth.toml` in the data directory if there is one. In the file a key
with a dot belongs to a section:

```toml
host = ["provisioning.example.net"]
https_port = 443

[net]
body_bytes_max = "128KiB"
idle_timeout = "2m"
```

Sizes are whole numbers of bytes or texts like `"64KiB"`, durations texts like `"500ms"`, `"10s"`,
`"5m"`, `"2h"`, `"30d"`. In variables and flags, items of a list are separated by commas; an empty
variable counts as not set. A secret has no flag and no place in the file: only its variable sets
it. Unknown keys and unknown `BERTH_` variables are errors, so a
misspelled limit is never silently the default. `berth config check` reads everything the way
`berth serve` does, says what is wrong and where, and shows which source each value came from.

)";

std::string section_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == name.npos ? std::string() : std::string(name.substr(0, dot));
}

std::string default_text(const Key& key) {
  if (!key.default_text.empty()) return std::string(key.default_text);
  const std::string shown = show(Config{}, key);
  return shown.empty() ? "none" : "`" + shown + "`";
}

}  // namespace

std::string reference() {
  std::string text(kIntroduction);
  std::string section = "?";
  for (const Key& key : keys()) {
    if (section_of(key.name) != section) {
      section = section_of(key.name);
      text += section.empty() ? "## General\n\n" : "\n## `[" + section + "]`\n\n";
      text += "| key | type | default | meaning |\n|---|---|---|---|\n";
    }
    const std::string allowed = allowed_text(key);
    text += "| `" + std::string(key.name) + "` | " + type_name(key) +
            (allowed.empty() ? "" : ", " + allowed) + " | " + default_text(key) + " | " +
            std::string(key.sentence) + " |\n";
  }
  return text;
}

}  // namespace berth::config
