// How an enrollment's devices prove themselves, by flags: keys, certificates with the firmware
// behind them, a TPM.
// Room cli, private to it. Thread rule: as Invocation.
#pragma once

#include "cli/invocation.h"

#include <boost/json/object.hpp>

#include <vector>

namespace berth::cli {

std::vector<Flag> key_flags();
// What follows the flags that all enrollments have.
std::vector<Flag> certificate_flags(bool group);
Flag remove_certificate_flag();
Flag attestation_flag(bool group);

// What they say, as the body's `attestation` and `certificateLifetimeDays`.
Try<void> put_proof(json::object& body, Invocation& run);

}  // namespace berth::cli
