#include "net/handshake_queue.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace berth::net {
namespace {

namespace asio = boost::asio;

class HandshakeQueueTest : public testing::Test {
 protected:
  Task<void> take(int who) {
    co_await queue->turn();
    order.push_back(std::to_string(who));
  }
  void arrive(int count) {
    for (int i = 0; i < count; ++i) {
      Task<void> task = take(next_++);
      asio::co_spawn(context, std::move(task), asio::detached);
    }
  }

  asio::io_context context;
  base::FakeClock clock;
  std::optional<HandshakeQueue> queue{std::in_place, context.get_executor(), clock};
  std::vector<std::string> order;

 private:
  int next_ = 0;
};

TEST_F(HandshakeQueueTest, AFewGoAtOnce) {
  arrive(HandshakeQueue::kAtOnce);
  context.poll_one();  // the first only, and it did not wait
  EXPECT_EQ(order, std::vector<std::string>{"0"});
  context.poll();
  EXPECT_EQ(order.size(), HandshakeQueue::kAtOnce);
  EXPECT_EQ(queue->waiting(), std::chrono::nanoseconds(0));
}

TEST_F(HandshakeQueueTest, ManyGoInTheOrderInWhichTheyCame) {
  arrive(100);
  context.poll();
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST_F(HandshakeQueueTest, OthersAreServedBetweenThem) {
  arrive(100);
  for (int i = 0; i < 100; ++i) context.poll_one();  // all have asked, some have gone
  const std::size_t gone = order.size();
  ASSERT_LT(gone, 100U);
  std::size_t gone_when_served = 0;
  asio::post(context, [&] { gone_when_served = order.size(); });
  context.poll();
  EXPECT_LE(gone_when_served, gone + HandshakeQueue::kAtOnce);
  EXPECT_EQ(order.size(), 100U);
}

TEST_F(HandshakeQueueTest, SaysHowLongTheNextHasWaited) {
  arrive(20);
  for (int i = 0; i < 20; ++i) context.poll_one();
  ASSERT_GT(queue->size(), 0U);
  clock.advance(std::chrono::milliseconds(300));
  EXPECT_EQ(queue->waiting(), std::chrono::milliseconds(300));
  context.poll();
  EXPECT_EQ(queue->waiting(), std::chrono::nanoseconds(0));
}

TEST_F(HandshakeQueueTest, LettingGoEndsAllWaiting) {
  arrive(50);
  for (int i = 0; i < 50; ++i) context.poll_one();
  queue->let_go();
  EXPECT_EQ(order.size(), 50U);
  arrive(30);
  context.poll();
  EXPECT_EQ(order.size(), 80U);
}

TEST_F(HandshakeQueueTest, MayGoWhileItsTurnsAreComing) {
  arrive(50);
  for (int i = 0; i < 50; ++i) context.poll_one();
  asio::post(context, [&] {
    queue->let_go();
    queue.reset();
  });
  context.poll();
  EXPECT_EQ(order.size(), 50U);
}

}  // namespace
}  // namespace berth::net
