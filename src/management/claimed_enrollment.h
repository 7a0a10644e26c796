// The individual enrollment that a redeemed claim makes: its settings are those of the group that
// the code was made for, or of the enrollment that is there, its key is the redeeming side's own.
//
// Room management. Thread rule: as use_cases.h.
#pragma once

#include "management/call.h"

#include <optional>

namespace berth::management {

struct ClaimedEnrollment {
  domain::Enrollment enrollment;
  std::optional<std::uint64_t> expected_version;  // none: there is none yet
  bool trust_moved = false;  // what was proven with a certificate may be no longer
};

// kInvalid: the key (`what` says why). kConflict: the group or the enrollment that the code was
// made for is gone or switched off, another enrollment has the id, or somebody else has registered
// it.
Task<Result<ClaimedEnrollment>> make_claimed_enrollment(const Call& call,
                                                        domain::CredentialCode code,
                                                        domain::Attestation attestation);

// What proves the device from now on. kInvalid as above; a request's CN is the device's id or
// empty.
Result<domain::Attestation> attestation_of_claim(const Call& call,
                                                 const domain::CredentialCode& code,
                                                 const domain::RedeemClaim& claim);

}  // namespace berth::management
