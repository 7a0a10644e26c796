// Shared access signatures, read exactly as they were sent (azure-dps.md §1.7, azure-iot-hub.md
// §1.2):
//
//   SharedAccessSignature sr=<R>&sig=<urlenc(base64(MAC))>&se=<epoch seconds>[&skn=<key name>]
//
// The MAC is over the `sr` text as transmitted, so nothing is normalised: the parts are cut out,
// `sr` is kept raw beside its decoded form, and nothing is verified or compared here (attestation
// does that).
//
// Room dialects/azure. Thread rule: pure function.
#pragma once

#include "domain/claim.h"

#include <string>
#include <string_view>

namespace berth::dialects::azure {

// Real tokens have about 250 bytes; an id of 128 characters, escaped throughout, adds 256.
inline constexpr std::size_t kTokenBytesMax = 4096;

// What the token claims. `expected_audience` is the resource that the request is about, decoded;
// `skn` becomes key_name. Parameters in any order, unknown ones ignored; MalformedEvidence when one
// is missing, empty, repeated or unreadable, without quoting the token. A `sig` that is not base64
// of 32 bytes is handed on as text (MacOverText::raw_signature): attest refuses it, the explainer
// says why.
domain::Evidence read_shared_access_signature(std::string_view token,
                                              std::string expected_audience);

}  // namespace berth::dialects::azure
