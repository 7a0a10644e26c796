#include "net/tests/psk_harness.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

namespace berth::net::testing {

namespace {

constexpr std::size_t kRecordHeader = 5;

std::string two_bytes(std::size_t value) {
  return {static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)};
}

}  // namespace

MemoryClient::MemoryClient(std::string identity, std::string key)
    : context_(SSL_CTX_new(TLS_client_method())) {
  options_.psk_identity = std::move(identity);
  options_.psk_key = std::move(key);
  SSL_CTX_set_max_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context_, "PSK-AES128-CBC-SHA:PSK-AES256-CBC-SHA");
  ssl_ = SSL_new(context_);
  use_psk(ssl_, options_);
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
}

MemoryClient::~MemoryClient() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
}

std::string MemoryClient::step(std::string_view received) {
  if (!received.empty()) {
    BIO_write(SSL_get_rbio(ssl_), received.data(), static_cast<int>(received.size()));
  }
  connected_ = SSL_connect(ssl_) == 1;
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  if (reason != nullptr) failure_ = reason;
  ERR_clear_error();
  std::string said(BIO_ctrl_pending(SSL_get_wbio(ssl_)), '\0');
  if (!said.empty()) BIO_read(SSL_get_wbio(ssl_), said.data(), static_cast<int>(said.size()));
  return said;
}

std::string tls_record(std::string_view payload, char type) {
  return std::string({type, 3, 3}) + two_bytes(payload.size()) + std::string(payload);
}

std::string key_exchange(std::string_view identity) {
  return std::string({16, 0}) + two_bytes(identity.size() + 2) + two_bytes(identity.size()) +
         std::string(identity);
}

std::string cut_first_record(std::string_view sent, std::size_t piece) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(sent[at]); };
  const std::size_t length = static_cast<std::size_t>(byte(3)) << 8 | byte(4);
  std::string_view payload = sent.substr(kRecordHeader, length);
  std::string cut;
  for (; !payload.empty(); payload.remove_prefix(std::min(piece, payload.size()))) {
    cut += tls_record(payload.substr(0, piece));
  }
  return cut + std::string(sent.substr(kRecordHeader + length));
}

}  // namespace berth::net::testing
