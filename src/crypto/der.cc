#include "crypto/der.h"

#include <algorithm>
#include <chrono>

namespace berth::crypto {
namespace {

constexpr std::size_t kIdentifierBytesMax = 64;
constexpr std::size_t kLengthBytesMax = 4;

auto fail(std::string_view what, std::string_view why) {
  return Fail(ErrorKind::kInvalid, std::string(what) + " " + std::string(why));
}

struct Head {
  std::size_t size = 0;  // of tag and length
  std::size_t content_size = 0;
};

// Of bytes that hold a tag and at least the first byte of the length.
Result<Head> read_head(DerBytes bytes, std::string_view what) {
  const std::uint8_t first = bytes[1];
  if (first < 0x80) return Head{2, first};
  const std::size_t count = first & 0x7FU;
  if (count == 0) return fail(what, "has no definite length");
  if (count > kLengthBytesMax) return fail(what, "says it is absurdly long");
  if (bytes.size() < 2 + count) return fail(what, "is cut off in its length");
  std::size_t value = 0;
  for (const std::uint8_t byte : bytes.subspan(2, count)) value = (value << 8U) | byte;
  if (bytes[2] == 0 || value < 0x80) return fail(what, "has a length that is not the shortest");
  return Head{2 + count, value};
}

bool has_control(DerBytes content) {
  return std::any_of(content.begin(), content.end(),
                     [](std::uint8_t byte) { return byte < 0x20 || byte == 0x7F; });
}

std::string_view text_of(DerBytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct BitString {
  unsigned unused = 0;
  DerBytes bytes;
};

Result<BitString> read_bits(DerBytes content, std::string_view what) {
  if (content.empty()) return fail(what, "is a bit string without its first byte");
  const BitString bits{content.front(), content.subspan(1)};
  if (bits.unused > 7 || (bits.unused > 0 && bits.bytes.empty())) {
    return fail(what, "is a bit string with an impossible count of unused bits");
  }
  const unsigned mask = (1U << bits.unused) - 1U;
  if (!bits.bytes.empty() && (bits.bytes.back() & mask) != 0) {
    return fail(what, "is a bit string whose unused bits are set");
  }
  return bits;
}

int two_digits(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// "0101000000" after the year: month, day, hour, minute, second.
std::optional<TimePoint> time_in(int year, std::string_view rest) {
  const std::chrono::year_month_day day(std::chrono::year(year),
                                        std::chrono::month(unsigned(two_digits(rest, 0))),
                                        std::chrono::day(unsigned(two_digits(rest, 2))));
  const int hour = two_digits(rest, 4);
  const int minute = two_digits(rest, 6);
  const int second = two_digits(rest, 8);
  if (!day.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return TimePoint(std::chrono::sys_days(day)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

}  // namespace

Result<DerElement> DerReader::any(std::string_view what) {
  if (rest_.empty()) return fail(what, "is missing");
  if ((rest_.front() & 0x1FU) == 0x1FU) return fail(what, "has a tag of more than one byte");
  if (rest_.size() < 2) return fail(what, "is cut off after its tag");
  BERTH_TRY(const Head head, read_head(rest_, what));
  if (head.content_size > rest_.size() - head.size) {
    return fail(what, "says it is longer than what holds it");
  }
  const DerElement element{rest_.front(), rest_.subspan(head.size, head.content_size),
                           rest_.first(head.size + head.content_size)};
  rest_ = rest_.subspan(element.whole.size());
  return element;
}

Result<DerElement> DerReader::take(std::uint8_t tag, std::string_view what) {
  if (rest_.empty()) return fail(what, "is missing");
  if (rest_.front() != tag) {
    const std::uint8_t tags[] = {tag, rest_.front()};
    const std::string hex = base::hex_encode(tags);
    return fail(what, "should have the tag " + hex.substr(0, 2) + " and has " + hex.substr(2));
  }
  return any(what);
}

Result<DerBytes> DerReader::contents(std::uint8_t tag, std::string_view what) {
  BERTH_TRY(const DerElement element, take(tag, what));
  return element.content;
}

Result<std::optional<DerBytes>> DerReader::contents_if(std::uint8_t tag, std::string_view what) {
  if (!next_is(tag)) return std::optional<DerBytes>();
  BERTH_TRY(const DerElement element, any(what));
  return std::optional<DerBytes>(element.content);
}

Result<void> DerReader::finish(std::string_view what) const {
  if (!rest_.empty()) return fail(what, "is followed by something that does not belong there");
  return {};
}

Result<DerBytes> der_only(DerBytes bytes, std::uint8_t tag, std::string_view what) {
  DerReader reader(bytes);
  BERTH_TRY(const DerBytes content, reader.contents(tag, what));
  if (auto end = reader.finish(what); !end) return Fail(std::move(end).error());
  return content;
}

Result<std::string> der_object_identifier(DerBytes content, std::string_view what) {
  if (content.empty() || content.size() > kIdentifierBytesMax || (content.back() & 0x80U) != 0) {
    return fail(what, "is not an object identifier");
  }
  std::string dots;
  std::uint64_t arc = 0;
  bool begins = true;
  for (const std::uint8_t byte : content) {
    if (begins && byte == 0x80) return fail(what, "has an arc that is not the shortest");
    if (arc >> 56U != 0) return fail(what, "has an arc beyond 64 bits");
    arc = (arc << 7U) | (byte & 0x7FU);
    begins = (byte & 0x80U) == 0;
    if (!begins) continue;
    if (dots.empty()) {
      const std::uint64_t root = std::min<std::uint64_t>(arc / 40, 2);
      dots = std::to_string(root) + "." + std::to_string(arc - root * 40);
    } else {
      dots += "." + std::to_string(arc);
    }
    arc = 0;
  }
  return dots;
}

Result<std::uint64_t> der_unsigned(DerBytes content, std::string_view what) {
  if (content.empty()) return fail(what, "is a number without digits");
  if ((content.front() & 0x80U) != 0) return fail(what, "is negative");
  const bool padded = content.front() == 0 && content.size() > 1;
  if (padded && (content[1] & 0x80U) == 0) return fail(what, "is a number with a needless zero");
  if (padded) content = content.subspan(1);
  if (content.size() > 8) return fail(what, "is a number beyond 64 bits");
  std::uint64_t value = 0;
  for (const std::uint8_t byte : content) value = (value << 8U) | byte;
  return value;
}

Result<bool> der_boolean(DerBytes content, std::string_view what) {
  if (content.size() != 1 || (content[0] != 0 && content[0] != 0xFF)) {
    return fail(what, "is neither true nor false");
  }
  return content[0] == 0xFF;
}

Result<DerBytes> der_bit_bytes(DerBytes content, std::string_view what) {
  BERTH_TRY(const BitString bits, read_bits(content, what));
  if (bits.unused != 0) return fail(what, "does not hold whole bytes");
  return bits.bytes;
}

Result<std::uint32_t> der_named_bits(DerBytes content, std::string_view what) {
  BERTH_TRY(const BitString bits, read_bits(content, what));
  if (bits.bytes.size() > 4) return fail(what, "has more than 32 bits");
  std::uint32_t value = 0;
  for (std::size_t bit = 0; bit < bits.bytes.size() * 8; ++bit) {
    const unsigned set = (bits.bytes[bit / 8] >> (7 - bit % 8)) & 1U;
    value |= std::uint32_t{set} << bit;
  }
  return value;
}

Result<std::string> der_text(DerBytes content, std::size_t size_max, std::string_view what) {
  if (content.size() > size_max) {
    return fail(what, "has more than " + std::to_string(size_max) + " bytes");
  }
  if (has_control(content) || !base::is_utf8(text_of(content))) {
    return fail(what, "is not text");
  }
  return std::string(text_of(content));
}

Result<TimePoint> der_time(const DerElement& element, std::string_view what) {
  const bool utc = element.tag == der::kUtcTime;
  const std::size_t year_digits = utc ? 2 : 4;
  if (!utc && element.tag != der::kGeneralizedTime) return fail(what, "is not a time");
  const std::string_view text = text_of(element.content);
  const bool digits =
      text.size() == year_digits + 11 && text.back() == 'Z' &&
      std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return fail(what, "is not a time in the form of certificates");
  const int first = two_digits(text, 0);
  const int year = utc ? first + (first < 50 ? 2000 : 1900) : first * 100 + two_digits(text, 2);
  const std::optional<TimePoint> time =
      time_in(year, text.substr(year_digits, text.size() - 1 - year_digits));
  if (!time) return fail(what, "is a time that does not exist");
  return *time;
}

}  // namespace berth::crypto
