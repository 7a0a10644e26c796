#include "hub/tests/world.h"

#include <gtest/gtest.h>

#include <thread>

namespace berth::hub {
namespace {

using domain::Reason;

domain::Twin read(Client& client) {
  const domain::HubResult result = client.handle(domain::ReadTwin());
  EXPECT_TRUE(std::holds_alternative<domain::TwinRead>(result));
  return std::get<domain::TwinRead>(result).twin;
}

std::uint64_t patch(Client& client, std::string text) {
  const domain::HubResult result = client.handle(domain::PatchReported{std::move(text), {}});
  const auto* patched = std::get_if<domain::ReportedPatched>(&result);
  return patched == nullptr ? 0 : patched->version;
}

TEST(Twin, IsMadeFromTheIdentityUntilSomebodyWritesIt) {
  World world;
  world.boiler().twin = {R"({"site":"north"})", R"({"interval":5})"};
  Client client = world.connect();
  const domain::Twin twin = read(client);
  EXPECT_EQ(twin.tags, R"({"site":"north"})");
  EXPECT_EQ(twin.desired.document, R"({"interval":5})");
  EXPECT_EQ(twin.desired.version, 1U);
  EXPECT_EQ(twin.reported.version, 1U);
  EXPECT_EQ(twin.etag, 1U);
  EXPECT_EQ(twin.version, 0U);
  EXPECT_TRUE(world.store.twins.empty());
}

TEST(Twin, ReportedPatchesAreStoredAndLeaveTheOperatorsLockAlone) {
  World world;
  world.boiler().twin.desired = R"({"interval":5})";
  Client client = world.connect();
  EXPECT_EQ(patch(client, R"({"fw":"1","old":1})"), 2U);
  EXPECT_EQ(patch(client, R"({"old":null})"), 3U);
  const domain::Twin twin = world.twin();
  EXPECT_EQ(twin.reported.document, R"({"fw":"1"})");
  EXPECT_EQ(twin.desired.document, R"({"interval":5})");
  EXPECT_EQ(twin.etag, 1U);
  EXPECT_EQ(world.hub().stats().twin_writes, 2U);
}

TEST(Twin, ABadPatchIsRefusedWithADetailForTheDeveloper) {
  World world;
  Client client = world.connect();
  const domain::HubResult result = client.handle(domain::PatchReported{R"({"a b":1})", {}});
  const auto& refusal = std::get<domain::HubRefused>(result);
  EXPECT_EQ(refusal.reason, Reason::kDocumentInvalid);
  EXPECT_NE(refusal.detail.find("a b"), std::string::npos);
  EXPECT_FALSE(refusal.tracking_id.empty());
  EXPECT_EQ(client.refused(domain::PatchReported{"{", {}}), Reason::kDocumentInvalid);
  EXPECT_EQ(client.refused(domain::PatchReported{"{\"a\":\"" + std::string(5000, 'x') + "\"}", {}}),
            Reason::kDocumentTooLarge);
  EXPECT_TRUE(world.store.twins.empty());
}

TEST(Twin, APatchOfAnOldVersionIsRefused) {
  World world;
  Client client = world.connect();
  EXPECT_EQ(client.refused(domain::PatchReported{R"({"a":1})", 1}), Reason::kNone);
  EXPECT_EQ(client.refused(domain::PatchReported{R"({"a":2})", 1}), Reason::kVersionNotCurrent);
  EXPECT_EQ(client.refused(domain::PatchReported{R"({"a":2})", 2}), Reason::kNone);
}

TEST(Twin, ALostRaceIsDecidedAnewAFewTimes) {
  World world;
  Client client = world.connect();
  world.store.conflicts = 3;
  EXPECT_EQ(patch(client, R"({"a":1})"), 2U);
  world.store.conflicts = 3;
  EXPECT_TRUE(world.update_twin(R"({"a":1})"));
  world.store.conflicts = 1000;
  EXPECT_EQ(client.refused(domain::PatchReported{R"({"a":1})", {}}), Reason::kStoreUnavailable);
  EXPECT_EQ(world.update_twin(R"({"a":1})").error().kind, ErrorKind::kUnavailable);
}

TEST(Twin, OfADeviceThatWasDeletedCannotBeWritten) {
  World world;
  Client client = world.connect();
  world.store.devices.clear();
  EXPECT_EQ(client.refused(domain::PatchReported{R"({"a":1})", {}}), Reason::kDeviceUnknown);
  EXPECT_EQ(world.update_twin(R"({"a":1})").error().kind, ErrorKind::kNotFound);
}

TEST(DesiredChange, ReachesADeviceThatListens) {
  World world;
  Client client = world.connect();
  ASSERT_TRUE(world.update_twin(R"({"a":1})"));
  EXPECT_TRUE(client.events->changes.empty());
  ASSERT_TRUE(client.listen(domain::Channel::kDesired));
  const Result<domain::Twin> updated = world.update_twin(R"({"a":null,"b":{"c":1}})");
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->etag, 3U);
  ASSERT_EQ(client.events->changes.size(), 1U);
  EXPECT_EQ(client.events->changes[0].version, 3U);
  EXPECT_EQ(client.events->changes[0].patch, R"({"a":null,"b":{"c":1}})");
}

TEST(DesiredChange, OfAWholeSectionTellsWhatVanished) {
  World world;
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kDesired));
  ASSERT_TRUE(world.update_twin(R"({"a":1})"));
  ASSERT_TRUE(world.update_twin(R"({"b":2})", {}, true));
  EXPECT_EQ(client.events->changes[1].patch, R"({"b":2,"a":null})");
  EXPECT_EQ(world.twin().desired.document, R"({"b":2})");
}

TEST(DesiredChange, TagsAreNoBusinessOfTheDevice) {
  World world;
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kDesired));
  ASSERT_TRUE(world.update_twin({}, R"({"site":"north"})"));
  EXPECT_TRUE(client.events->changes.empty());
  EXPECT_EQ(world.twin().tags, R"({"site":"north"})");
  EXPECT_EQ(world.twin().desired.version, 1U);
  EXPECT_EQ(world.twin().etag, 2U);
}

TEST(DesiredChange, EndsAConnectionThatIsTooSlowToHearIt) {
  World world;
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kDesired));
  client.events->full = true;
  ASSERT_TRUE(world.update_twin(R"({"a":1})"));
  EXPECT_EQ(client.events->ends, std::vector{domain::EndReason::kTooSlow});
  EXPECT_EQ(world.hub().stats().events_dropped, 1U);
}

TEST(TwinUpdate, IsAllOrNothingAndHoldsTheOperatorToTheEtag) {
  World world;
  EXPECT_EQ(world.update_twin(R"({"a":1})", R"({"b c":1})").error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(world.update_twin("{\"a\":\"" + std::string(5000, 'x') + "\"}").error().kind,
            ErrorKind::kTooLarge);
  EXPECT_TRUE(world.store.twins.empty());
  auto update = std::make_unique<TwinUpdate>();
  update->hub = World::key().hub;
  update->device = World::key().device;
  update->tags = "{}";
  update->etag = 7;
  const auto stale = base::run_task(world.hub().update_twin(std::move(update)));
  EXPECT_EQ(stale.error().kind, ErrorKind::kPreconditionFailed);
}

TEST(TwinUpdate, WithoutASectionChangesNothing) {
  World world;
  const Result<domain::Twin> twin = world.update_twin({});
  ASSERT_TRUE(twin);
  EXPECT_EQ(twin->etag, 1U);
  EXPECT_TRUE(world.store.twins.empty());
}

TEST(TwinTurns, PatchesOfADeviceAreStoredInTheOrderTheyCame) {
  World world;
  world.wait_on_threads();
  Client client = world.connect();
  std::thread second;
  world.store.during_put_twin = [&] {
    second = std::thread([&] { EXPECT_EQ(patch(client, R"({"a":2})"), 3U); });
    world.threads->await_waiting(1);
  };
  EXPECT_EQ(patch(client, R"({"a":1})"), 2U);
  second.join();
  EXPECT_EQ(world.twin().reported.document, R"({"a":2})");
}

TEST(TwinTurns, AReadThatCameAfterAPatchSeesIt) {
  World world;
  world.wait_on_threads();
  Client client = world.connect();
  std::thread reader;
  domain::Twin seen;
  world.store.during_put_twin = [&] {
    reader = std::thread([&] { seen = read(client); });
    world.threads->await_waiting(1);
  };
  EXPECT_EQ(patch(client, R"({"a":1})"), 2U);
  reader.join();
  EXPECT_EQ(seen.reported.document, R"({"a":1})");
}

TEST(TwinTurns, DesiredChangesAreAnnouncedInOrder) {
  World world;
  world.wait_on_threads();
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kDesired));
  std::thread second;
  world.store.during_put_twin = [&] {
    second = std::thread([&] { EXPECT_TRUE(world.update_twin(R"({"a":2})")); });
    world.threads->await_waiting(1);
  };
  ASSERT_TRUE(world.update_twin(R"({"a":1})"));
  second.join();
  ASSERT_EQ(client.events->changes.size(), 2U);
  EXPECT_EQ(client.events->changes[0].patch, R"({"a":1})");
  EXPECT_EQ(client.events->changes[1].version, 3U);
}

TEST(TwinTurns, WhoseTurnDoesNotComeInTimeIsToldToTryAgain) {
  World world;
  Client client = world.connect();
  Reason reason = Reason::kNone;
  world.store.during_put_twin = [&] { reason = client.refused(domain::ReadTwin()); };
  EXPECT_EQ(patch(client, R"({"a":1})"), 2U);
  EXPECT_EQ(reason, Reason::kStoreUnavailable);
  EXPECT_EQ(patch(client, R"({"a":2})"), 3U);  // the line is in order
}

}  // namespace
}  // namespace berth::hub
