#include "net/tls_stream.h"

#include "base/codec.h"
#include "crypto/decoded_certificates.h"
#include "net/psk_handshake.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <optional>

namespace berth::net {

namespace {

constexpr std::size_t kServerNameMax = 253;

int int_size(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

// Lower case; empty unless it looks like a host name: it goes to logs and routing tables.
std::string clean_server_name(const char* sent) {
  const std::string name = sent == nullptr ? std::string() : base::ascii_lower(sent);
  const bool clean =
      name.size() <= kServerNameMax && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
      });
  return clean ? name : std::string();
}

}  // namespace

void TlsStream::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsStream::TlsStream(Socket socket, Counters& counters, std::shared_ptr<TlsContext> tls)
    : SocketStream(std::move(socket), counters), tls_(std::move(tls)) {}

TlsStream::~TlsStream() = default;

Task<IoStatus> TlsStream::handshake(wire::Peer& peer, SharedKeys keys) {
  ssl_.reset(tls_->make_ssl(keys.lookup != nullptr));
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket().native_handle()) != 1) {
    failure_ = "out of memory";
    co_return IoStatus::kFailed;
  }
  if (keys.lookup != nullptr) {
    psk_ = std::make_unique<PskHandshake>(
        PskHandshake::Parts{ssl_.get(), *this, peer, *keys.lookup, *keys.rng});
  }
  const IoStatus status = co_await accept(peer);
  if (psk_ && status == IoStatus::kOk) psk_->succeeded();
  if (psk_ && status != IoStatus::kOk) psk_->failed(keys_differ_);
  psk_.reset();
  co_return status;
}

Task<IoStatus> TlsStream::accept(wire::Peer& peer) {
  while (true) {
    ERR_clear_error();
    const int returned = SSL_accept(ssl_.get());
    if (returned == 1) break;
    const IoStatus status = status_of(returned);
    if (status != IoStatus::kWantRead && status != IoStatus::kWantWrite) co_return status;
    IoStatus ready = IoStatus::kOk;
    if (psk_ && psk_->waits_for_key()) {
      describe(peer);
      ready = co_await psk_->look_up();
    } else {
      ready = co_await wait(status);
    }
    if (ready != IoStatus::kOk) co_return ready;
  }
  established_ = true;
  describe(peer);
  describe_certificates(peer);
  co_return IoStatus::kOk;
}

void TlsStream::describe(wire::Peer& peer) const {
  peer.tls_version = SSL_get_version(ssl_.get());
  peer.server_name = clean_server_name(SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name));
}

void TlsStream::describe_certificates(wire::Peer& peer) const {
  X509* leaf = SSL_get0_peer_certificate(ssl_.get());
  if (leaf == nullptr) return;
  peer.certificates.push_back(crypto::remember_decoded(leaf));
  // On the server's side OpenSSL keeps the leaf out of this list.
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl_.get());
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    peer.certificates.push_back(crypto::remember_decoded(sk_X509_value(chain, i)));
  }
}

IoResult TlsStream::try_read(std::span<std::uint8_t> into) {
  if (broken_) return {IoStatus::kFailed};
  ERR_clear_error();
  const int got = SSL_read(ssl_.get(), into.data(), int_size(into.size()));
  if (got > 0) return {IoStatus::kOk, static_cast<std::size_t>(got)};
  return {status_of(got)};
}

IoResult TlsStream::try_write(std::string_view from) {
  if (broken_ || !established_) return {IoStatus::kFailed};
  ERR_clear_error();
  const int sent = SSL_write(ssl_.get(), from.data(), int_size(from.size()));
  if (sent <= 0) return {status_of(sent)};
  Counters::add(counters().bytes_out, static_cast<std::uint64_t>(sent));
  return {IoStatus::kOk, static_cast<std::size_t>(sent)};
}

bool TlsStream::has_buffered() const { return SSL_has_pending(ssl_.get()) == 1; }

Task<void> TlsStream::close() {
  if (established_ && !broken_ && (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) == 0) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());  // close_notify if the kernel takes it; nobody waits for the answer
    ERR_clear_error();
  }
  shutdown_send();
  co_return;
}

void TlsStream::cancel() {
  SocketStream::cancel();
  if (!psk_ || !psk_->looking_up()) return;
  boost::system::error_code ignored;
  socket().shutdown(Socket::shutdown_both, ignored);
}

IoStatus TlsStream::status_of(int returned) {
  const int system_error = errno;
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return IoStatus::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return IoStatus::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return IoStatus::kClosed;
    case SSL_ERROR_SYSCALL:
      broken_ = true;
      failure_ = system_error == 0 ? "the peer closed" : "the connection was reset";
      ERR_clear_error();
      return IoStatus::kFailed;
    default:
      break;
  }
  broken_ = true;
  const unsigned long code = ERR_peek_error();
  peer_spoke_http_ = ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
  keys_differ_ = ERR_GET_LIB(code) == ERR_LIB_SSL &&
                 ERR_GET_REASON(code) == SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC;
  const char* reason = ERR_reason_error_string(code);
  failure_ = reason == nullptr ? "unknown" : reason;
  ERR_clear_error();
  return IoStatus::kFailed;
}

}  // namespace berth::net
