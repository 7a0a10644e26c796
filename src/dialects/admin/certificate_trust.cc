// What enrollments trust: certificates, with the firmware behind them, or a TPM.
#include "dialects/admin/members.h"

namespace berth::dialects::admin {
namespace {

using domain::TrustSlot;
using domain::TrustSlotEdit;

// Management has the exact rules; these only bound what is read.
constexpr std::size_t kDigestsMax = 1'000;
constexpr std::int64_t kSvnMax = std::int64_t{1} << 53;
constexpr TextRule kTpmKeyRule{0, 4096, false};

// null empties the slot.
std::optional<TrustSlotEdit> read_slot(JsonFields& attestation, std::string_view name) {
  if (attestation.is_null(name)) {
    attestation.has(name);
    return TrustSlotEdit();
  }
  std::optional<JsonFields> given = attestation.object(name);
  if (!given) return std::nullopt;
  TrustSlotEdit slot;
  slot.certificate = given->text("certificate", kCertificateRule).value_or("");
  slot.ca = given->text("ca", kNameRule).value_or("");
  const bool one = slot.certificate.empty() != slot.ca.empty();
  given->finish();
  if (!one) attestation.problem(name, "expected one of certificate and ca, or null");
  return slot;
}

// null takes the policy away.
std::optional<std::optional<domain::DicePolicyEdit>> read_dice(JsonFields& attestation) {
  std::optional<std::optional<domain::DicePolicyEdit>> policy;
  std::optional<JsonFields> given = attestation.object("dice");
  if (attestation.is_null("dice")) policy.emplace(std::nullopt);
  if (!given) return policy;
  domain::DicePolicyEdit edit;
  edit.digests = given->texts("digests", kDigestsMax, kNameRule);
  edit.vendor = given->text("vendor", kNameRule);
  edit.model = given->text("model", kNameRule);
  edit.version_min = given->text("versionMin", kNameRule);
  if (const auto svn = given->integer("svnMin", 0, kSvnMax)) {
    edit.svn_min.emplace(static_cast<std::uint64_t>(*svn));
  }
  if (given->is_null("svnMin")) edit.svn_min.emplace(std::nullopt);
  edit.debug = given->flag("debug");
  edit.unknown = given->word("unknown", domain::parse_unknown_firmware, "refused or held");
  given->finish();
  policy.emplace(std::move(edit));
  return policy;
}

boost::json::value slot_json(const std::optional<TrustSlot>& slot) {
  if (!slot) return nullptr;
  boost::json::object out;
  out["certificate"] = nullptr;
  if (slot->certificate) out["certificate"] = certificate_json(*slot->certificate);
  out["ca"] = text_or_null(slot->ca);
  return out;
}

boost::json::value dice_json(const std::optional<domain::DicePolicy>& policy) {
  if (!policy) return nullptr;
  boost::json::object out;
  out["digests"] = texts_json(policy->digests);
  out["vendor"] = text(policy->vendor);
  out["model"] = text(policy->model);
  out["versionMin"] = text(policy->version_min);
  out["svnMin"] = nullptr;
  if (policy->svn_min) out["svnMin"] = *policy->svn_min;
  out["debug"] = policy->debug;
  out["unknown"] = text(to_string(policy->unknown));
  return out;
}

}  // namespace

boost::json::array texts_json(const std::vector<std::string>& texts) {
  boost::json::array out;
  for (const std::string& each : texts) out.push_back(text(each));
  return out;
}

std::optional<domain::CertificateTrustEdit> read_trust(JsonFields& attestation) {
  domain::CertificateTrustEdit edit;
  edit.primary = read_slot(attestation, "primary");
  edit.secondary = read_slot(attestation, "secondary");
  edit.dice = read_dice(attestation);
  const bool given = edit.primary || edit.secondary || edit.dice;
  return given ? std::optional(std::move(edit)) : std::nullopt;
}

std::optional<domain::TpmKeysEdit> read_tpm(JsonFields& attestation) {
  domain::TpmKeysEdit edit;
  edit.endorsement_key = attestation.text("endorsementKey", kTpmKeyRule);
  edit.storage_root_key = attestation.text("storageRootKey", kTpmKeyRule);
  if (attestation.is_null("storageRootKey")) edit.storage_root_key.emplace();
  const bool given = edit.endorsement_key || edit.storage_root_key;
  return given ? std::optional(std::move(edit)) : std::nullopt;
}

boost::json::object trust_json(const domain::CertificateTrust& trust) {
  boost::json::object out;
  out["primary"] = slot_json(trust.primary);
  out["secondary"] = slot_json(trust.secondary);
  out["dice"] = dice_json(trust.dice);
  return out;
}

boost::json::object tpm_json(const domain::TpmKeys& keys) {
  boost::json::object out;
  out["endorsementKey"] = text(base::base64_encode(keys.endorsement_key));
  out["storageRootKey"] = text_or_null(base::base64_encode(keys.storage_root_key));
  return out;
}

boost::json::object certificate_json(const domain::Certificate& certificate) {
  boost::json::object out;
  out["sha256"] = text(base::hex_encode(certificate.sha256));
  out["sha1"] = text(base::hex_encode(certificate.sha1));
  out["subject"] = text(certificate.subject);
  out["issuer"] = text(certificate.issuer);
  out["serial"] = text(certificate.serial);
  out["commonName"] = text_or_null(certificate.common_name);
  out["notBefore"] = time(certificate.not_before);
  out["notAfter"] = time(certificate.not_after);
  out["byKey"] = certificate.by_key;
  return out;
}

}  // namespace berth::dialects::admin
