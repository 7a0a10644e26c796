// Why a client certificate was refused: a CA that is not verified yet or another scope's, an
// intermediate the device did not send, the certificate of somebody else, one that was replaced,
// names, times, and firmware.
//
// Room attestation, behind X509Attestor. Runs off the request path; checking a chain or comparing a
// fingerprint counts as one test. Of other scopes nothing but the scope's id is named.
// Thread rule: as the attestor whose caches it uses.
#pragma once

#include "attestation/trust_cache.h"
#include "crypto/chain.h"
#include "provisioning/ports/attestor.h"

#include <chrono>
#include <cstddef>
#include <vector>

namespace berth::attestation {

struct X509RivalTools {
  TrustCache& cas;
  crypto::ChainVerifier& verifier;
  std::chrono::seconds clock_skew{0};
  std::size_t budget = 0;
};

// Likeliest first; empty when nothing fits or the claim has no certificate.
std::vector<domain::Finding> test_x509_rivals(const provisioning::RivalInput& input,
                                              X509RivalTools tools);
// The same at a hub, for devices that are no members of a group with a product secret.
std::vector<domain::Finding> test_x509_rivals(const provisioning::ConnectionInput& input,
                                              X509RivalTools tools);

}  // namespace berth::attestation
