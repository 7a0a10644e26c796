// What the issuers' tests issue to: a group with a product secret and a device of its member.
//
// Room issuing, tests. Thread rule: plain values.
#pragma once

#include "domain/records.h"

#include <cstdint>
#include <string>

namespace berth::issuing {

inline domain::Enrollment group(domain::CredentialKind issues) {
  domain::Enrollment made;
  made.scope = domain::ScopeId::trusted("0ne00ABCDEF");
  made.kind = domain::EnrollmentKind::kGroup;
  made.id = domain::EnrollmentId::trusted("S3EUVBRJLB");
  domain::ProductSecret secret;
  secret.issues = issues;
  made.attestation = secret;
  return made;
}

inline domain::Device device(std::int64_t at = 0, const std::string& hub = "hub-1") {
  domain::Device made;
  made.hub = domain::HubName::trusted(hub);
  made.updated_at = base::from_unix_seconds(at);
  made.id = domain::DeviceId::trusted("S3EUVBRJLBdev1");
  return made;
}

}  // namespace berth::issuing
