// Server: listeners on every core of an Engine, connections from accept to close, and an orderly
// end. The one thing app/ needs of net beside Engine, TlsContext and the Handler it implements.
//
//   Server server({engine, handler, clock, limits});
//   Result<void> listening = server.start({{.name = "https", .port = 443, .tls = tls}});
//   ...                                   // SIGTERM
//   server.drain(std::chrono::seconds(20));
//   server.stop();
//
// Room net. Thread rule: start, drain and stop from one thread outside the engine; counters() and
// bound() from any thread. Engine, Handler, Clock and Rng are the caller's and outlive the Server.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/rng.h"
#include "net/counters.h"
#include "net/engine.h"
#include "net/handler.h"
#include "net/limits.h"
#include "net/psk_lookup.h"
#include "net/tls.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace berth::net {

enum class Protocol { kHttp, kMqtt };

// An HTTP listener turns a WebSocket handshake on this exact path into an MQTT connection if the
// client offers this subprotocol; compared without case, echoed as offered (azure-dps.md §9.11).
struct Upgrade {
  std::string path;
  std::string subprotocol;
};

struct Listener {
  std::string name;        // for logs and bound(): "https"
  std::string address;     // numeric; empty: every IPv6 and IPv4 address of the machine
  std::uint16_t port = 0;  // 0: any free one, see bound()
  Protocol protocol = Protocol::kHttp;
  std::shared_ptr<TlsContext> tls;  // null: a plain listener
  PskLookup* psk = nullptr;         // TLS-PSK too; the caller's, outlives the Server
  std::vector<Upgrade> upgrades;    // kHttp only
};

struct Bound {
  std::string name;
  std::string address;
  std::uint16_t port = 0;
};

class Server {
 public:
  struct Parts {
    Engine& engine;
    Handler& handler;
    const Clock& clock;
    Limits limits;
    Rng* rng = nullptr;  // needed with Listener::psk; used by all cores at once
  };

  explicit Server(Parts parts);
  ~Server();  // stop()
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds every listener, then accepts on all. All or nothing: on an error (kConflict: address in
  // use; kForbidden: the port needs a privilege; kInvalid: no such address, or shared keys without
  // TLS or Parts::rng) none stays open.
  Result<void> start(std::vector<Listener> listeners);
  // What start() bound, in the order given.
  std::vector<Bound> bound() const;

  // Stops accepting, closes idle connections, lets requests under way finish with
  // `Connection: close`, and cuts what is left after `deadline`. Blocks; true when nothing had
  // to be cut. The engine must be running.
  bool drain(std::chrono::milliseconds deadline);
  // Cuts everything and waits for the connections to end. A Handler that never answers keeps its
  // connection; after `kStopGrace` stop() gives up on it and says so in the log.
  void stop();

  // The sum over all cores at about this moment.
  CounterValues counters() const;
  // How long the handshake that is next on `core`, an index of the engine, has been waiting for its
  // turn. On that core's thread; 0 before start().
  std::chrono::nanoseconds handshake_wait(std::size_t core) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

inline constexpr std::chrono::milliseconds kStopGrace{5'000};

}  // namespace berth::net
