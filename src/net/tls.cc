#include "net/tls.h"

#include "base/check.h"
#include "base/codec.h"
#include "crypto/certificate_library.h"
#include "net/psk_handshake.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <string_view>

namespace berth::net {

namespace {

// Azure's 1.2 list (azure-dps.md §9.17), and ChaCha20 for devices without AES in hardware.
constexpr const char* kTls12Ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:"
    "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384";
// What devices with a shared key speak: suites 0x008C and 0x008D of RFC 4279. Last,
// because clients that hold a certificate list them, too, and have no key for them.
constexpr const char* kSharedKeyCiphers = ":PSK-AES128-CBC-SHA:PSK-AES256-CBC-SHA";
constexpr const char* kGroups = "X25519:P-256:P-384";

struct ContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<SSL_CTX, ContextFree>;

struct BioFree {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using BioPtr = std::unique_ptr<BIO, BioFree>;

struct CertificateFree {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using CertificatePtr = std::unique_ptr<X509, CertificateFree>;

struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, KeyFree>;

// The text of OpenSSL's newest error; empties its queue.
std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

// An encrypted key must be an error, not a question on the terminal.
int no_password(char*, int, int, void*) { return -1; }

BioPtr reading(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Takes the place of chain verification: whatever chain comes is accepted (possession of the leaf's
// key is proven by the handshake itself); only its length is bounded.
int accept_chain(X509_STORE_CTX* store, void* argument) {
  const auto* limits = static_cast<const Limits*>(argument);
  const int count = sk_X509_num(X509_STORE_CTX_get0_untrusted(store));
  if (count > static_cast<int>(limits->client_chain_count)) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_CHAIN_TOO_LONG);
    return 0;
  }
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

Result<void> load_chain(SSL_CTX* context, const std::string& pem) {
  const BioPtr bio = reading(pem);
  const CertificatePtr leaf(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return Fail(ErrorKind::kInvalid, "the server certificate cannot be read: " + openssl_reason(),
                "give a PEM file with the server's certificate first, then its intermediates");
  }
  while (CertificatePtr next{PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr)}) {
    if (SSL_CTX_add0_chain_cert(context, next.get()) != 1) {
      return Fail(ErrorKind::kInvalid, "an intermediate certificate: " + openssl_reason());
    }
    (void)next.release();
  }
  const unsigned long end = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_GET_LIB(end) == ERR_LIB_PEM && ERR_GET_REASON(end) == PEM_R_NO_START_LINE) return {};
  return Fail(ErrorKind::kInvalid, "the certificate chain is broken after its first certificate",
              "every block of the file must be a complete PEM certificate");
}

Result<void> load_key(SSL_CTX* context, const Secret& pem) {
  const BioPtr bio = reading(pem.text());
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (!key) {
    return Fail(ErrorKind::kInvalid, "the server's private key cannot be read: " + openssl_reason(),
                "it must be an unencrypted PEM key");
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return Fail(ErrorKind::kInvalid,
                "the private key is not the one of the server certificate: " + openssl_reason(),
                "give the key that the certificate was issued for; the leaf comes first");
  }
  return {};
}

// "*.example.test" is every name below it.
bool is_named(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return base::equals_ignoring_case(pattern, name);
  pattern.remove_prefix(1);
  return name.size() > pattern.size() &&
         base::equals_ignoring_case(pattern, name.substr(name.size() - pattern.size()));
}

int ask_for_certificate(SSL* ssl, int*, void* argument) {
  const auto* unasked = static_cast<const std::vector<std::string>*>(argument);
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const bool quiet =
      name != nullptr && std::any_of(unasked->begin(), unasked->end(),
                                     [&](const auto& each) { return is_named(each, name); });
  if (quiet) SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
  return SSL_TLSEXT_ERR_NOACK;
}

// Runs when a ClientHello is read: in TLS 1.2 before the suite is chosen. TLS 1.3 has keys of
// another kind, which nobody looks up, and does not learn that there are any.
int allow_shared_key(SSL* ssl, void*) {
  if (SSL_version(ssl) == TLS1_2_VERSION) {
    SSL_set_psk_server_callback(ssl, &PskHandshake::give_key);
  }
  return 1;
}

bool allow_shared_keys(SSL_CTX* context) {
  SSL_CTX_set_cert_cb(context, allow_shared_key, nullptr);
  const std::string ciphers = std::string(kTls12Ciphers) + kSharedKeyCiphers;
  return SSL_CTX_set_cipher_list(context, ciphers.c_str()) == 1;
}

bool configure(SSL_CTX* context, const Limits& limits) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context, 1);  // one read(2) for header and body of a record
  SSL_CTX_set_max_cert_list(context, static_cast<long>(limits.client_chain_bytes));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return SSL_CTX_set_num_tickets(context, 0) == 1 &&
         SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kTls12Ciphers) == 1 &&
         SSL_CTX_set1_groups_list(context, kGroups) == 1;
}

Result<ContextPtr> make_context(const TlsMaterial& material, const Limits& limits,
                                bool shared_keys) {
  // Peers' certificates are decoded where keys are decoded soonest.
  ContextPtr context(SSL_CTX_new_ex(crypto::certificate_library(), nullptr, TLS_server_method()));
  if (!context || !configure(context.get(), limits) ||
      (shared_keys && !allow_shared_keys(context.get()))) {
    return Fail(ErrorKind::kInternal, "cannot set up TLS: OpenSSL: " + openssl_reason());
  }
  const Result<void> chain = load_chain(context.get(), material.certificate_chain_pem);
  if (!chain) return Fail(chain.error());
  const Result<void> key = load_key(context.get(), material.private_key_pem);
  if (!key) return Fail(key.error());
  // Handshakes read the bounds from here: connections hold the TlsContext that owns them.
  SSL_CTX_set_cert_verify_callback(context.get(), accept_chain, const_cast<Limits*>(&limits));
  return context;
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::create(const TlsMaterial& material,
                                                       const Limits& limits,
                                                       std::vector<std::string> unasked) {
  std::shared_ptr<TlsContext> tls(new TlsContext(limits, std::move(unasked)));
  const Result<void> loaded = tls->replace(material);
  if (!loaded) return Fail(loaded.error());
  return tls;
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
  SSL_CTX_free(shared_keys_context_);
}

Result<void> TlsContext::replace(const TlsMaterial& material) {
  BERTH_TRY(ContextPtr made, make_context(material, limits_, false));
  BERTH_TRY(ContextPtr made_for_shared_keys, make_context(material, limits_, true));
  for (SSL_CTX* context : {made.get(), made_for_shared_keys.get()}) {
    SSL_CTX_set_tlsext_servername_callback(context, ask_for_certificate);
    SSL_CTX_set_tlsext_servername_arg(context, const_cast<std::vector<std::string>*>(&unasked_));
  }
  const std::lock_guard lock(mutex_);
  SSL_CTX_free(context_);
  SSL_CTX_free(shared_keys_context_);
  context_ = made.release();
  shared_keys_context_ = made_for_shared_keys.release();
  return {};
}

ssl_st* TlsContext::make_ssl(bool shared_keys) const {
  const std::lock_guard lock(mutex_);
  // Holds a reference of its own on the context.
  return SSL_new(shared_keys ? shared_keys_context_ : context_);
}

}  // namespace berth::net
