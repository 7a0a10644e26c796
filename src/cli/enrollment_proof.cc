#include "cli/enrollment_proof.h"

#include "base/codec.h"
#include "cli/body.h"
#include "cli/certificate_file.h"

#include <boost/json.hpp>

#include <charconv>

namespace berth::cli {
namespace {

// One of the two certificates: the flags that fill it, and its member.
struct Slot {
  const char* member;
  const char* path;
  const char* ca;
};
constexpr Slot kSlots[] = {{"primary", "certificate-path", "root-ca-name"},
                           {"secondary", "secondary-certificate-path", "secondary-root-ca-name"}};

Try<std::uint64_t> number_of(const std::string& flag, const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return WrongUsage("--" + flag + " " + base::printable(text, 40) + " is not a whole number");
}

Try<void> put_slot(json::object& attestation, Invocation& run, const Slot& slot) {
  const auto path = run.args.text(slot.path);
  const auto ca = run.args.text(slot.ca);
  const bool removed = run.args.text_or("remove-certificate", "") == slot.member;
  if (path.has_value() + ca.has_value() + (removed ? 1 : 0) > 1) {
    return WrongUsage(
        std::string("more than one flag says what the ") + slot.member + " certificate is to be",
        std::string("give one of --") + slot.path + ", --root-ca-name and --remove-certificate");
  }
  if (removed) attestation[slot.member] = nullptr;
  if (ca) attestation[slot.member] = json::object{{"ca", *ca}};
  if (!path) return {};
  BERTH_TRY(std::string certificate, read_certificate_file(run, *path));
  attestation[slot.member] = json::object{{"certificate", std::move(certificate)}};
  return {};
}

Try<void> put_dice(json::object& attestation, Invocation& run) {
  json::object dice;
  if (run.args.has("dice-digest")) {
    json::array digests;
    for (const std::string& each : run.args.texts("dice-digest")) {
      if (!each.empty()) digests.emplace_back(each);
    }
    dice["digests"] = std::move(digests);
  }
  for (const auto& [flag, name] :
       {std::pair("dice-vendor", "vendor"), std::pair("dice-model", "model"),
        std::pair("dice-min-version", "versionMin")}) {
    if (const auto text = run.args.text(flag)) dice[name] = *text;
  }
  if (const auto svn = run.args.text("dice-min-svn")) {
    if (svn->empty()) {
      dice["svnMin"] = nullptr;
    } else {
      BERTH_TRY(dice["svnMin"], number_of("dice-min-svn", *svn));
    }
  }
  put_boolean(dice, "debug", run.args, "dice-debug");
  if (const auto unknown = run.args.text("dice-unknown")) {
    dice["unknown"] = *unknown == "hold" ? "held" : "refused";
  }
  if (run.args.is_set("dice-off")) {
    if (!dice.empty()) return WrongUsage("--dice-off goes with no other --dice flag");
    attestation["dice"] = nullptr;
  } else if (!dice.empty()) {
    attestation["dice"] = std::move(dice);
  }
  return {};
}

Try<void> put_tpm(json::object& attestation, Invocation& run) {
  for (const auto& [flag, name] : {std::pair("endorsement-key", "endorsementKey"),
                                   std::pair("storage-root-key", "storageRootKey")}) {
    const auto given = run.args.text(flag);
    if (!given) continue;
    BERTH_TRY(std::string text, text_or_file(run, *given));
    if (text.empty()) {
      attestation[name] = nullptr;
    } else {
      attestation[name] = std::move(text);
    }
  }
  return {};
}

Try<void> put_issuance(json::object& body, Invocation& run) {
  const auto days = run.args.text("issue-certificates");
  if (!days) return {};
  if (*days == "off") {
    body["certificateLifetimeDays"] = nullptr;
    return {};
  }
  BERTH_TRY(body["certificateLifetimeDays"], number_of("issue-certificates", *days));
  return {};
}

// The type that --attestation-type says, or else the flags; empty: neither.
std::string type_of(const Invocation& run, bool x509, bool tpm) {
  const std::string said = run.args.text_or("attestation-type", "");
  if (said == "x509" || said == "tpm") return said;
  if (!said.empty()) return "symmetric_key";
  if (x509) return "x509";
  return tpm ? "tpm" : "";
}

Try<void> check_complete(const Invocation& run, const std::string& type,
                         const json::object& attestation) {
  if (!run.verb.name.ends_with(" create")) return {};
  const bool group = run.verb.name.starts_with("enrollment-group ");
  if (type == "x509" && !attestation.contains("primary") && !attestation.contains("secondary")) {
    return WrongUsage("attestation x509 needs a certificate",
                      group ? "give --certificate-path FILE or --root-ca-name NAME"
                            : "give --certificate-path FILE");
  }
  if (type == "tpm" && !attestation.contains("endorsementKey")) {
    return WrongUsage("attestation tpm needs the endorsement key of the device's TPM",
                      "give --endorsement-key BASE64, as `berth tpm` shows it");
  }
  return {};
}

}  // namespace

Try<void> put_proof(json::object& body, Invocation& run) {
  BERTH_STEP(put_keys(body, run));
  BERTH_STEP(put_issuance(body, run));
  json::object x509;
  for (const Slot& slot : kSlots) BERTH_STEP(put_slot(x509, run, slot));
  BERTH_STEP(put_dice(x509, run));
  json::object tpm;
  BERTH_STEP(put_tpm(tpm, run));
  const std::string type = type_of(run, !x509.empty(), !tpm.empty());
  if (type.empty()) return {};
  json::object attestation;
  if (json::value* keys = body.if_contains("attestation")) attestation = keys->as_object();
  for (json::object* each : {&x509, &tpm}) {
    for (auto& member : *each) attestation[member.key()] = member.value();
  }
  BERTH_STEP(check_complete(run, type, attestation));
  attestation["type"] = type;
  body["attestation"] = std::move(attestation);
  return {};
}

std::vector<Flag> key_flags() {
  return {{"primary-key",
           "KEY",
           "Base64 of 16 to 64 bytes, or @FILE; made up when left out.",
           FlagKind::kText,
           {"pk"}},
          {"secondary-key", "KEY", "The same for the second key.", FlagKind::kText, {"sk"}}};
}

std::vector<Flag> certificate_flags(bool group) {
  const std::string whose = group ? "of the CA that signs devices'" : "of the device";
  std::vector<Flag> flags{{"certificate-path",
                           "FILE",
                           "Certificate " + whose + ": PEM, DER or base64.",
                           FlagKind::kText,
                           {"cp"}},
                          {"secondary-certificate-path",
                           "FILE",
                           "Another one, for changing over.",
                           FlagKind::kText,
                           {"scp"}}};
  if (group) {
    flags.push_back({"root-ca-name",
                     "NAME",
                     "Instead: a CA certificate of the scope.",
                     FlagKind::kText,
                     {"ca-name", "cn"}});
    flags.push_back({"secondary-root-ca-name",
                     "NAME",
                     "The same for changing over.",
                     FlagKind::kText,
                     {"secondary-ca-name", "scn"}});
  } else {
    flags.push_back({"endorsement-key",
                     "BASE64",
                     "Endorsement key of the device's TPM, or @FILE.",
                     FlagKind::kText,
                     {"ek"}});
    flags.push_back({"storage-root-key",
                     "BASE64",
                     "Its storage root key, or @FILE; the first that registers when left out.",
                     FlagKind::kText,
                     {"srk"}});
  }
  std::vector<Flag> more{
      {"issue-certificates", "DAYS",
       "Issues certificates to devices that ask, good for 1 to 90 days, or off; off."},
      {"dice-digest",
       "HEX",
       "Firmware that may run; any when none is given or it is empty.",
       FlagKind::kText,
       {},
       {},
       false,
       false,
       true},
      {"dice-vendor", "TEXT", "What the certificates must say of the vendor; anything."},
      {"dice-model", "TEXT", "The same of the model."},
      {"dice-min-version", "VERSION", "The least firmware version, such as 1.2.0; any."},
      {"dice-min-svn", "N", "The least security version number; any."},
      {"dice-debug", "BOOL", "Whether firmware in debug mode may run; false.", FlagKind::kBoolean},
      {"dice-unknown",
       "WHAT",
       "What becomes of other firmware; refuse.",
       FlagKind::kText,
       {},
       {"refuse", "hold"}},
      {"dice-off", "", "Take the rules about firmware away.", FlagKind::kSwitch}};
  for (Flag& each : more) flags.push_back(std::move(each));
  return flags;
}

Flag remove_certificate_flag() {
  return {"remove-certificate", "SLOT", "Empties one of the two; the other must be there.",
          FlagKind::kText,      {},     {"primary", "secondary"}};
}

Flag attestation_flag(bool group) {
  Flag flag{"attestation-type",
            "TYPE",
            "How devices prove who they are; symmetrickey, or what the other flags say.",
            FlagKind::kText,
            {"at"},
            {"symmetrickey", "symmetric_key", "x509"}};
  if (!group) flag.choices.emplace_back("tpm");
  return flag;
}

}  // namespace berth::cli
