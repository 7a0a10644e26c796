// PskLookup: finds the key of a TLS-PSK identity in the middle of a handshake (RFC 4279). The
// handshake waits for the Task, so a look-up may go to a store without blocking its io_context.
// Implemented by app/ over the hub.
//
// Room net. Thread rule: called on any io_context; the Task completes on the caller's executor.
#pragma once

#include "base/secret.h"
#include "base/task.h"
#include "wire/peer.h"

#include <optional>
#include <string>

namespace berth::net {

inline constexpr std::size_t kPskIdentityBytesMax = 128;
inline constexpr std::size_t kPskKeyBytesMax = 64;

struct PskKey {
  Secret key;              // 1..kPskKeyBytesMax bytes
  std::string credential;  // goes into wire::Peer::psk_credential
};

class PskLookup {
 public:
  virtual ~PskLookup() = default;
  // `peer` has the address and, if sent, the server name. None: nobody has that identity; the
  // handshake goes on with a random key, so that the peer cannot tell this from a wrong key.
  // The identity is what the peer sent: 1..kPskIdentityBytesMax bytes, any but zero.
  virtual Task<std::optional<PskKey>> find(const wire::Peer& peer, std::string identity) = 0;
  // The handshake of that identity came to nothing after the key was looked up: the identity is
  // unknown (`found` is false) or the peer has another key. Must not block.
  virtual void refused(const wire::Peer& peer, const std::string& identity, bool found) = 0;
};

}  // namespace berth::net
