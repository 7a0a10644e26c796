#include "crypto/der_write.h"

#include "base/check.h"
#include "crypto/der.h"

#include <algorithm>
#include <charconv>

namespace berth::crypto {
namespace {

void append(base::Bytes& out, std::span<const std::uint8_t> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_arc(base::Bytes& out, std::uint64_t arc) {
  std::uint8_t groups[10] = {};
  std::size_t count = 0;
  do {
    groups[count] = static_cast<std::uint8_t>((arc & 0x7FU) | (count == 0 ? 0U : 0x80U));
    ++count;
    arc >>= 7U;
  } while (arc != 0);
  while (count > 0) out.push_back(groups[--count]);
}

std::uint64_t next_arc(std::string_view& dots) {
  std::uint64_t arc = 0;
  const auto [end, error] = std::from_chars(dots.data(), dots.data() + dots.size(), arc);
  BERTH_CHECK(error == std::errc());
  dots.remove_prefix(static_cast<std::size_t>(end - dots.data()));
  if (!dots.empty()) {
    BERTH_CHECK(dots.front() == '.');
    dots.remove_prefix(1);
  }
  return arc;
}

}  // namespace

base::Bytes der_element(std::uint8_t tag, std::span<const std::uint8_t> content) {
  base::Bytes out{tag};
  const std::size_t size = content.size();
  if (size < 0x80) {
    out.push_back(static_cast<std::uint8_t>(size));
  } else {
    std::size_t bytes = 1;
    while (size >> (8 * bytes) != 0) ++bytes;
    out.push_back(static_cast<std::uint8_t>(0x80 | bytes));
    for (; bytes > 0; --bytes) out.push_back(static_cast<std::uint8_t>(size >> (8 * (bytes - 1))));
  }
  append(out, content);
  return out;
}

base::Bytes der_holding(std::uint8_t tag, std::initializer_list<base::Bytes> parts) {
  base::Bytes content;
  for (const base::Bytes& part : parts) append(content, part);
  return der_element(tag, content);
}

base::Bytes der_sequence(std::initializer_list<base::Bytes> parts) {
  return der_holding(der::kSequence, parts);
}

base::Bytes der_unsigned_content(std::uint64_t value) {
  std::uint8_t bytes[8] = {};
  for (std::size_t i = 0; i < sizeof bytes; ++i) {
    bytes[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  }
  return der_unsigned_content(bytes);
}

base::Bytes der_unsigned_content(std::span<const std::uint8_t> big_endian) {
  const auto first = std::find_if(big_endian.begin(), big_endian.end(),
                                  [](std::uint8_t byte) { return byte != 0; });
  base::Bytes out;
  if (first == big_endian.end() || (*first & 0x80U) != 0) out.push_back(0);
  out.insert(out.end(), first, big_endian.end());
  return out;
}

base::Bytes der_integer(std::span<const std::uint8_t> big_endian) {
  return der_element(der::kInteger, der_unsigned_content(big_endian));
}

base::Bytes der_object_identifier(std::string_view dots) {
  base::Bytes content;
  const std::uint64_t root = next_arc(dots);
  append_arc(content, root * 40 + next_arc(dots));
  while (!dots.empty()) append_arc(content, next_arc(dots));
  return der_element(der::kObjectIdentifier, content);
}

base::Bytes der_text(std::uint8_t tag, std::string_view text) {
  return der_element(tag, base::as_bytes(text));
}

base::Bytes der_octets(std::span<const std::uint8_t> bytes) {
  return der_element(der::kOctetString, bytes);
}

base::Bytes der_bits(std::span<const std::uint8_t> bytes) {
  base::Bytes content{0};
  append(content, bytes);
  return der_element(der::kBitString, content);
}

base::Bytes der_named_bits_content(std::uint32_t bits) {
  unsigned count = 0;
  while (count < 32 && bits >> count != 0) ++count;
  base::Bytes content((count + 7) / 8 + 1, 0);
  content[0] = static_cast<std::uint8_t>((8 - count % 8) % 8);
  for (unsigned bit = 0; bit < count; ++bit) {
    const unsigned set = (bits >> bit) & 1U;
    content[1 + bit / 8] = static_cast<std::uint8_t>(content[1 + bit / 8] | set << (7 - bit % 8));
  }
  return content;
}

base::Bytes der_true() { return {der::kBoolean, 1, 0xFF}; }

base::Bytes der_certificate_time(TimePoint time) {
  const std::string utc = base::format_utc(time, 0);  // 2018-03-22T23:59:59Z
  std::string digits;
  std::copy_if(utc.begin(), utc.end(), std::back_inserter(digits),
               [](char c) { return c >= '0' && c <= '9'; });
  digits += 'Z';
  const bool general = digits >= "2050";
  return der_text(general ? der::kGeneralizedTime : der::kUtcTime,
                  std::string_view(digits).substr(general ? 0 : 2));
}

}  // namespace berth::crypto
