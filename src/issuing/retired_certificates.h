// The certificates a device had before it was given another credential, kept by fingerprint so that
// a refusal can say that it still uses one of them.
//
// Room issuing. Thread rule: pure functions.
#pragma once

#include "domain/records.h"

#include <vector>

namespace berth::issuing {

// What becomes of the certificates of `before` when `device` (its certificate and updated_at are
// set) takes its place: the one it no longer has, then those it had lost already, newest first; at
// most kRetiredKeysMax.
std::vector<domain::RetiredCertificate> retire_certificates(const domain::Device& before,
                                                            const domain::Device& device);

}  // namespace berth::issuing
