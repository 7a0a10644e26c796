#include "net/psk_handshake.h"

#include "net/tests/psk_harness.h"
#include "net/tls_stream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace berth::net::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kKey = "sixteen bytes ok";

// Sends in segments of at most `segment` bytes.
void send_in(Client& socket, std::string_view bytes, std::size_t segment) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(segment, bytes.size()))) {
    socket.send_raw(bytes.substr(0, segment));
  }
}

class PskBytes : public ::testing::Test {
 protected:
  PskBytes() { lookup.set_key("device-1", kKey); }

  // Up to the server's ServerHelloDone; returns what the client says next.
  std::string greet(MemoryClient& client) { return greet(client, socket); }
  void finish(MemoryClient& client) { finish(client, socket); }
  static std::string greet(MemoryClient& client, Client& through) {
    through.send_raw(client.step({}));
    std::string said;
    while (said.empty()) {
      const std::string received = through.receive();
      if (received.empty()) break;
      said = client.step(received);
    }
    return said;
  }
  static void finish(MemoryClient& client, Client& through) {
    while (!client.connected() && client.failure().empty()) {
      const std::string received = through.receive();
      if (received.empty()) break;
      client.step(received);
    }
  }
  void hold_look_ups() { lookup.latch = std::make_shared<Latch>(); }
  bool looks_up() {
    return eventually([&] { return lookup.latch->waiting() == 1; });
  }
  bool all_ended() {
    return eventually([&] { return server.open() == 0; });
  }
  std::uint64_t failures() { return server.server.counters().handshake_failures; }

  FakeLookup lookup;
  TestServer server{{.cores = 1, .psk = &lookup}};
  Client socket{server.port(), {.tls = false}};
};

class PskInPieces : public PskBytes,
                    public ::testing::WithParamInterface<std::pair<std::size_t, std::size_t>> {};

TEST_P(PskInPieces, AnIdentityInAnyNumberOfRecordsAndSegmentsIsFoundOnce) {
  const auto [piece, segment] = GetParam();
  const std::string identity(kPskIdentityBytesMax, 'i');
  lookup.set_key(identity, kKey);
  MemoryClient client(identity, kKey);
  const std::string said = greet(client);
  ASSERT_FALSE(said.empty());
  send_in(socket, cut_first_record(said, piece), segment);
  finish(client);
  EXPECT_TRUE(client.connected()) << client.failure();
  EXPECT_THAT(lookup.asked(), ElementsAre(identity));
}

INSTANTIATE_TEST_SUITE_P(Sizes, PskInPieces,
                         ::testing::Values(std::pair(1U, 1U), std::pair(1U, 1000U),
                                           std::pair(2U, 3U), std::pair(7U, 1U),
                                           std::pair(7U, 100U), std::pair(200U, 1U),
                                           std::pair(200U, 5U), std::pair(200U, 11U)));

TEST_F(PskBytes, AnIdentityOverTheLimitIsRefusedWithoutALookUp) {
  MemoryClient client(std::string(kPskIdentityBytesMax + 1, 'i'), kKey);
  socket.send_raw(greet(client));
  finish(client);
  EXPECT_FALSE(client.connected());
  EXPECT_EQ(client.failure(), "tlsv1 alert unknown psk identity");
  EXPECT_TRUE(eventually([&] { return failures() == 1; }));
  EXPECT_THAT(lookup.asked(), IsEmpty());
  EXPECT_THAT(lookup.refusals(), IsEmpty());
}

TEST_F(PskBytes, WhatIsNoKeyExchangeIsRefusedWithoutALookUp) {
  for (const std::string& bytes :
       {tls_record(key_exchange("")), tls_record(key_exchange(std::string("device-1\0", 9))),
        tls_record(std::string("\x10\0\0\x09", 4) + "device-1x"),
        tls_record(std::string("\x14\0\0\x01x", 5)), tls_record("\x01", 20),
        tls_record({}) + tls_record(key_exchange("device-1")), std::string(100, 'x')}) {
    MemoryClient client("device-1", kKey);
    Client other(server.port(), {.tls = false});
    ASSERT_FALSE(greet(client, other).empty());
    other.send_raw(bytes);
    other.close_sending();
    finish(client, other);
    EXPECT_FALSE(client.connected());
    EXPECT_FALSE(client.failure().empty());
  }
  EXPECT_THAT(lookup.asked(), IsEmpty());
  EXPECT_THAT(lookup.refusals(), IsEmpty());
}

TEST_F(PskBytes, AKeyExchangeBeforeItsTurnIsRefusedWithoutALookUp) {
  MemoryClient client("device-1", kKey);
  socket.send_raw(client.step({}) + tls_record(key_exchange("device-1")));
  finish(client);
  EXPECT_FALSE(client.connected());
  EXPECT_TRUE(eventually([&] { return failures() == 1; }));
  EXPECT_THAT(lookup.asked(), IsEmpty());
}

TEST_F(PskBytes, AClientThatEndsInTheMiddleOfItsKeyExchangeIsLetGo) {
  MemoryClient client("device-1", kKey);
  const std::string said = greet(client);
  socket.send_raw(said.substr(0, 15));
  socket.close_sending();
  socket.receive_all();
  EXPECT_TRUE(all_ended());
  EXPECT_EQ(failures(), 1U);
  EXPECT_THAT(lookup.asked(), IsEmpty());
}

TEST_F(PskBytes, TheLoopServesOthersDuringALookUp) {
  hold_look_ups();
  MemoryClient client("device-1", kKey);
  socket.send_raw(greet(client));
  ASSERT_TRUE(looks_up());
  EXPECT_EQ(Client(server.port()).roundtrip(kGet).status, 200);
  lookup.latch->open();
  finish(client);
  EXPECT_TRUE(client.connected()) << client.failure();
}

TEST_F(PskBytes, ALookUpWithoutEndIsCutByTheTimeForTheHandshake) {
  hold_look_ups();
  MemoryClient client("device-1", kKey);
  socket.send_raw(greet(client));
  ASSERT_TRUE(looks_up());
  EXPECT_GE(advance_until_closed(server.clock, socket, milliseconds(1000)), Limits{}.handshake);
  EXPECT_EQ(server.refused(Refusal::kHandshakeTimeout), 1U);
  lookup.latch->open();
  EXPECT_TRUE(all_ended());
  EXPECT_EQ(failures(), 0U);
  EXPECT_THAT(lookup.refusals(), IsEmpty());
  EXPECT_THAT(server.handler.peers(), IsEmpty());
}

TEST_F(PskBytes, HalfAKeyExchangeIsCutByTheTimeForTheHandshake) {
  MemoryClient client("device-1", kKey);
  socket.send_raw(greet(client).substr(0, 12));
  EXPECT_GE(advance_until_closed(server.clock, socket, milliseconds(1000)), Limits{}.handshake);
  EXPECT_EQ(server.refused(Refusal::kHandshakeTimeout), 1U);
  EXPECT_THAT(lookup.asked(), IsEmpty());
}

TEST_F(PskBytes, AClientThatLeavesDuringALookUpHasNotShownAWrongKey) {
  hold_look_ups();
  MemoryClient client("device-1", kKey);
  ASSERT_FALSE(greet(client).empty());
  // Its key exchange alone: whether its key is ours it never says.
  socket.send_raw(tls_record(key_exchange("device-1")));
  ASSERT_TRUE(looks_up());
  socket.close();
  lookup.latch->open();
  EXPECT_TRUE(all_ended());
  EXPECT_THAT(lookup.refusals(), IsEmpty());
}

TEST_F(PskBytes, AnUnknownIdentityIsToldEvenWhenTheClientLeavesDuringTheLookUp) {
  hold_look_ups();
  MemoryClient client("nobody", kKey);
  socket.send_raw(greet(client));
  ASSERT_TRUE(looks_up());
  socket.close();
  lookup.latch->open();
  EXPECT_TRUE(all_ended());
  EXPECT_THAT(lookup.refusals(), ElementsAre("nobody: unknown"));
}

TEST_F(PskBytes, AServerThatStopsDuringALookUpCutsTheClientAndWaitsForTheLookUp) {
  hold_look_ups();
  MemoryClient client("device-1", kKey);
  socket.send_raw(greet(client));
  ASSERT_TRUE(looks_up());
  std::thread stopping([&] { server.server.stop(); });
  EXPECT_TRUE(socket.closed_within(milliseconds(4000)));
  EXPECT_EQ(server.open(), 1U);
  lookup.latch->open();
  stopping.join();
  EXPECT_EQ(server.open(), 0U);
}

// A client can be quicker than the server's next system call: here its key exchange is in the
// socket before the server has read its greeting, and every read gives one of the two.
TEST_F(PskBytes, AKeyExchangeThatIsThereAtOnceIsHeldUntilItsKeyIsFound) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
  MemoryClient client("device-1", kKey);
  const std::string hello = client.step({});
  const std::string rest = tls_record(key_exchange("device-1")) + tls_record("\x01", 20) +
                           tls_record(std::string(64, 'x'));
  ASSERT_EQ(::send(ends[1], hello.data(), hello.size(), 0), static_cast<ssize_t>(hello.size()));
  ASSERT_EQ(::send(ends[1], rest.data(), rest.size(), 0), static_cast<ssize_t>(rest.size()));
  boost::asio::io_context loop(1);
  Counters counters;
  wire::Peer peer;
  TlsStream stream(Socket(loop.get_executor(), boost::asio::ip::tcp::v4(), ends[0]), counters,
                   server.tls);
  boost::asio::co_spawn(loop, stream.handshake(peer, {&lookup, &server.shared_rng}),
                        boost::asio::detached);
  loop.run_for(std::chrono::seconds(10));
  ::close(ends[1]);
  EXPECT_THAT(lookup.asked(), ElementsAre("device-1"));
  EXPECT_THAT(lookup.refusals(), ElementsAre("device-1: known"));  // 64 times x is no Finished
}

}  // namespace
}  // namespace berth::net::testing
