// DER written (X.690 §10), for certificates and extensions that OpenSSL does not make.
//
// Room crypto. Thread rule: pure functions. Sizes below 2^32.
#pragma once

#include "base/clock.h"
#include "base/codec.h"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace berth::crypto {

// One element of these contents.
base::Bytes der_element(std::uint8_t tag, std::span<const std::uint8_t> content);
// One whose contents are these, one after the other.
base::Bytes der_holding(std::uint8_t tag, std::initializer_list<base::Bytes> parts);
base::Bytes der_sequence(std::initializer_list<base::Bytes> parts);

// Contents of INTEGER or ENUMERATED, in the shortest form.
base::Bytes der_unsigned_content(std::uint64_t value);
// The same of a big-endian number of any size.
base::Bytes der_unsigned_content(std::span<const std::uint8_t> big_endian);
base::Bytes der_integer(std::span<const std::uint8_t> big_endian);

// Aborts for a text that is not numbers with dots: object identifiers are constants.
base::Bytes der_object_identifier(std::string_view dots);
base::Bytes der_text(std::uint8_t tag, std::string_view text);
base::Bytes der_octets(std::span<const std::uint8_t> bytes);
// A BIT STRING of whole bytes.
base::Bytes der_bits(std::span<const std::uint8_t> bytes);
// Contents of a BIT STRING of named bits, bit 0 being the lowest; without trailing zero bits.
base::Bytes der_named_bits_content(std::uint32_t bits);
base::Bytes der_true();
// UTCTime until 2049, GeneralizedTime after (RFC 5280 §4.1.2.5).
base::Bytes der_certificate_time(TimePoint time);

}  // namespace berth::crypto
