#include "net/server.h"

#include "base/log.h"
#include "net/connection.h"
#include "net/core.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <utility>

namespace berth::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::seconds kAcceptLogEvery{10};

// Peers that vanished without a word are found even when MQTT keep-alive is off.
constexpr int kProbeIdleSeconds = 300;
constexpr int kProbeEverySeconds = 60;
constexpr int kProbeCount = 5;

wire::Transport transport_of(const Listener& listener) {
  if (listener.protocol == Protocol::kMqtt) {
    return listener.tls ? wire::Transport::kMqtt : wire::Transport::kMqttPlain;
  }
  return listener.tls ? wire::Transport::kHttps : wire::Transport::kHttp;
}

asio::ip::address plain_address(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return address;
}

Source source_of(const asio::ip::address& address) {
  Source source{};
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    std::copy(bytes.begin(), bytes.end(), source.begin());
    source[15] = 4;  // no IPv6 /64 has this
  } else {
    const auto bytes = address.to_v6().to_bytes();
    std::copy_n(bytes.begin(), 8, source.begin());
  }
  return source;
}

bool out_of_descriptors(const boost::system::error_code& code) {
  const int value = code.value();
  return value == EMFILE || value == ENFILE || value == ENOBUFS || value == ENOMEM;
}

auto listen_failure(const Listener& listener, const boost::system::error_code& code) {
  const std::string where = (listener.address.empty() ? "every address" : listener.address) +
                            " port " + std::to_string(listener.port);
  const std::string what =
      "cannot listen for " + listener.name + " on " + where + ": " + code.message();
  if (code == asio::error::address_in_use) {
    return Fail(ErrorKind::kConflict, what,
                "stop the program that holds the port (ss -ltnp shows it), or choose another port");
  }
  if (code == asio::error::access_denied) {
    return Fail(ErrorKind::kForbidden, what,
                "choose a port above 1023, or allow the program low ports: "
                "setcap cap_net_bind_service=+ep berth");
  }
  if (code == boost::system::errc::address_not_available) {
    return Fail(ErrorKind::kInvalid, what, "the address is not one of this machine; see: ip addr");
  }
  return Fail(ErrorKind::kInternal, what);
}

// Inherited by accepted sockets, which saves two calls per connection.
void set_connection_options(int descriptor) {
  const auto set = [descriptor](int level, int name, int value) {
    (void)::setsockopt(descriptor, level, name, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kProbeIdleSeconds);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kProbeEverySeconds);
  set(IPPROTO_TCP, TCP_KEEPCNT, kProbeCount);
}

// Opens and binds; `shared` lets the other cores bind the same port.
boost::system::error_code bind_acceptor(Acceptor& acceptor, const tcp::endpoint& endpoint,
                                        bool shared) {
  boost::system::error_code code;
  acceptor.open(endpoint.protocol(), code);
  if (!code) acceptor.set_option(asio::socket_base::reuse_address(true), code);
  if (!code && endpoint.address().is_v6()) {
    acceptor.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), code);
  }
  if (!code && shared) {
    const int on = 1;
    if (::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
      code.assign(errno, boost::system::system_category());
    }
  }
  if (!code) acceptor.bind(endpoint, code);
  return code;
}

// Raises the soft limit to the hard one and returns how many connections it leaves room for.
std::size_t descriptors_for_connections() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return ~std::size_t{0};
  if (limit.rlim_cur < limit.rlim_max) {
    rlimit raised = limit;
    raised.rlim_cur = raised.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (limit.rlim_cur == RLIM_INFINITY) return ~std::size_t{0};
  return limit.rlim_cur > 2 * kSpareDescriptors ? limit.rlim_cur - kSpareDescriptors
                                                : limit.rlim_cur / 2;
}

// One listener on one core. Held by its accept loop and by the Server, which closes it.
class Gate : public std::enable_shared_from_this<Gate> {
 public:
  Gate(std::shared_ptr<Core> core, std::shared_ptr<Shared> shared,
       std::shared_ptr<const Listener> listener)
      : core_(std::move(core)),
        shared_(std::move(shared)),
        listener_(std::move(listener)),
        acceptor_(core_->executor),
        pause_(core_->executor) {}

  Acceptor& acceptor() { return acceptor_; }
  const std::shared_ptr<Core>& core() const { return core_; }
  const Listener& listener() const { return *listener_; }

  static Task<void> accept_all(std::shared_ptr<Gate> self) {
    while (self->acceptor_.is_open()) {
      Socket socket(self->core_->executor);
      tcp::endpoint peer;
      const auto [failed] = co_await self->acceptor_.async_accept(socket, peer, kAwait);
      if (!failed) {
        self->admit(std::move(socket), peer);
      } else if (out_of_descriptors(failed)) {
        self->report_exhaustion(failed);
        self->pause_.expires_after(kAcceptPause);
        co_await self->pause_.async_wait(kAwait);
      }
    }
  }

  // On the core's thread.
  void close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

 private:
  void admit(Socket socket, const tcp::endpoint& endpoint) {
    if (core_->draining) return;
    const asio::ip::address address = plain_address(endpoint.address());
    Refusal why{};
    std::optional<Shared::Place> place = shared_->enter(source_of(address), why);
    if (!place) {
      core_->counters.refuse(why);
      return;  // the socket's destructor closes it
    }
    wire::Peer peer;
    peer.transport = transport_of(*listener_);
    peer.listener = listener_->name;
    peer.address = address.to_string();
    peer.port = endpoint.port();
    auto connection = std::make_shared<Connection>(
        Connection::Parts{core_, listener_, std::move(socket), std::move(peer), std::move(*place)});
    asio::co_spawn(core_->executor, Connection::run(std::move(connection)), asio::detached);
  }

  void report_exhaustion(const boost::system::error_code& code) {
    core_->counters.refuse(Refusal::kNoDescriptors);
    const Instant now = core_->clock.monotonic();
    if (reported_ && now - *reported_ < kAcceptLogEvery) return;
    reported_ = now;
    log::warn("net.accept_paused",
              {{"listener", listener_->name},
               {"why", code.message()},
               {"mend", "raise the limit of open files (ulimit -n, LimitNOFILE=)"}});
  }

  const std::shared_ptr<Core> core_;
  const std::shared_ptr<Shared> shared_;
  const std::shared_ptr<const Listener> listener_;
  Acceptor acceptor_;
  Timer pause_;
  std::optional<Instant> reported_;
};

}  // namespace

class Server::Impl {
 public:
  explicit Impl(Parts parts) : parts_(std::move(parts)) {
    const std::size_t room = descriptors_for_connections();
    if (room < parts_.limits.connections_total) {
      log::info("net.connections_lowered",
                {{"from", std::to_string(parts_.limits.connections_total)},
                 {"to", std::to_string(room)},
                 {"why", "limit of open files"}});
      parts_.limits.connections_total = room;
    }
    shared_ = std::make_shared<Shared>(parts_.limits.connections_total,
                                       parts_.limits.connections_per_source);
    for (std::size_t i = 0; i < parts_.engine.size(); ++i) {
      cores_.push_back(std::make_shared<Core>(Core::Parts{
          parts_.engine.executor(i), parts_.handler, parts_.clock, parts_.limits, parts_.rng}));
    }
  }

  Result<void> start(std::vector<Listener> listeners) {
    for (Listener& listener : listeners) {
      Result<void> opened = open(std::make_shared<const Listener>(std::move(listener)));
      if (opened) continue;
      gates_.clear();
      bound_.clear();
      return opened;
    }
    for (const auto& gate : gates_) {
      asio::co_spawn(gate->core()->executor, Gate::accept_all(gate), asio::detached);
    }
    return {};
  }

  const std::vector<Bound>& bound() const { return bound_; }

  bool drain(std::chrono::milliseconds deadline) {
    close_gates();
    for (const auto& core : cores_) asio::post(core->executor, [core] { core->drain_all(); });
    if (shared_->wait_empty(deadline)) return true;
    cut();
    return false;
  }

  void stop() {
    if (stopped_) return;
    stopped_ = true;
    close_gates();
    cut();
  }

  CounterValues counters() const {
    CounterValues sum;
    for (const auto& core : cores_) core->counters.add_to(sum);
    return sum;
  }

  std::chrono::nanoseconds handshake_wait(std::size_t core) const {
    return cores_[core]->handshakes.waiting();
  }

 private:
  Result<void> open(std::shared_ptr<const Listener> listener) {
    if (listener->psk != nullptr && (!listener->tls || parts_.rng == nullptr)) {
      return Fail(ErrorKind::kInvalid,
                  "listener " + listener->name +
                      " looks up shared keys but has no TLS or the server no "
                      "source of random bytes",
                  "give Listener::tls and Server::Parts::rng");
    }
    const bool any = listener->address.empty();
    boost::system::error_code code;
    asio::ip::address address = any ? asio::ip::address(asio::ip::address_v6::any())
                                    : asio::ip::make_address(listener->address, code);
    if (code) {
      return Fail(ErrorKind::kInvalid,
                  "\"" + base::printable(listener->address) + "\" is no numeric IP address",
                  "give an address like 127.0.0.1 or ::1, or none for every address");
    }
    Result<void> opened = open_at(listener, tcp::endpoint(address, listener->port));
    if (opened || !any) return opened;
    const ErrorKind kind = opened.error().kind;
    if (kind == ErrorKind::kConflict || kind == ErrorKind::kForbidden) return opened;
    // A machine without IPv6.
    return open_at(listener, tcp::endpoint(asio::ip::address_v4::any(), listener->port));
  }

  Result<void> open_at(const std::shared_ptr<const Listener>& listener, tcp::endpoint endpoint) {
    if (endpoint.port() != 0) {
      // SO_REUSEPORT would let a second server of the same user take half of our connections.
      Acceptor probe(cores_[0]->executor);
      const auto code = bind_acceptor(probe, endpoint, false);
      if (code) return listen_failure(*listener, code);
    }
    std::vector<std::shared_ptr<Gate>> opened;
    for (const auto& core : cores_) {
      auto gate = std::make_shared<Gate>(core, shared_, listener);
      boost::system::error_code code = bind_acceptor(gate->acceptor(), endpoint, true);
      if (!code) endpoint = gate->acceptor().local_endpoint(code);
      if (code) return listen_failure(*listener, code);
      set_connection_options(gate->acceptor().native_handle());
      opened.push_back(std::move(gate));
    }
    // At once: a port that is bound but does not listen would let the next listener have it too.
    for (const auto& gate : opened) {
      boost::system::error_code code;
      gate->acceptor().listen(parts_.limits.listen_backlog, code);
      if (code) return listen_failure(*listener, code);
    }
    gates_.insert(gates_.end(), opened.begin(), opened.end());
    bound_.push_back({listener->name, endpoint.address().to_string(), endpoint.port()});
    return {};
  }

  void close_gates() {
    for (const auto& gate : gates_) {
      asio::post(gate->core()->executor, [gate] { gate->close(); });
    }
    gates_.clear();
  }

  void cut() {
    for (const auto& core : cores_) asio::post(core->executor, [core] { core->cut_all(); });
    if (shared_->wait_empty(kStopGrace)) return;
    log::error("net.connections_left",
               {{"why", "their requests were not answered in time after being cut"}});
  }

  Parts parts_;
  std::shared_ptr<Shared> shared_;
  std::vector<std::shared_ptr<Core>> cores_;
  std::vector<std::shared_ptr<Gate>> gates_;
  std::vector<Bound> bound_;
  bool stopped_ = false;
};

Server::Server(Parts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}

Server::~Server() { impl_->stop(); }

Result<void> Server::start(std::vector<Listener> listeners) {
  return impl_->start(std::move(listeners));
}

std::vector<Bound> Server::bound() const { return impl_->bound(); }

bool Server::drain(std::chrono::milliseconds deadline) { return impl_->drain(deadline); }

void Server::stop() { impl_->stop(); }

CounterValues Server::counters() const { return impl_->counters(); }

std::chrono::nanoseconds Server::handshake_wait(std::size_t core) const {
  return impl_->handshake_wait(core);
}

}  // namespace berth::net
