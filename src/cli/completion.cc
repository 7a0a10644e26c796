#include "cli/completion.h"

#include "cli/verb.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <vector>

namespace berth::cli {
namespace {

std::vector<std::string> words_of(const std::string& path) {
  std::istringstream stream(path);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(std::move(word));
  return words;
}

// For each beginning of a verb ("" too) the words that may follow, in the order of the table.
std::vector<std::pair<std::string, std::vector<std::string>>> branches() {
  std::vector<std::pair<std::string, std::vector<std::string>>> all;
  const auto add = [&](const std::string& before, const std::string& word) {
    auto found = std::find_if(all.begin(), all.end(),
                              [&](const auto& branch) { return branch.first == before; });
    if (found == all.end()) found = all.insert(all.end(), {before, {}});
    std::vector<std::string>& words = found->second;
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  };
  for (const Verb& verb : verbs()) {
    std::string before;
    for (const std::string& word : words_of(verb.name)) {
      add(before, word);
      before += (before.empty() ? "" : " ") + word;
    }
  }
  add("", "help");
  return all;
}

// The beginnings of two words that a third must follow: "product device".
std::vector<std::string> deep_branches() {
  std::vector<std::string> deep;
  for (const auto& [before, words] : branches()) {
    if (before.find(' ') != before.npos) deep.push_back(before);
  }
  return deep;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string flag_words(const Verb& verb) {
  std::string text;
  for (const Flag& flag : all_flags(verb)) text += "--" + flag.name + " ";
  return text + "--help";
}

// Values of flags that have a closed set, over all verbs: `--role` is the same everywhere, and
// `--key` of one verb has none in another.
std::map<std::string, std::set<std::string>> choices() {
  std::map<std::string, std::set<std::string>> all;
  for (const Verb& verb : verbs()) {
    for (const Flag& flag : all_flags(verb)) {
      if (flag.kind == FlagKind::kBoolean) all[flag.name] = {"true", "false"};
      for (const std::string& choice : flag.choices) {
        if (!choice.empty()) all[flag.name].insert(choice);
      }
    }
  }
  return all;
}

std::string file_flags(const char* separator) {
  std::set<std::string> names;
  for (const Verb& verb : verbs()) {
    for (const Flag& flag : all_flags(verb)) {
      const bool is_path =
          flag.value == "FILE" || flag.value == "DIR" || flag.name.ends_with("-file");
      if (is_path) names.insert("--" + flag.name);
    }
  }
  names.insert("--data");
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : separator) + name;
  return text;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// That all words of `path` were given and no others that make the same words mean something else:
// `device` of `product device` is not the noun, and `product list` not `product device list`.
std::string fish_seen(const std::string& path) {
  constexpr std::string_view kSeen = "__fish_seen_subcommand_from ";
  std::string when;
  for (const std::string& word : words_of(path)) {
    when += (when.empty() ? "" : "; and ") + std::string(kSeen) + word;
  }
  const std::string noun = path.substr(0, path.find(' '));
  std::set<std::string> others;
  for (const Verb& verb : verbs()) {
    const std::vector<std::string> words = words_of(verb.name);
    if (words.size() > 1 && words[1] == noun) others.insert(words[0]);
    const bool is_deeper = words.size() > 2 && words[0] == noun && path != noun;
    if (is_deeper && !(path + " ").starts_with(noun + " " + words[1] + " ")) {
      others.insert(words[1]);
    }
  }
  for (const std::string& other : others) when += "; and not " + std::string(kSeen) + other;
  return when;
}

constexpr std::string_view kBashStart = R"(# bash completion for berth
# install: berth completion bash > ~/.local/share/bash-completion/completions/berth
_berth() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
  local path="" word index skip=0
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="${COMP_WORDS[index]}"
    if ((skip)); then skip=0; continue; fi
    case "$word" in
      --url|--token|--data|--ca|--timeout|--config) skip=1 ;;
      -*) ;;
      *)
        case "$path" in
          "") path="$word" ;;
)";

constexpr std::string_view kBashPathEnd = R"(          *" "*) ;;
          *) path="$path $word" ;;
        esac ;;
    esac
  done
  case "$previous" in
)";

constexpr std::string_view kBashEnd = R"(  esac
}
complete -F _berth berth
)";

}  // namespace

std::string bash_completion() {
  std::string text(kBashStart);
  for (const std::string& before : deep_branches()) {
    text += "          \"" + before + "\") path=\"$path $word\" ;;\n";
  }
  text += kBashPathEnd;
  text +=
      "    " + file_flags("|") + ")\n      COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n";
  for (const auto& [flag, values] : choices()) {
    text += "    --" + flag + ") COMPREPLY=($(compgen -W \"" +
            joined({values.begin(), values.end()}) + "\" -- \"$current\")); return ;;\n";
  }
  text += "  esac\n  case \"$path\" in\n";
  for (const Verb& verb : verbs()) {
    std::string pattern = "\"" + verb.name + "\"";
    if (verb.name.find(' ') == verb.name.npos) pattern += "|\"" + verb.name + " \"*";
    text += "    " + pattern + ") COMPREPLY=($(compgen -W \"" + flag_words(verb) +
            "\" -- \"$current\")) ;;\n";
  }
  for (const auto& [before, words] : branches()) {
    text += "    \"" + before + "\") COMPREPLY=($(compgen -W \"" + joined(words) +
            "\" -- \"$current\")) ;;\n";
  }
  return text + std::string(kBashEnd);
}

std::string zsh_completion() {
  return R"(#compdef berth
# zsh completion for berth
# install: berth completion zsh > "${fpath[1]}/_berth"; then start a new shell
autoload -U +X bashcompinit && bashcompinit
)" + bash_completion() +
         "[ \"${funcstack[1]}\" = _berth ] && _bash_complete -F _berth\n";
}

std::string fish_completion() {
  std::string text =
      "# fish completion for berth\n"
      "# install: berth completion fish > ~/.config/fish/completions/berth.fish\n"
      "complete -c berth -f\n";
  for (const auto& [before, words] : branches()) {
    const std::string when =
        before.empty()
            ? "__fish_use_subcommand"
            : fish_seen(before) + "; and not __fish_seen_subcommand_from " + joined(words);
    for (const std::string& word : words) {
      text += "complete -c berth -n " + quoted(when) + " -a " + quoted(word) + "\n";
    }
  }
  for (const Verb& verb : verbs()) {
    const std::string when = fish_seen(verb.name);
    for (const Flag& flag : all_flags(verb)) {
      text += "complete -c berth -n " + quoted(when) + " -l " + flag.name;
      const bool is_path = flag.value == "FILE" || flag.value == "DIR";
      if (!has_no_value(flag.kind)) text += is_path ? " -r -F" : " -x";
      std::string values;
      for (const std::string& choice : flag.choices) {
        if (!choice.empty()) values += (values.empty() ? "" : " ") + choice;
      }
      if (flag.kind == FlagKind::kBoolean) values = "true false";
      if (!values.empty()) text += " -a " + quoted(values);
      text += " -d " + quoted(flag.help) + "\n";
    }
  }
  return text;
}

}  // namespace berth::cli
