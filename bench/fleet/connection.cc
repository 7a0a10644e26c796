#include "bench/fleet/connection.h"

#include <openssl/err.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace berth::fleet {
namespace {

// The largest record of TLS, so that one read takes in a whole one.
constexpr std::size_t kReadSize = 16 * 1024;

std::string system_text(const char* during, int number) {
  return std::string(during) + ": " + std::strerror(number);
}

int anything_goes(X509_STORE_CTX*, void*) { return 1; }

std::uint64_t ticket_count = 0;

// Whether a ticket arrives is the server's doing, so it is counted and dropped.
int count_ticket(SSL*, SSL_SESSION*) {
  ++ticket_count;
  return 0;
}

void use_paper(SSL* ssl, const ClientPaper& paper) {
  ::SSL_use_certificate(ssl, paper.certificate);
  ::SSL_use_PrivateKey(ssl, paper.key);
  if (paper.above != nullptr) SSL_set1_chain(ssl, paper.above);
}

sockaddr_in loopback(std::uint32_t last, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + last);
  return address;
}

// One version, cipher and pair of groups for every server. Left to choose, servers in Go take
// AES-128 where all others take what a client names first.
void offer_alike(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
  ::SSL_CTX_set_ciphersuites(context, "TLS_AES_256_GCM_SHA384");
  SSL_CTX_set1_groups_list(context, "X25519:P-256");
}

}  // namespace

Result<SslContext> make_tls_context() {
  SslContext context(::SSL_CTX_new(::TLS_client_method()));
  if (context == nullptr) return Fail(ErrorKind::kInternal, "OpenSSL makes no context");
  offer_alike(context.get());
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  ::SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  ::SSL_CTX_set_cert_verify_callback(context.get(), &anything_goes, nullptr);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  ::SSL_CTX_sess_set_new_cb(context.get(), &count_ticket);
  return context;
}

std::uint64_t tickets_received() { return ticket_count; }

Result<ServerFacts> look_at_server(const Common& common) {
  SslContext context(::SSL_CTX_new(::TLS_client_method()));
  offer_alike(context.get());
  if (!common.ca.empty()) {
    if (::SSL_CTX_load_verify_file(context.get(), common.ca.c_str()) != 1) {
      return Fail(ErrorKind::kInvalid, "the CA file `" + common.ca + "` cannot be read");
    }
    ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(0, common.port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return Fail(ErrorKind::kOffline, system_text("no connection to the server's port", errno));
  }
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(::SSL_new(context.get()), &::SSL_free);
  SSL_set_tlsext_host_name(ssl.get(), common.host.c_str());
  ::SSL_set1_host(ssl.get(), common.host.c_str());
  ::SSL_set_fd(ssl.get(), fd);
  const bool connected = ::SSL_connect(ssl.get()) == 1;
  ServerFacts facts;
  if (connected) {
    facts.version = ::SSL_get_version(ssl.get());
    facts.cipher = ::SSL_get_cipher_name(ssl.get());
    const int group = static_cast<int>(SSL_get_negotiated_group(ssl.get()));
    facts.group = ::OBJ_nid2sn(group);
    const EVP_PKEY* key = ::X509_get0_pubkey(::SSL_get0_peer_certificate(ssl.get()));
    facts.certificate = std::string(::EVP_PKEY_get0_type_name(key)) + " " +
                        std::to_string(::EVP_PKEY_get_bits(key));
    facts.verified = !common.ca.empty();
    ::SSL_shutdown(ssl.get());
  }
  ::close(fd);
  if (connected) return facts;
  const char* reason = ::ERR_reason_error_string(::ERR_peek_last_error());
  return Fail(ErrorKind::kUnavailable,
              "the server and the load generator agree on no TLS 1.3 session: " +
                  std::string(reason == nullptr ? "no reason given" : reason),
              "--ca must name the CA of the server's certificate, and --host a name in it");
}

void Connection::open(const Address& address, SSL_CTX* tls, const std::string& host,
                      const ClientPaper* paper) {
  close();
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return end(system_text("no socket", errno));
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (address.source > 0) {
    // The port is chosen at connect, so that it must be free towards this server only.
    ::setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const sockaddr_in from = loopback(address.source, 0);
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) {
      return end(system_text("no source address", errno));
    }
  }
  if (tls != nullptr) {
    ssl_ = ::SSL_new(tls);
    ::SSL_set_fd(ssl_, fd_);
    SSL_set_tlsext_host_name(ssl_, host.c_str());
    if (paper != nullptr) use_paper(ssl_, *paper);
    ::SSL_set_connect_state(ssl_);
  }
  state_ = State::kConnecting;
  const sockaddr_in to = loopback(0, address.port);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
      errno != EINPROGRESS) {
    end(system_text("connect", errno));
  }
}

Connection::State Connection::go_on() {
  if (state_ == State::kConnecting) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(fd_, reinterpret_cast<sockaddr*>(&peer), &size) == 0) {
      state_ = ssl_ == nullptr ? State::kOpen : State::kHandshaking;
    } else {
      int number = 0;
      socklen_t number_size = sizeof number;
      ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &number, &number_size);
      if (number != 0) end(system_text("connect", number));
    }
  }
  if (state_ == State::kHandshaking) {
    ::ERR_clear_error();
    const int outcome = ::SSL_do_handshake(ssl_);
    if (outcome == 1) {
      state_ = State::kOpen;
    } else {
      waits(outcome, "TLS handshake");
    }
  }
  return state_;
}

void Connection::flush() {
  std::size_t sent = 0;
  while (state_ == State::kOpen && sent < out_.size()) {
    if (ssl_ == nullptr) {
      const ssize_t size = ::send(fd_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
      if (size < 0 && errno == EAGAIN) break;
      if (size < 0) return end(system_text("send", errno));
      sent += static_cast<std::size_t>(size);
      continue;
    }
    ::ERR_clear_error();
    std::size_t size = 0;
    const int outcome = ::SSL_write_ex(ssl_, out_.data() + sent, out_.size() - sent, &size);
    if (outcome != 1) {
      waits(outcome, "send");
      break;
    }
    sent += size;
  }
  out_.erase(0, sent);
}

bool Connection::read_some() {
  std::array<char, kReadSize> buffer;
  if (ssl_ == nullptr) {
    const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EAGAIN) return false;
    if (size < 0) end(system_text("receive", errno));
    if (size == 0) end("receive: closed by the server");
    if (size <= 0) return false;
    in_.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
  }
  ::ERR_clear_error();
  std::size_t size = 0;
  const int outcome = ::SSL_read_ex(ssl_, buffer.data(), buffer.size(), &size);
  if (outcome != 1) {
    waits(outcome, "receive");
    return false;
  }
  in_.append(buffer.data(), size);
  return true;
}

bool Connection::read() {
  while (state_ == State::kOpen && read_some()) {
  }
  return state_ == State::kOpen;
}

void Connection::consume(std::size_t size) {
  in_used_ += size;
  if (in_used_ < in_.size()) return;
  in_.clear();
  in_used_ = 0;
}

void Connection::close() {
  if (ssl_ != nullptr) {
    ::ERR_clear_error();
    if (state_ == State::kOpen) ::SSL_shutdown(ssl_);
    ::SSL_free(ssl_);
  }
  if (fd_ >= 0) ::close(fd_);
  ssl_ = nullptr;
  fd_ = -1;
  state_ = State::kNone;
  why_.clear();
  // Freed, not only emptied: ten thousand idle connections are held by one process.
  out_ = {};
  in_ = {};
  in_used_ = 0;
}

void Connection::end(std::string why) {
  state_ = State::kEnded;
  why_ = std::move(why);
}

bool Connection::waits(int outcome, const char* during) {
  const int number = errno;
  switch (::SSL_get_error(ssl_, outcome)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return true;
    case SSL_ERROR_ZERO_RETURN:
      end(std::string(during) + ": closed by the server");
      return false;
    case SSL_ERROR_SYSCALL:
      end(number == 0 ? std::string(during) + ": closed by the server"
                      : system_text(during, number));
      return false;
    default: {
      const char* reason = ::ERR_reason_error_string(::ERR_peek_last_error());
      end(std::string(during) + ": " + (reason == nullptr ? "TLS error" : reason));
      return false;
    }
  }
}

}  // namespace berth::fleet
