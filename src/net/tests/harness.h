// What the tests of net share: a Server on loopback with a scripted Handler, and a blocking client
// that speaks through plain sockets or OpenSSL, so that nothing of the server's own code judges it.
//
// Thread rule: the client and TestServer belong to the test's thread; FakeHandler is thread-safe.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "crypto/authority.h"
#include "net/server.h"
#include "net/timer_wheel.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;
struct ssl_ctx_st;

namespace berth::net::testing {

// Holds coroutines until it is opened.
class Latch {
 public:
  Task<void> wait();
  void open();
  // How many wait now.
  std::size_t waiting() const;

 private:
  struct Waiter;
  mutable std::mutex mutex_;
  bool open_ = false;
  std::vector<std::shared_ptr<Waiter>> waiters_;
};

// Answers by a function; remembers what it saw.
class FakeHandler final : public Handler {
 public:
  using Answer = std::function<wire::Actions(const wire::Peer&, const wire::Request&)>;

  // Set before the first connection. Default: 200 with the request's body; CONNACK 0; granted
  // subscriptions; acknowledged messages.
  Answer answer;
  // If set, every request waits here before it is answered.
  std::shared_ptr<Latch> latch;
  std::function<bool(const wire::Request&)> latched;  // only those
  std::size_t together_max = 1'000;                   // messages that are taken together
  // Set before the first connection; none: net's own rules.
  std::function<wire::BodyRules(const wire::HttpRequest&)> rules;

  std::unique_ptr<Conversation> open(const wire::Peer& peer, Outbound& outbound) override;
  wire::BodyRules body_rules(const wire::Peer& peer, const wire::HttpRequest& header) override;
  wire::HttpResponse refuse(int status, std::string_view why) override;

  static wire::Actions usual_answer(const wire::Request& request);

  std::vector<wire::Peer> peers() const;
  std::size_t ended() const;
  // Of the newest conversation still open; null if there is none.
  Outbound* outbound() const;
  // Names of the requests seen, in order: "PUT /a", "connect id", "publish topic", "delivered 7".
  std::vector<std::string> seen() const;
  // How many messages were offered each time.
  std::vector<std::size_t> offered() const;

 private:
  friend class FakeConversation;
  void note(const wire::Request& request);

  mutable std::mutex mutex_;
  std::vector<wire::Peer> peers_;
  std::vector<std::string> seen_;
  std::vector<std::size_t> offered_;
  std::vector<std::pair<Conversation*, Outbound*>> outbounds_;
  std::size_t ended_ = 0;
};

class TestServer {
 public:
  struct Options {
    Protocol protocol = Protocol::kHttp;
    bool tls = true;
    Limits limits{};
    std::vector<std::string> unasked{};  // TlsContext::create
    std::size_t cores = 2;
    PskLookup* psk = nullptr;
  };

  explicit TestServer(Options options);
  TestServer() : TestServer(Options{}) {}
  ~TestServer();

  std::uint16_t port() const { return server.bound().at(0).port; }
  std::uint64_t refused(Refusal why) const {
    return server.counters().refused[static_cast<std::size_t>(why)];
  }
  std::uint64_t open() const;

  base::FakeClock clock;
  base::SeededRng rng{1};
  base::SystemRng shared_rng;  // a seeded one belongs to one thread
  crypto::Authority authority;
  FakeHandler handler;
  Engine engine;
  std::shared_ptr<TlsContext> tls;
  Server server;
};

struct ClientOptions {
  bool tls = true;
  std::string server_name;      // SNI
  int tls_version = 0;          // 0: any, or TLS1_2_VERSION, TLS1_3_VERSION
  std::string certificate_pem;  // client certificate, leaf first
  std::string key_pem;
  std::string trusted_pem;  // verify the server against this CA at `verify_at`
  base::TimePoint verify_at;
  std::string psk_identity;  // with a psk_key; no NUL
  std::string psk_key;
  std::string tls12_ciphers;  // OpenSSL's names; empty: its usual ones
};

struct HttpReply {
  int status = 0;
  std::string head;  // status line and headers
  std::string body;

  bool has(std::string_view line) const { return head.find(line) != std::string::npos; }
};

// Blocking, with a time-out of its own on every read so that a failing test ends.
class Client {
 public:
  explicit Client(std::uint16_t port, const ClientOptions& options = {});
  ~Client();
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;

  bool connected() const { return connected_; }  // handshake done, where there is one
  std::string tls_version() const;
  std::string cipher() const;
  // Why OpenSSL says the handshake failed.
  const std::string& failure() const { return failure_; }
  bool session_ticket_seen() const;

  bool send(std::string_view bytes);
  // Bytes as they come; empty at the end of the stream or on an error.
  std::string receive();
  std::string receive_exactly(std::size_t count);
  // Everything to the end of the stream.
  std::string receive_all();
  // One response; `head_request`: it has no body whatever its Content-Length says.
  HttpReply receive_http(bool head_request = false);
  HttpReply roundtrip(std::string_view request);
  // Whether the stream has ended, waiting at most `patience`. Bytes that come instead are dropped.
  bool closed_within(std::chrono::milliseconds patience);
  // Sends what OpenSSL would not: straight to the socket.
  bool send_raw(std::string_view bytes);
  void close();
  void close_sending();

 private:
  void handshake(const ClientOptions& options);

  int socket_ = -1;
  ssl_ctx_st* context_ = nullptr;
  ssl_st* ssl_ = nullptr;
  bool connected_ = false;
  std::string failure_;
  std::string buffered_;
};

// Makes a client's SSL give the identity and key of `options`, which outlive its handshake.
void use_psk(ssl_st* ssl, const ClientOptions& options);

// Moves the clock in steps until the client's stream has ended; returns by how much in total.
std::chrono::milliseconds advance_until_closed(base::FakeClock& clock, Client& client,
                                               std::chrono::milliseconds step);

// Waits for something that another thread does; false after ten seconds.
bool eventually(const std::function<bool()>& condition);

}  // namespace berth::net::testing
