// What the command line can do, as data: one Verb per command with its flags, sentence, example and
// function. Parsing, help, completion and docs/cli.md all come from this table.
//
// Room cli. Thread rule: constant data; an Arguments belongs to one run.
#pragma once

#include "cli/failure.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::cli {

// A switch stands alone; a toggle alone means true, and `false` may follow it.
enum class FlagKind { kText, kSwitch, kNumber, kBoolean, kToggle };
inline bool has_no_value(FlagKind kind) {
  return kind == FlagKind::kSwitch || kind == FlagKind::kToggle;
}

struct Flag {
  std::string name;   // "enrollment-id", without dashes
  std::string value;  // "ID"; empty for a switch
  std::string help;
  FlagKind kind = FlagKind::kText;
  std::vector<std::string> aliases = {};  // "eid"; one letter is a short flag
  std::vector<std::string> choices = {};  // empty: any text
  bool required = false;
  bool positional = false;  // may be given without its name
  bool repeated = false;
};

// "--eid", "-c"
std::string dashed(const std::string& name);

class Invocation;
using Work = Try<int> (*)(Invocation&);

struct Verb {
  std::string name;  // "enrollment create"
  std::string sentence;
  std::vector<Flag> flags;
  std::string example;  // a whole command line; docs/cli.md shows it and its test runs it
  Work work = nullptr;
  bool is_online = true;      // talks to the server: takes the common flags
  std::string untested = {};  // why the test of docs/cli.md cannot run the example
};

// All of them, grouped by noun in the order of the documentation.
std::span<const Verb> verbs();
// The flags of every online verb: --url, --token, --data, --ca, --timeout, --json.
std::span<const Flag> common_flags();
// Those of them that the verb takes: none offline, and none that it has a flag of that name for.
std::vector<Flag> common_flags(const Verb& verb);
// A verb's own flags, then the common ones it takes.
std::vector<Flag> all_flags(const Verb& verb);

// Values by flag name, already checked for kind and choice.
class Arguments {
 public:
  void add(const std::string& name, std::string value) {
    values_[name].push_back(std::move(value));
  }

  bool has(const std::string& name) const { return values_.contains(name); }
  std::optional<std::string> text(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;
  std::string text_or(const std::string& name, std::string otherwise) const;
  std::optional<bool> boolean(const std::string& name) const;
  std::optional<std::uint64_t> number(const std::string& name) const;
  bool is_set(const std::string& name) const { return boolean(name).value_or(false); }
  const std::map<std::string, std::vector<std::string>>& all() const { return values_; }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

}  // namespace berth::cli
