// The client's end of one connection: a non-blocking socket on loopback, OpenSSL directly on it.
//
// Edge-triggered: whoever owns it calls go_on, read and flush whenever the socket may be ready, and
// each goes as far as it can. A handshake is always full: no session is kept, none is offered.
// Thread rule: one thread. Owns the socket and its SSL; the TLS context must outlive it.
#pragma once

#include "base/result.h"
#include "bench/fleet/plan.h"

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace berth::fleet {

struct SslContextFree {
  void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;

// TLS 1.3, X25519 or P-256, no resumption. The server's certificate is not judged: the load would
// only cost the client more. look_at_server judges it once before.
Result<SslContext> make_tls_context();
// NewSessionTicket messages that connections of such contexts have received.
std::uint64_t tickets_received();

// What one connection found, for the record: both sides of a comparison should have the same.
struct ServerFacts {
  std::string version;
  std::string cipher;
  std::string group;
  std::string certificate;  // kind of its key
  bool verified = false;    // against `ca`, with its name
};
// Connects once, blocking, and judges the certificate when `ca` names a file.
Result<ServerFacts> look_at_server(const Common& common);

struct Address {
  std::uint16_t port = 0;
  std::uint32_t source = 0;  // 127.0.0.(1 + source); 0: the system's choice
};

class Connection {
 public:
  enum class State { kNone, kConnecting, kHandshaking, kOpen, kEnded };

  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(); }

  // Begins to connect; kEnded when that fails at once. `tls` may be nothing: plain TCP.
  void open(const Address& address, SSL_CTX* tls, const std::string& host,
            const ClientPaper* paper);
  State go_on();

  void put(std::string_view bytes) { out_.append(bytes); }
  void flush();
  // Takes in what is there. False when nothing more will come; the rest of `in` may still be whole.
  bool read();
  std::string_view in() const { return std::string_view(in_).substr(in_used_); }
  void consume(std::size_t size);

  // Says goodbye when it is open, and closes.
  void close();

  int fd() const { return fd_; }
  State state() const { return state_; }
  const std::string& why() const { return why_; }  // of kEnded
  bool resumed() const { return ssl_ != nullptr && ::SSL_session_reused(ssl_) == 1; }

 private:
  void end(std::string why);
  // Of an SSL function that did not succeed: true when it only has to wait.
  bool waits(int outcome, const char* during);
  bool read_some();

  int fd_ = -1;
  SSL* ssl_ = nullptr;
  State state_ = State::kNone;
  std::string why_;
  std::string out_;
  std::string in_;
  std::size_t in_used_ = 0;
};

}  // namespace berth::fleet
