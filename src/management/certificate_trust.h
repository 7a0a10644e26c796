// Certificates that enrollments trust: what an edit makes of their two slots, and what is worth a
// warning though it is allowed. Every rule, without the store.
//
// Room management. Errors: kInvalid naming the member. Thread rule: pure functions beside the
// reader of certificates.
#pragma once

#include "management/enrollment_edit.h"

#include <string>
#include <vector>

namespace berth::management {

// The id of an individual enrollment that is not given one: the CN of its certificate.
Result<domain::EnrollmentId> certificate_enrollment_id(const Call& call,
                                                       const domain::CertificateTrustEdit& edit);

// Of a record that trusts certificates. An individual enrollment has the certificate of its device,
// whose CN is its id; a group has CAs. One slot at least is filled in the end.
Result<void> edit_certificate_trust(const Call& call, domain::Enrollment& enrollment,
                                    const domain::EnrollmentEdit& edit,
                                    const Surroundings& surroundings, Differences& changed);

// What an operator should know of the certificates that it trusts: a group that no verified CA
// stands behind as yet, keys that were given away.
std::vector<std::string> trust_warnings(const Call& call, const domain::Enrollment& enrollment,
                                        const std::vector<domain::CaCertificate>& cas);

// Which certificate an edit put in place of which, for the audit: "sha256:…", "ca:name", "".
std::string slot_text(const std::optional<domain::TrustSlot>& slot);

}  // namespace berth::management
