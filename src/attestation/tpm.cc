#include "attestation/tpm.h"

#include "attestation/signature_rules.h"
#include "attestation/tpm_challenge.h"
#include "attestation/tpm_rivals.h"
#include "base/log.h"
#include "crypto/hmac.h"
#include "crypto/tpm_activation.h"

#include <fmt/format.h>

#include <utility>

namespace berth::attestation {
namespace {

using domain::MacOverText;
using domain::Reason;
using domain::TpmIdentity;
using domain::TpmKeys;
using provisioning::Attested;
using provisioning::AttestInput;
using provisioning::Refusal;

Refusal refusal_of(Broken broken) {
  return {broken.reason, std::move(broken.expected), std::move(broken.received), {}};
}

Refusal malformed(const Error& error) {
  return {Reason::kProofMalformed, "the public keys of a TPM 2.0", error.what, {}};
}

Refusal unreadable(const domain::RegistrationId& id, const Error& error) {
  log::error("attest.challenge_unreadable", {{"registration", id.text()}, {"what", error.what}});
  return {Reason::kInternal,
          "a challenge that opens under the server's master key",
          "one that does not; the log has more",
          {}};
}

std::string key_text(std::string_view which, const base::Bytes& key) {
  return fmt::format("{} {}", which, crypto::tpm_key_fingerprint(key));
}

// The enrollments for TPMs among the candidates: one, because only individuals have one.
struct Candidate {
  std::size_t index = 0;
  const domain::Enrollment* enrollment = nullptr;
  const TpmKeys* keys = nullptr;
};
std::optional<Candidate> candidate_of(const AttestInput& input) {
  for (std::size_t i = 0; i < input.candidates.size(); ++i) {
    const auto* keys = std::get_if<TpmKeys>(&input.candidates[i]->attestation);
    if (keys != nullptr) return Candidate{i, input.candidates[i], keys};
  }
  return std::nullopt;
}

Refusal of_another_kind() {
  return {Reason::kAttestationMismatch, "another kind of proof", "that of a TPM", {}};
}

// Whether the TPM that is shown is the enrolled one; only its own can be challenged.
Refusal check_shown(const AttestInput& input, const TpmIdentity& shown) {
  const Result<crypto::TpmPublic> ek = crypto::read_endorsement_key(shown.endorsement_key);
  if (!ek) return malformed(ek.error());
  const Result<crypto::TpmPublic> srk = crypto::read_storage_root_key(shown.storage_root_key);
  if (!srk) return malformed(srk.error());
  const std::optional<Candidate> candidate = candidate_of(input);
  if (!candidate) return of_another_kind();
  if (!is_enrolled(shown, *candidate->keys)) {
    return {Reason::kProofRejected,
            fmt::format("{} of individual '{}'",
                        key_text("endorsement key", candidate->keys->endorsement_key),
                        candidate->enrollment->id.text()),
            key_text("endorsement key", shown.endorsement_key),
            {}};
  }
  const base::Bytes root =
      expected_root_key(*candidate->enrollment, *candidate->keys, input.current);
  if (!root.empty() && !base::equal_constant_time(root, shown.storage_root_key)) {
    return {Reason::kProofRejected,
            key_text(candidate->keys->storage_root_key.empty()
                         ? "the storage root key it registered with,"
                         : "the enrolled storage root key",
                     root),
            key_text("storage root key", shown.storage_root_key),
            {}};
  }
  return {Reason::kChallengeRequired,
          "the answer to a challenge",
          fmt::format("the public keys of the TPM of individual '{}'",
                      candidate->enrollment->id.text()),
          {}};
}

// kChallengeOver for a challenge that cannot be answered any more.
std::optional<Refusal> check_challenge(const AttestInput& input) {
  const domain::TpmChallenge* challenge = input.challenge;
  if (challenge == nullptr) {
    return Refusal{Reason::kChallengeOver,
                   "the answer to a challenge",
                   "a signature, though this device was not challenged",
                   {}};
  }
  if (input.now > challenge->expires_at) {
    return Refusal{Reason::kChallengeOver,
                   fmt::format("an answer before {}", base::format_utc(challenge->expires_at, 0)),
                   fmt::format("one at {}", base::format_utc(input.now, 0)),
                   {}};
  }
  if (challenge->used && input.registers) {
    return Refusal{Reason::kChallengeOver,
                   "the answer to a challenge that has not been used",
                   "one to a challenge with which it has registered",
                   {}};
  }
  return std::nullopt;
}

}  // namespace

bool TpmAttestor::reads(const domain::Evidence& evidence) const {
  if (std::holds_alternative<TpmIdentity>(evidence)) return true;
  const auto* mac = std::get_if<MacOverText>(&evidence);
  return mac != nullptr && mac->algorithm == domain::MacAlgorithm::kHmacSha256;
}

Result<Attested, Refusal> TpmAttestor::attest(const AttestInput& input) {
  if (const auto* shown = std::get_if<TpmIdentity>(&input.claim.evidence)) {
    return Fail(check_shown(input, *shown));
  }
  const auto* mac = std::get_if<MacOverText>(&input.claim.evidence);
  if (mac == nullptr) {
    return Fail(Refusal{Reason::kProofMissing, "a TPM's keys or its signature", "neither", {}});
  }
  std::optional<Broken> misaddressed = check_address(*mac);
  if (misaddressed) return Fail(refusal_of(*std::move(misaddressed)));
  Result<Attested, Refusal> verified = verify(input, *mac);
  if (!verified) return verified;
  std::optional<Broken> untimely =
      check_expiry(*mac, {input.now, settings_.clock_skew, settings_.expiry_ahead_max});
  if (untimely) return Fail(refusal_of(*std::move(untimely)));
  return verified;
}

Result<Attested, Refusal> TpmAttestor::verify(const AttestInput& input, const MacOverText& mac) {
  const std::optional<Candidate> candidate = candidate_of(input);
  if (!candidate) return Fail(of_another_kind());
  std::optional<Refusal> over = check_challenge(input);
  if (over) return Fail(*std::move(over));
  const domain::TpmChallenge& challenge = *input.challenge;
  // The enrollment may have been given another storage root key since.
  const base::Bytes& enrolled_root = candidate->keys->storage_root_key;
  if (!enrolled_root.empty() && enrolled_root != challenge.storage_root_key) {
    return Fail(Refusal{Reason::kChallengeOver,
                        key_text("the enrolled storage root key", enrolled_root),
                        key_text("a challenge for storage root key", challenge.storage_root_key),
                        {}});
  }
  const Result<Secret> key = challenge_key(vault_, challenge, *candidate->keys);
  if (!key) return Fail(unreadable(input.registration, key.error()));
  if (!crypto::verify_hmac_sha256(key->bytes(), mac.signed_text, mac.mac)) {
    return Fail(
        Refusal{Reason::kProofRejected,
                fmt::format("a signature with the key of the latest challenge to the TPM of "
                            "individual '{}'",
                            candidate->enrollment->id.text()),
                "a signature that this key does not verify",
                {}});
  }
  Attested attested;
  attested.candidate = candidate->index;
  attested.derivation_id = input.registration.text();
  attested.detail =
      fmt::format("answer of the TPM of individual '{}' ({})", candidate->enrollment->id.text(),
                  key_text("endorsement key", candidate->keys->endorsement_key));
  attested.storage_root_key = challenge.storage_root_key;
  return attested;
}

Result<domain::TpmChallenge, Refusal> TpmAttestor::current_or_new(const AttestInput& input,
                                                                  const TpmIdentity& shown) {
  constexpr std::size_t kStoredBytes = 32;
  const domain::TpmChallenge* last = input.challenge;
  const bool fresh = last != nullptr && !last->used &&
                     last->storage_root_key == shown.storage_root_key &&
                     last->expires_at - input.now >= settings_.challenge_lifetime / 2;
  if (fresh) return *last;
  const std::optional<Candidate> candidate = candidate_of(input);
  if (!candidate) return Fail(of_another_kind());
  domain::TpmChallenge made;
  made.scope = candidate->enrollment->scope;
  made.registration = input.registration;
  made.key = vault_.seal(rng_.secret(kStoredBytes),
                         domain::challenge_context(made.scope, made.registration));
  made.storage_root_key = shown.storage_root_key;
  made.expires_at = input.now + settings_.challenge_lifetime;
  return made;
}

Result<provisioning::Challenge, Refusal> TpmAttestor::challenge(const AttestInput& input) {
  const auto* shown = std::get_if<TpmIdentity>(&input.claim.evidence);
  const std::optional<Candidate> candidate = candidate_of(input);
  if (shown == nullptr || !candidate) return Fail(of_another_kind());
  const Result<crypto::TpmPublic> ek = crypto::read_endorsement_key(shown->endorsement_key);
  if (!ek) return Fail(malformed(ek.error()));
  const Result<crypto::TpmPublic> srk = crypto::read_storage_root_key(shown->storage_root_key);
  if (!srk) return Fail(malformed(srk.error()));
  Result<domain::TpmChallenge, Refusal> record = current_or_new(input, *shown);
  if (!record) return Fail(std::move(record).error());
  const Result<Secret> key = challenge_key(vault_, *record, *candidate->keys);
  if (!key) return Fail(unreadable(input.registration, key.error()));
  Result<base::Bytes> activation = crypto::make_activation(*ek, *srk, *key, rng_, {});
  if (!activation) return Fail(malformed(activation.error()));
  return provisioning::Challenge{*std::move(record), *std::move(activation)};
}

std::vector<domain::Finding> TpmAttestor::rivals(const provisioning::RivalInput& input,
                                                 std::size_t budget) {
  return test_tpm_rivals(input, {vault_, budget});
}

std::vector<domain::Finding> TpmAttestor::connection_rivals(const provisioning::ConnectionInput&,
                                                            std::size_t) {
  return {};
}

}  // namespace berth::attestation
