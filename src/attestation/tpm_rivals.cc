#include "attestation/tpm_rivals.h"

#include "attestation/tpm_challenge.h"
#include "crypto/hmac.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace berth::attestation {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::Enrollment;
using domain::Finding;
using domain::Reason;
using domain::TpmIdentity;
using domain::TpmKeys;
using provisioning::RivalInput;
using Findings = std::vector<Finding>;

constexpr std::string_view kStartAnew =
    "let the device register from the beginning: show its keys, open the new challenge, answer it";

// The enrollment that the claim was checked against.
const Enrollment* enrollment_of(const RivalInput& input) {
  for (const Enrollment& each : input.candidates) {
    if (std::holds_alternative<TpmKeys>(each.attestation)) return &each;
  }
  return nullptr;
}

// The enrollment, among `enrollments`, whose TPM it is.
const Enrollment* owner_among(std::span<const Enrollment> enrollments, const TpmIdentity& shown,
                              std::size_t& budget) {
  for (const Enrollment& each : enrollments) {
    const auto* keys = std::get_if<TpmKeys>(&each.attestation);
    if (keys == nullptr) continue;
    if (budget == 0) return nullptr;
    --budget;
    if (is_enrolled(shown, *keys)) return &each;
  }
  return nullptr;
}

Findings tpm_of_other(const RivalInput& input, const TpmIdentity& shown, std::size_t& budget) {
  const Enrollment* owner = owner_among(input.same_scope, shown, budget);
  if (owner != nullptr) {
    return {{Cause::kEndorsementKeyOfOther, true,
             fmt::format("It is the TPM of individual '{}', but the device calls itself '{}'.",
                         owner->id.text(), input.registration_id),
             fmt::format("let the device register as '{}', or enrol '{}' with this TPM: {}",
                         owner->id.text(), input.registration_id, mend::show(*owner))}};
  }
  owner = owner_among(input.other_scopes, shown, budget);
  if (owner == nullptr) return {};
  return {{Cause::kEndorsementKeyOfOther, true,
           fmt::format("It is a TPM that scope '{}' has enrolled; the device registers in '{}'.",
                       owner->scope.text(), base::printable(input.claim.scope)),
           "give the device the ID scope where its TPM is enrolled"}};
}

Findings tpm_was_cleared(const RivalInput& input, const TpmIdentity& shown) {
  const Enrollment* enrollment = enrollment_of(input);
  if (enrollment == nullptr) return {};
  const auto& keys = std::get<TpmKeys>(enrollment->attestation);
  if (!is_enrolled(shown, keys)) return {};
  const domain::Registration* current = input.current ? &*input.current : nullptr;
  const base::Bytes root = expected_root_key(*enrollment, keys, current);
  if (root.empty() || root == shown.storage_root_key) return {};
  return {{Cause::kStorageRootKeyChanged, true,
           fmt::format("The endorsement key is right, the storage root key is another than {}: the "
                       "TPM was cleared, or another owner has taken it.",
                       keys.storage_root_key.empty() ? "the one the device registered with"
                                                     : "the enrolled one"),
           fmt::format("if that was meant, enrol the new storage root key: {}",
                       mend::update(*enrollment, "--storage-root-key <base64 of the key>"))}};
}

Finding stale(bool proven, std::string text) {
  return {Cause::kChallengeStale, proven, std::move(text), std::string(kStartAnew)};
}

// The signature verifies with the latest challenge's key.
bool answers_latest(const RivalInput& input, const domain::MacOverText& mac, const TpmKeys& keys,
                    provisioning::Vault& vault) {
  const Result<Secret> key = challenge_key(vault, *input.challenge, keys);
  return key && crypto::verify_hmac_sha256(key->bytes(), mac.signed_text, mac.mac);
}

Findings challenge_is_over(const RivalInput& input, const domain::MacOverText& mac,
                           const TpmRivalTools& tools) {
  const Enrollment* enrollment = enrollment_of(input);
  if (enrollment == nullptr) return {};
  if (input.challenge == nullptr) {
    return {stale(true,
                  "The device signs with a key though it was given no challenge, or the one "
                  "it had is long over.")};
  }
  const auto& keys = std::get<TpmKeys>(enrollment->attestation);
  const bool latest = tools.budget > 0 && answers_latest(input, mac, keys, tools.vault);
  if (!latest) {
    return {stale(false,
                  "The device answers another challenge than its latest one, perhaps an "
                  "older one, or signs with the key for its hub.")};
  }
  if (input.challenge->used) {
    return {stale(true,
                  "It is the right answer, but the device has registered with it already; "
                  "each answer registers once.")};
  }
  return {stale(true, fmt::format("It is the right answer, but too late: the challenge was good "
                                  "until {}.",
                                  base::format_utc(input.challenge->expires_at, 0)))};
}

}  // namespace

Findings test_tpm_rivals(const RivalInput& input, TpmRivalTools tools) {
  if (const auto* shown = std::get_if<TpmIdentity>(&input.claim.evidence)) {
    const bool unknown_tpm =
        input.reason == Reason::kProofRejected || input.reason == Reason::kNotEnrolled;
    if (!unknown_tpm) return {};
    Findings findings = tpm_was_cleared(input, *shown);
    return findings.empty() ? tpm_of_other(input, *shown, tools.budget) : findings;
  }
  const auto* mac = std::get_if<domain::MacOverText>(&input.claim.evidence);
  const bool answered =
      input.reason == Reason::kProofRejected || input.reason == Reason::kChallengeOver;
  if (mac == nullptr || !answered) return {};
  return challenge_is_over(input, *mac, tools);
}

}  // namespace berth::attestation
