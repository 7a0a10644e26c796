// The case `csr`: a certificate for each of many signing requests, from Berth or from one of the
// certificate authorities beside it. All get the very same requests, over connections that are
// kept.
//
// Thread rule: plain function.
#pragma once

#include "bench/fleet/plan.h"

namespace berth::fleet {

// --to berth:    --id-scope, --group-key-file of a group that issues certificates; a registration
//                with the request in it, and the poll that brings the certificate
// --to step-ca:  --token-key, --token-kid, --token-issuer, --token-audience of a JWK provisioner
// --to openbao:  --token-file, --role of the engine `pki`
// All: --prefix; the device's name is this and its number.
Result<std::unique_ptr<Plan>> make_csr(const Options& options, const Clock& clock);

}  // namespace berth::fleet
