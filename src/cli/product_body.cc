#include "cli/product_body.h"

#include "base/codec.h"
#include "cli/body.h"
#include "cli/enrollment_body.h"
#include "cli/product_flags.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <algorithm>

namespace berth::cli {
namespace {

constexpr std::size_t kUsualSecretMin = 16;
constexpr std::size_t kUsualSecretMax = 32;

const json::value& attestation_of(const json::value& group) {
  static const json::value kNone;
  const json::value* found = member(group, "attestation");
  return found == nullptr ? kNone : *found;
}

// "event=pub" as {"topic", "publish", "subscribe"}.
Try<json::object> permission_of(const std::string& text) {
  const std::size_t mark = text.rfind('=');
  const std::string what = mark == text.npos ? "" : text.substr(mark + 1);
  const bool both = what == "pubsub";
  if (mark == 0 || (!both && what != "pub" && what != "sub")) {
    return WrongUsage("--topic cannot be `" + base::printable(text, 80) + "`",
                      "it takes a topic and what devices may do there: event=pub, control=sub, "
                      "data=pubsub");
  }
  json::object permission;
  permission["topic"] = text.substr(0, mark);
  permission["publish"] = both || what == "pub";
  permission["subscribe"] = both || what == "sub";
  return permission;
}

Try<void> put_topics(json::object& body, const Arguments& args) {
  if (!args.has("topic")) return {};
  const std::vector<std::string> texts = args.texts("topic");
  json::array topics;
  for (const std::string& text : texts) {
    if (text.empty() && texts.size() == 1) break;
    BERTH_TRY(json::object permission, permission_of(text));
    const bool is_new = std::none_of(topics.begin(), topics.end(), [&](const json::value& other) {
      return other.at("topic") == permission["topic"];
    });
    if (!is_new) {
      return WrongUsage("--topic names `" + base::printable(text, 80) + "` a second time",
                        "write `pubsub` for a topic that devices may use both ways");
    }
    topics.push_back(std::move(permission));
  }
  body["topics"] = std::move(topics);
  return {};
}

Try<void> put_seconds(json::object& body, const char* member, const Arguments& args,
                      const char* flag) {
  const auto text = args.text(flag);
  if (!text) return {};
  BERTH_TRY(const std::uint64_t seconds, seconds_of(flag, *text));
  body[member] = seconds;
  return {};
}

// What create and update say alike, --dynamic-registration and --auto-create aside.
Try<json::object> attestation_from(Invocation& run) {
  json::object attestation;
  if (const auto quota = run.args.number("quota")) attestation["createdMax"] = *quota;
  if (const auto again = run.args.text("reregister")) {
    attestation["reissue"] = *again == "refuse" ? "refused" : *again;
  }
  BERTH_STEP(put_seconds(attestation, "clockWindowSeconds", run.args, "clock-window"));
  BERTH_STEP(put_seconds(attestation, "replayWindowSeconds", run.args, "replay-window"));
  return attestation;
}

Try<json::object> with_common(Invocation& run, json::object attestation) {
  json::object body;
  BERTH_STEP(put_enrollment(body, run));
  BERTH_STEP(put_topics(body, run.args));
  if (!attestation.empty()) {
    attestation["type"] = "product_secret";
    body["attestation"] = std::move(attestation);
  }
  return body;
}

auto auto_create_alone() {
  return WrongUsage("--auto-create needs --dynamic-registration, which is off",
                    "give both, or leave --auto-create out");
}

std::string_view admits(bool registers, bool creates) {
  if (!registers) return "nobody";
  return creates ? "anybody" : "listed";
}

// Who is admitted from now on; nothing when no flag says so. Where only one of the two switches is
// given, the other stays as the product has it.
Try<void> put_admits(json::object& attestation, Invocation& run, const std::string& path,
                     std::optional<std::string>& etag) {
  auto registers = run.args.boolean("dynamic-registration");
  auto creates = run.args.boolean("auto-create");
  if (!registers && !creates) return {};
  const bool says_all = (registers && creates) || (registers && !*registers);
  if (!says_all) {
    BERTH_TRY(Api * api, run.api());
    BERTH_TRY(const Answer now, api->get(path));
    const std::string before = member_text(attestation_of(now.value), "admits");
    if (!registers) registers = before == "listed" || before == "anybody";
    if (!creates) creates = before == "anybody";
    const std::string version = member_text(now.value, "version");
    if (!etag && !version.empty()) etag = version;
  }
  if (creates.value_or(false) && !*registers) return auto_create_alone();
  attestation["admits"] = admits(*registers, creates.value_or(false));
  return {};
}

std::string window_text(const json::value& attestation, std::string_view name) {
  const std::string seconds = member_text(attestation, name);
  return seconds.empty() || seconds == "0" ? "not checked" : seconds + " s";
}

std::string reregistration(const json::value& attestation) {
  const std::string reissue = member_text(attestation, "reissue");
  if (reissue == "same") return "gets the same credential";
  if (reissue == "new") return "gets a new credential";
  return reissue;
}

// What every group of the API has and no product uses.
bool is_of_other_groups(std::string_view name) {
  return name == "kind" || name == "deviceId" || name == "iotEdge" || name == "deviceInformation";
}

void put_proof(json::object& card, const json::value& group) {
  const json::value& proof = attestation_of(group);
  card["authMode"] = auth_mode(group);
  card["dynamicRegistration"] = registration_mode(group);
  card["quota"] = member_text(proof, "createdMax");
  card["registeringAgain"] = reregistration(proof);
  card["clockWindow"] = window_text(proof, "clockWindowSeconds");
  card["replayWindow"] = window_text(proof, "replayWindowSeconds");
  for (const char* name : {"previousUntil", "retiredSecrets"}) {
    if (const json::value* found = member(proof, name)) card[name] = *found;
  }
}

}  // namespace

std::string auth_mode(const json::value& group) {
  const std::string issues = member_text(attestation_of(group), "issues");
  if (issues == "secret") return "key";
  return issues == "certificate" ? "cert" : issues;
}

std::string registration_mode(const json::value& group) {
  const std::string admits = member_text(attestation_of(group), "admits");
  if (admits == "nobody") return "off";
  if (admits == "listed") return "listed names";
  return admits == "anybody" ? "any name" : admits;
}

json::object product_card(const json::value& group) {
  json::object card;
  if (!group.is_object()) return card;
  for (const auto& pair : group.get_object()) {
    if (pair.key() == "attestation") {
      put_proof(card, group);
    } else if (!is_of_other_groups(pair.key())) {
      card[pair.key()] = pair.value();
    }
  }
  return card;
}

Try<void> put_product_secret(json::object& body, const char* member, Invocation& run) {
  const auto given = run.args.text("product-secret");
  if (!given) return {};
  BERTH_TRY(const std::string text, text_or_file(run, *given));
  if (text.size() < kUsualSecretMin || text.size() > kUsualSecretMax) {
    run.world.err << "warning: the product secret has " << text.size()
                  << " characters; stock device software takes 16 to 32\n";
  }
  body[member] = text;
  return {};
}

Try<json::object> new_product(Invocation& run) {
  BERTH_TRY(json::object attestation, attestation_from(run));
  const bool registers = run.args.is_set("dynamic-registration");
  const bool creates = run.args.is_set("auto-create");
  if (creates && !registers) return auto_create_alone();
  attestation["issues"] = run.args.text_or("auth-mode", "") == "cert" ? "certificate" : "secret";
  attestation["admits"] = admits(registers, creates);
  BERTH_STEP(put_product_secret(attestation, "productSecret", run));
  BERTH_TRY(json::object body, with_common(run, std::move(attestation)));
  if (const auto id = run.args.text("product-id")) body["id"] = *id;
  return body;
}

Try<json::object> changed_product(Invocation& run, const std::string& path,
                                  std::optional<std::string>& etag) {
  BERTH_TRY(json::object attestation, attestation_from(run));
  BERTH_STEP(put_admits(attestation, run, path, etag));
  return with_common(run, std::move(attestation));
}

std::vector<Flag> product_create_flags() {
  return {{"auth-mode",
           "MODE",
           "What registration gives a device to connect with: a key or a certificate.",
           FlagKind::kText,
           {},
           {"key", "cert"},
           true},
          {"product-secret", "SECRET",
           "Text of 16 to 64 characters, or @FILE; made up when left out."}};
}

std::vector<Flag> product_edit_flags() {
  return enrollment_flags(
      {{"dynamic-registration", "[BOOL]",
        "Devices may register with the product secret: those whose names are listed.",
        FlagKind::kToggle},
       {"auto-create", "[BOOL]", "And any other name, which is then listed, up to the quota.",
        FlagKind::kToggle},
       {"quota", "N", "How many names may come that way; 10000.", FlagKind::kNumber},
       {"reregister",
        "RULE",
        "What a device gets that registers again after it has connected: nothing, what it has, or "
        "something new; refuse.",
        FlagKind::kText,
        {},
        {"refuse", "same", "new"}},
       {"clock-window", "SECONDS",
        "How far the time in a request may be from the server's, also like 10m; 0: any time, "
        "because devices register before their clock is set."},
       {"replay-window", "SECONDS",
        "How long an equal request is refused after its answer, also like 10m; 0: it is not."},
       {"topic",
        "TOPIC=USE",
        "A topic of the device's own and its use, pub, sub or pubsub; all of them at once. "
        "event=pub, control=sub and data=pubsub.",
        FlagKind::kText,
        {},
        {},
        false,
        false,
        true}});
}

}  // namespace berth::cli
