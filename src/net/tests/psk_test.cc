#include "net/tests/psk_harness.h"

#include <openssl/ssl.h>

namespace berth::net::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kBothSuites = "PSK-AES128-CBC-SHA:PSK-AES256-CBC-SHA";
const std::string kKey = "sixteen bytes ok";

ClientOptions with_key(const std::string& identity, const std::string& key) {
  ClientOptions options;
  options.tls_version = TLS1_2_VERSION;
  options.psk_identity = identity;
  options.psk_key = key;
  options.tls12_ciphers = kBothSuites;
  return options;
}

class Psk : public ::testing::Test {
 protected:
  Psk() { lookup.set_key("device-1", kKey); }

  // The server's other end of a handshake that was refused.
  void expect_failed(std::uint64_t count) {
    EXPECT_TRUE(eventually([&] { return server.server.counters().handshake_failures == count; }));
  }

  FakeLookup lookup;
  TestServer server{{.psk = &lookup}};
};

TEST_F(Psk, ConnectsWithEitherSuiteAndSaysWhoItIs) {
  for (const std::string suite : {"PSK-AES128-CBC-SHA", "PSK-AES256-CBC-SHA"}) {
    ClientOptions options = with_key("device-1", kKey);
    options.tls12_ciphers = suite;
    options.server_name = "Product.Example.COM";
    Client client(server.port(), options);
    ASSERT_TRUE(client.connected()) << suite << ": " << client.failure();
    EXPECT_EQ(client.cipher(), suite);
    ASSERT_EQ(client.roundtrip(kGet).status, 200);
    const wire::Peer peer = server.handler.peers().back();
    EXPECT_EQ(peer.psk_identity, "device-1");
    EXPECT_EQ(peer.psk_credential, "credential of device-1");
    EXPECT_EQ(peer.tls_version, "TLSv1.2");
    EXPECT_EQ(peer.server_name, "product.example.com");
    EXPECT_THAT(peer.certificates, IsEmpty());
  }
  EXPECT_THAT(lookup.asked(), ElementsAre("device-1", "device-1"));
  EXPECT_THAT(lookup.refusals(), IsEmpty());
  EXPECT_EQ(lookup.peers().back().server_name, "product.example.com");
  EXPECT_EQ(lookup.peers().back().address, "127.0.0.1");
}

TEST_F(Psk, TakesKeysOfEverySizeUpToTheLimit) {
  for (const std::size_t size : {1U, 24U, 32U, 64U}) {
    const std::string key(size, 'k');
    lookup.set_key("device-1", key);
    Client client(server.port(), with_key("device-1", key));
    EXPECT_TRUE(client.connected()) << size << ": " << client.failure();
  }
}

TEST_F(Psk, AWrongKeyAndAnUnknownIdentityLookAlikeOutside) {
  const Client wrong(server.port(), with_key("device-1", "another key"));
  const Client unknown(server.port(), with_key("nobody", kKey));
  EXPECT_FALSE(wrong.connected());
  EXPECT_FALSE(unknown.connected());
  EXPECT_EQ(wrong.failure(), "sslv3 alert bad record mac");
  EXPECT_EQ(unknown.failure(), wrong.failure());
  expect_failed(2);
  EXPECT_THAT(lookup.refusals(), ElementsAre("device-1: known", "nobody: unknown"));
  EXPECT_THAT(server.handler.peers(), IsEmpty());
}

TEST_F(Psk, AKeyThatTlsCannotTakeIsNoKey) {
  for (const std::string& key : {std::string(), std::string(kPskKeyBytesMax + 1, 'k')}) {
    lookup.set_key("device-1", key);
    const Client client(server.port(), with_key("device-1", "k" + key));
    EXPECT_EQ(client.failure(), "sslv3 alert bad record mac");
  }
  expect_failed(2);
  EXPECT_THAT(lookup.refusals(), ElementsAre("device-1: unknown", "device-1: unknown"));
}

TEST_F(Psk, CertificateClientsThatListTheSuitesTooGetOneWithACertificate) {
  const auto device = crypto::Authority::create("device-2", server.rng, server.clock);
  ClientOptions options = with_key("device-1", "no key at all");
  options.tls12_ciphers = kBothSuites + ":ECDHE-ECDSA-AES128-GCM-SHA256";
  options.certificate_pem = device->certificate_pem();
  options.key_pem = std::string(device->private_key_pem()->text());
  Client client(server.port(), options);
  ASSERT_TRUE(client.connected()) << client.failure();
  EXPECT_EQ(client.cipher(), "ECDHE-ECDSA-AES128-GCM-SHA256");
  ASSERT_EQ(client.roundtrip(kGet).status, 200);
  EXPECT_EQ(server.handler.peers().back().certificates.size(), 1U);
  EXPECT_EQ(server.handler.peers().back().psk_identity, "");
  EXPECT_THAT(lookup.asked(), IsEmpty());
}

TEST_F(Psk, ClientsWithoutCertificateAreServedAsElsewhere) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Client client(server.port(), {.server_name = "localhost",
                                  .tls_version = version,
                                  .trusted_pem = server.authority.certificate_pem(),
                                  .verify_at = server.clock.wall()});
    ASSERT_TRUE(client.connected()) << client.failure();
    EXPECT_EQ(client.roundtrip(kGet).status, 200);
  }
  EXPECT_THAT(lookup.asked(), IsEmpty());
}

TEST_F(Psk, InVersion13NothingIsLookedUpAndTheSuiteIsTheUsualOne) {
  TestServer without;
  ClientOptions options = with_key("device-1", kKey);
  options.tls_version = TLS1_3_VERSION;
  options.tls12_ciphers.clear();
  Client client(server.port(), options);  // offers its key in the way of 1.3
  const Client usual(without.port(), {.tls_version = TLS1_3_VERSION});
  ASSERT_TRUE(client.connected()) << client.failure();
  EXPECT_EQ(client.cipher(), usual.cipher());
  ASSERT_EQ(client.roundtrip(kGet).status, 200);
  EXPECT_EQ(server.handler.peers().back().psk_identity, "");
  EXPECT_THAT(lookup.asked(), IsEmpty());
}

TEST_F(Psk, OffersNoOtherSuiteWithASharedKey) {
  for (const std::string suite :
       {"PSK-AES128-GCM-SHA256", "PSK-AES256-CBC-SHA384", "ECDHE-PSK-AES128-CBC-SHA256",
        "DHE-PSK-AES128-CBC-SHA", "RSA-PSK-AES128-CBC-SHA"}) {
    ClientOptions options = with_key("device-1", kKey);
    options.tls12_ciphers = suite;
    const Client client(server.port(), options);
    EXPECT_FALSE(client.connected()) << suite;
    EXPECT_EQ(client.failure(), "sslv3 alert handshake failure") << suite;
  }
  EXPECT_THAT(lookup.asked(), IsEmpty());
}

TEST(PskOff, AListenerWithoutLookUpRefusesTheSuites) {
  TestServer server;
  const Client client(server.port(), with_key("device-1", kKey));
  EXPECT_FALSE(client.connected());
  EXPECT_EQ(client.failure(), "sslv3 alert handshake failure");
}

TEST(PskOff, AListenerThatCouldNotLookUpDoesNotStart) {
  TestServer other;
  FakeLookup lookup;
  Listener listener;
  listener.name = "mqtt";
  listener.address = "127.0.0.1";
  listener.psk = &lookup;
  Server random({other.engine, other.handler, other.clock, {}, &other.shared_rng});
  const auto without_tls = random.start({listener});
  ASSERT_FALSE(without_tls);
  EXPECT_EQ(without_tls.error().kind, ErrorKind::kInvalid);
  listener.tls = other.tls;
  Server no_random({other.engine, other.handler, other.clock, {}});
  ASSERT_FALSE(no_random.start({listener}));
  EXPECT_TRUE(random.start({listener}));
}

}  // namespace
}  // namespace berth::net::testing
