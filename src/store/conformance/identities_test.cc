// Identities that operators make, change and remove, and what goes or travels with an identity.
#include "store/conformance/suite.h"

namespace berth::store::conformance {
namespace {

using management::MustBeVersion;
using management::MustExist;
using management::MustNotExist;
using management::PutDevice;
using management::RemoveDevice;
using management::Whatever;
using provisioning::Assignment;
using testing::HasSubstr;

const domain::DeviceId kDevice = domain::DeviceId::trusted("press-1");
constexpr std::string_view kEverything = "device twin session connection messages ";

class Identities : public Suite {
 protected:
  void SetUp() override {
    Suite::SetUp();
    if (HasFatalFailure()) return;
    create_scope_with_hub();
    ASSERT_THAT(create(management::PutHub{make_hub(kOtherHub)}), Succeeds());
  }
  Result<domain::Device> device(const std::string& id, const domain::HubName& hub = kHub) {
    return wait(catalog().get_device(hub.text(), id));
  }
  // A second attempt of the same device, decided on the registration as it is now.
  std::unique_ptr<Assignment> again(std::string_view id, const domain::HubName& hub = kHub) {
    auto assignment = make_assignment(id);
    assignment->expected_version = dossier(std::string(id)).current->version;
    assignment->registration.hub = hub;
    assignment->device = make_device(assignment->registration);
    return assignment;
  }
  std::optional<domain::Twin> twin(const std::string& id, const domain::HubName& hub = kHub) {
    auto twin = wait(device_store().get_twin(hub, domain::DeviceId::trusted(id)));
    EXPECT_THAT(twin, Succeeds());
    return twin.value_or(std::nullopt);
  }
  void register_with_traces(std::string_view id) {
    ASSERT_THAT(commit(make_assignment(id)), Succeeds());
    leave_traces(id);
    ASSERT_EQ(traces(id), kEverything);
  }
};

// ---- by hand

TEST_P(Identities, DeviceMadeByHandKeepsEveryField) {
  domain::Device in = make_identity("press-1");
  in.enabled = false;
  in.iot_edge = true;
  EXPECT_EQ(create(PutDevice{in}).value_or(0), 1U);
  const auto out = device("press-1");
  ASSERT_THAT(out, Succeeds());
  EXPECT_EQ(out->hub, in.hub);
  EXPECT_EQ(out->id, in.id);
  EXPECT_EQ(out->scope, in.scope);
  EXPECT_TRUE(out->registration.empty());
  EXPECT_EQ(out->display_name, in.display_name);
  EXPECT_FALSE(out->enabled);
  EXPECT_TRUE(out->iot_edge);
  EXPECT_EQ(out->keys->primary, in.keys->primary);
  EXPECT_EQ(out->keys->secondary, in.keys->secondary);
  ASSERT_EQ(out->keys->retired.size(), 1U);
  EXPECT_EQ(out->keys->retired[0].key, in.keys->retired[0].key);
  EXPECT_EQ(out->twin, in.twin);
  EXPECT_EQ(out->created_at, in.created_at);
  EXPECT_EQ(out->updated_at, in.updated_at);
}

TEST_P(Identities, DeviceWithoutKeysHasNone) {
  domain::Device in = make_identity("press-1");
  in.keys.reset();
  ASSERT_THAT(create(PutDevice{in}), Succeeds());
  EXPECT_FALSE(device("press-1")->keys);
}

TEST_P(Identities, ExpectationsOfPutAreKept) {
  const PutDevice put{make_identity("press-1")};
  EXPECT_THAT(apply(put, MustExist{}), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(apply(put, MustBeVersion{1}), FailsWith(ErrorKind::kNotFound));
  EXPECT_EQ(apply(put, MustNotExist{}).value_or(0), 1U);
  EXPECT_THAT(apply(put, MustNotExist{}), FailsWith(ErrorKind::kConflict));
  EXPECT_EQ(apply(put, MustExist{}).value_or(0), 2U);
  EXPECT_THAT(apply(put, MustBeVersion{1}), FailsWith(ErrorKind::kPreconditionFailed));
  EXPECT_EQ(apply(put, MustBeVersion{2}).value_or(0), 3U);
  EXPECT_EQ(apply(put, Whatever{}).value_or(0), 4U);
  EXPECT_EQ(device("press-1")->version, 4U);
}

TEST_P(Identities, ExpectationsOfRemovalAreKept) {
  const RemoveDevice remove{kHub, kDevice};
  EXPECT_THAT(apply(remove, MustExist{}), FailsWith(ErrorKind::kNotFound));
  EXPECT_EQ(apply(remove, Whatever{}).value_or(9), 0U);
  ASSERT_THAT(create(PutDevice{make_identity("press-1")}), Succeeds());
  EXPECT_THAT(apply(remove, MustBeVersion{2}), FailsWith(ErrorKind::kPreconditionFailed));
  EXPECT_THAT(device("press-1"), Succeeds());
  EXPECT_EQ(apply(remove, MustBeVersion{1}).value_or(9), 0U);
  EXPECT_THAT(device("press-1"), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Identities, DeviceNeedsItsHubAndItsScope) {
  domain::Device device = make_identity("press-1", domain::HubName::trusted("hub-nowhere"));
  const auto no_hub = create(PutDevice{device});
  EXPECT_THAT(no_hub, FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(error_of(no_hub).what, HasSubstr("hub-nowhere"));
  device = make_identity("press-1");
  device.scope = kOtherScope;
  const auto no_scope = create(PutDevice{device});
  EXPECT_THAT(no_scope, FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(error_of(no_scope).what, HasSubstr(kOtherScope.text()));
}

TEST_P(Identities, ScopeWithDevicesMadeByHandIsNotRemoved) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  domain::Device device = make_identity("press-1");
  device.scope = kOtherScope;
  ASSERT_THAT(create(PutDevice{device}), Succeeds());
  const auto kept = apply(management::RemoveScope{kOtherScope}, MustExist{});
  EXPECT_THAT(kept, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(kept).what, HasSubstr("press-1"));
  ASSERT_THAT(apply(RemoveDevice{kHub, kDevice}, MustExist{}), Succeeds());
  EXPECT_THAT(apply(management::RemoveScope{kOtherScope}, MustExist{}), Succeeds());
}

TEST_P(Identities, ChangeKeepsRegistrationScopeBeginningAndTwin) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  ASSERT_THAT(put_twin(make_twin("dev-1"), 0), Succeeds());
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  domain::Device change = make_identity("dev-1");  // without a registration
  change.scope = kOtherScope;
  change.twin = {R"({"stolen":1})", R"({"stolen":2})"};
  change.enabled = false;
  change.display_name = "Renamed";
  change.created_at = at(5555);
  change.updated_at = at(6666);
  ASSERT_THAT(apply(PutDevice{change}, MustBeVersion{1}), Succeeds());
  const auto out = device("dev-1");
  ASSERT_THAT(out, Succeeds());
  EXPECT_EQ(out->registration.text(), "dev-1");
  EXPECT_EQ(out->scope, kScope);
  EXPECT_EQ(out->twin.tags, R"({"floor":3})");
  EXPECT_EQ(out->created_at, at(200));
  EXPECT_EQ(out->updated_at, at(6666));
  EXPECT_FALSE(out->enabled);
  EXPECT_EQ(out->display_name, "Renamed");
  EXPECT_TRUE(twin("dev-1"));
  // It is still the registration's own.
  EXPECT_THAT(commit(again("dev-1")), Succeeds());
}

TEST_P(Identities, DeviceMadeByHandIsTakenForRegistrations) {
  ASSERT_THAT(create(PutDevice{make_identity("dev-1")}), Succeeds());
  const auto refused = commit(make_assignment("dev-1"));
  EXPECT_THAT(refused, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(refused).what, testing::StartsWith(provisioning::kDeviceIdTakenWord));
}

TEST_P(Identities, ChangesAreAuditedAndRefusedOnesAreNot) {
  const auto newest = [this] {
    return wait(catalog().list_audit(kScope.text(), {}))->items.front().action;
  };
  ASSERT_THAT(apply(PutDevice{make_identity("press-1")}, MustNotExist{}, make_audit("made")),
              Succeeds());
  EXPECT_EQ(newest(), "made");
  EXPECT_THAT(apply(RemoveDevice{kHub, kDevice}, MustBeVersion{9}, make_audit("refused")),
              FailsWith(ErrorKind::kPreconditionFailed));
  EXPECT_EQ(newest(), "made");
  ASSERT_THAT(apply(RemoveDevice{kHub, kDevice}, MustExist{}, make_audit("removed")), Succeeds());
  EXPECT_EQ(newest(), "removed");
}

// ---- what goes with an identity

TEST_P(Identities, RemovedDeviceTakesEverythingAlongAndItsRegistrationStays) {
  register_with_traces("dev-1");
  register_with_traces("dev-2");
  const auto id = domain::DeviceId::trusted("dev-1");
  ASSERT_THAT(apply(RemoveDevice{kHub, id}, MustExist{}), Succeeds());
  EXPECT_EQ(traces("dev-1"), "");
  EXPECT_EQ(traces("dev-2"), kEverything);
  EXPECT_THAT(wait(catalog().get_registration(kScope.text(), "dev-1")), Succeeds());
  auto back = again("dev-1");
  back->keeps_twin = true;
  ASSERT_THAT(commit(std::move(back)), Succeeds());
  EXPECT_EQ(traces("dev-1"), "device ");
}

TEST_P(Identities, RemovedRegistrationTakesEverythingAlong) {
  register_with_traces("dev-1");
  register_with_traces("dev-2");
  const auto id = domain::RegistrationId::trusted("dev-1");
  ASSERT_THAT(apply(management::RemoveRegistration{kScope, id}, MustExist{}), Succeeds());
  EXPECT_EQ(traces("dev-1"), "");
  EXPECT_EQ(traces("dev-2"), kEverything);
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  EXPECT_EQ(traces("dev-1"), "device ");
}

TEST_P(Identities, RemovedHubMadeAgainHasNothingOfTheOldOne) {
  ASSERT_THAT(create(PutDevice{make_identity("press-1")}), Succeeds());
  leave_traces("press-1");
  EXPECT_THAT(apply(management::RemoveHub{kHub}, MustExist{}), FailsWith(ErrorKind::kConflict));
  ASSERT_THAT(apply(RemoveDevice{kHub, kDevice}, MustExist{}), Succeeds());
  ASSERT_THAT(apply(management::RemoveHub{kHub}, MustExist{}), Succeeds());
  ASSERT_THAT(create(management::PutHub{make_hub()}), Succeeds());
  ASSERT_THAT(create(PutDevice{make_identity("press-1")}), Succeeds());
  EXPECT_EQ(traces("press-1"), "device ");
}

// ---- what travels with a registration

TEST_P(Identities, RegistrationThatStaysKeepsEverything) {
  register_with_traces("dev-1");
  auto same = again("dev-1");
  same->keeps_twin = true;
  ASSERT_THAT(commit(std::move(same)), Succeeds());
  EXPECT_EQ(traces("dev-1"), kEverything);
  EXPECT_EQ(twin("dev-1")->reported.version, 7U);
  auto failed = again("dev-1");
  failed->device.reset();
  ASSERT_THAT(commit(std::move(failed)), Succeeds());
  EXPECT_EQ(traces("dev-1"), kEverything);
}

TEST_P(Identities, RegistrationThatMovesAndKeepsTakesTheTwinAndLeavesTheRest) {
  register_with_traces("dev-1");
  auto move = again("dev-1", kOtherHub);
  move->keeps_twin = true;
  move->leaves = {kHub, domain::DeviceId::trusted("dev-1")};
  ASSERT_THAT(commit(std::move(move)), Succeeds());
  EXPECT_EQ(traces("dev-1"), "");
  EXPECT_EQ(traces("dev-1", kOtherHub), "device twin ");
  const auto moved = twin("dev-1", kOtherHub);
  ASSERT_TRUE(moved);
  const domain::Twin was = make_twin("dev-1");
  EXPECT_EQ(moved->hub, kOtherHub);
  EXPECT_EQ(moved->tags, was.tags);
  EXPECT_EQ(moved->desired, was.desired);
  EXPECT_EQ(moved->reported, was.reported);
  EXPECT_EQ(moved->etag, was.etag);
  EXPECT_EQ(put_twin(*moved, moved->version).value_or(0), moved->version + 1);
  // And back, to a new id.
  auto renamed = again("dev-1");
  renamed->keeps_twin = true;
  renamed->registration.device_id = domain::DeviceId::trusted("dev-x");
  renamed->device = make_device(renamed->registration);
  ASSERT_THAT(commit(std::move(renamed)), Succeeds());
  EXPECT_EQ(traces("dev-1", kOtherHub), "");
  EXPECT_EQ(traces("dev-x"), "device twin ");
}

TEST_P(Identities, RegistrationThatStartsAgainLosesTheTwin) {
  register_with_traces("dev-1");
  ASSERT_THAT(commit(again("dev-1")), Succeeds());
  EXPECT_EQ(traces("dev-1"), "device session connection messages ");
  EXPECT_EQ(device("dev-1")->twin.tags, R"({"floor":3})");
  ASSERT_THAT(put_twin(make_twin("dev-1"), 0), Succeeds());
  ASSERT_THAT(commit(again("dev-1", kOtherHub)), Succeeds());
  EXPECT_EQ(traces("dev-1"), "");
  EXPECT_EQ(traces("dev-1", kOtherHub), "device ");
}

TEST_P(Identities, KeptIdentityKeepsWhatOperatorsGaveItAndTakesTheNewKeys) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  domain::Device change = *device("dev-1");
  change.display_name = "Press by the window";
  change.enabled = false;
  change.iot_edge = true;
  ASSERT_THAT(apply(PutDevice{change}, MustExist{}), Succeeds());
  auto kept = again("dev-1");
  kept->keeps_twin = true;
  kept->device->keys->primary.bytes = {5, 5, 5};
  kept->device->keys->retired = {{{{1, 2}}, domain::KeySlot::kPrimary, at(80)},
                                 {{{3, 4}}, domain::KeySlot::kSecondary, at(79)}};
  ASSERT_THAT(commit(std::move(kept)), Succeeds());
  const auto out = device("dev-1");
  EXPECT_EQ(out->display_name, "Press by the window");
  EXPECT_FALSE(out->enabled);
  EXPECT_TRUE(out->iot_edge);
  EXPECT_EQ(out->keys->primary.bytes, (base::Bytes{5, 5, 5}));
  ASSERT_EQ(out->keys->retired.size(), 2U);
  EXPECT_EQ(out->keys->retired[0].key.bytes, (base::Bytes{1, 2}));
  EXPECT_EQ(out->keys->retired[0].retired_at, at(80));
  EXPECT_EQ(out->keys->retired[1].slot, domain::KeySlot::kSecondary);
}

TEST_P(Identities, TwinOfADeviceMadeByHandIsNobodysToCarryAway) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  const auto id = domain::DeviceId::trusted("dev-1");
  ASSERT_THAT(apply(RemoveDevice{kHub, id}, MustExist{}), Succeeds());
  ASSERT_THAT(create(PutDevice{make_identity("dev-1")}), Succeeds());
  leave_traces("dev-1");
  auto move = again("dev-1", kOtherHub);
  move->keeps_twin = true;
  move->leaves = {kHub, id};
  ASSERT_THAT(commit(std::move(move)), Succeeds());
  EXPECT_EQ(traces("dev-1"), kEverything);
  EXPECT_EQ(traces("dev-1", kOtherHub), "device ");
}

TEST_P(Identities, RefusedMoveMovesNothing) {
  register_with_traces("dev-1");
  ASSERT_THAT(create(PutDevice{make_identity("dev-1", kOtherHub)}), Succeeds());
  auto move = again("dev-1", kOtherHub);
  move->keeps_twin = true;
  move->leaves = {kHub, domain::DeviceId::trusted("dev-1")};
  EXPECT_THAT(commit(std::move(move)), FailsWith(ErrorKind::kConflict));
  EXPECT_EQ(traces("dev-1"), kEverything);
  EXPECT_EQ(traces("dev-1", kOtherHub), "device ");
}

// ---- the identity before, and the explainer's reads

TEST_P(Identities, FoundDeviceIsTheOneOfThatHubAndId) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  const auto find = [this](const domain::HubName& hub, std::string id) {
    auto found = wait(registrations().find_device(hub, domain::DeviceId::trusted(std::move(id))));
    EXPECT_THAT(found, Succeeds());
    return found.value_or(std::nullopt);
  };
  const auto found = find(kHub, "dev-1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->registration.text(), "dev-1");
  EXPECT_EQ(found->keys->primary, make_identity("dev-1").keys->primary);
  EXPECT_FALSE(find(kHub, "DEV-1"));
  EXPECT_FALSE(find(kOtherHub, "dev-1"));
  EXPECT_FALSE(find(kHub, std::string("d\0v", 3)));
  EXPECT_FALSE(find(kHub, "\xff"));
}

TEST_P(Identities, HubsAndDevicesAreReadInOrderAndBounded) {
  for (const char* id : {"press-3", "press-1", "press-2"}) {
    ASSERT_THAT(create(PutDevice{make_identity(id)}), Succeeds());
  }
  const auto hubs = wait(registrations().all_hubs(10));
  ASSERT_THAT(hubs, Succeeds());
  ASSERT_EQ(hubs->size(), 2U);
  EXPECT_EQ(hubs->front().name, kHub);
  EXPECT_EQ(wait(registrations().all_hubs(1))->size(), 1U);
  const auto some = wait(registrations().devices_of(kHub, "press-1", 10));
  ASSERT_THAT(some, Succeeds());
  ASSERT_EQ(some->size(), 2U);
  EXPECT_EQ(some->front().id.text(), "press-2");
  EXPECT_EQ(wait(registrations().devices_of(kHub, "", 2))->size(), 2U);
  EXPECT_TRUE(wait(registrations().devices_of(kOtherHub, "", 2))->empty());
}

BERTH_CONFORMANCE(Identities);

}  // namespace
}  // namespace berth::store::conformance
