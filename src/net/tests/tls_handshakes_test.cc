// Handshakes of every kind that is offered, in memory: what a TlsContext can do must not depend on
// what its library context leaves out (crypto/certificate_library.h).
#include "crypto/certificate.h"
#include "crypto/tests/pki.h"
#include "net/tls.h"

#include <gtest/gtest.h>
#include <openssl/param_build.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace berth::net {
namespace {

namespace pki = crypto::pki;

struct FreeTls {
  void operator()(SSL* object) const { SSL_free(object); }
  void operator()(SSL_CTX* object) const { SSL_CTX_free(object); }
};
using SslOwner = std::unique_ptr<SSL, FreeTls>;
using ContextOwner = std::unique_ptr<SSL_CTX, FreeTls>;

pki::Made made(const std::string& cn, const std::string& key) {
  pki::Recipe recipe = pki::leaf(cn);
  recipe.key = key;
  return pki::make(recipe);
}

std::string key_pem(const pki::Made& of) {
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, of.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

std::shared_ptr<TlsContext> serving(const std::string& key) {
  const pki::Made server = made("server", key);
  return TlsContext::create(
             {crypto::certificate_pem(server.der), Secret::from_text(key_pem(server))})
      .value();
}

struct Asked {
  int version = TLS1_3_VERSION;
  std::string suites = {};  // of 1.3, or of 1.2; empty: all
  std::string groups = {};
  std::string sigalgs = {};  // of the server's signature
  const pki::Made* client = nullptr;
};

ContextOwner client_for(const Asked& asked) {
  ContextOwner context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const raw = context.get();
  SSL_CTX_set_min_proto_version(raw, asked.version);
  SSL_CTX_set_max_proto_version(raw, asked.version);
  if (!asked.suites.empty() && asked.version == TLS1_3_VERSION) {
    EXPECT_EQ(SSL_CTX_set_ciphersuites(raw, asked.suites.c_str()), 1) << asked.suites;
  } else if (!asked.suites.empty()) {
    EXPECT_EQ(SSL_CTX_set_cipher_list(raw, asked.suites.c_str()), 1) << asked.suites;
  }
  if (!asked.groups.empty()) {
    EXPECT_EQ(SSL_CTX_set1_groups_list(raw, asked.groups.c_str()), 1) << asked.groups;
  }
  if (!asked.sigalgs.empty()) {
    EXPECT_EQ(SSL_CTX_set1_sigalgs_list(raw, asked.sigalgs.c_str()), 1) << asked.sigalgs;
  }
  if (asked.client != nullptr) {
    EXPECT_EQ(SSL_CTX_use_certificate(raw, asked.client->x509.get()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(raw, asked.client->key.get()), 1);
  }
  return context;
}

// Both sides of a connection that was made; null when the handshake failed.
struct Connection {
  SslOwner server;
  SslOwner client;
};

bool shake_hands(SSL* server, SSL* client) {
  for (int turn = 0; turn < 8; ++turn) {
    const bool client_done = SSL_do_handshake(client) == 1;
    const bool server_done = SSL_do_handshake(server) == 1;
    if (client_done && server_done) return true;
  }
  return false;
}

Connection connect(const TlsContext& tls, const Asked& asked) {
  const ContextOwner context = client_for(asked);
  Connection made{SslOwner(tls.make_ssl(false)), SslOwner(SSL_new(context.get()))};
  BIO* server = nullptr;
  BIO* client = nullptr;
  BIO_new_bio_pair(&server, 0, &client, 0);
  SSL_set_bio(made.server.get(), server, server);
  SSL_set_bio(made.client.get(), client, client);
  SSL_set_accept_state(made.server.get());
  SSL_set_connect_state(made.client.get());
  const bool good = shake_hands(made.server.get(), made.client.get());
  ERR_clear_error();
  if (!good) return {};
  // Records go through, both ways.
  std::array<char, 8> got{};
  EXPECT_EQ(SSL_write(made.client.get(), "ping", 4), 4);
  EXPECT_EQ(SSL_read(made.server.get(), got.data(), got.size()), 4);
  EXPECT_EQ(SSL_write(made.server.get(), "pong!", 5), 5);
  EXPECT_EQ(SSL_read(made.client.get(), got.data(), got.size()), 5);
  return made;
}

TEST(TlsHandshakes, EverySuiteThatIsOfferedIsSpoken) {
  const auto with_curve = serving("P-256");
  const auto with_rsa = serving("RSA-2048");
  for (const char* suite :
       {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"}) {
    const Connection connection = connect(*with_curve, {.suites = suite});
    ASSERT_TRUE(connection.client) << suite;
    EXPECT_STREQ(SSL_get_cipher_name(connection.client.get()), suite);
  }
  for (const std::string rest : {"AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305",
                                 "AES128-SHA256", "AES256-SHA384"}) {
    for (const auto& [tls, kind] :
         {std::pair(with_curve, "ECDHE-ECDSA-"), std::pair(with_rsa, "ECDHE-RSA-")}) {
      const std::string suite = kind + rest;
      const Connection connection = connect(*tls, {.version = TLS1_2_VERSION, .suites = suite});
      ASSERT_TRUE(connection.client) << suite;
      EXPECT_EQ(SSL_get_cipher_name(connection.client.get()), suite);
    }
  }
}

TEST(TlsHandshakes, EveryGroupThatIsOfferedIsSpokenAndNoOther) {
  const auto tls = serving("RSA-2048");  // in 1.2 a key's curve would have to be among them, too
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const char* group : {"X25519", "P-256", "P-384"}) {
      EXPECT_TRUE(connect(*tls, {.version = version, .groups = group}).client) << group;
    }
    EXPECT_FALSE(connect(*tls, {.version = version, .groups = "P-521"}).client);
  }
}

TEST(TlsHandshakes, ServersSignWithKeysOfEveryKind) {
  for (const char* key : {"P-256", "P-384", "P-521", "RSA-2048", "Ed25519"}) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      EXPECT_TRUE(connect(*serving(key), {.version = version}).client) << key << ' ' << version;
    }
  }
  for (const char* algorithm :
       {"rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"}) {
    EXPECT_TRUE(connect(*serving("RSA-2048"), {.sigalgs = algorithm}).client) << algorithm;
  }
}

TEST(TlsHandshakes, ClientsShowCertificatesOfEveryKind) {
  const auto tls = serving("P-256");
  // Also one that is refused later on, in words. 1.2 has no keys of curves beyond the groups.
  for (const char* key : {"P-256", "P-384", "P-521", "RSA-2048", "Ed25519", "Ed448"}) {
    const pki::Made device = made("dev-1", key);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      if (version == TLS1_2_VERSION && std::string_view(key) == "P-521") continue;
      const Connection connection = connect(*tls, {.version = version, .client = &device});
      ASSERT_TRUE(connection.server) << key << ' ' << version;
      X509* const seen = SSL_get0_peer_certificate(connection.server.get());
      ASSERT_NE(seen, nullptr) << key;
      EXPECT_EQ(pki::der_of(seen), device.der) << key;
      EXPECT_EQ(EVP_PKEY_eq(X509_get0_pubkey(seen), device.key.get()), 1) << key;
    }
  }
}

// Says it is the first one's and signs with the second one's: both P-256.
pki::KeyOwner impostor(EVP_PKEY* victim, EVP_PKEY* own) {
  std::array<unsigned char, 65> point{};
  std::size_t size = 0;
  BIGNUM* secret = nullptr;
  EVP_PKEY_get_octet_string_param(victim, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point.data(),
                                  point.size(), &size);
  EVP_PKEY_get_bn_param(own, OSSL_PKEY_PARAM_PRIV_KEY, &secret);
  OSSL_PARAM_BLD* const parts = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_utf8_string(parts, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(parts, OSSL_PKEY_PARAM_PUB_KEY, point.data(), size);
  OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_PRIV_KEY, secret);
  OSSL_PARAM* const whole = OSSL_PARAM_BLD_to_param(parts);
  EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(context);
  EXPECT_EQ(EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, whole), 1);
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(whole);
  OSSL_PARAM_BLD_free(parts);
  BN_clear_free(secret);
  return {key, EVP_PKEY_free};
}

TEST(TlsHandshakes, ClientsWithoutTheKeyOfTheirCertificateAreRefused) {
  const auto tls = serving("P-256");
  pki::Made device = made("dev-1", "P-256");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_TRUE(connect(*tls, {.version = version, .client = &device}).server) << version;
  }
  device.key = impostor(device.key.get(), made("dev-2", "P-256").key.get());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_FALSE(connect(*tls, {.version = version, .client = &device}).server) << version;
  }
}

}  // namespace
}  // namespace berth::net
