// Reads the identity of a TLS-PSK handshake from the bytes a client sends next, before TLS itself
// takes them: the ClientKeyExchange of RFC 4279 §2, in as many TLS records as the client likes.
//
// Room net, internal. A pure function: who asks brings the bytes and decides what to wait for.
// Thread rule: any thread.
#pragma once

#include "net/psk_lookup.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace berth::net {

struct PskIdentity {
  enum class State : std::uint8_t {
    kIdentity,  // it is here, whole
    kNeedMore,  // nothing wrong so far
    kNone,      // no ClientKeyExchange of this kind, or an identity no one can have
  };
  State state = State::kNone;
  std::size_t needed = 0;  // kNeedMore: no answer before this many bytes, from the first on
  std::string identity;    // kIdentity: 1..kPskIdentityBytesMax bytes, none of them zero
};

// `sent`: from the beginning of a TLS record.
PskIdentity read_psk_identity(std::span<const std::uint8_t> sent);

// Of more than these the reader never needs to see any: every byte in a record of its own.
inline constexpr std::size_t kPskIdentityPeekMax = (5 + 1) * (4 + 2 + kPskIdentityBytesMax);

}  // namespace berth::net
