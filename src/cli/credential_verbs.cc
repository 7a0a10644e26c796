// Credential codes: made, with their picture on the terminal or in a file, listed and revoked.
#include "cli/body.h"
#include "cli/certificate_file.h"
#include "cli/invocation.h"
#include "cli/private_file.h"
#include "cli/verb_groups.h"
#include "qr/symbol.h"

#include <boost/json.hpp>

#include <charconv>
#include <chrono>
#include <ostream>

namespace berth::cli {
namespace {

constexpr std::size_t kSecretBytesMax = 512;

const std::vector<Column> kColumns{{"CODE", "id"},
                                   {"MODE", "mode"},
                                   {"DEVICE", "deviceId"},
                                   {"SCOPE", "scope"},
                                   {"STATE", "state"},
                                   {"EXPIRES", "expiresAt", Show::kTime},
                                   {"USED", "usedAt", Show::kTime},
                                   {"BY", "createdBy"}};

// The first line of the file: never from the command line, which others can see.
Try<void> put_secret(json::object& body, const char* name, Invocation& run, const char* flag) {
  const auto path = run.args.text(flag);
  if (!path) return {};
  BERTH_TRY(const std::string text, read_input(run, *path, kSecretBytesMax));
  body[name] = text.substr(0, text.find_first_of("\r\n"));
  return {};
}

// "900", "900s", "15m", "1h", "7d".
std::optional<std::chrono::seconds> read_span(std::string_view text) {
  constexpr std::int64_t kCountMax = 1'000'000;
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, count);
  if (read.ec != std::errc() || count < 0 || count > kCountMax) return std::nullopt;
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  if (unit.empty() || unit == "s") return std::chrono::seconds(count);
  if (unit == "m") return std::chrono::minutes(count);
  if (unit == "h") return std::chrono::hours(count);
  if (unit == "d") return std::chrono::days(count);
  return std::nullopt;
}

Try<void> put_lifetime(json::object& body, Invocation& run) {
  const auto text = run.args.text("ttl");
  if (!text) return {};
  const std::optional<std::chrono::seconds> span = read_span(*text);
  if (!span) {
    return WrongUsage("--ttl takes a time such as 90s, 15m, 1h or 7d",
                      "for example: " + run.verb.example);
  }
  body["ttlSeconds"] = span->count();
  return {};
}

Try<json::object> body_of(Invocation& run) {
  json::object body;
  body["mode"] = run.args.text_or("mode", "claim");
  BERTH_TRY(const std::string scope, run.scope());
  body["scope"] = scope;
  body["deviceId"] = run.args.text_or("device", "");
  put_text(body, "enrollmentGroupId", run.args, "group");
  put_text(body, "modelId", run.args, "model");
  BERTH_STEP(put_secret(body, "deviceKey", run, "device-key-file"));
  BERTH_STEP(put_secret(body, "passphrase", run, "passphrase-file"));
  BERTH_STEP(put_lifetime(body, run));
  if (run.args.is_set("unencrypted")) body["unencrypted"] = true;
  if (run.args.is_set("pickup")) body["pickup"] = true;
  return body;
}

// The picture is as secret as what it shows.
Try<void> write_picture(Invocation& run, const char* flag, std::string_view content) {
  const auto path = run.args.text(flag);
  if (!path) return {};
  BERTH_STEP(write_private_file(*path, content));
  run.say("wrote " + *path);
  return {};
}

Error no_picture(std::string what) {
  return {ErrorKind::kUnavailable, std::move(what), "ask for the code with --json instead"};
}

Try<void> write_pictures(Invocation& run, const json::value& answer) {
  const json::value* pictures = member(answer, "qr");
  const std::string png = pictures == nullptr ? "" : member_text(*pictures, "png");
  const std::string svg = pictures == nullptr ? "" : member_text(*pictures, "svg");
  const std::optional<base::Bytes> bytes =
      base::base64_decode(std::string_view(png).substr(std::min(png.size(), png.find(',') + 1)));
  if (!bytes || svg.empty()) return Fail(Failure(no_picture("the server's answer has no picture")));
  BERTH_STEP(
      write_picture(run, "qr-png", {reinterpret_cast<const char*>(bytes->data()), bytes->size()}));
  return write_picture(run, "qr-svg", svg);
}

Try<void> draw(Invocation& run, const json::value& answer) {
  if (!run.args.is_set("qr") || run.wants_json()) return {};
  const Result<qr::Symbol> symbol = qr::encode(member_text(answer, "code"));
  if (!symbol) return Fail(Failure(no_picture(symbol.error().what)));
  run.world.out << qr::to_terminal(*symbol) << '\n';
  return {};
}

// What somebody needs who hands the code on; the rest is there with --json and `credential show`.
void print_made(Invocation& run, const json::value& answer) {
  json::object shown;
  for (const char* name : {"id", "mode", "deviceId", "expiresAt", "pickup", "numeric", "code"}) {
    const json::value* value = member(answer, name);
    if (value != nullptr && !value->is_null()) shown[name] = *value;
  }
  print_card(run.world.out, shown);
}

Try<int> create(Invocation& run) {
  BERTH_TRY(const json::object body, body_of(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path_of({"credentials"}), body));
  BERTH_STEP(draw(run, answer.value));
  BERTH_STEP(write_pictures(run, answer.value));
  say_warnings(run, answer.value);
  if (run.wants_json()) return run.show(answer);
  print_made(run, answer.value);
  run.say("it is shown this once; redeem it with: berth device redeem CODE");
  return kDone;
}

Try<int> list(Invocation& run) {
  BERTH_TRY(auto query, run.page_query());
  query.emplace_back("scope", run.args.text_or("scope", ""));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(with_query(path_of({"credentials"}), query)));
  return run.show_list(answer, kColumns);
}

std::string id_of(const Invocation& run) { return run.args.text_or("id", ""); }

Try<int> show(Invocation& run) {
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(path_of({"credentials", id_of(run)})));
  return run.show(answer);
}

Try<int> revoke(Invocation& run) {
  if (!run.confirmed("Revoke code " + id_of(run) + "?")) return kFailed;
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path_of({"credentials", id_of(run)}), std::nullopt));
  run.say("revoked code " + id_of(run));
  return kDone;
}

std::vector<Flag> create_flags() {
  return {{"device", "ID", "Registration id of the device.", FlagKind::kText, {}, {}, true},
          {"group", "ID", "The enrollment group that a new device is to be in."},
          {"device-key-file", "FILE",
           "The device's key, in base64, is in this file; - for standard input."},
          {"mode",
           "MODE",
           "claim: a one-time token, the device makes its own key. envelope: the device's key, "
           "encrypted. compatible: the same as old apps read it. Claim.",
           FlagKind::kText,
           {},
           {"claim", "envelope", "compatible"}},
          {"model", "ID", "The model that the device is told to name: a DTMI."},
          {"passphrase-file", "FILE",
           "The passphrase is in this file; - for standard input. An envelope without one has "
           "letters to type."},
          {"unencrypted", "", "compatible: anybody who sees the picture has the key.",
           FlagKind::kSwitch},
          {"pickup", "", "Also letters (compatible: a number) to type instead of scanning.",
           FlagKind::kSwitch},
          {"ttl", "TIME", "How long it is good, 30s to 7d; 15m."},
          {"qr", "", "Draw the picture on the terminal.", FlagKind::kSwitch},
          {"qr-png", "FILE", "Write the picture as PNG."},
          {"qr-svg", "FILE", "Write the picture as SVG."}};
}

}  // namespace

std::vector<Verb> credential_verbs() {
  Flag only = scope_flag();
  only.help = "Only codes of this scope.";
  const Flag id{"id", "ID", "Id of the code, as listed.", FlagKind::kText, {}, {}, true, true};
  const std::string untested = "ids of codes are random";
  return {{"credential create",
           "Makes a credential code for one device: good once, and for minutes. Shows it, this "
           "once.",
           flags_of({{scope_flag()}, create_flags()}),
           "berth credential create --device phone-01 --qr", &create},
          {"credential list", "Lists credential codes, the latest first, without their texts.",
           flags_of({{only}, page_flags()}), "berth credential list --limit 20", &list},
          {"credential show",
           "Shows what became of a credential code.",
           {id},
           "berth credential show 5635f3e3df5635f3e3df5635f3e3df01",
           &show,
           true,
           untested},
          {"credential revoke",
           "Ends a credential code that was not used yet.",
           {id, yes_flag()},
           "berth credential revoke 5635f3e3df5635f3e3df5635f3e3df01 --yes",
           &revoke,
           true,
           untested}};
}

}  // namespace berth::cli
