#include "cli/verb.h"
#include "cli/verb_groups.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace berth::cli {
namespace {

std::vector<Verb> make_verbs() {
  std::vector<Verb> all;
  for (auto* group : {server_verbs,       scope_verbs,       hub_verbs,      event_verbs,
                      enrollment_verbs,   certificate_verbs, product_verbs,  thing_verbs,
                      registration_verbs, template_verbs,    device_verbs,   credential_verbs,
                      twin_verbs,         key_verbs,         dice_verbs,     dice_approval_verbs,
                      open_dice_verbs,    tpm_verbs,         simulate_verbs, simulate_board_verbs,
                      trail_verbs,        fleet_verbs,       access_verbs,   operator_verbs,
                      local_verbs,        bench_verbs}) {
    std::vector<Verb> verbs = group();
    all.insert(all.end(), std::make_move_iterator(verbs.begin()),
               std::make_move_iterator(verbs.end()));
  }
  return all;
}

}  // namespace

std::string dashed(const std::string& name) { return (name.size() == 1 ? "-" : "--") + name; }

std::span<const Verb> verbs() {
  static const std::vector<Verb> kVerbs = make_verbs();
  return kVerbs;
}

std::span<const Flag> common_flags() {
  static const std::vector<Flag> kCommon{
      {"url", "URL", "The server; else BERTH_URL, else the file `url` in the data directory."},
      {"token", "TOKEN",
       "Token of the admin API; else BERTH_TOKEN, else `admin.token` in the data directory."},
      {"data", "DIR", "Data directory of a server on this machine; else BERTH_DATA."},
      {"ca", "FILE", "CA to trust; else BERTH_CA, else `ca.pem` in the data directory."},
      {"timeout", "SECONDS", "How long to wait for one answer; 30.", FlagKind::kNumber},
      {"json", "", "Print the API's JSON.", FlagKind::kSwitch}};
  return kCommon;
}

std::vector<Flag> common_flags(const Verb& verb) {
  std::vector<Flag> flags;
  if (!verb.is_online) return flags;
  for (const Flag& each : common_flags()) {
    const auto own = std::find_if(verb.flags.begin(), verb.flags.end(),
                                  [&](const Flag& flag) { return flag.name == each.name; });
    if (own == verb.flags.end()) flags.push_back(each);
  }
  return flags;
}

std::vector<Flag> all_flags(const Verb& verb) { return flags_of({verb.flags, common_flags(verb)}); }

std::optional<std::string> Arguments::text(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::nullopt : std::optional(found->second.back());
}

std::vector<std::string> Arguments::texts(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::string Arguments::text_or(const std::string& name, std::string otherwise) const {
  return text(name).value_or(std::move(otherwise));
}

std::optional<bool> Arguments::boolean(const std::string& name) const {
  const auto found = text(name);
  return found ? std::optional(*found == "true") : std::nullopt;
}

std::optional<std::uint64_t> Arguments::number(const std::string& name) const {
  const auto found = text(name);
  if (!found) return std::nullopt;
  std::uint64_t value = 0;
  std::from_chars(found->data(), found->data() + found->size(), value);
  return value;
}

Flag scope_flag() {
  return {"scope",
          "SCOPE",
          "ID scope; may be left out while there is only one.",
          FlagKind::kText,
          {"id-scope"}};
}

Flag etag_flag() {
  return {"etag", "VERSION", "Do it only if this is still the version.", FlagKind::kText};
}

Flag yes_flag() { return {"yes", "", "Do not ask.", FlagKind::kSwitch}; }

Flag show_keys_flag() {
  return {"show-keys", "", "Show the keys, too; the audit remembers it.", FlagKind::kSwitch};
}

Flag display_name_flag() {
  return {"display-name", "TEXT", "Name for people; the id when left out or empty."};
}

std::vector<Flag> page_flags() {
  return {{"limit", "N", "How many at most, 1 to 1000; 100.", FlagKind::kNumber},
          {"cursor", "CURSOR", "Read on where the page before ended."}};
}

std::vector<Flag> flags_of(std::vector<std::vector<Flag>> lists) {
  std::vector<Flag> all;
  for (auto& list : lists) {
    all.insert(all.end(), std::make_move_iterator(list.begin()),
               std::make_move_iterator(list.end()));
  }
  return all;
}

}  // namespace berth::cli
