#include "attestation/symmetric_key.h"

#include "attestation/connection_rivals.h"
#include "attestation/signature_rules.h"
#include "attestation/symmetric_key_rivals.h"
#include "base/log.h"
#include "crypto/device_key.h"
#include "crypto/hmac.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace berth::attestation {
namespace {

using domain::EnrollmentKind;
using domain::KeySlot;
using domain::MacOverText;
using domain::Reason;
using provisioning::Attested;
using provisioning::AttestInput;
using provisioning::Refusal;

constexpr std::array kSlots = {KeySlot::kPrimary, KeySlot::kSecondary};
constexpr std::size_t kKeysNamedMax = 3;

Refusal refusal_of(Broken broken) {
  return {broken.reason, std::move(broken.expected), std::move(broken.received), {}};
}

// The slot that verifies and the id its key was derived from; empty for an individual's.
struct Match {
  KeySlot slot = KeySlot::kPrimary;
  std::string derivation_id;
};

std::optional<Match> match_individual(const OpenedKeys& keys, const MacOverText& mac) {
  for (const KeySlot slot : kSlots) {
    if (crypto::verify_hmac_sha256(keys.of(slot).bytes(), mac.signed_text, mac.mac)) {
      return Match{slot, {}};
    }
  }
  return std::nullopt;
}

std::optional<Match> match_group(const OpenedKeys& keys, const MacOverText& mac,
                                 std::string_view id) {
  for (const KeySlot slot : kSlots) {
    const Secret key = crypto::derive_device_key(keys.of(slot).bytes(), id);
    if (crypto::verify_hmac_sha256(key.bytes(), mac.signed_text, mac.mac)) {
      return Match{slot, std::string(id)};
    }
  }
  return std::nullopt;
}

std::optional<Match> match(const domain::Enrollment& enrollment, const OpenedKeys& keys,
                           const MacOverText& mac, const domain::RegistrationId& id) {
  if (enrollment.kind == EnrollmentKind::kIndividual) {
    std::optional<Match> found = match_individual(keys, mac);
    if (found) found->derivation_id = id.text();
    return found;
  }
  std::optional<Match> found = match_group(keys, mac, id.text());
  if (found) return found;
  const std::string lower = id.key();
  return lower == id.text() ? std::nullopt : match_group(keys, mac, lower);
}

std::string describe(const domain::Enrollment& enrollment, const Match& match) {
  if (enrollment.kind == EnrollmentKind::kIndividual) {
    return fmt::format("{} key of individual '{}'", to_string(match.slot), enrollment.id.text());
  }
  return fmt::format("key derived for '{}' from the {} key of group '{}'", match.derivation_id,
                     to_string(match.slot), enrollment.id.text());
}

}  // namespace

SymmetricKeyAttestor::SymmetricKeyAttestor(provisioning::Vault& vault,
                                           SymmetricKeySettings settings)
    : vault_(vault), settings_(settings), keys_(vault, settings.keys_cached_max) {}

bool SymmetricKeyAttestor::reads(const domain::Evidence& evidence) const {
  const auto* mac = std::get_if<MacOverText>(&evidence);
  return mac != nullptr && mac->algorithm == domain::MacAlgorithm::kHmacSha256;
}

Result<Attested, Refusal> SymmetricKeyAttestor::attest(const AttestInput& input) {
  const auto* mac = std::get_if<MacOverText>(&input.claim.evidence);
  if (mac == nullptr) {
    return Fail(Refusal{Reason::kProofMissing, "a shared access signature", "something else", {}});
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

Result<Attested, Refusal> SymmetricKeyAttestor::verify(const AttestInput& input,
                                                       const MacOverText& mac) {
  std::string tried;
  std::size_t count = 0;
  bool unreadable = false;
  for (std::size_t i = 0; i < input.candidates.size(); ++i) {
    const domain::Enrollment& enrollment = *input.candidates[i];
    const auto* keys = std::get_if<domain::SymmetricKeys>(&enrollment.attestation);
    if (keys == nullptr) continue;
    Result<const OpenedKeys*> opened = keys_.open(enrollment, *keys);
    if (!opened) {
      log::error("attest.key_unreadable",
                 {{"enrollment", enrollment.id.text()}, {"what", opened.error().what}});
      unreadable = true;
      continue;
    }
    const std::optional<Match> found = match(enrollment, **opened, mac, input.registration);
    if (found) {
      return Attested{i, found->slot, found->derivation_id, describe(enrollment, *found)};
    }
    if (count++ < kKeysNamedMax) {
      tried += fmt::format("{}{} '{}' (primary {}, secondary {})", tried.empty() ? "" : ", ",
                           to_string(enrollment.kind), enrollment.id.text(),
                           vault_.fingerprint((*opened)->primary.bytes()),
                           vault_.fingerprint((*opened)->secondary.bytes()));
    }
  }
  if (unreadable) {
    return Fail(Refusal{Reason::kInternal,
                        "keys that open under the server's master key",
                        "a key that does not; the log has more",
                        {}});
  }
  if (count == 0) {
    return Fail(Refusal{
        Reason::kAttestationMismatch, "another kind of proof", "a shared access signature", {}});
  }
  if (count > kKeysNamedMax) tried += fmt::format(" and {} more", count - kKeysNamedMax);
  return Fail(Refusal{Reason::kProofRejected,
                      "a signature made with a key of " + tried,
                      "a signature that none of them verifies",
                      {}});
}

std::vector<domain::Finding> SymmetricKeyAttestor::rivals(const provisioning::RivalInput& input,
                                                          std::size_t budget) {
  return test_rivals(input,
                     {vault_, keys_, settings_.clock_skew, settings_.expiry_ahead_max, budget});
}

std::vector<domain::Finding> SymmetricKeyAttestor::connection_rivals(
    const provisioning::ConnectionInput& input, std::size_t budget) {
  return test_connection_rivals(
      input, {vault_, keys_, settings_.clock_skew, settings_.expiry_ahead_max, budget});
}

}  // namespace berth::attestation
