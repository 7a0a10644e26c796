#include "net/tests/harness.h"

#include <boost/asio/post.hpp>

#include <atomic>
#include <thread>
#include <unistd.h>

namespace berth::net::testing {
namespace {

using std::chrono::milliseconds;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(Server, SaysWhoHoldsThePortInsteadOfSharingIt) {
  TestServer first;
  Server second({first.engine, first.handler, first.clock, {}});
  Listener listener;
  listener.name = "https";
  listener.address = "127.0.0.1";
  listener.port = first.port();
  const auto started = second.start({listener});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::kConflict);
  EXPECT_NE(started.error().what.find(std::to_string(first.port())), std::string::npos);
  EXPECT_FALSE(started.error().mend.empty());
  EXPECT_TRUE(second.bound().empty());
}

TEST(Server, StartsAllListenersOrNone) {
  TestServer other;
  Server server({other.engine, other.handler, other.clock, {}});
  Listener good;
  good.name = "good";
  good.address = "127.0.0.1";
  Listener bad = good;
  bad.name = "bad";
  bad.address = "not an address";
  const auto started = server.start({good, bad});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::kInvalid);
  bad.address = "192.0.2.1";  // TEST-NET: nobody's
  EXPECT_EQ(server.start({good, bad}).error().kind, ErrorKind::kInvalid);
  EXPECT_TRUE(server.bound().empty());
}

TEST(Server, TwoListenersCannotHaveTheSamePort) {
  TestServer other;
  Listener one;
  one.name = "https";
  one.address = "127.0.0.1";
  {
    // A port that was free a moment ago.
    Server finder({other.engine, other.handler, other.clock, {}});
    ASSERT_TRUE(finder.start({one}));
    one.port = finder.bound().at(0).port;
  }
  Listener two = one;
  two.name = "mqtt";
  two.protocol = Protocol::kMqtt;
  Server server({other.engine, other.handler, other.clock, {}});
  const auto started = server.start({one, two});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::kConflict);
}

TEST(Server, ListensOnEveryAddressByDefault) {
  TestServer other;
  Server server({other.engine, other.handler, other.clock, {}});
  Listener listener;
  listener.name = "any";
  ASSERT_TRUE(server.start({listener}));
  Client client(server.bound().at(0).port, {.tls = false});
  EXPECT_EQ(client.roundtrip(kGet).status, 200);
  EXPECT_EQ(other.handler.peers().at(0).address, "127.0.0.1");
  server.stop();
}

TEST(Server, BoundsConnectionsPerSourceAndInTotal) {
  for (const bool per_source : {true, false}) {
    Limits limits;
    (per_source ? limits.connections_per_source : limits.connections_total) = 3;
    TestServer server({.tls = false, .limits = limits});
    std::vector<Client> kept;
    for (int i = 0; i < 3; ++i) {
      kept.emplace_back(server.port(), ClientOptions{.tls = false});
      EXPECT_EQ(kept.back().roundtrip(kGet).status, 200);
    }
    Client extra(server.port(), {.tls = false});
    EXPECT_EQ(extra.receive(), "");
    EXPECT_EQ(
        server.refused(per_source ? Refusal::kConnectionsPerSource : Refusal::kConnectionsTotal),
        1U);
    kept.pop_back();
    ASSERT_TRUE(eventually([&] { return server.open() == 2; }));
    Client again(server.port(), {.tls = false});
    EXPECT_EQ(again.roundtrip(kGet).status, 200);
  }
}

TEST(Server, HalfOpenConnectionsByTheHundredsEndAndOthersAreServedMeanwhile) {
  TestServer server;
  std::vector<Client> silent;
  for (int i = 0; i < 400; ++i) {
    silent.emplace_back(server.port(), ClientOptions{.tls = false});
    if (i % 2 == 0) silent.back().send_raw("\x16");
  }
  ASSERT_TRUE(eventually([&] { return server.open() == 400; }));
  EXPECT_EQ(Client(server.port()).roundtrip(kGet).status, 200);
  EXPECT_TRUE(eventually([&] {
    server.clock.advance(milliseconds(200));
    return server.open() == 0;
  }));
  EXPECT_EQ(server.refused(Refusal::kFirstByteTimeout), 200U);
  EXPECT_EQ(server.refused(Refusal::kHandshakeTimeout), 200U);
}

TEST(Server, DrainFinishesWorkUnderWayAndClosesTheIdle) {
  TestServer server({.cores = 1});  // the idle one's end shows that the drain has begun
  Client idle(server.port());
  EXPECT_EQ(idle.roundtrip(kGet).status, 200);
  server.handler.latch = std::make_shared<Latch>();
  Client working(server.port());
  working.send(kGet);
  ASSERT_TRUE(eventually([&] { return server.handler.latch->waiting() == 1; }));
  bool clean = false;
  std::thread drainer([&] { clean = server.server.drain(std::chrono::seconds(20)); });
  EXPECT_EQ(idle.receive(), "");
  server.handler.latch->open();
  const HttpReply reply = working.receive_http();
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.has("Connection: close"));
  EXPECT_EQ(working.receive(), "");
  working.close();
  drainer.join();
  EXPECT_TRUE(clean);
  EXPECT_EQ(server.open(), 0U);
  Client late(server.port(), {.tls = false});
  EXPECT_FALSE(late.connected());
}

TEST(Server, DrainCutsWhatDoesNotEnd) {
  TestServer server({.tls = false});
  Client stubborn(server.port(), {.tls = false});
  stubborn.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  ASSERT_TRUE(eventually([&] { return server.server.counters().bytes_in > 0; }));
  EXPECT_FALSE(server.server.drain(milliseconds(50)));
  EXPECT_EQ(server.open(), 0U);
  EXPECT_EQ(stubborn.receive(), "");
}

TEST(Server, SurvivesRunningOutOfDescriptors) {
  TestServer server({.tls = false});
  // Takes every descriptor, so that accept() has none; the client's socket exists already.
  Client before(server.port(), {.tls = false});
  EXPECT_EQ(before.roundtrip(kGet).status, 200);
  std::vector<int> hoard;
  const int spare = ::dup(0);
  while (true) {
    const int taken = ::dup(0);
    if (taken < 0) break;
    hoard.push_back(taken);
  }
  ::close(spare);  // for the client's end
  Client waiting(server.port(), {.tls = false});
  ASSERT_TRUE(waiting.connected());
  EXPECT_TRUE(eventually([&] { return server.refused(Refusal::kNoDescriptors) > 0; }));
  EXPECT_EQ(before.roundtrip(kGet).status, 200);
  for (const int each : hoard) ::close(each);
  EXPECT_EQ(waiting.roundtrip(kGet).status, 200);
  EXPECT_LT(server.refused(Refusal::kNoDescriptors), 50U);  // paused, not spinning
}

TEST(Server, StopsWithoutHavingStarted) {
  base::FakeClock clock;
  FakeHandler handler;
  Engine engine(1);
  Server server({engine, handler, clock, {}});
  server.stop();
  server.stop();
}

TEST(Engine, KnowsItsThreads) {
  Engine engine(2);
  EXPECT_EQ(engine.size(), 2U);
  EXPECT_FALSE(Engine::current());
  engine.start();
  std::atomic<int> sum{0};
  for (std::size_t i = 0; i < 2; ++i) {
    boost::asio::post(engine.executor(i), [&sum, i] {
      if (Engine::current() == i) ++sum;
    });
  }
  EXPECT_TRUE(eventually([&] { return sum == 2; }));
  engine.stop();
}

TEST(TimerWheel, FiresNeverEarlyAndAtMostATickLate) {
  base::FakeClock clock;
  TimerWheel wheel(clock);
  struct Probe {
    bool fired = false;
  };
  for (const int ms : {1, 49, 50, 51, 1000, 25'600, 25'601, 26'000, 60'000, 600'000}) {
    Probe probe;
    Deadline deadline(wheel, &probe, [](void* owner) { static_cast<Probe*>(owner)->fired = true; });
    deadline.set(milliseconds(ms));
    int passed = 0;
    while (!probe.fired && passed < ms + 200) {
      clock.advance(milliseconds(1));
      ++passed;
      wheel.advance();
    }
    EXPECT_GE(passed, ms);
    EXPECT_LE(passed, ms + TimerWheel::kTick.count());
  }
}

TEST(TimerWheel, MovesAndClearsDeadlines) {
  base::FakeClock clock;
  TimerWheel wheel(clock);
  int fired = 0;
  const auto count = [](void* owner) { ++*static_cast<int*>(owner); };
  Deadline later(wheel, &fired, count);
  Deadline earlier(wheel, &fired, count);
  Deadline cleared(wheel, &fired, count);
  later.set(milliseconds(100));
  later.set(milliseconds(5'000));
  earlier.set(milliseconds(5'000));
  earlier.set(milliseconds(100));
  cleared.set(milliseconds(100));
  cleared.clear();
  clock.advance(milliseconds(200));
  wheel.advance();
  EXPECT_EQ(fired, 1);
  clock.advance(std::chrono::hours(24));  // a suspended machine
  wheel.advance();
  EXPECT_EQ(fired, 2);
  wheel.advance();
  EXPECT_EQ(fired, 2);
}

}  // namespace
}  // namespace berth::net::testing
