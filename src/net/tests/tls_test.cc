#include "crypto/certificate.h"
#include "crypto/decoded_certificates.h"
#include "net/tests/harness.h"

#include <openssl/ssl.h>

namespace berth::net::testing {
namespace {

using std::chrono::milliseconds;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// A certificate that TLS itself would refuse if it judged: from an unknown CA, and long expired.
crypto::CertifiedKey stranger(TestServer& server, std::chrono::hours age) {
  base::FakeClock past(server.clock.wall() - age);
  const auto authority = crypto::Authority::create("unknown CA", server.rng, past);
  auto issued = authority->issue_server({"device-1"}, server.rng, past);
  // The chain: leaf, then its CA.
  issued->certificate_pem += authority->certificate_pem();
  return std::move(*issued);
}

TEST(Tls, SpeaksBothVersions) {
  TestServer server;
  for (const auto& [version, name] :
       {std::pair(TLS1_2_VERSION, "TLSv1.2"), std::pair(TLS1_3_VERSION, "TLSv1.3")}) {
    Client client(server.port(), {.tls_version = version});
    ASSERT_TRUE(client.connected()) << name;
    EXPECT_EQ(client.tls_version(), name);
    EXPECT_EQ(client.roundtrip(kGet).status, 200);
    EXPECT_EQ(server.handler.peers().back().tls_version, name);
    EXPECT_FALSE(client.session_ticket_seen());
  }
  EXPECT_EQ(server.server.counters().handshakes, 2U);
}

TEST(Tls, RefusesOlderVersions) {
  TestServer server;
  Client client(server.port(), {.tls_version = TLS1_1_VERSION});
  EXPECT_FALSE(client.connected());
  EXPECT_TRUE(eventually([&] { return server.server.counters().handshake_failures == 1; }));
}

TEST(Tls, PresentsACertificateThatAVerifyingClientAccepts) {
  TestServer server;
  Client client(server.port(), {.server_name = "localhost",
                                .trusted_pem = server.authority.certificate_pem(),
                                .verify_at = server.clock.wall()});
  EXPECT_TRUE(client.connected());
  Client wrong_name(server.port(), {.server_name = "other.example",
                                    .trusted_pem = server.authority.certificate_pem(),
                                    .verify_at = server.clock.wall()});
  EXPECT_FALSE(wrong_name.connected());
}

TEST(Tls, CapturesTheServerName) {
  TestServer server;
  Client named(server.port(), {.server_name = "Global.Example.COM"});
  named.roundtrip(kGet);
  EXPECT_EQ(server.handler.peers().back().server_name, "global.example.com");
  Client nameless(server.port());
  nameless.roundtrip(kGet);
  EXPECT_EQ(server.handler.peers().back().server_name, "");
  Client odd(server.port(), {.server_name = "a\nb c"});
  odd.roundtrip(kGet);
  EXPECT_EQ(server.handler.peers().back().server_name, "");
}

TEST(Tls, CapturesAnyClientCertificateWithoutJudgingIt) {
  TestServer server;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const auto age : {std::chrono::hours(0), std::chrono::hours(24 * 1000)}) {
      const crypto::CertifiedKey device = stranger(server, age);
      Client client(server.port(), {.tls_version = version,
                                    .certificate_pem = device.certificate_pem,
                                    .key_pem = std::string(device.private_key_pem.text())});
      ASSERT_EQ(client.roundtrip(kGet).status, 200);
      const wire::Peer peer = server.handler.peers().back();
      ASSERT_EQ(peer.certificates.size(), 2U);  // leaf and its CA, in that order
      EXPECT_NE(peer.certificates[0], peer.certificates[1]);
      EXPECT_EQ(peer.certificates[0].at(0), 0x30);
    }
  }
}

TEST(Tls, WhatTheHandshakeDecodedIsNotDecodedAgain) {
  TestServer server;
  std::vector<std::string> names;
  std::uint64_t decoded = 1;
  server.handler.answer = [&](const wire::Peer& peer, const wire::Request& request) {
    const std::uint64_t before = crypto::certificates_decoded();
    for (const base::Bytes& der : peer.certificates) {
      names.push_back(crypto::read_certificate(der)->common_name);
    }
    decoded = crypto::certificates_decoded() - before;
    return FakeHandler::usual_answer(request);
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const crypto::CertifiedKey device = stranger(server, std::chrono::hours(0));
    names.clear();
    decoded = 1;
    Client client(server.port(), {.tls_version = version,
                                  .certificate_pem = device.certificate_pem,
                                  .key_pem = std::string(device.private_key_pem.text())});
    ASSERT_EQ(client.roundtrip(kGet).status, 200);
    EXPECT_EQ(decoded, 0U);
    EXPECT_EQ(names, (std::vector<std::string>{"device-1", "unknown CA"}));
  }
}

TEST(Tls, CapturesASelfSignedCertificate) {
  TestServer server;
  const auto self = crypto::Authority::create("device-1", server.rng, server.clock);
  Client client(server.port(), {.certificate_pem = self->certificate_pem(),
                                .key_pem = std::string(self->private_key_pem()->text())});
  ASSERT_EQ(client.roundtrip(kGet).status, 200);
  EXPECT_EQ(server.handler.peers().back().certificates.size(), 1U);
}

TEST(Tls, ClientsOfSomeNamesAreNotAskedForACertificate) {
  TestServer server({.unasked = {"gateway.example", "*.gateway.example"}});
  const crypto::CertifiedKey device = stranger(server, std::chrono::hours(0));
  const auto asked = [&](const std::string& name, int version) {
    Client client(server.port(), {.server_name = name,
                                  .tls_version = version,
                                  .certificate_pem = device.certificate_pem,
                                  .key_pem = std::string(device.private_key_pem.text())});
    EXPECT_EQ(client.roundtrip(kGet).status, 200);
    return !server.handler.peers().back().certificates.empty();
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_FALSE(asked("gateway.example", version));
    EXPECT_FALSE(asked("Eu.Gateway.Example", version));
    EXPECT_TRUE(asked("mygateway.example", version));
    EXPECT_TRUE(asked("", version));
  }
}

TEST(Tls, RefusesAChainOverTheLimits) {
  Limits limits;
  limits.client_chain_count = 2;
  TestServer server({.limits = limits});
  const crypto::CertifiedKey device = stranger(server, std::chrono::hours(0));
  const std::string key(device.private_key_pem.text());
  Client good(server.port(), {.certificate_pem = device.certificate_pem, .key_pem = key});
  EXPECT_EQ(good.roundtrip(kGet).status, 200);
  // TLS 1.2: the client learns within its handshake.
  Client bad(server.port(),
             {.tls_version = TLS1_2_VERSION,
              .certificate_pem = device.certificate_pem + server.authority.certificate_pem(),
              .key_pem = key});
  EXPECT_FALSE(bad.connected());
  std::string many = device.certificate_pem;
  for (int i = 0; i < 80; ++i) many += server.authority.certificate_pem();
  Client huge(server.port(),
              {.tls_version = TLS1_2_VERSION, .certificate_pem = many, .key_pem = key});
  EXPECT_FALSE(huge.connected());
  EXPECT_TRUE(eventually([&] { return server.server.counters().handshake_failures == 2; }));
}

TEST(Tls, GarbageBeforeTheHandshakeClosesTheConnectionOnly) {
  TestServer server;
  for (const std::string& bytes :
       {std::string("rubbish rubbish rubbish"), std::string(5000, '\0'),
        std::string("\x16\x03\x01\xff\xff", 5) + std::string(70'000, 'x'),
        std::string("\x80\x00")}) {
    Client client(server.port(), {.tls = false});
    client.send_raw(bytes);
    client.close_sending();
    client.receive_all();
  }
  EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
  EXPECT_EQ(server.server.counters().handshake_failures, 4U);
  EXPECT_EQ(Client(server.port()).roundtrip(kGet).status, 200);
}

TEST(Tls, ToldAPlainHttpClientToUseHttps) {
  TestServer server;
  Client client(server.port(), {.tls = false});
  const HttpReply reply = client.roundtrip(kGet);
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body.find("https://"), std::string::npos);
  EXPECT_EQ(client.receive(), "");
}

TEST(Tls, AHandshakeThatStallsIsCut) {
  TestServer server;
  Client client(server.port(), {.tls = false});
  client.send_raw(std::string("\x16\x03\x01\x02\x00", 5));
  EXPECT_GE(advance_until_closed(server.clock, client, milliseconds(1000)), Limits{}.handshake);
  EXPECT_EQ(server.refused(Refusal::kHandshakeTimeout), 1U);
  EXPECT_EQ(server.server.counters().handshake_failures, 0U);
}

TEST(Tls, NewConnectionsUseAReplacedCertificate) {
  TestServer server;
  Client before(server.port());
  auto issued = server.authority.issue_server({"new.example"}, server.rng, server.clock);
  ASSERT_TRUE(server.tls->replace({issued->certificate_pem, std::move(issued->private_key_pem)}));
  Client after(server.port(), {.server_name = "new.example",
                               .trusted_pem = server.authority.certificate_pem(),
                               .verify_at = server.clock.wall()});
  EXPECT_TRUE(after.connected());
  EXPECT_EQ(after.roundtrip(kGet).status, 200);
  EXPECT_EQ(before.roundtrip(kGet).status, 200);
}

TEST(Tls, RefusesMaterialThatCannotServe) {
  base::FakeClock clock;
  base::SeededRng rng(3);
  const auto authority = crypto::Authority::create("CA", rng, clock);
  const auto one = authority->issue_server({"a.example"}, rng, clock);
  const auto other = authority->issue_server({"a.example"}, rng, clock);
  const auto kind_of = [](const std::string& chain, const Secret& key) {
    const auto made = TlsContext::create({chain, key.clone()});
    return made ? std::string("ok") : std::string(base::to_string(made.error().kind));
  };
  EXPECT_EQ(kind_of(one->certificate_pem, one->private_key_pem), "ok");
  EXPECT_EQ(kind_of(one->certificate_pem + authority->certificate_pem(), one->private_key_pem),
            "ok");
  EXPECT_EQ(kind_of(one->certificate_pem, other->private_key_pem), "invalid");
  EXPECT_EQ(kind_of("", one->private_key_pem), "invalid");
  EXPECT_EQ(kind_of(one->certificate_pem, Secret()), "invalid");
  EXPECT_EQ(
      kind_of(one->certificate_pem + "-----BEGIN CERTIFICATE-----\nAAAA\n", one->private_key_pem),
      "invalid");
}

}  // namespace
}  // namespace berth::net::testing
