#include "net/psk_identity.h"

#include <algorithm>

namespace berth::net {

namespace {

constexpr std::uint8_t kRecordHandshake = 22;
constexpr std::uint8_t kRecordMajor = 3;
constexpr std::size_t kRecordHeader = 5;
constexpr std::uint8_t kClientKeyExchange = 16;
constexpr std::size_t kMessageHeader = 4;
constexpr std::size_t kLengthBytes = 2;  // of the identity

std::size_t number(std::span<const std::uint8_t> bytes) {
  std::size_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

// The handshake bytes inside the records of `sent`, as far as they are of interest.
struct Payload {
  std::string bytes;
  bool broken = false;
  std::size_t record_left = 0;  // what the last record announces and has not delivered
  std::size_t header_left = 0;  // of a record header that is not whole
};

Payload collect(std::span<const std::uint8_t> sent, std::size_t wanted) {
  Payload payload;
  while (payload.bytes.size() < wanted) {
    if (!sent.empty() && sent[0] != kRecordHandshake) payload.broken = true;
    if (sent.size() > 1 && sent[1] != kRecordMajor) payload.broken = true;
    if (payload.broken) return payload;
    if (sent.size() < kRecordHeader) {
      payload.header_left = kRecordHeader - sent.size();
      return payload;
    }
    const std::size_t length = number(sent.subspan(3, 2));
    payload.broken = length == 0;  // RFC 5246 §6.2.1 forbids it, and it would go on for ever
    sent = sent.subspan(kRecordHeader);
    const std::size_t here = std::min(length, sent.size());
    payload.bytes.append(reinterpret_cast<const char*>(sent.data()), here);
    payload.record_left = length - here;
    sent = sent.subspan(here);
    if (payload.record_left > 0) return payload;
  }
  return payload;
}

// How many bytes must follow those that were sent, at the least, so that `wanted` are there.
std::size_t missing(const Payload& payload, std::size_t wanted) {
  const std::size_t still = wanted - payload.bytes.size();
  if (payload.record_left == 0) {
    return (payload.header_left == 0 ? kRecordHeader : payload.header_left) + still;
  }
  return payload.record_left >= still ? still : still + kRecordHeader;
}

std::span<const std::uint8_t> bytes_of(const Payload& payload) {
  return {reinterpret_cast<const std::uint8_t*>(payload.bytes.data()), payload.bytes.size()};
}

}  // namespace

PskIdentity read_psk_identity(std::span<const std::uint8_t> sent) {
  using State = PskIdentity::State;
  constexpr std::size_t kFixed = kMessageHeader + kLengthBytes;
  // Not a byte further than the message goes: another kind of record follows it.
  const Payload begin = collect(sent, kFixed);
  const std::span<const std::uint8_t> head = bytes_of(begin);
  if (begin.broken || (!head.empty() && head[0] != kClientKeyExchange)) return {};
  if (head.size() < kFixed) {
    return {State::kNeedMore, sent.size() + missing(begin, kFixed), {}};
  }
  const std::size_t message = number(head.subspan(1, 3));
  const std::size_t length = number(head.subspan(kMessageHeader, kLengthBytes));
  // The message holds the identity and nothing else.
  if (length == 0 || length > kPskIdentityBytesMax || message != kLengthBytes + length) return {};
  const Payload whole = collect(sent, kFixed + length);
  if (whole.broken) return {};
  if (whole.bytes.size() < kFixed + length) {
    return {State::kNeedMore, sent.size() + missing(whole, kFixed + length), {}};
  }
  std::string identity = whole.bytes.substr(kFixed, length);
  // OpenSSL hands identities on as C strings: what follows a zero would never be compared.
  if (identity.find('\0') != std::string::npos) return {};
  return {State::kIdentity, 0, std::move(identity)};
}

}  // namespace berth::net
