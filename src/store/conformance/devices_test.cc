// What the hub relies on: the read of a connect, twins, sessions, connection records, epochs.
#include "store/conformance/suite.h"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <thread>

namespace berth::store::conformance {
namespace {

using management::MustExist;

const domain::DeviceId kDevice = domain::DeviceId::trusted("press-1");
const domain::DeviceId kNobody = domain::DeviceId::trusted("nobody");

class Devices : public Suite {
 protected:
  void SetUp() override {
    Suite::SetUp();
    if (HasFatalFailure()) return;
    create_scope_with_hub();
    ASSERT_THAT(create(management::PutDevice{make_identity("press-1")}), Succeeds());
  }
  std::optional<domain::Twin> twin(const domain::DeviceId& device = kDevice) {
    auto twin = wait(device_store().get_twin(kHub, device));
    EXPECT_THAT(twin, Succeeds());
    return twin.value_or(std::nullopt);
  }
  void forget(const domain::DeviceId& device) {
    ASSERT_THAT(apply(management::RemoveDevice{kHub, device}, MustExist{}), Succeeds());
  }
  // As it is when everything noted so far is written.
  std::optional<hub::ConnectionRecord> connection(const domain::DeviceId& device = kDevice) {
    reopen();
    auto record = wait(device_store().get_connection(kHub, device));
    EXPECT_THAT(record, Succeeds());
    return record.value_or(std::nullopt);
  }
};

// ---- epochs and hubs

TEST_P(Devices, EpochsOfANodeGrowWithEachStartAndNodesHaveTheirOwn) {
  EXPECT_EQ(wait(device_store().begin_epoch("node-a")).value_or(0), 1U);
  EXPECT_EQ(wait(device_store().begin_epoch("node-a")).value_or(0), 2U);
  EXPECT_EQ(wait(device_store().begin_epoch("node-b")).value_or(0), 1U);
  reopen();
  EXPECT_EQ(wait(device_store().begin_epoch("node-a")).value_or(0), 3U);
}

TEST_P(Devices, AllHubsAreThereWithTheirPolicies) {
  domain::Hub other = make_hub(kOtherHub);
  domain::HubPolicy owner;
  owner.name = "iothubowner";
  owner.permissions = {domain::HubPermission::kDeviceConnect,
                       domain::HubPermission::kRegistryWrite};
  owner.keys = *make_identity("any").keys;
  domain::HubPolicy service;
  service.name = "service";
  other.policies = {owner, service};
  ASSERT_THAT(create(management::PutHub{other}), Succeeds());
  const auto hubs = wait(device_store().all_hubs());
  ASSERT_THAT(hubs, Succeeds());
  ASSERT_EQ(hubs->size(), 2U);
  EXPECT_EQ(hubs->front().name, kHub);
  EXPECT_TRUE(hubs->front().policies.empty());
  const domain::Hub& found = hubs->back();
  EXPECT_EQ(found.host, other.host);
  ASSERT_EQ(found.policies.size(), 2U);
  EXPECT_EQ(found.policies[0].name, "iothubowner");
  EXPECT_EQ(found.policies[0].permissions, owner.permissions);
  EXPECT_EQ(found.policies[0].keys.primary, owner.keys.primary);
  EXPECT_EQ(found.policies[0].keys.secondary, owner.keys.secondary);
  ASSERT_EQ(found.policies[0].keys.retired.size(), 1U);
  EXPECT_EQ(found.policies[0].keys.retired[0].key, owner.keys.retired[0].key);
  EXPECT_EQ(found.policies[1].name, "service");
  EXPECT_TRUE(found.policies[1].permissions.empty());
}

// ---- the dossier

TEST_P(Devices, DossierOfANewDeviceHoldsTheIdentityAndNothingElse) {
  const hub::Dossier found = device_dossier("press-1");
  ASSERT_TRUE(found.device);
  EXPECT_EQ(found.device->id, kDevice);
  EXPECT_EQ(found.device->hub, kHub);
  EXPECT_EQ(found.device->scope, kScope);
  EXPECT_EQ(found.device->keys->primary, make_identity("press-1").keys->primary);
  EXPECT_EQ(found.device->version, 1U);
  EXPECT_FALSE(found.session);
  EXPECT_FALSE(found.has_messages);
}

TEST_P(Devices, DossierOfSomebodyElseIsEmpty) {
  EXPECT_FALSE(device_dossier("nobody").device);
  EXPECT_FALSE(device_dossier("PRESS-1").device);
  EXPECT_FALSE(device_dossier("press-1", kOtherHub).device);
  EXPECT_FALSE(device_dossier("'; DROP TABLE twins; --").device);
}

TEST_P(Devices, DossierHoldsSessionAndKnowsOfMessages) {
  const hub::StoredSession in = make_session("press-1");
  ASSERT_THAT(wait(device_store().put_session(in)), Succeeds());
  ASSERT_THAT(enqueue(make_message("press-1")), Succeeds());
  const hub::Dossier found = device_dossier("press-1");
  ASSERT_TRUE(found.session);
  EXPECT_EQ(found.session->hub, kHub);
  EXPECT_EQ(found.session->device, kDevice);
  EXPECT_EQ(found.session->subscriptions, in.subscriptions);
  EXPECT_EQ(found.session->updated_at, in.updated_at);
  EXPECT_EQ(found.session->node, in.node);
  EXPECT_EQ(found.session->epoch, in.epoch);
  EXPECT_TRUE(found.has_messages);
}

TEST_P(Devices, SessionsOfDevicesAndHubsAreKeptApart) {
  ASSERT_THAT(create(management::PutHub{make_hub(kOtherHub)}), Succeeds());
  ASSERT_THAT(create(management::PutDevice{make_identity("press-1", kOtherHub)}), Succeeds());
  ASSERT_THAT(create(management::PutDevice{make_identity("press-2")}), Succeeds());
  ASSERT_THAT(wait(device_store().put_session(make_session("press-1"))), Succeeds());
  EXPECT_TRUE(device_dossier("press-1").session);
  EXPECT_FALSE(device_dossier("press-1", kOtherHub).session);
  EXPECT_FALSE(device_dossier("press-2").session);
}

// ---- sessions

TEST_P(Devices, SessionIsReplacedRemovedAndOutlivesARestart) {
  ASSERT_THAT(wait(device_store().put_session(make_session("press-1"))), Succeeds());
  hub::StoredSession later = make_session("press-1");
  later.subscriptions.pop_back();
  later.updated_at = at(701);
  ASSERT_THAT(wait(device_store().put_session(later)), Succeeds());
  reopen();
  const hub::Dossier found = device_dossier("press-1");
  ASSERT_TRUE(found.session);
  EXPECT_EQ(found.session->subscriptions, later.subscriptions);
  EXPECT_EQ(found.session->updated_at, at(701));
  ASSERT_THAT(wait(device_store().remove_session(kHub, kDevice)), Succeeds());
  EXPECT_FALSE(device_dossier("press-1").session);
  EXPECT_THAT(wait(device_store().remove_session(kHub, kDevice)), Succeeds());
}

TEST_P(Devices, SessionWithoutSubscriptionsIsASession) {
  hub::StoredSession empty = make_session("press-1");
  empty.subscriptions.clear();
  ASSERT_THAT(wait(device_store().put_session(empty)), Succeeds());
  const hub::Dossier found = device_dossier("press-1");
  ASSERT_TRUE(found.session);
  EXPECT_TRUE(found.session->subscriptions.empty());
}

TEST_P(Devices, SessionNeedsItsDevice) {
  EXPECT_THAT(wait(device_store().put_session(make_session("nobody"))),
              FailsWith(ErrorKind::kNotFound));
}

// ---- twins

TEST_P(Devices, TwinIsNotStoredUntilItIsWritten) {
  EXPECT_FALSE(twin());
  EXPECT_THAT(wait(device_store().get_twin(kHub, kNobody)), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(device_store().get_twin(kOtherHub, kDevice)), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Devices, TwinKeepsEveryField) {
  const domain::Twin in = make_twin("press-1");
  EXPECT_EQ(put_twin(in, 0).value_or(0), 1U);
  const std::optional<domain::Twin> out = twin();
  ASSERT_TRUE(out);
  EXPECT_EQ(out->hub, in.hub);
  EXPECT_EQ(out->device, in.device);
  EXPECT_EQ(out->tags, in.tags);
  EXPECT_EQ(out->desired, in.desired);
  EXPECT_EQ(out->reported, in.reported);
  EXPECT_EQ(out->etag, in.etag);
  EXPECT_EQ(out->updated_at, in.updated_at);
  EXPECT_EQ(out->version, 1U);
}

TEST_P(Devices, TwinIsWrittenOnTheVersionThatWasReadOnly) {
  domain::Twin in = make_twin("press-1");
  EXPECT_THAT(put_twin(in, 1), FailsWith(ErrorKind::kConflict));  // there is none yet
  ASSERT_EQ(put_twin(in, 0).value_or(0), 1U);
  EXPECT_THAT(put_twin(in, 0), FailsWith(ErrorKind::kConflict));
  in.reported.document = R"({"fw":"2"})";
  in.reported.version = 8;
  in.updated_at = at(601);
  EXPECT_EQ(put_twin(in, 1).value_or(0), 2U);
  EXPECT_THAT(put_twin(in, 1), FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(put_twin(in, 3), FailsWith(ErrorKind::kConflict));
  reopen();
  const std::optional<domain::Twin> out = twin();
  ASSERT_TRUE(out);
  EXPECT_EQ(out->reported, in.reported);
  EXPECT_EQ(out->updated_at, at(601));
  EXPECT_EQ(out->version, 2U);
}

TEST_P(Devices, TwinOfADeviceThatIsGoneNeverComesBack) {
  ASSERT_THAT(put_twin(make_twin("press-1"), 0), Succeeds());
  forget(kDevice);
  EXPECT_THAT(put_twin(make_twin("press-1"), 1), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(put_twin(make_twin("press-1"), 0), FailsWith(ErrorKind::kNotFound));
  ASSERT_THAT(create(management::PutDevice{make_identity("press-1")}), Succeeds());
  EXPECT_FALSE(twin());
}

TEST_P(Devices, TwinOfAnOperatorIsAuditedAndARefusedOneIsNot) {
  const auto write = [this](std::uint64_t expected) {
    auto write = std::make_unique<hub::TwinWrite>();
    write->twin = make_twin("press-1");
    write->expected_version = expected;
    write->audit = make_audit("twin.update");
    return wait(device_store().put_twin(std::move(write)));
  };
  const auto count = [this] {
    const auto audit = wait(catalog().list_audit(kScope.text(), {}));
    return std::count_if(audit->items.begin(), audit->items.end(),
                         [](const auto& each) { return each.action == "twin.update"; });
  };
  EXPECT_THAT(write(5), FailsWith(ErrorKind::kConflict));
  EXPECT_EQ(count(), 0);
  EXPECT_THAT(write(0), Succeeds());
  EXPECT_EQ(count(), 1);
  ASSERT_THAT(put_twin(make_twin("press-1"), 1), Succeeds());  // by the device
  EXPECT_EQ(count(), 1);
}

TEST_P(Devices, LargeTwinComesBackAsItWas) {
  domain::Twin in = make_twin("press-1");
  in.desired.document = R"({"x":")" + std::string(32'000, 'd') + R"("})";
  in.reported.document = R"({"y":")" + std::string(32'000, 'r') + R"("})";
  in.reported.metadata = R"({"z":")" + std::string(64'000, '"') + R"("})";
  ASSERT_THAT(put_twin(in, 0), Succeeds());
  const std::optional<domain::Twin> out = twin();
  ASSERT_TRUE(out);
  EXPECT_EQ(out->desired, in.desired);
  EXPECT_EQ(out->reported, in.reported);
}

TEST_P(Devices, OfTwoWritesOnOneVersionExactlyOneWins) {
  constexpr std::uint64_t kRounds = 20;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    std::vector<Result<std::uint64_t>> results(4);
    std::vector<std::thread> threads;
    for (Result<std::uint64_t>& result : results) {
      const auto race = [this, &result, round] { result = put_twin(make_twin("press-1"), round); };
      if (GetParam().threads) {
        threads.emplace_back(race);
      } else {
        race();
      }
    }
    for (std::thread& thread : threads) thread.join();
    int won = 0;
    for (const auto& result : results) {
      won += result ? 1 : 0;
      if (!result) EXPECT_THAT(result, FailsWith(ErrorKind::kConflict));
    }
    EXPECT_EQ(won, 1);
  }
  EXPECT_EQ(twin()->version, kRounds);
}

TEST_P(Devices, NothingIsLeftOfADeviceThatIsRemovedWhileItWrites) {
  for (int round = 0; round < 15; ++round) {
    ASSERT_THAT(create(management::PutDevice{make_identity("press-9")}), Succeeds());
    const auto write = [this] {
      const auto twin = put_twin(make_twin("press-9"), 0);
      const auto session = wait(device_store().put_session(make_session("press-9")));
      const auto queued = enqueue(make_message("press-9"));
      for (const ErrorKind kind : {error_of(twin).kind, error_of(session).kind,
                                   error_of(queued).kind}) {  // kInternal: no error
        EXPECT_THAT(
            kind, testing::AnyOf(ErrorKind::kNotFound, ErrorKind::kConflict, ErrorKind::kInternal));
      }
    };
    const auto remove = [this] { forget(domain::DeviceId::trusted("press-9")); };
    if (GetParam().threads) {
      std::thread writing(write);
      std::thread removing(remove);
      writing.join();
      removing.join();
    } else {
      write();
      remove();
    }
    ASSERT_THAT(create(management::PutDevice{make_identity("press-9")}), Succeeds());
    EXPECT_EQ(traces("press-9"), "device ");
    forget(domain::DeviceId::trusted("press-9"));
  }
}

// ---- connections

TEST_P(Devices, ConnectionKeepsEveryField) {
  EXPECT_FALSE(connection());
  const hub::ConnectionRecord in = make_connection("press-1");
  device_store().note_connection(in);
  const auto out = connection();
  ASSERT_TRUE(out);
  EXPECT_EQ(out->hub, in.hub);
  EXPECT_EQ(out->device, in.device);
  EXPECT_EQ(out->node, in.node);
  EXPECT_EQ(out->epoch, in.epoch);
  EXPECT_EQ(out->connected, in.connected);
  EXPECT_EQ(out->changed_at, in.changed_at);
  EXPECT_EQ(out->dialect, in.dialect);
  EXPECT_EQ(out->transport, in.transport);
  EXPECT_EQ(out->source, in.source);
}

TEST_P(Devices, ConnectionIsThereAfterAMomentWithoutAnotherCommit) {
  device_store().note_connection(make_connection("press-1"));
  boost::asio::io_context context;
  boost::asio::steady_timer timer(context);
  bool there = false;
  for (int i = 0; i < 500 && !there; ++i) {
    const auto found = wait(device_store().get_connection(kHub, kDevice));
    there = found.has_value() && found->has_value();
    timer.expires_after(std::chrono::milliseconds(10));
    timer.wait();
  }
  EXPECT_TRUE(there);
}

TEST_P(Devices, LatestRecordOfANodeStaysWhateverItsClockDoes) {
  for (int i = 0; i < 40; ++i) {
    hub::ConnectionRecord record = make_connection("press-1", i % 2 == 0);
    record.changed_at = at(900 - i);  // the clock was set back
    device_store().note_connection(record);
  }
  const auto out = connection();
  ASSERT_TRUE(out);
  EXPECT_FALSE(out->connected);
  EXPECT_EQ(out->changed_at, at(861));
}

TEST_P(Devices, RecordOfALaterEpochReplacesAndOneOfAnEarlierDoesNot) {
  hub::ConnectionRecord record = make_connection("press-1");
  record.epoch = 2;
  device_store().note_connection(record);
  EXPECT_EQ(connection()->epoch, 2U);
  record.epoch = 1;
  record.changed_at = at(5000);
  device_store().note_connection(record);
  EXPECT_EQ(connection()->epoch, 2U);
  record.epoch = 3;
  record.changed_at = at(1);
  device_store().note_connection(record);
  EXPECT_EQ(connection()->epoch, 3U);
}

TEST_P(Devices, BetweenNodesTheLaterRecordStays) {
  hub::ConnectionRecord record = make_connection("press-1");
  record.epoch = 7;
  device_store().note_connection(record);
  ASSERT_TRUE(connection());
  record.node = "node-b";
  record.epoch = 1;
  record.changed_at = at(799);
  device_store().note_connection(record);
  EXPECT_EQ(connection()->node, "node-a");
  record.changed_at = at(801);
  device_store().note_connection(record);
  EXPECT_EQ(connection()->node, "node-b");
}

TEST_P(Devices, ConnectionOfADeviceThatIsGoneIsNotKeptAndSpoilsNothing) {
  device_store().note_connection(make_connection("nobody"));
  device_store().note_connection(make_connection("press-1"));
  EXPECT_FALSE(connection(kNobody));
  EXPECT_TRUE(connection());
}

TEST_P(Devices, ManyRecordsAtOnceAreAllWritten) {
  constexpr int kCount = 1000;
  for (int i = 0; i < kCount; ++i) {
    const std::string id = "many-" + std::to_string(i);
    if (i % 100 == 0) {
      ASSERT_THAT(create(management::PutDevice{make_identity(id)}), Succeeds());
    }
    device_store().note_connection(make_connection(id));
  }
  EXPECT_EQ(store().stats().refusals_dropped, 0U);
  reopen();
  for (int i = 0; i < kCount; i += 100) {
    const auto id = domain::DeviceId::trusted("many-" + std::to_string(i));
    EXPECT_TRUE(wait(device_store().get_connection(kHub, id)).value_or(std::nullopt)) << i;
  }
}

BERTH_CONFORMANCE(Devices);

}  // namespace
}  // namespace berth::store::conformance
