// A scope, its enrollments and a signing device, for the tests of attestation.
//
// Room attestation, tests. Thread rule: one test.
#pragma once

#include "attestation/symmetric_key.h"
#include "crypto/device_key.h"
#include "crypto/hmac.h"
#include "crypto/keyring.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace berth::attestation {

inline constexpr std::string_view kScope = "0ne00ABCDEF";
// Bytes 00..3F, the first group key of the vectors (azure-dps.md §4).
inline constexpr std::string_view kCountingKey =
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";
inline constexpr std::string_view kTextKey = "Z3JvdXAtc2Vjb25kYXJ5LWtleS0wMTIzNDU2Nzg5YWI=";

class TestVault final : public provisioning::Vault {
 public:
  TestVault() : keyring_(*crypto::Keyring::create(Secret(base::Bytes(32, 1)))), rng_(1) {}
  domain::Sealed seal(const Secret& secret, std::string_view context) override {
    return {keyring_.seal(secret, context, rng_)};
  }
  Result<Secret> open(const domain::Sealed& sealed, std::string_view context) override {
    ++opened;
    return keyring_.open(sealed.bytes, context);
  }
  base::Bytes digest(std::span<const std::uint8_t> bytes, std::string_view purpose) override {
    return keyring_.digest(bytes, purpose);
  }
  std::string fingerprint(std::span<const std::uint8_t> bytes) override {
    return keyring_.fingerprint(bytes);
  }

  int opened = 0;

 private:
  crypto::Keyring keyring_;
  base::SeededRng rng_;
};

inline Secret decoded(std::string_view base64) { return *base::base64_decode_secret(base64); }

struct EnrollmentSpec {
  domain::EnrollmentKind kind = domain::EnrollmentKind::kIndividual;
  std::string id;
  std::string scope = std::string(kScope);
};

inline domain::Enrollment make_enrollment(TestVault& vault, const EnrollmentSpec& spec,
                                          const Secret& primary, const Secret& secondary) {
  domain::Enrollment enrollment;
  enrollment.scope = *domain::ScopeId::parse(spec.scope);
  enrollment.kind = spec.kind;
  enrollment.id = *domain::EnrollmentId::parse(spec.id);
  const std::string context = domain::key_context(enrollment.scope, enrollment.kind, enrollment.id);
  domain::SymmetricKeys keys;
  keys.primary = vault.seal(primary, context);
  keys.secondary = vault.seal(secondary, context);
  enrollment.attestation = std::move(keys);
  enrollment.version = 1;
  return enrollment;
}

// A token as a client would make it, and the ways it can go wrong.
struct TokenSpec {
  std::string id = "device-01";
  std::string scope = std::string(kScope);
  std::string resource;  // `sr` as sent; made from scope and id when empty
  std::int64_t expiry = 0;
  std::string signed_text;  // what is signed; resource, line break and expiry when empty
};

inline domain::Claim make_claim(const TokenSpec& spec, std::span<const std::uint8_t> key) {
  domain::MacOverText mac;
  const std::string audience = spec.scope + "/registrations/" + spec.id;
  mac.raw_audience = spec.resource.empty() ? base::percent_encode(audience) : spec.resource;
  mac.audience = *base::percent_decode(mac.raw_audience);
  mac.expected_audience = audience;
  mac.raw_expiry = std::to_string(spec.expiry);
  mac.expires_at_seconds = spec.expiry;
  mac.signed_text = mac.raw_audience + "\n" + mac.raw_expiry;
  const std::string text = spec.signed_text.empty() ? mac.signed_text : spec.signed_text;
  const crypto::Sha256 signature = crypto::hmac_sha256(key, text);
  mac.mac.assign(signature.begin(), signature.end());
  domain::Claim claim;
  claim.scope = spec.scope;
  claim.registration_id = spec.id;
  claim.evidence = std::move(mac);
  return claim;
}

}  // namespace berth::attestation
