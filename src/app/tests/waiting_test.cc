#include "app/waiting.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <optional>
#include <thread>

namespace berth::app {
namespace {

using namespace std::chrono_literals;

Task<void> wait(std::shared_ptr<hub::Waiter> waiter, std::chrono::milliseconds up_to,
                std::optional<bool>& woken) {
  const bool result = co_await waiter->wait(up_to);
  woken = result;
}

TEST(TimerWaiting, IsWokenFromAnotherThread) {
  boost::asio::io_context context;
  const auto waiter = TimerWaiting().make_waiter();
  std::optional<bool> woken;
  boost::asio::co_spawn(context, wait(waiter, 60s, woken), boost::asio::detached);
  context.poll();
  EXPECT_FALSE(woken);
  std::thread([&] { waiter->wake(); }).join();
  context.restart();
  context.run();
  EXPECT_EQ(woken, true);
}

TEST(TimerWaiting, AWakeThatCameFirstEndsTheWaitAtOnce) {
  boost::asio::io_context context;
  const auto waiter = TimerWaiting().make_waiter();
  waiter->wake();
  std::optional<bool> woken;
  boost::asio::co_spawn(context, wait(waiter, 60s, woken), boost::asio::detached);
  context.run();
  EXPECT_EQ(woken, true);
}

TEST(TimerWaiting, SaysWhenTheTimeWasUp) {
  boost::asio::io_context context;
  const auto waiter = TimerWaiting().make_waiter();
  std::optional<bool> woken;
  boost::asio::co_spawn(context, wait(waiter, 1ms, woken), boost::asio::detached);
  context.run();
  EXPECT_EQ(woken, false);
}

}  // namespace
}  // namespace berth::app
