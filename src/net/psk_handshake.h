// PskHandshake: the part of one TLS handshake that finds the key of a PSK identity. OpenSSL asks
// for the key inside SSL_accept and will not wait, so nothing of the client's key exchange reaches
// it before the look-up is through: a gate on the reads holds it in the socket, where the identity
// is read without being taken.
//
// Room net, internal. Lives as long as the handshake and wipes the key at its end.
// Thread rule: the core's thread of the connection, which outlives it.
#pragma once

#include "base/rng.h"
#include "net/psk_lookup.h"
#include "net/stream.h"
#include "wire/peer.h"

#include <span>
#include <string>

struct bio_st;
struct ssl_st;

namespace berth::net {

class PskHandshake {
 public:
  struct Parts {
    ssl_st* ssl;  // with its socket set
    SocketStream& stream;
    wire::Peer& peer;
    PskLookup& lookup;
    Rng& rng;
  };

  explicit PskHandshake(Parts parts);  // shuts the gate for what needs a key
  ~PskHandshake();
  PskHandshake(const PskHandshake&) = delete;
  PskHandshake& operator=(const PskHandshake&) = delete;

  // A suite with a shared key was agreed, the client's key exchange comes next and nothing was
  // looked up yet: SSL_accept wants to read and gets nothing before look_up().
  bool waits_for_key() const;
  // Waits for the client's key exchange and looks its identity up. kOk: SSL_accept may go on,
  // whatever was found.
  Task<IoStatus> look_up();
  // Whether an identity is being looked up now: its end cannot be hurried.
  bool looking_up() const { return looking_up_; }

  // The handshake is through: tells the peer's identity, if it was by a shared key.
  void succeeded();
  // The handshake came to nothing; `keys_differ`: because the peer's last words were not made with
  // our key.
  void failed(bool keys_differ);

  // For the SSL's psk_server_callback: the key's size, or 0.
  static unsigned give_key(ssl_st* ssl, const char* identity, unsigned char* into, unsigned room);

 private:
  enum class Found : std::uint8_t { kNothingAsked, kUnknown, kKey };

  static long gate(bio_st* bio, int operation, int returned);

  Task<IoStatus> receive_identity();
  std::span<const std::uint8_t> key_for(std::string_view identity) const;

  const Parts parts_;
  bool asked_ = false;
  bool looking_up_ = false;
  Found found_ = Found::kNothingAsked;
  std::string identity_;
  PskKey key_;
};

}  // namespace berth::net
