#include "berth/device/registration.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>

namespace berth::device {
namespace {

// What the devices of one vendor offer, and so what a server of theirs has.
constexpr const char* kSharedKeySuites = "PSK-AES128-CBC-SHA:PSK-AES256-CBC-SHA";
constexpr std::size_t kSharedKeyBytesMax = 64;

struct SharedKey {
  std::string identity;
  Secret key;
};

void free_shared_key(void*, void* key, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<SharedKey*>(key);
}

// Where a context keeps its SharedKey.
int shared_key_slot() {
  static const int kSlot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &free_shared_key);
  return kSlot;
}

// OpenSSL asks for identity and key during the handshake; 0 ends it.
unsigned tell_shared_key(SSL* ssl, const char*, char* identity, unsigned identity_size,
                         unsigned char* key, unsigned key_size) {
  const auto* shared =
      static_cast<const SharedKey*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), shared_key_slot()));
  if (shared == nullptr || shared->identity.size() >= identity_size) return 0;
  if (shared->key.size() > key_size) return 0;
  *std::copy(shared->identity.begin(), shared->identity.end(), identity) = '\0';
  const auto bytes = shared->key.bytes();
  std::copy(bytes.begin(), bytes.end(), key);
  return static_cast<unsigned>(bytes.size());
}

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
  auto shared = std::make_unique<SharedKey>(SharedKey{std::move(identity), std::move(key)});
  const bool well = SSL_CTX_set_cipher_list(context, kSharedKeySuites) == 1 &&
                    SSL_CTX_set_ex_data(context, shared_key_slot(), shared.get()) == 1;
  if (!well) {
    ERR_clear_error();
    return Fail(ErrorKind::kUnavailable, "the TLS library has no suites with shared keys",
                "connect with the password instead");
  }
  static_cast<void>(shared.release());  // the context frees it
  SSL_CTX_set_psk_client_callback(context, &tell_shared_key);
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

TlsContext::TlsContext(TlsContext&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)) {}

TlsContext& TlsContext::operator=(TlsContext&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

}  // namespace berth::device
