// A group with a product secret, members that register with it and connect with what they were
// issued, for the tests of attestation.
//
// Room attestation, tests. Thread rule: one test.
#pragma once

#include "attestation/signed_text.h"
#include "attestation/tests/hub_bench.h"

#include <string>
#include <string_view>

namespace berth::attestation {

// tencent.md §5.1, the second row.
inline constexpr std::string_view kProductSecret = "hzvf5LF9S0isvBhDSauWMaIk";
inline constexpr std::string_view kOtherSecret = "8XzjN8rfgFVGDTNTUGau4snA";
inline constexpr std::string_view kProduct = "S3EUVBRJLB";
inline constexpr std::string_view kMemberText =
    "deviceName=dev_keynotls&nonce=1327088122&productId=S3EUVBRJLB&timestamp=1795300494";
inline constexpr std::int64_t kMadeAt = 1'795'300'494;

inline domain::Sealed seal_for(TestVault& vault, const domain::Enrollment& group,
                               std::string_view secret) {
  return vault.seal(Secret::from_text(secret),
                    domain::key_context(group.scope, group.kind, group.id));
}

inline domain::Enrollment make_product(TestVault& vault, std::string_view id,
                                       std::string_view secret, std::string_view scope = kScope) {
  domain::Enrollment group;
  group.scope = *domain::ScopeId::parse(scope);
  group.kind = domain::EnrollmentKind::kGroup;
  group.id = *domain::EnrollmentId::parse(id);
  domain::ProductSecret attestation;
  attestation.current = seal_for(vault, group, secret);
  attestation.admits = domain::Admits::kListed;
  group.attestation = std::move(attestation);
  return group;
}

inline domain::ProductSecret& secret_of(domain::Enrollment& group) {
  return std::get<domain::ProductSecret>(group.attestation);
}

inline base::Bytes mac_of(domain::MacAlgorithm algorithm, std::span<const std::uint8_t> key,
                          std::string_view text) {
  const auto bytes_of = [](const auto& mac) { return base::Bytes(mac.begin(), mac.end()); };
  switch (algorithm) {
    case domain::MacAlgorithm::kHmacSha256:
      return bytes_of(crypto::hmac_sha256(key, text));
    case domain::MacAlgorithm::kHmacSha1:
      return bytes_of(crypto::hmac_sha1(key, text));
    case domain::MacAlgorithm::kHmacMd5:
      return bytes_of(crypto::hmac_md5(key, text));
  }
  return {};
}

// What a device sends: the text it should have signed, and the one it did (the same if empty).
struct SignedSpec {
  domain::MacAlgorithm algorithm = domain::MacAlgorithm::kHmacSha1;
  std::string text = std::string(kMemberText);
  std::string signed_text;
};

inline domain::SignedText make_signed(const SignedSpec& spec, std::span<const std::uint8_t> key) {
  domain::SignedText proof;
  proof.algorithm = spec.algorithm;
  proof.texts = {spec.text};
  proof.mac = mac_of(spec.algorithm, key, spec.signed_text.empty() ? spec.text : spec.signed_text);
  proof.raw_signature = base::hex_encode(proof.mac);
  return proof;
}

inline domain::Claim make_member_claim(domain::Evidence evidence) {
  domain::Claim claim;
  claim.registration_id = "S3EUVBRJLBdev_keynotls";
  claim.membership = {"S3EUVBRJLB", "dev_keynotls"};
  claim.evidence = std::move(evidence);
  return claim;
}

}  // namespace berth::attestation
