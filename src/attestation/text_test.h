// The bench on which hypotheses about one received MAC over a text are tried: knows the MAC and the
// texts, counts the tests, and makes the ways in which both may have been meant.
//
// Room attestation. Thread rule: one refusal, one thread. Keys it makes are wiped with the call.
#pragma once

#include "attestation/signed_text.h"
#include "domain/trail.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace berth::attestation {

using Findings = std::vector<domain::Finding>;

// A text that may have been signed, and what it is in words that follow "the device signed".
struct TextVariant {
  std::string text;
  domain::Cause cause = domain::Cause::kUnexplained;
  std::string what;
};
// The mistakes people make with such a text, likeliest first; bounded. Knows texts whose fields are
// joined by '&', ';' or line breaks.
std::vector<TextVariant> text_variants(const std::string& text);

// A way in which the characters of a signature may be meant.
struct MacReading {
  base::Bytes mac;  // of the size of an algorithm
  domain::MacAlgorithm algorithm = domain::MacAlgorithm::kHmacSha256;
  std::string what;  // in words that follow "sent as"
};
std::vector<MacReading> mac_readings(const std::string& raw_signature);

// A secret that may have been used, and whose it is in words: "the current product secret of group
// 'X'".
struct NamedKey {
  Secret key;
  std::string whose;
};

class TextTest {
 public:
  TextTest(const domain::SignedText& proof, std::size_t budget);

  const domain::SignedText& received() const { return proof_; }

  // Whether the received MAC is that of one of the texts under these bytes, which are taken for the
  // key as they are. False, untested, once the budget is spent.
  bool verifies(std::span<const std::uint8_t> key);
  // The same for a secret in the form that the proof says.
  bool verifies(const Secret& secret);
  bool verifies_text(const Secret& secret, std::string_view text);
  bool verifies_as(const MacReading& reading, const Secret& secret);

  bool spent() const { return budget_ == 0; }

 private:
  Secret as_used(const Secret& secret) const;
  bool spend();

  const domain::SignedText& proof_;
  std::size_t budget_;
};

// The hypotheses that are the same wherever the text was sent; `keys` are those that would be
// right. Each gives what it can support, or nothing.
Findings text_signed_otherwise(TextTest& test, std::span<const NamedKey> keys);
Findings mac_encoded_otherwise(TextTest& test, std::span<const NamedKey> keys);
// A blank, a line break or a quotation mark went into the key with it.
Findings key_with_rest(TextTest& test, std::span<const NamedKey> keys);

}  // namespace berth::attestation
