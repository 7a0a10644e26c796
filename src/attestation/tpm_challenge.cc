#include "attestation/tpm_challenge.h"

#include "crypto/hmac.h"

#include <string>

namespace berth::attestation {
namespace {

// Both keys in one text, unmistakably: the first has a fixed size in every enrollment.
std::string both(const base::Bytes& endorsement_key, const base::Bytes& storage_root_key) {
  std::string text(endorsement_key.begin(), endorsement_key.end());
  text.append(storage_root_key.begin(), storage_root_key.end());
  return text;
}

}  // namespace

bool is_enrolled(const domain::TpmIdentity& shown, const domain::TpmKeys& enrolled) {
  return base::equal_constant_time(shown.endorsement_key, enrolled.endorsement_key);
}

base::Bytes expected_root_key(const domain::Enrollment& enrollment, const domain::TpmKeys& enrolled,
                              const domain::Registration* current) {
  if (!enrolled.storage_root_key.empty()) return enrolled.storage_root_key;
  const bool same = current != nullptr && current->enrollment.kind == enrollment.kind &&
                    current->enrollment.id.key() == enrollment.id.key();
  return same ? current->storage_root_key : base::Bytes();
}

Result<Secret> challenge_key(provisioning::Vault& vault, const domain::TpmChallenge& challenge,
                             const domain::TpmKeys& enrolled) {
  const std::string context = domain::challenge_context(challenge.scope, challenge.registration);
  BERTH_TRY(const Secret stored, vault.open(challenge.key, context));
  return crypto::hmac_sha256_secret(stored.bytes(),
                                    both(enrolled.endorsement_key, challenge.storage_root_key));
}

}  // namespace berth::attestation
