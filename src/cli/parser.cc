#include "cli/parser.h"

#include "base/codec.h"
#include "base/nearest.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>

namespace berth::cli {
namespace {

struct Split {
  std::string path;                // words of the verb that were found
  std::vector<std::string> rest;   // everything else, in order
  std::optional<std::string> odd;  // the first word that fits no verb
  bool wants_help = false;
  bool wants_version = false;
};

bool is_verb(std::string_view path) {
  const auto all = verbs();
  return std::any_of(all.begin(), all.end(), [&](const Verb& verb) { return verb.name == path; });
}

bool begins_verb(std::string_view path) {
  const std::string prefix = std::string(path) + " ";
  const auto all = verbs();
  return std::any_of(all.begin(), all.end(),
                     [&](const Verb& verb) { return verb.name.starts_with(prefix); });
}

// Flags that take a value and may stand before the verb.
bool takes_next_word(std::string_view word) {
  if (!word.starts_with("--") || word.find('=') != word.npos) return false;
  const auto common = common_flags();
  return std::any_of(common.begin(), common.end(), [&](const Flag& flag) {
    return !has_no_value(flag.kind) && flag.name == word.substr(2);
  });
}

Split split(const std::vector<std::string>& words) {
  Split split;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--help" || word == "-h") split.wants_help = true;
    if (word == "--version" && split.path.empty()) split.wants_version = true;
    const bool looking = !is_verb(split.path) && !split.odd;
    if (word.starts_with("-") || !looking) {
      split.rest.push_back(word);
      if (looking && takes_next_word(word) && i + 1 < words.size()) {
        split.rest.push_back(words[++i]);
      }
      continue;
    }
    const std::string longer = split.path.empty() ? word : split.path + " " + word;
    if (is_verb(longer) || begins_verb(longer)) {
      split.path = longer;
    } else {
      split.odd = word;
      split.rest.push_back(word);
    }
  }
  return split;
}

// The words that may follow `path`.
std::vector<std::string> next_words(const std::string& path) {
  std::vector<std::string> words;
  const std::string prefix = path.empty() ? "" : path + " ";
  for (const Verb& verb : verbs()) {
    if (!verb.name.starts_with(prefix)) continue;
    const std::string_view rest = std::string_view(verb.name).substr(prefix.size());
    std::string word(rest.substr(0, rest.find(' ')));
    if (words.empty() || words.back() != word) words.push_back(std::move(word));
  }
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

auto no_verb(const Split& split) {
  const std::string before = split.path.empty() ? "berth" : "berth " + split.path;
  const std::vector<std::string> known = next_words(split.path);
  if (!split.odd) {
    return WrongUsage("`" + before + "` needs one more word: " + joined(known),
                      "see `" + before + " --help`");
  }
  const std::optional<std::string> near = base::nearest(*split.odd, known);
  const std::string shown = base::printable(*split.odd, 80);
  if (near) {
    return WrongUsage("`" + before + "` does not know `" + shown + "`",
                      "did you mean `" + before + " " + *near + "`?");
  }
  return WrongUsage("`" + before + "` does not know `" + shown + "`; it knows: " + joined(known),
                    "see `" + before + " --help`");
}

// "--enrollment-id,--eid,enrollment-id"
std::string names_for_cli11(const Flag& flag) {
  std::string names = "--" + flag.name;
  for (const std::string& alias : flag.aliases) names += "," + dashed(alias);
  if (flag.positional) names += "," + flag.name;
  return names;
}

// One flag at CLI11. `values` only tells it the type: take() reads the raw words, because CLI11
// gives `{}` and `[…]` a meaning of its own.
struct Slot {
  const Flag* flag = nullptr;
  std::vector<std::string> values;
  CLI::Option* option = nullptr;
};

constexpr int kWordsMax = 1 << 20;

void add_option(CLI::App& app, Slot& slot) {
  const Flag& flag = *slot.flag;
  if (has_no_value(flag.kind)) {
    slot.option = app.add_flag(names_for_cli11(flag));
    return;
  }
  slot.option = app.add_option(names_for_cli11(flag), slot.values);
  // Words of their own go on and on; a flag has one value each time.
  const bool takes_all = flag.repeated && flag.positional;
  slot.option->expected(1, takes_all ? kWordsMax : 1)->allow_extra_args(takes_all);
  slot.option->multi_option_policy(flag.repeated ? CLI::MultiOptionPolicy::TakeAll
                                                 : CLI::MultiOptionPolicy::Throw);
}

std::string allowed(const Flag& flag) {
  switch (flag.kind) {
    case FlagKind::kText:
      return "one of: " + joined(flag.choices);
    case FlagKind::kSwitch:
    case FlagKind::kToggle:
    case FlagKind::kBoolean:
      return "true or false";
    case FlagKind::kNumber:
      return "a whole number";
  }
  return {};
}

bool fits(const Flag& flag, const std::string& value) {
  switch (flag.kind) {
    case FlagKind::kText:
      return flag.choices.empty() ||
             std::find(flag.choices.begin(), flag.choices.end(), value) != flag.choices.end();
    case FlagKind::kSwitch:
    case FlagKind::kToggle:
    case FlagKind::kBoolean:
      return value == "true" || value == "false";
    case FlagKind::kNumber: {
      std::uint64_t number = 0;
      const char* end = value.data() + value.size();
      const auto [stop, error] = std::from_chars(value.data(), end, number);
      return error == std::errc() && stop == end && !value.empty();
    }
  }
  return false;
}

Try<void> take(Arguments& arguments, const Verb& verb, const Slot& slot) {
  const Flag& flag = *slot.flag;
  std::vector<std::string> values = slot.option->results();
  if (has_no_value(flag.kind) && slot.option->count() > 0) {
    values.assign(1, slot.option->as<bool>() ? "true" : "false");
  }
  for (std::string& value : values) {
    if (flag.kind == FlagKind::kBoolean) value = base::ascii_lower(value);
    if (!fits(flag, value)) {
      return WrongUsage("--" + flag.name + " cannot be `" + base::printable(value, 80) + "`",
                        "it takes " + allowed(flag));
    }
    arguments.add(flag.name, value);
  }
  if (flag.required && values.empty()) {
    const std::string form = flag.positional ? flag.value : "--" + flag.name + " " + flag.value;
    return WrongUsage("`berth " + verb.name + "` needs " + form + ": " + flag.help,
                      "for example: " + verb.example);
  }
  return {};
}

Try<void> refuse_rest(const Verb& verb, const std::vector<std::string>& rest,
                      const std::vector<Slot>& slots) {
  if (rest.empty()) return {};
  const std::string see = "see `berth " + verb.name + " --help`";
  const std::string shown = base::printable(rest.front(), 80);
  if (!rest.front().starts_with("-")) {
    return WrongUsage("`berth " + verb.name + "` does not take `" + shown + "`", see);
  }
  std::vector<std::string> known;
  known.reserve(slots.size());
  for (const Slot& slot : slots) known.push_back("--" + slot.flag->name);
  const std::optional<std::string> near =
      base::nearest(rest.front().substr(0, rest.front().find('=')), known);
  return WrongUsage("`berth " + verb.name + "` has no flag `" + shown + "`",
                    near ? "did you mean `" + *near + "`?" : see);
}

// "--auto-create", "false" as one word, which is how CLI11 takes a value of a switch.
void join_toggles(const std::vector<Flag>& flags, std::vector<std::string>& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string value = base::ascii_lower(words[i + 1]);
    if (value != "true" && value != "false") continue;
    const bool is_toggle = std::any_of(flags.begin(), flags.end(), [&](const Flag& flag) {
      return flag.kind == FlagKind::kToggle && words[i] == "--" + flag.name;
    });
    if (!is_toggle) continue;
    words[i] += "=" + value;
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
  }
}

Try<Arguments> parse_flags(const Verb& verb, std::vector<std::string> words) {
  const std::vector<Flag> flags = all_flags(verb);
  join_toggles(flags, words);
  std::vector<Slot> slots(flags.size());
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  for (std::size_t i = 0; i < flags.size(); ++i) {
    slots[i].flag = &flags[i];
    add_option(app, slots[i]);
  }
  try {
    std::reverse(words.begin(), words.end());  // as CLI11 wants it
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    return WrongUsage("`berth " + verb.name + "`: " + base::printable(error.what(), 300),
                      "see `berth " + verb.name + " --help`");
  }
  BERTH_STEP(refuse_rest(verb, app.remaining(), slots));
  Arguments arguments;
  for (const Slot& slot : slots) BERTH_STEP(take(arguments, verb, slot));
  return arguments;
}

}  // namespace

Try<Parsed> parse(const std::vector<std::string>& words) {
  Parsed parsed;
  if (!words.empty() && words.front() == "help") {
    std::string topic;
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i] == "--markdown") parsed.wants_markdown = true;
      if (!words[i].starts_with("-")) topic += (topic.empty() ? "" : " ") + words[i];
    }
    if (!topic.empty() && !is_verb(topic) && !begins_verb(topic)) {
      Split wrong;
      wrong.odd = topic;
      return no_verb(wrong);
    }
    parsed.help = topic;
    return parsed;
  }
  const Split found = split(words);
  if (found.wants_version) {
    parsed.wants_version = true;
    return parsed;
  }
  if (found.wants_help && !found.odd) {
    parsed.help = found.path;
    return parsed;
  }
  if (!is_verb(found.path)) return no_verb(found);
  const auto all = verbs();
  parsed.verb = &*std::find_if(all.begin(), all.end(),
                               [&](const Verb& verb) { return verb.name == found.path; });
  BERTH_TRY(parsed.arguments, parse_flags(*parsed.verb, found.rest));
  return parsed;
}

}  // namespace berth::cli
