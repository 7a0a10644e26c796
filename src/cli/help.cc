#include "cli/help.h"

#include <algorithm>
#include <iterator>

namespace berth::cli {
namespace {

constexpr std::size_t kColumns = 100;

std::string form_of(const Flag& flag) {
  return "--" + flag.name + (flag.value.empty() ? "" : " " + flag.value);
}

std::string usage(const Verb& verb) {
  std::string text = "berth " + verb.name;
  bool others = verb.is_online;
  for (const Flag& flag : verb.flags) {
    if (flag.positional) {
      const std::string value = flag.value + (flag.repeated ? "..." : "");
      text += flag.required ? " " + value : " [" + value + "]";
    } else if (flag.required) {
      text += " " + form_of(flag);
    } else {
      others = true;
    }
  }
  return text + (others ? " [flags]" : "");
}

std::string details(const Flag& flag) {
  std::string text = flag.help;
  if (!flag.choices.empty()) {
    std::string choices;
    for (const std::string& choice : flag.choices) {
      if (!choice.empty()) choices += (choices.empty() ? "" : ", ") + choice;
    }
    text += " One of: " + choices + ".";
  }
  if (flag.kind == FlagKind::kBoolean) text += " true or false.";
  if (flag.kind == FlagKind::kToggle) text += " Alone it means true.";
  if (flag.repeated) text += " May be repeated.";
  for (const std::string& alias : flag.aliases) text += " Also " + dashed(alias) + ".";
  return text;
}

// The text broken at blanks, later lines indented.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t first) {
  std::string out;
  std::size_t column = first;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (column > indent && column + 1 + word.size() > kColumns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += " ";
      ++column;
    }
    out += word;
    column += word.size();
    at = std::min(end + 1, text.size());
  }
  return out;
}

std::string flags_text(std::span<const Flag> flags) {
  constexpr std::size_t kIndent = 32;
  std::string text;
  for (const Flag& flag : flags) {
    std::string form = "  " + form_of(flag);
    if (form.size() + 2 > kIndent) {
      form += "\n" + std::string(kIndent, ' ');
    } else {
      form += std::string(kIndent - form.size(), ' ');
    }
    text += form + wrapped(details(flag), kIndent, kIndent) + "\n";
  }
  return text;
}

std::string verb_text(const Verb& verb) {
  std::string text = "usage: " + usage(verb) + "\n\n" + wrapped(verb.sentence, 0, 0) + "\n";
  if (!verb.flags.empty()) text += "\nflags:\n" + flags_text(verb.flags);
  if (verb.is_online) text += "\nflags of every command:\n" + flags_text(common_flags(verb));
  return text + "\nexample:\n  " + verb.example + "\n";
}

std::string first_word(const std::string& name) { return name.substr(0, name.find(' ')); }

std::string list_text(const std::string& prefix) {
  std::string text;
  std::string noun;
  for (const Verb& verb : verbs()) {
    if (!prefix.empty() && !verb.name.starts_with(prefix + " ")) continue;
    if (prefix.empty() && first_word(verb.name) != noun) {
      if (!noun.empty()) text += "\n";
      noun = first_word(verb.name);
    }
    const std::string name = "  " + verb.name;
    const std::size_t indent = 36;
    text += name + std::string(indent - std::min(indent - 1, name.size()), ' ') +
            wrapped(verb.sentence, indent, indent) + "\n";
  }
  return text;
}

constexpr std::string_view kPageStart = R"(# The command line

This page is written by `berth help --markdown`; a test compares the two. `berth VERB --help` shows
the same for one command.

```text
berth NOUN VERB [ID] [flags]
```

**Finding the server.** On the machine of the server nothing is needed: the commands look into the
data directory that `berth serve` uses by default (`/var/lib/berth` for root, else
`~/.local/share/berth`), where a running server leaves `url`, `ca.pem` and `admin.token`. With
another directory give `--data DIR` or set `BERTH_DATA`. From elsewhere give `--url` (or
`BERTH_URL`), `--token` (`BERTH_TOKEN`) and `--ca` (`BERTH_CA`, a copy of `ca.pem`; without it, and
without a local `ca.pem`, the CAs of the system decide). The local token is sent only to the server
of the local directory or to one that its `ca.pem` vouches for. A token on the command line can be
seen by other users of the machine; the variable cannot.

**Output.** A table or a card of aligned text; with `--json` exactly the JSON of
[the admin API](api.md), with `--show-keys` its `keys` added. Keys are shown only with
`--show-keys`, which needs a token of role `operator` and leaves an audit record. Everything that
came from a device is shown with control characters replaced.

**Errors** go to standard error in three parts: what, why and how to mend it; with `--json` as one
JSON object. The exit code is 0 when it was done, 1 when it was refused or failed, 2 for wrong
usage.

**Long values.** Where a flag takes a key or JSON, `@FILE` reads it from a file and `@-` from
standard input. A value that begins with a dash is given as `--flag=-value`.

**Deleting** asks first when a person is at the terminal; `--yes` answers. In a script nobody is
asked. `--etag VERSION` makes a change only while that is still the version.

The names of flags follow the `az iot` command line where the meaning is the same, short forms
included (`--eid`, `--pk`, `--rp`, ...).

## Flags of every command that talks to the server

)";

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string flags_markdown(std::span<const Flag> flags) {
  std::string text = "| flag | meaning |\n|---|---|\n";
  for (const Flag& flag : flags) {
    text += "| `" + form_of(flag) + "` | " + escaped(details(flag)) + " |\n";
  }
  return text;
}

// What the examples of a noun need to find on the server.
std::string_view preface(const std::string& noun) {
  if (noun == "product") {
    return R"(A product's secret is burned into all of its devices; each asks by its name for a
credential of its own. The examples read this list of names:

<!-- test -->
```sh
printf 'name\ndev002\ndev003\n' > names.csv
```

)";
  }
  if (noun == "thing") {
    return R"(A thing enrols with its serial and a password of that serial; what it gets is a
connection password of its own. The examples read this list of serials:

<!-- test -->
```sh
printf 'serial,enroll_password,control_password\nSN0002,enrol-2,control-2\nSN0003,,\n' > serials.csv
```

)";
  }
  if (noun == "registration") {
    return R"(The examples from here on use three devices that `berth bench register` plays:

<!-- test -->
```sh
berth enrollment-group create --enrollment-id line-7 --display-name "Line 7"
berth bench register --from-group line-7 --prefix sn-700 --count 3
```

)";
  }
  if (noun == "trail") {
    return R"(The last example asks about a device with a wrong key, which is refused:

<!-- test: exits 1 -->
```sh
berth bench register --group-key AAAAAAAAAAAAAAAAAAAAAA== --prefix sn-800 --count 1
```

)";
  }
  return {};
}

std::string verb_markdown(const Verb& verb) {
  const std::string mark =
      verb.untested.empty() ? "<!-- test -->" : "<!-- no test: " + verb.untested + " -->";
  std::string text = "### `berth " + verb.name + "`\n\n" + verb.sentence + "\n\n" + mark +
                     "\n```sh\n" + verb.example + "\n```\n\n";
  if (verb.name == "serve" || verb.name == "config check") {
    return text + "Its flags are the [settings](config.md) and `--config FILE`.\n\n";
  }
  if (!verb.flags.empty()) text += flags_markdown(verb.flags) + "\n";
  return text;
}

}  // namespace

std::string help_text(const std::string& topic) {
  const auto all = verbs();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Verb& verb) { return verb.name == topic; });
  if (found != all.end()) return verb_text(*found);
  std::string text =
      "usage: berth " + (topic.empty() ? "NOUN VERB" : topic + " VERB") + " [ID] [flags]\n\n";
  if (topic.empty()) text += "Zero-touch provisioning and identity for fleets of devices.\n\n";
  text += list_text(topic);
  text += "\nflags of every command that talks to the server:\n" + flags_text(common_flags());
  return text + "\n`berth NOUN VERB --help` shows the flags and an example of one command.\n";
}

std::string help_markdown() {
  std::string text = std::string(kPageStart) + flags_markdown(common_flags()) + "\n";
  std::string noun;
  for (const Verb& verb : verbs()) {
    if (first_word(verb.name) != noun) {
      noun = first_word(verb.name);
      text += "## " + noun + "\n\n" + std::string(preface(noun));
    }
    text += verb_markdown(verb);
  }
  text.pop_back();
  return text;
}

}  // namespace berth::cli
