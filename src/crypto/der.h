// A strict reader of DER (X.690 §10), for what OpenSSL cannot or does not read: extensions of
// measured devices and the certificates whose names are malformed (dice-x509.md §2.5, §4, §5.2).
//
// Strict: definite lengths in their shortest form that stay within the bytes given, tags below 31,
// shortest integers and object identifiers, nothing after the last element. Every refusal says
// which element was wrong. Nothing is copied and nothing is owned: the spans returned live as long
// as the bytes given.
// Room crypto. Thread rule: a reader belongs to one thread; the functions are pure.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace berth::crypto {

using DerBytes = std::span<const std::uint8_t>;

namespace der {
inline constexpr std::uint8_t kBoolean = 0x01;
inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kBitString = 0x03;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kObjectIdentifier = 0x06;
inline constexpr std::uint8_t kEnumerated = 0x0A;
inline constexpr std::uint8_t kUtf8String = 0x0C;
inline constexpr std::uint8_t kPrintableString = 0x13;
inline constexpr std::uint8_t kIa5String = 0x16;
inline constexpr std::uint8_t kUtcTime = 0x17;
inline constexpr std::uint8_t kGeneralizedTime = 0x18;
inline constexpr std::uint8_t kSequence = 0x30;
inline constexpr std::uint8_t kSet = 0x31;
// A context tag: [number], of one value or of what contains others.
constexpr std::uint8_t plain(unsigned number) { return static_cast<std::uint8_t>(0x80 | number); }
constexpr std::uint8_t holding(unsigned number) { return static_cast<std::uint8_t>(0xA0 | number); }
}  // namespace der

struct DerElement {
  std::uint8_t tag = 0;
  DerBytes content;
  DerBytes whole;  // tag and length included
};

class DerReader {
 public:
  explicit DerReader(DerBytes bytes) : rest_(bytes) {}

  bool done() const { return rest_.empty(); }
  bool next_is(std::uint8_t tag) const { return !rest_.empty() && rest_.front() == tag; }

  // The next element, whatever it is. `what` names it in the error: "the serial number".
  Result<DerElement> any(std::string_view what);
  // The next element, which must have this tag.
  Result<DerElement> take(std::uint8_t tag, std::string_view what);
  // The contents of it.
  Result<DerBytes> contents(std::uint8_t tag, std::string_view what);
  // The same, or nothing when something else or nothing comes next.
  Result<std::optional<DerBytes>> contents_if(std::uint8_t tag, std::string_view what);
  // kInvalid when anything is left.
  Result<void> finish(std::string_view what) const;

 private:
  DerBytes rest_;
};

// The contents of the only element that the bytes hold.
Result<DerBytes> der_only(DerBytes bytes, std::uint8_t tag, std::string_view what);

// These read an element's contents.

// "1.3.6.1.4.1.311.89.3.1"; at most 64 bytes.
Result<std::string> der_object_identifier(DerBytes content, std::string_view what);
// Of INTEGER or ENUMERATED: 0 to 2^64-1.
Result<std::uint64_t> der_unsigned(DerBytes content, std::string_view what);
// DER knows one true and one false; false is tolerated where it is the default.
Result<bool> der_boolean(DerBytes content, std::string_view what);
// Of a BIT STRING that holds whole bytes: a key, a signature.
Result<DerBytes> der_bit_bytes(DerBytes content, std::string_view what);
// Of a BIT STRING of named bits: bit 0, the first, is the lowest of the result. At most 32.
Result<std::uint32_t> der_named_bits(DerBytes content, std::string_view what);
// Text in UTF-8 without control characters, at most `size_max` bytes.
Result<std::string> der_text(DerBytes content, std::size_t size_max, std::string_view what);
// Of UTCTime or GeneralizedTime in the one form that RFC 5280 §4.1.2.5 allows.
Result<TimePoint> der_time(const DerElement& element, std::string_view what);

}  // namespace berth::crypto
