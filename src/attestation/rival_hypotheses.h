// The hypotheses of symmetric_key_rivals.h, one function each: about keys (rival_keys.cc), about
// the signed text and the signature's encoding (rival_texts.cc), about time and audience
// (rival_circumstances.cc). Each gives the findings it can support, likeliest first, or none.
//
// Room attestation. Thread rule: as the bench, one refusal and one thread.
#pragma once

#include "attestation/signature_test.h"
#include "attestation/symmetric_key_rivals.h"

#include <string>
#include <vector>

namespace berth::attestation {

struct Bench {
  const provisioning::RivalInput& input;
  const domain::MacOverText& mac;
  const RivalTools& tools;
  SignatureTest test;
};

using Findings = std::vector<domain::Finding>;

// rival_keys.cc: the text is right, the key is not.
Findings key_used_underived(Bench& bench);
Findings key_of_shadowing_group(Bench& bench);
Findings key_retired(Bench& bench);
Findings key_derived_from_individual(Bench& bench);
Findings id_in_other_spelling(Bench& bench);
Findings key_text_mistaken(Bench& bench);
Findings key_with_blank(Bench& bench);
Findings key_of_other_enrollment(Bench& bench);
Findings key_for_other_id(Bench& bench);
Findings key_of_other_scope(Bench& bench);

// rival_texts.cc: the key is right, the text or its signature's encoding is not.
Findings resource_signed_otherwise(Bench& bench);
Findings expiry_not_signed(Bench& bench);
Findings signature_encoded_otherwise(Bench& bench);
// The same with keys that are known to be the device's.
Findings resource_signed_otherwise(SignatureTest& test, std::span<const DeviceKey> keys);
Findings expiry_not_signed(SignatureTest& test, std::span<const DeviceKey> keys);
Findings signature_encoded_otherwise(SignatureTest& test, std::span<const DeviceKey> keys);

// rival_circumstances.cc: key and text are right, time or audience are not.
Findings expired(Bench& bench);
Findings expires_too_far(Bench& bench);
Findings made_for_another(Bench& bench);
// What times say, wherever the token was sent.
struct Times {
  TimePoint now;
  std::chrono::seconds clock_skew{0};
  std::chrono::seconds expiry_ahead_max{0};
  std::optional<TimePoint> registered_at;  // when the device last got in with a good clock
};
Findings expired(const domain::MacOverText& mac, const Times& times);
Findings expires_too_far(const domain::MacOverText& mac, const Times& times);

// "group 'line-7'".
std::string name_of(const domain::Enrollment& enrollment);

}  // namespace berth::attestation
