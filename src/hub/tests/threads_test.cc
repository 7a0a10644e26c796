// The hub from many threads at once; what it finds it finds under ThreadSanitizer.
#include "hub/tests/world.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace berth::hub {
namespace {

constexpr int kDevices = 4;
constexpr int kRounds = 60;

std::string name(int i) { return "device-" + std::to_string(i); }

class Busy : public ::testing::Test {
 protected:
  void SetUp() override {
    world.wait_on_threads();
    for (int i = 0; i < kDevices; ++i) world.add_device("plant", name(i), name(i));
  }

  // A device that comes, does a little of everything, and goes, without a farewell or order.
  void live(int i) {
    for (int round = 0; round < kRounds; ++round) {
      domain::ConnectDevice command = World::request(name(i), name(i));
      command.will.emplace().body = "will";
      Client client = world.connect(std::move(command));
      ASSERT_TRUE(client.connected());
      ++wills;
      client.handle(domain::Subscribe{{{domain::Channel::kMessages, 1, "m"},
                                       {domain::Channel::kMethods, 0, "x"},
                                       {domain::Channel::kDesired, 0, "d"}}});
      client.handle(domain::SendTelemetry());
      client.handle(domain::PatchReported{R"({"round":)" + std::to_string(round) + '}', {}});
      answer_all(client);
    }
  }
  static void answer_all(Client& client) {
    std::vector<domain::DeliverMessage> messages;
    std::vector<domain::CallMethod> calls;
    {
      const std::lock_guard lock(client.events->mutex);
      messages = client.events->messages;
      calls = client.events->calls;
    }
    for (const auto& each : messages) {
      client.handle(domain::SettleMessage{each.delivery, domain::Settlement::kComplete});
    }
    for (const auto& each : calls) client.handle(domain::AnswerMethod{each.request, 200, ""});
  }

  void operate(int i) {
    for (int round = 0; round < kRounds; ++round) {
      auto update = std::make_unique<TwinUpdate>();
      update->hub = hub_name("plant");
      update->device = device_id(name(i));
      update->desired = R"({"round":)" + std::to_string(round) + '}';
      EXPECT_TRUE(base::run_task(world.hub().update_twin(std::move(update))));
      auto message = std::make_unique<MessageToDevice>();
      message->hub = hub_name("plant");
      message->device = device_id(name(i));
      message->message.body = "hello";
      base::run_task(world.hub().send(std::move(message)));
      auto call = World::method("m");
      call->device = device_id(name(i));
      base::run_task(world.hub().call_method(std::move(call)));
      world.hub().identity_changed(hub_name("plant"), device_id(name(i)));
      if (round % 8 == 0) world.hub().hubs_changed();
    }
  }

  World world;
  std::atomic<std::uint64_t> wills{0};
};

TEST_F(Busy, NothingIsLostOrLeftBehind) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kDevices; ++i) {
    threads.emplace_back([this, i] { live(i); });
    threads.emplace_back([this, i] { live(i); });  // takes over, again and again
    threads.emplace_back([this, i] { operate(i); });
  }
  std::atomic<bool> done{false};
  std::thread chores([&] {
    while (!done) {
      world.chores();
      world.clock.advance(std::chrono::milliseconds(100));
      static_cast<void>(world.hub().stats());
    }
  });
  for (std::thread& each : threads) each.join();
  done = true;
  chores.join();

  const Stats stats = world.hub().stats();
  EXPECT_EQ(stats.connected, 0U);
  EXPECT_EQ(stats.connects, 2U * kDevices * kRounds);
  EXPECT_EQ(world.log.events.size(), stats.messages_in + wills);
  for (int i = 0; i < kDevices; ++i) {
    const DeviceKey key{hub_name("plant"), device_id(name(i))};
    const domain::Twin& twin = world.store.twins[key];
    EXPECT_EQ(twin.desired.version, 1U + kRounds);
    EXPECT_EQ(twin.etag, 1U + kRounds);
    EXPECT_EQ(twin.version, twin.desired.version - 1 + twin.reported.version - 1);
    // Of its notes the last says that it is gone.
    ConnectionRecord last;
    for (const ConnectionRecord& each : world.store.notes) {
      if (each.device == key.device) last = each;
    }
    EXPECT_FALSE(last.connected);
  }
}

}  // namespace
}  // namespace berth::hub
