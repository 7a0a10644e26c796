// TlsStream: OpenSSL on the file descriptor, with readiness waits (design: 16 KB an idle connection
// instead of 69 KB with a BIO pair). The SSL object is made when the handshake starts, so a peer
// that connects and says nothing costs a socket and no more.
//
// Room net, internal. Thread rule: as Stream.
#pragma once

#include "base/rng.h"
#include "net/psk_lookup.h"
#include "net/stream.h"
#include "net/tls.h"
#include "wire/peer.h"

#include <memory>
#include <string>

namespace berth::net {

class PskHandshake;

class TlsStream final : public SocketStream {
 public:
  TlsStream(Socket socket, Counters& counters, std::shared_ptr<TlsContext> tls);
  ~TlsStream() override;

  // Where keys that are shared with the peer come from.
  struct SharedKeys {
    PskLookup* lookup = nullptr;  // null: such suites are not offered
    Rng* rng = nullptr;           // never null with `lookup`
  };

  // Server side, to the end. kOk, with all that the handshake says about `peer` filled in, or
  // kFailed with failure() set, kClosed, kCancelled.
  Task<IoStatus> handshake(wire::Peer& peer, SharedKeys keys);
  // After kFailed: OpenSSL's reason, for the log.
  const std::string& failure() const { return failure_; }
  // After kFailed: the peer sent an HTTP request in the clear.
  bool peer_spoke_http() const { return peer_spoke_http_; }

  IoResult try_read(std::span<std::uint8_t> into) override;
  IoResult try_write(std::string_view from) override;
  bool has_buffered() const override;
  Task<void> close() override;
  // Ends the connection itself while a key is being looked up: nothing else could.
  void cancel() override;

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };

  Task<IoStatus> accept(wire::Peer& peer);
  void describe(wire::Peer& peer) const;
  void describe_certificates(wire::Peer& peer) const;
  IoStatus status_of(int returned);

  std::shared_ptr<TlsContext> tls_;  // before ssl_: outlives it
  std::unique_ptr<ssl_st, Free> ssl_;
  std::unique_ptr<PskHandshake> psk_;  // after ssl_; during the handshake, where keys are shared
  bool established_ = false;
  bool broken_ = false;  // after a fatal error OpenSSL allows no SSL_shutdown
  bool peer_spoke_http_ = false;
  bool keys_differ_ = false;  // what the peer sent was not made with our keys
  std::string failure_;
};

}  // namespace berth::net
