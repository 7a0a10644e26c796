#include "device/tls_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <limits>
#include <tuple>

namespace berth::device {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

auto trouble(Trouble kind, std::string what) {
  RegistrationError error;
  error.trouble = kind;
  error.what = std::move(what);
  return Fail(std::move(error));
}

std::string ssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return text == nullptr ? "the connection ended" : text;
}

int bounded(std::size_t size) {
  constexpr std::size_t kMax = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(size, kMax));
}

}  // namespace

TlsStream::TlsStream(const asio::any_io_executor& executor, const TlsContext& tls)
    : socket_(executor), tls_(tls) {}

TlsStream::~TlsStream() { close(); }

void TlsStream::close() {
  if (ssl_ != nullptr && socket_.is_open() && SSL_is_init_finished(ssl_) == 1) SSL_shutdown(ssl_);
  SSL_free(ssl_);
  ssl_ = nullptr;
  ERR_clear_error();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

Result<void, RegistrationError> TlsStream::begin(const Server& server) {
  boost::system::error_code error;
  socket_.non_blocking(true, error);
  socket_.set_option(tcp::no_delay(true), error);
  ssl_ = SSL_new(tls_.get());
  if (ssl_ == nullptr) return trouble(Trouble::kTls, "out of memory");
  // A numeric name is checked as an address and not sent as SNI (RFC 6066 §3).
  boost::system::error_code not_numeric;
  asio::ip::make_address(server.name, not_numeric);
  bool well = SSL_set_fd(ssl_, socket_.native_handle()) == 1;
  if (not_numeric) {
    well = well && SSL_set_tlsext_host_name(ssl_, server.name.c_str()) == 1 &&
           SSL_set1_host(ssl_, server.name.c_str()) == 1;
  } else {
    well = well && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), server.name.c_str()) == 1;
  }
  if (!well) return trouble(Trouble::kTls, "the name " + server.name + " cannot be checked");
  SSL_set_connect_state(ssl_);
  return {};
}

Result<void, RegistrationError> TlsStream::check_handshake() const {
  if (SSL_session_reused(ssl_) == 1) return trouble(Trouble::kResumed, "the session was resumed");
  return {};
}

// False when the connection cannot go on.
Task<bool> TlsStream::ready(int ssl_error) {
  if (ssl_error != SSL_ERROR_WANT_READ && ssl_error != SSL_ERROR_WANT_WRITE) co_return false;
  const auto direction =
      ssl_error == SSL_ERROR_WANT_READ ? tcp::socket::wait_read : tcp::socket::wait_write;
  const std::tuple<boost::system::error_code> waited =
      co_await socket_.async_wait(direction, kAwait);
  co_return !std::get<0>(waited) && ssl_ != nullptr;
}

Task<Result<void, RegistrationError>> TlsStream::connect(const Server& server) {
  close();
  const std::tuple<boost::system::error_code> connected =
      co_await socket_.async_connect(server.endpoint, kAwait);
  if (std::get<0>(connected))
    co_return trouble(Trouble::kConnect, std::get<0>(connected).message());
  Result<void, RegistrationError> begun = begin(server);
  if (!begun) co_return begun;
  for (;;) {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_);
    if (done == 1) break;
    const int why = SSL_get_error(ssl_, done);
    const bool goes_on = co_await ready(why);
    if (goes_on) continue;
    const long verdict = ssl_ == nullptr ? X509_V_OK : SSL_get_verify_result(ssl_);
    if (verdict != X509_V_OK) {
      co_return trouble(Trouble::kTls, X509_verify_cert_error_string(verdict));
    }
    co_return trouble(ssl_ == nullptr ? Trouble::kClosed : Trouble::kTls, ssl_reason());
  }
  co_return check_handshake();
}

Task<Result<void, RegistrationError>> TlsStream::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (ssl_ == nullptr) co_return trouble(Trouble::kClosed, "the connection is closed");
    ERR_clear_error();
    const int done = SSL_write(ssl_, bytes.data(), bounded(bytes.size()));
    if (done > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(done));
      continue;
    }
    const int why = SSL_get_error(ssl_, done);
    const bool goes_on = co_await ready(why);
    if (!goes_on) co_return trouble(Trouble::kClosed, ssl_reason());
  }
  co_return Result<void, RegistrationError>();
}

Task<Result<std::size_t, RegistrationError>> TlsStream::read(std::span<char> into) {
  for (;;) {
    if (ssl_ == nullptr) co_return trouble(Trouble::kClosed, "the connection is closed");
    ERR_clear_error();
    const int done = SSL_read(ssl_, into.data(), bounded(into.size()));
    if (done > 0) co_return static_cast<std::size_t>(done);
    const int why = SSL_get_error(ssl_, done);
    if (why == SSL_ERROR_ZERO_RETURN) co_return std::size_t{0};
    const bool goes_on = co_await ready(why);
    if (!goes_on) co_return trouble(Trouble::kClosed, ssl_reason());
  }
}

}  // namespace berth::device
