// What the tests about certificates and TPM keys are made of.
//
// Room store/conformance. Thread rule: as the suite's.
#pragma once

#include "store/conformance/suite.h"

namespace berth::store::conformance {

// 32 bytes that begin with that number.
base::Bytes sha(std::uint8_t number);
// Every field differs from its default.
domain::Certificate make_certificate(std::uint8_t number);
domain::CaCertificate make_ca(std::string_view name, const domain::ScopeId& scope = kScope);
// Of sha(number); its reason is "reason <number>".
domain::RevokedCertificate make_revoked(std::uint8_t number, std::int64_t seconds = 0,
                                        const domain::ScopeId& scope = kScope);
// Of sha(number), which is its serial as well.
domain::CertificateRecord make_issued(std::string_view id, std::uint8_t number);
domain::TpmChallenge make_challenge(std::string_view id, std::uint8_t number = 1);
// Its attestation are the keys of a TPM.
domain::Enrollment make_tpm(std::string_view id);
domain::PinnedCertificate make_pinned(std::uint8_t number);

}  // namespace berth::store::conformance
