// The X.509 certificates of Open-DICE (dice-x509.md §5.2): what the key of one layer says of the
// next layer and its key, and, because those keys sign nothing else, the certificate of a key that
// a device talks TLS with.
//
// Deterministic: the same keys and inputs make the same bytes.
// Room factory. Thread rule: pure functions.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/result.h"
#include "factory/open_dice.h"

#include <string>
#include <string_view>

namespace berth::factory {

// What a certificate says of a layer. The inputs are those its secrets were derived from.
struct CdiTerms {
  const OpenDiceInputs& inputs;
  base::Bytes code_descriptor = {};
  base::Bytes config_descriptor = {};  // of which inputs.config is the hash; empty: config is raw
  base::Bytes authority_descriptor = {};
  std::string profile = {};  // empty: not said
};

struct EndEntityTerms {
  std::string_view common_name;  // 1..64 printable characters
  TimePoint not_before;
  TimePoint not_after;
};

// The contents of the critical extension 1.3.6.1.4.1.11129.2.1.24. kInvalid: a descriptor or a
// profile that no reader would take.
Result<base::Bytes> open_dice_extension(const CdiTerms& terms);

// DER. `subject` needs no secret. Errors as above.
Result<base::Bytes> cdi_certificate(const OpenDiceKey& issuer, const OpenDiceKey& subject,
                                    const CdiTerms& terms);
// The UDS key's own, signed by itself: the root of a device that its maker gave no certificate.
Result<base::Bytes> uds_certificate(const OpenDiceKey& uds);
// A TLS client's. kInvalid: the common name breaks its rule, or the end is before the beginning.
Result<base::Bytes> end_entity_certificate(const OpenDiceKey& issuer, const OpenDiceKey& own,
                                           const EndEntityTerms& terms);

}  // namespace berth::factory
