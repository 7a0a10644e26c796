// The queues of messages for devices.
#include "store/conformance/suite.h"

#include <fmt/format.h>

#include <thread>

namespace berth::store::conformance {
namespace {

using domain::QueuedMessage;
using management::MustExist;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const domain::DeviceId kDevice = domain::DeviceId::trusted("press-1");

class Messages : public Suite {
 protected:
  void SetUp() override {
    Suite::SetUp();
    if (HasFatalFailure()) return;
    create_scope_with_hub();
    ASSERT_THAT(create(management::PutDevice{make_identity("press-1")}), Succeeds());
    ASSERT_THAT(create(management::PutDevice{make_identity("press-2")}), Succeeds());
  }
  std::vector<std::string> ids(const std::vector<QueuedMessage>& messages) {
    std::vector<std::string> ids;
    for (const QueuedMessage& each : messages) ids.push_back(each.message.id);
    return ids;
  }
  bool settle(std::uint64_t sequence, const domain::DeviceId& device = kDevice) {
    const auto settled = wait(device_store().settle(kHub, device, sequence));
    EXPECT_THAT(settled, Succeeds());
    return settled.value_or(false);
  }
  std::vector<QueuedMessage> take_expired(TimePoint now, std::size_t count_max = 100) {
    auto taken = wait(device_store().take_expired(now, count_max));
    EXPECT_THAT(taken, Succeeds());
    return taken.value_or(std::vector<QueuedMessage>());
  }
  QueuedMessage short_lived(std::string_view device, std::string_view id, std::int64_t expires) {
    QueuedMessage message = make_message(device, id);
    message.expires_at = at(expires);
    return message;
  }
};

TEST_P(Messages, MessageKeepsEveryField) {
  QueuedMessage in = make_message("press-1", "m-1");
  in.message.correlation_id = "c";
  in.message.user_id = "u";
  in.message.to = "/devices/press-1";
  in.message.content_type = "application/json";
  in.message.content_encoding = "utf-8";
  in.message.component = "thermostat";
  in.message.interface_id = "i";
  in.message.created_at = "yesterday";
  in.message.expires_at = "tomorrow";
  in.message.properties = {
      {"a", "1"}, {"a", "2"}, {"none", std::nullopt}, {"empty", ""}, {"", "ü \"&="}};
  in.message.body = std::string("\0\xff\n{", 4);
  in.feedback = domain::FeedbackWanted::kNegative;
  const Result<std::uint64_t> sequence = enqueue(in);
  ASSERT_THAT(sequence, Succeeds());
  reopen();
  const std::vector<QueuedMessage> out = waiting("press-1");
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(out[0].hub, in.hub);
  EXPECT_EQ(out[0].device, in.device);
  EXPECT_EQ(out[0].sequence, *sequence);
  EXPECT_EQ(out[0].message, in.message);
  EXPECT_EQ(out[0].feedback, in.feedback);
  EXPECT_EQ(out[0].enqueued_at, in.enqueued_at);
  EXPECT_EQ(out[0].expires_at, in.expires_at);
}

TEST_P(Messages, LargestMessageComesBackAsItWas) {
  QueuedMessage in = make_message("press-1");
  for (std::size_t i = 0; i < domain::kQueuedMessageBytesMax; ++i) {
    in.message.body += static_cast<char>(i * 7);
  }
  ASSERT_THAT(enqueue(in), Succeeds());
  const auto out = waiting("press-1");
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(out[0].message, in.message);
}

TEST_P(Messages, QueueKeepsItsOrderAndItsDevice) {
  std::vector<std::uint64_t> sequences;
  for (int i = 0; i < 6; ++i) {
    const auto sequence =
        enqueue(make_message(i % 2 == 0 ? "press-1" : "press-2", fmt::format("m-{}", i)));
    ASSERT_THAT(sequence, Succeeds());
    sequences.push_back(*sequence);
  }
  EXPECT_THAT(ids(waiting("press-1")), ElementsAre("m-0", "m-2", "m-4"));
  EXPECT_THAT(ids(waiting("press-2")), ElementsAre("m-1", "m-3", "m-5"));
  EXPECT_THAT(ids(waiting("press-1", sequences[0])), ElementsAre("m-2", "m-4"));
  EXPECT_THAT(ids(waiting("press-1", sequences[4])), IsEmpty());
  const auto first = wait(device_store().waiting(kHub, kDevice, 0, at(0), 2));
  EXPECT_THAT(ids(*first), ElementsAre("m-0", "m-2"));
  EXPECT_THAT(*wait(device_store().waiting(kOtherHub, kDevice, 0, at(0), 2)), IsEmpty());
}

TEST_P(Messages, SettledMessageIsGoneOnce) {
  const auto sequence = enqueue(make_message("press-1"));
  ASSERT_THAT(sequence, Succeeds());
  EXPECT_FALSE(settle(*sequence + 1));
  EXPECT_FALSE(settle(*sequence, domain::DeviceId::trusted("press-2")));
  EXPECT_TRUE(settle(*sequence));
  EXPECT_FALSE(settle(*sequence));
  EXPECT_THAT(waiting("press-1"), IsEmpty());
  EXPECT_FALSE(device_dossier("press-1").has_messages);
}

// A connection asks for what comes after the last one it has seen, and that may be gone by then.
TEST_P(Messages, SequenceIsNeverGivenOutAgain) {
  std::uint64_t last = 0;
  for (int i = 0; i < 4; ++i) {
    const auto sequence = enqueue(make_message("press-1"));
    ASSERT_THAT(sequence, Succeeds());
    EXPECT_GT(*sequence, last);
    last = *sequence;
    EXPECT_TRUE(settle(last));
    if (i == 2) reopen();
  }
}

TEST_P(Messages, QueueIsBoundedAndExpiredMessagesDoNotCount) {
  ASSERT_THAT(enqueue(short_lived("press-1", "old", 10), 3), Succeeds());
  ASSERT_THAT(enqueue(make_message("press-1", "a"), 3), Succeeds());
  ASSERT_THAT(enqueue(make_message("press-1", "b"), 3), Succeeds());
  const auto full = enqueue(make_message("press-1", "c"), 3);
  EXPECT_THAT(full, FailsWith(ErrorKind::kTooMany));
  EXPECT_THAT(error_of(full).what, testing::HasSubstr("press-1"));
  EXPECT_THAT(enqueue(make_message("press-2", "x"), 3), Succeeds());
  QueuedMessage later = make_message("press-1", "c");
  later.enqueued_at = at(10);  // the first has expired
  EXPECT_THAT(enqueue(later, 3), Succeeds());
  EXPECT_THAT(enqueue(later, 3), FailsWith(ErrorKind::kTooMany));
  EXPECT_THAT(enqueue(later, 0), FailsWith(ErrorKind::kTooMany));
}

TEST_P(Messages, MessageNeedsItsDevice) {
  EXPECT_THAT(enqueue(make_message("nobody")), FailsWith(ErrorKind::kNotFound));
  QueuedMessage elsewhere = make_message("press-1");
  elsewhere.hub = kOtherHub;
  EXPECT_THAT(enqueue(elsewhere), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Messages, MessageOfAnOperatorIsAuditedAndARefusedOneIsNot) {
  const auto send = [this](std::size_t depth_max) {
    auto write = std::make_unique<hub::MessageWrite>();
    write->message = make_message("press-1");
    write->depth_max = depth_max;
    write->audit = make_audit("device.send");
    return wait(device_store().enqueue(std::move(write)));
  };
  EXPECT_THAT(send(0), FailsWith(ErrorKind::kTooMany));
  EXPECT_NE(wait(catalog().list_audit(kScope.text(), {}))->items.front().action, "device.send");
  EXPECT_THAT(send(1), Succeeds());
  EXPECT_EQ(wait(catalog().list_audit(kScope.text(), {}))->items.front().action, "device.send");
}

TEST_P(Messages, ExpiredMessagesAreNotDeliveredAndAreGivenBackOnce) {
  ASSERT_THAT(enqueue(short_lived("press-1", "a", 30)), Succeeds());
  ASSERT_THAT(enqueue(short_lived("press-2", "b", 20)), Succeeds());
  ASSERT_THAT(enqueue(short_lived("press-1", "c", 40)), Succeeds());
  EXPECT_THAT(ids(waiting("press-1", 0, at(29))), ElementsAre("a", "c"));
  EXPECT_THAT(ids(waiting("press-1", 0, at(30))), ElementsAre("c"));
  EXPECT_THAT(take_expired(at(19)), IsEmpty());
  const std::vector<QueuedMessage> taken = take_expired(at(30));
  EXPECT_THAT(ids(taken), ElementsAre("a", "b"));
  EXPECT_EQ(taken[0].device, kDevice);
  EXPECT_EQ(taken[0].expires_at, at(30));
  EXPECT_THAT(take_expired(at(30)), IsEmpty());
  EXPECT_THAT(ids(waiting("press-1", 0, at(30))), ElementsAre("c"));
}

TEST_P(Messages, ExpiredMessagesAreTakenInPortionsTheOldestFirst) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(enqueue(short_lived("press-1", fmt::format("m-{}", i), 100 - i)), Succeeds());
  }
  EXPECT_THAT(ids(take_expired(at(200), 2)), ElementsAre("m-3", "m-4"));
  EXPECT_THAT(ids(take_expired(at(200), 2)), ElementsAre("m-1", "m-2"));
  EXPECT_THAT(ids(take_expired(at(200), 2)), ElementsAre("m-0"));
}

TEST_P(Messages, QueueIsNeverOverfilledByWritersAtOnce) {
  constexpr std::size_t kDepth = 10;
  std::atomic<int> taken{0};
  std::atomic<int> refused{0};
  const auto work = [&](int writer) {
    for (int i = 0; i < 6; ++i) {
      const auto sequence =
          enqueue(make_message("press-1", fmt::format("{}.{}", writer, i)), kDepth);
      if (sequence) {
        ++taken;
      } else {
        EXPECT_THAT(sequence, FailsWith(ErrorKind::kTooMany));
        ++refused;
      }
    }
  };
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 4; ++writer) {
    if (GetParam().threads) {
      threads.emplace_back(work, writer);
    } else {
      work(writer);
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 10);
  EXPECT_EQ(refused, 14);
  EXPECT_THAT(waiting("press-1"), SizeIs(kDepth));
}

// Whoever reads on from the last sequence it has seen gets every message, however many write.
TEST_P(Messages, ReaderThatGoesOnFromTheLastSequenceMissesNothing) {
  if (!GetParam().threads) GTEST_SKIP() << "needs threads";
  constexpr int kWriters = 3;
  constexpr int kEach = 30;
  std::atomic<int> writing{kWriters};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < kEach; ++i) {
        EXPECT_THAT(enqueue(make_message("press-1", fmt::format("{}.{}", writer, i)), 1000),
                    Succeeds());
      }
      --writing;
    });
  }
  std::uint64_t last = 0;
  std::size_t seen = 0;
  while (true) {
    const bool more_may_come = writing > 0;
    const std::vector<QueuedMessage> next = waiting("press-1", last);
    seen += next.size();
    if (!next.empty()) last = next.back().sequence;
    if (!more_may_come && next.empty()) break;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen, std::size_t{kWriters * kEach});
}

BERTH_CONFORMANCE(Messages);

}  // namespace
}  // namespace berth::store::conformance
