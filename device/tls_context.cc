#include "berth/device/registration.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

namespace berth::device {
namespace {

// What the devices of one vendor offer, and so what a server of theirs has.
constexpr const char* kSharedKeySuites = "PSK-AES128-CBC-SHA:PSK-AES256-CBC-SHA";
constexpr std::size_t kSharedKeyBytesMax = 64;

auto out_of_memory() { return Fail(ErrorKind::kInternal, "TLS cannot be set up", ""); }

SSL_CTX* new_context() {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return nullptr;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return context;
}

struct FreeOpenssl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeOpenssl>;

Owned<BIO> reading(std::string_view text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A pass phrase is never asked for.
int no_pass_phrase(char*, int, int, void*) { return 0; }

}  // namespace

struct TlsContext::SharedKey {
  std::string identity;
  Secret key;

  // Into the buffers of OpenSSL, during the handshake; 0 ends it.
  unsigned tell(std::span<char> name, std::span<unsigned char> into) const {
    if (identity.size() >= name.size() || key.size() > into.size()) return 0;
    *std::copy(identity.begin(), identity.end(), name.begin()) = '\0';
    const auto bytes = key.bytes();
    std::copy(bytes.begin(), bytes.end(), into.begin());
    return static_cast<unsigned>(bytes.size());
  }
};

Result<TlsContext> TlsContext::trusting(const std::filesystem::path& ca) {
  SSL_CTX* context = new_context();
  if (context == nullptr) return out_of_memory();
  TlsContext made(context);
  SSL_CTX_set1_groups_list(context, "X25519:P-256");
  const bool loaded = ca.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                 : SSL_CTX_load_verify_locations(context, ca.c_str(), nullptr) == 1;
  if (!loaded) {
    ERR_clear_error();
    return Fail(ErrorKind::kInvalid, "the CA file " + ca.string() + " cannot be read",
                "name the server's CA file: ca.pem in its data directory");
  }
  return made;
}

Result<TlsContext> TlsContext::sharing(std::string identity, Secret key) {
  if (key.empty() || key.size() > kSharedKeyBytesMax) {
    return Fail(ErrorKind::kInvalid,
                "the secret has " + std::to_string(key.size()) +
                    " bytes, which no TLS handshake with a shared key takes",
                "it takes 1 to " + std::to_string(kSharedKeyBytesMax));
  }
  SSL_CTX* context = new_context();
  if (context == nullptr) return out_of_memory();
  TlsContext made(context);
  SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  if (SSL_CTX_set_cipher_list(context, kSharedKeySuites) != 1) {
    ERR_clear_error();
    return Fail(ErrorKind::kUnavailable, "the TLS library has no suites with shared keys",
                "connect with the password instead");
  }
  made.shared_ = std::make_unique<SharedKey>(SharedKey{std::move(identity), std::move(key)});
  SSL_CTX_set_app_data(context, made.shared_.get());
  const auto tell = [](SSL* ssl, const char*, char* name, unsigned name_size, unsigned char* into,
                       unsigned size) -> unsigned {
    const void* shared = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    return static_cast<const SharedKey*>(shared)->tell({name, name_size}, {into, size});
  };
  SSL_CTX_set_psk_client_callback(context, tell);
  return made;
}

TlsContext TlsContext::none() { return TlsContext(nullptr); }

Result<void> TlsContext::present(std::string_view certificate_pem, const Secret& key_pem) {
  const Owned<BIO> certificates = reading(certificate_pem);
  const Owned<BIO> keys = reading(key_pem.text());
  const Owned<X509> leaf(PEM_read_bio_X509(certificates.get(), nullptr, &no_pass_phrase, nullptr));
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(keys.get(), nullptr, &no_pass_phrase, nullptr));
  const char* wrong = nullptr;
  if (!leaf) {
    wrong = "the certificate is no PEM certificate";
  } else if (!key) {
    wrong = "the private key is no PEM key, or is encrypted";
  } else if (SSL_CTX_use_certificate(context_, leaf.get()) != 1 ||
             SSL_CTX_use_PrivateKey(context_, key.get()) != 1) {
    wrong = "certificate and private key do not belong together";
  }
  // What follows the leaf helps servers that do not know its issuer.
  while (wrong == nullptr) {
    X509* next = PEM_read_bio_X509(certificates.get(), nullptr, &no_pass_phrase, nullptr);
    if (next == nullptr) break;
    if (SSL_CTX_add0_chain_cert(context_, next) != 1) X509_free(next);
  }
  ERR_clear_error();
  if (wrong != nullptr) return Fail(ErrorKind::kInvalid, wrong, "register the device again");
  return {};
}

TlsContext::TlsContext(ssl_ctx_st* context) : context_(context) {}

TlsContext::TlsContext(TlsContext&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)), shared_(std::move(other.shared_)) {}

TlsContext& TlsContext::operator=(TlsContext&& other) noexcept {
  std::swap(context_, other.context_);
  std::swap(shared_, other.shared_);
  return *this;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

}  // namespace berth::device
