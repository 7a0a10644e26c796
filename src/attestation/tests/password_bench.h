// A group whose members have passwords, a member of it, its device and a controller, for the tests
// of attestation.
//
// Room attestation, tests. Thread rule: one test.
#pragma once

#include "attestation/member_passwords.h"
#include "attestation/passwords.h"
#include "attestation/tests/hub_bench.h"

#include <memory>
#include <string>
#include <string_view>

namespace berth::attestation {

// cloudplugs.md §1.2.
inline constexpr std::string_view kGroup = "mod-588acc123945ec8436bde3aa";
inline constexpr std::string_view kSerial = "SN0001";
inline constexpr std::string_view kGroupSecret = "s3cr3t";
inline constexpr std::string_view kSecretThenSerial = "4AI52Od5p2v+YFAJtyTuvzYKEHQ=";
inline constexpr std::string_view kSerialThenSecret = "6NU0GhiG7ftOnM090OfM1d1KYls=";

inline domain::Enrollment make_password_group(TestVault& vault, std::string_view id = kGroup,
                                              std::string_view scope = kScope) {
  domain::Enrollment group;
  group.scope = *domain::ScopeId::parse(scope);
  group.kind = domain::EnrollmentKind::kGroup;
  group.id = *domain::EnrollmentId::parse(id);
  domain::MemberPasswords passwords;
  passwords.derivation_secret = vault.seal(Secret::from_text(kGroupSecret),
                                           domain::key_context(group.scope, group.kind, group.id));
  group.attestation = std::move(passwords);
  return group;
}

inline domain::MemberPasswords& passwords_of(domain::Enrollment& group) {
  return std::get<domain::MemberPasswords>(group.attestation);
}

inline void set_secret(TestVault& vault, domain::Enrollment& group, std::string_view secret) {
  passwords_of(group).derivation_secret =
      vault.seal(Secret::from_text(secret), domain::key_context(group.scope, group.kind, group.id));
}

inline domain::Member make_member(const domain::Enrollment& group,
                                  std::string_view name = kSerial) {
  domain::Member member;
  member.scope = group.scope;
  member.group = group.id;
  member.name = *domain::MemberName::parse(name);
  return member;
}

inline void give_own(TestVault& vault, domain::Member& member, domain::PasswordUse use,
                     std::string_view text) {
  (use == domain::PasswordUse::kControl ? member.control_password : member.enroll_password) =
      vault.digest(base::as_bytes(text), purpose_of(member, use));
}

inline SharedSecret shared(std::string_view text) {
  return std::make_shared<const Secret>(Secret::from_text(text));
}

// A device with a password that was issued at `at`.
inline domain::Device make_password_device(TestVault& vault, std::string_view id,
                                           std::string_view password, std::int64_t at = 0) {
  domain::Device device;
  device.hub = *domain::HubName::parse("hub-1");
  device.id = *domain::DeviceId::parse(id);
  device.scope = *domain::ScopeId::parse(kScope);
  device.group = *domain::EnrollmentId::parse(kGroup);
  device.updated_at = base::from_unix_seconds(at);
  device.password.emplace();
  device.password->digest =
      vault.digest(base::as_bytes(password), domain::device_password_purpose(device.id));
  return device;
}

inline domain::Claim make_password_claim(domain::PasswordUse use, std::string_view text) {
  domain::Claim claim;
  claim.membership = {std::string(kGroup), std::string(kSerial)};
  claim.registration_id = std::string(kGroup) + std::string(kSerial);
  if (use == domain::PasswordUse::kControl) claim.controller.emplace();
  claim.evidence = domain::Password{use, shared(text)};
  return claim;
}

}  // namespace berth::attestation
