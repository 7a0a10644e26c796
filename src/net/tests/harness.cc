#include "net/tests/harness.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <span>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>

namespace berth::net::testing {

namespace asio = boost::asio;

namespace {

constexpr int kReceiveSeconds = 20;

std::string name_of(const wire::Request& request) {
  struct Name {
    std::string operator()(const wire::HttpRequest& r) const { return r.method + " " + r.path; }
    std::string operator()(const wire::MqttConnect& r) const { return "connect " + r.client_id; }
    std::string operator()(const wire::MqttPublish& r) const {
      return "publish " + r.topic + " qos " + std::to_string(r.qos);
    }
    std::string operator()(const wire::MqttDelivered& r) const {
      return "delivered " + std::to_string(r.packet_id);
    }
    std::string operator()(const wire::MqttSubscribe& r) const {
      return "subscribe " + r.subscriptions.at(0).filter;
    }
    std::string operator()(const wire::MqttUnsubscribe& r) const {
      return "unsubscribe " + r.filters.at(0);
    }
    std::string operator()(const wire::MqttDisconnect&) const { return "disconnect"; }
  };
  return std::visit(Name{}, request);
}

struct UsualAnswer {
  wire::Actions operator()(const wire::HttpRequest& request) const {
    wire::HttpResponse response;
    response.headers = {{"Content-Type", "text/plain"}};
    response.body = request.body;
    return one(std::move(response));
  }
  wire::Actions operator()(const wire::MqttConnect&) const { return one(wire::MqttConnack{}); }
  wire::Actions operator()(const wire::MqttPublish& request) const {
    if (request.qos == 0) return {};
    return one(wire::MqttPuback{request.packet_id});
  }
  wire::Actions operator()(const wire::MqttDelivered&) const { return {}; }
  wire::Actions operator()(const wire::MqttSubscribe& request) const {
    wire::MqttSuback suback;
    suback.packet_id = request.packet_id;
    for (const auto& each : request.subscriptions) suback.codes.push_back(each.qos);
    return one(std::move(suback));
  }
  wire::Actions operator()(const wire::MqttUnsubscribe& request) const {
    return one(wire::MqttUnsuback{request.packet_id});
  }
  wire::Actions operator()(const wire::MqttDisconnect&) const { return {}; }

 private:
  static wire::Actions one(wire::Action action) {
    wire::Actions actions;
    actions.push_back(std::move(action));
    return actions;
  }
};

TlsMaterial material(const crypto::Authority& authority, base::Rng& rng, const Clock& clock) {
  auto issued = authority.issue_server({"localhost", "127.0.0.1"}, rng, clock);
  return {issued->certificate_pem, std::move(issued->private_key_pem)};
}

}  // namespace

struct Latch::Waiter {
  explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
};

Task<void> Latch::wait() {
  const auto executor = co_await asio::this_coro::executor;
  auto waiter = std::make_shared<Waiter>(executor);
  waiter->timer.expires_at(asio::steady_timer::time_point::max());
  {
    const std::lock_guard lock(mutex_);
    if (open_) co_return;
    waiters_.push_back(waiter);
  }
  co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Latch::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  for (const auto& waiter : waiters_) {
    asio::post(waiter->timer.get_executor(), [waiter] { waiter->timer.cancel(); });
  }
  waiters_.clear();
}

std::size_t Latch::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

class FakeConversation final : public Conversation {
 public:
  FakeConversation(FakeHandler& handler, const wire::Peer& peer) : handler_(handler), peer_(peer) {}
  ~FakeConversation() override {
    const std::lock_guard lock(handler_.mutex_);
    std::erase_if(handler_.outbounds_, [this](const auto& pair) { return pair.first == this; });
    ++handler_.ended_;
  }

  Task<wire::Actions> handle(wire::Request request) override {
    handler_.note(request);
    const bool waits = handler_.latch && (!handler_.latched || handler_.latched(request));
    if (waits) co_await handler_.latch->wait();
    if (handler_.answer) co_return handler_.answer(peer_, request);
    co_return FakeHandler::usual_answer(request);
  }

  Task<Handled> handle_some(std::span<wire::MqttPublish> messages) override {
    Handled handled;
    handled.messages = std::min(messages.size(), handler_.together_max);
    {
      const std::lock_guard lock(handler_.mutex_);
      handler_.offered_.push_back(messages.size());
    }
    for (wire::MqttPublish& each : messages.first(handled.messages)) {
      wire::Actions more = co_await handle(std::move(each));
      for (wire::Action& action : more) handled.actions.push_back(std::move(action));
    }
    co_return handled;
  }

 private:
  FakeHandler& handler_;
  const wire::Peer& peer_;
};

std::unique_ptr<Conversation> FakeHandler::open(const wire::Peer& peer, Outbound& outbound) {
  auto conversation = std::make_unique<FakeConversation>(*this, peer);
  const std::lock_guard lock(mutex_);
  peers_.push_back(peer);
  outbounds_.emplace_back(conversation.get(), &outbound);
  return conversation;
}

wire::BodyRules FakeHandler::body_rules(const wire::Peer&, const wire::HttpRequest& header) {
  return rules ? rules(header) : wire::BodyRules{};
}

wire::HttpResponse FakeHandler::refuse(int status, std::string_view why) {
  return {status, {{"Content-Type", "application/json"}}, "{\"why\":\"" + std::string(why) + "\"}"};
}

wire::Actions FakeHandler::usual_answer(const wire::Request& request) {
  return std::visit(UsualAnswer{}, request);
}

std::vector<wire::Peer> FakeHandler::peers() const {
  const std::lock_guard lock(mutex_);
  return peers_;
}

std::size_t FakeHandler::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

Outbound* FakeHandler::outbound() const {
  const std::lock_guard lock(mutex_);
  return outbounds_.empty() ? nullptr : outbounds_.back().second;
}

std::vector<std::string> FakeHandler::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

std::vector<std::size_t> FakeHandler::offered() const {
  const std::lock_guard lock(mutex_);
  return offered_;
}

void FakeHandler::note(const wire::Request& request) {
  const std::lock_guard lock(mutex_);
  seen_.push_back(name_of(request));
}

TestServer::TestServer(Options options)
    : authority(std::move(*crypto::Authority::create("test CA", rng, clock))),
      engine(options.cores),
      tls(*TlsContext::create(material(authority, rng, clock), options.limits, options.unasked)),
      server({engine, handler, clock, options.limits, &shared_rng}) {
  Listener listener;
  listener.name = "test";
  listener.address = "127.0.0.1";
  listener.protocol = options.protocol;
  if (options.tls) listener.tls = tls;
  listener.psk = options.psk;
  listener.upgrades = {{"/$iothub/websocket", "mqtt"}, {"/", "mqtt"}, {"/mqtt", "mqtt"}};
  std::vector<Listener> listeners;
  listeners.push_back(std::move(listener));
  const auto started = server.start(std::move(listeners));
  EXPECT_TRUE(started) << started.error().what;
  engine.start();
}

TestServer::~TestServer() {
  if (handler.latch) handler.latch->open();
  server.stop();
  engine.stop();
}

std::uint64_t TestServer::open() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t each : server.counters().open) sum += each;
  return sum;
}

namespace {

unsigned give_psk(ssl_st* ssl, std::span<char> identity, std::span<unsigned char> key) {
  const auto* options = static_cast<const ClientOptions*>(SSL_get_app_data(ssl));
  if (options->psk_identity.size() >= identity.size() || options->psk_key.size() > key.size())
    return 0;
  std::copy_n(options->psk_identity.c_str(), options->psk_identity.size() + 1, identity.begin());
  std::copy(options->psk_key.begin(), options->psk_key.end(), key.begin());
  return static_cast<unsigned>(options->psk_key.size());
}

}  // namespace

void use_psk(ssl_st* ssl, const ClientOptions& options) {
  SSL_set_app_data(ssl, const_cast<ClientOptions*>(&options));
  SSL_set_psk_client_callback(
      ssl, [](SSL* asking, const char*, char* identity, unsigned identity_room, unsigned char* key,
              unsigned key_room) {
        return give_psk(asking, {identity, identity_room}, {key, key_room});
      });
}

Client::Client(std::uint16_t port, const ClientOptions& options) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{kReceiveSeconds, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
  if (options.tls) {
    handshake(options);
  } else {
    connected_ = true;
  }
}

Client::Client(Client&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      context_(std::exchange(other.context_, nullptr)),
      ssl_(std::exchange(other.ssl_, nullptr)),
      connected_(other.connected_),
      failure_(std::move(other.failure_)),
      buffered_(std::move(other.buffered_)) {}

Client::~Client() {
  close();
  SSL_free(ssl_);
  SSL_CTX_free(context_);
}

void Client::handshake(const ClientOptions& options) {
  context_ = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context_, SSL_MODE_AUTO_RETRY);
  if (options.tls_version != 0) {
    SSL_CTX_set_min_proto_version(context_, options.tls_version);
    SSL_CTX_set_max_proto_version(context_, options.tls_version);
  }
  if (!options.certificate_pem.empty()) {
    BIO* bio = BIO_new_mem_buf(options.certificate_pem.data(), -1);
    X509* leaf = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context_, leaf);
    X509_free(leaf);
    while (X509* next = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) {
      SSL_CTX_add0_chain_cert(context_, next);
    }
    BIO_free(bio);
    bio = BIO_new_mem_buf(options.key_pem.data(), -1);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_PrivateKey(context_, key);
    EVP_PKEY_free(key);
    BIO_free(bio);
  }
  if (!options.trusted_pem.empty()) {
    BIO* bio = BIO_new_mem_buf(options.trusted_pem.data(), -1);
    X509* ca = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), ca);
    X509_free(ca);
    BIO_free(bio);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context_),
                               base::to_unix_seconds(options.verify_at));
  }
  if (!options.tls12_ciphers.empty()) {
    EXPECT_EQ(SSL_CTX_set_cipher_list(context_, options.tls12_ciphers.c_str()), 1);
  }
  ssl_ = SSL_new(context_);
  if (!options.psk_key.empty()) use_psk(ssl_, options);
  if (!options.server_name.empty()) {
    SSL_set_tlsext_host_name(ssl_, options.server_name.c_str());
    SSL_set1_host(ssl_, options.server_name.c_str());
  }
  SSL_set_fd(ssl_, socket_);
  connected_ = SSL_connect(ssl_) == 1;
  SSL_set_app_data(ssl_, nullptr);
  const char* reason = connected_ ? nullptr : ERR_reason_error_string(ERR_peek_error());
  failure_ = reason == nullptr ? "" : reason;
  ERR_clear_error();
}

std::string Client::cipher() const { return SSL_get_cipher_name(ssl_); }

std::string Client::tls_version() const { return SSL_get_version(ssl_); }

bool Client::session_ticket_seen() const {
  return SSL_SESSION_has_ticket(SSL_get_session(ssl_)) == 1;
}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ssl_ == nullptr
                             ? ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL)
                             : SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    ERR_clear_error();
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Client::send_raw(std::string_view bytes) {
  return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

std::string Client::receive() {
  if (!buffered_.empty()) return std::exchange(buffered_, {});
  std::string bytes(16 * 1024, '\0');
  const ssize_t got = ssl_ == nullptr
                          ? ::recv(socket_, bytes.data(), bytes.size(), 0)
                          : SSL_read(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  ERR_clear_error();
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

std::string Client::receive_exactly(std::size_t count) {
  if (count == 0) return {};
  std::string all;
  while (all.size() < count) {
    const std::string more = receive();
    if (more.empty()) return all;
    all += more;
  }
  buffered_ = all.substr(count);
  all.resize(count);
  return all;
}

std::string Client::receive_all() {
  std::string all;
  while (true) {
    const std::string more = receive();
    if (more.empty()) return all;
    all += more;
  }
}

HttpReply Client::receive_http(bool head_request) {
  HttpReply reply;
  std::string all;
  while (all.find("\r\n\r\n") == std::string::npos) {
    const std::string more = receive();
    if (more.empty()) return reply;
    all += more;
  }
  const std::size_t end = all.find("\r\n\r\n") + 4;
  reply.head = all.substr(0, end);
  buffered_ = all.substr(end);
  reply.status = std::stoi(reply.head.substr(9, 3));
  const std::size_t length = reply.head.find("Content-Length: ");
  if (length != std::string::npos && !head_request) {
    reply.body = receive_exactly(std::stoul(reply.head.substr(length + 16)));
  }
  return reply;
}

HttpReply Client::roundtrip(std::string_view request) {
  EXPECT_TRUE(send(request));
  return receive_http();
}

bool Client::closed_within(std::chrono::milliseconds patience) {
  pollfd one{socket_, POLLIN, 0};
  if (ssl_ == nullptr || SSL_has_pending(ssl_) == 0) {
    if (::poll(&one, 1, static_cast<int>(patience.count())) <= 0) return false;
  }
  return receive().empty();
}

void Client::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void Client::close_sending() { ::shutdown(socket_, SHUT_WR); }

std::chrono::milliseconds advance_until_closed(base::FakeClock& clock, Client& client,
                                               std::chrono::milliseconds step) {
  std::chrono::milliseconds total{0};
  for (int i = 0; i < 400; ++i) {
    // Longer than two ticks of the wheel: each step of the clock is seen before the next.
    if (client.closed_within(2 * TimerWheel::kTick)) return total;
    clock.advance(step);
    total += step;
  }
  ADD_FAILURE() << "the connection never closed";
  return total;
}

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 10'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace berth::net::testing
