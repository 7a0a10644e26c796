// What provisioning relies on: the reads of identify, and the one write of an attempt.
#include "store/conformance/suite.h"

#include <thread>

namespace berth::store::conformance {
namespace {

using management::MustBeVersion;
using management::MustExist;
using provisioning::Assignment;
using testing::ElementsAre;
using testing::StartsWith;

class Registrations : public Suite {
 protected:
  void SetUp() override {
    Suite::SetUp();
    if (!HasFatalFailure()) create_scope_with_hub();
  }
  // A second attempt of the same device, decided on the registration as it is now.
  std::unique_ptr<Assignment> again(std::string_view id) {
    auto assignment = make_assignment(id);
    const provisioning::Dossier found = dossier(base::ascii_lower(id));
    assignment->expected_version = found.current ? found.current->version : 0;
    return assignment;
  }
  std::vector<std::string> devices(const domain::HubName& hub = kHub) {
    const auto listing = wait(catalog().list_devices(hub.text(), {}));
    std::vector<std::string> ids;
    for (const domain::Device& device : listing->items) ids.push_back(device.id.text());
    return ids;
  }
};

TEST_P(Registrations, DossierOfAnUnknownScopeIsEmpty) {
  const provisioning::Dossier found = dossier("dev-1", "0neFFFFFFFF");
  EXPECT_FALSE(found.scope || found.individual || found.current || found.owner_group);
  EXPECT_EQ(found.catalog_version, 0U);
}

TEST_P(Registrations, DossierOfTextsThatNoStoreCanHoldIsEmpty) {
  for (const std::string& weird :
       {std::string("a\0b", 3), std::string("\xff\xfe"), std::string("\xc3"),
        std::string(4000, 'x'), std::string("'; DROP TABLE scopes; --"), std::string("%"),
        std::string()}) {
    EXPECT_FALSE(dossier("dev-1", weird).scope);
    EXPECT_FALSE(dossier(weird).current);
  }
  EXPECT_TRUE(dossier("dev-1").scope);
}

TEST_P(Registrations, DossierHoldsScopeIndividualRegistrationAndItsGroup) {
  ASSERT_THAT(create(management::PutEnrollment{make_individual("Dev-1")}), Succeeds());
  ASSERT_THAT(commit(make_assignment("Dev-1")), Succeeds());
  const provisioning::Dossier found = dossier("dev-1");
  ASSERT_TRUE(found.scope && found.individual && found.current && found.owner_group);
  EXPECT_EQ(found.scope->display_name, "Scope 0ne000000A1");
  EXPECT_EQ(found.individual->id.text(), "Dev-1");
  EXPECT_EQ(found.current->id.text(), "Dev-1");
  EXPECT_EQ(found.owner_group->id.text(), "Line-7");
  EXPECT_GT(found.catalog_version, 0U);
}

TEST_P(Registrations, DossierForgetsAGroupThatWasRemoved) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  const domain::EnrollmentRef group{domain::EnrollmentKind::kGroup,
                                    domain::EnrollmentId::trusted("line-7")};
  ASSERT_THAT(apply(management::RemoveEnrollment{kScope, group}, MustExist{}), Succeeds());
  const provisioning::Dossier found = dossier("dev-1");
  EXPECT_TRUE(found.current);
  EXPECT_FALSE(found.owner_group);
}

TEST_P(Registrations, DossierSaysWhatScopeAndGroupSayNow) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  const provisioning::Dossier before = dossier("dev-1");
  domain::Scope scope = make_scope();
  scope.display_name = "Renamed";
  domain::Enrollment group = make_group("Line-7");
  group.enabled = !group.enabled;
  ASSERT_THAT(apply(management::PutScope{scope}, MustExist{}), Succeeds());
  ASSERT_THAT(apply(management::PutEnrollment{group}, MustExist{}), Succeeds());
  const provisioning::Dossier after = dossier("dev-1");
  EXPECT_EQ(after.scope->display_name, "Renamed");
  EXPECT_EQ(after.owner_group->enabled, group.enabled);
  EXPECT_NE(before.scope->display_name, "Renamed");
  EXPECT_NE(before.owner_group->enabled, group.enabled);
}

// With the version and the times of the one before.
TEST_P(Registrations, DossierSaysWhatAGroupMadeAgainSays) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  const provisioning::Dossier before = dossier("dev-1");
  domain::Enrollment group = make_group("Line-7");
  group.initial_twin.tags = R"({"hall":9})";
  const domain::EnrollmentRef ref{domain::EnrollmentKind::kGroup, group.id};
  ASSERT_THAT(apply(management::RemoveEnrollment{kScope, ref}, MustExist{}), Succeeds());
  ASSERT_THAT(create(management::PutEnrollment{group}), Succeeds());
  const provisioning::Dossier after = dossier("dev-1");
  ASSERT_TRUE(before.owner_group && after.owner_group);
  EXPECT_EQ(after.owner_group->version, before.owner_group->version);
  EXPECT_EQ(after.owner_group->updated_at, before.owner_group->updated_at);
  EXPECT_EQ(after.owner_group->initial_twin.tags, group.initial_twin.tags);
  EXPECT_NE(before.owner_group->initial_twin.tags, group.initial_twin.tags);
}

TEST_P(Registrations, DossierSaysWhatAScopeMadeAgainSays) {
  domain::Scope scope = make_scope(kOtherScope);
  ASSERT_THAT(create(management::PutScope{scope}), Succeeds());
  const provisioning::Dossier before = dossier("dev-1", kOtherScope.text());
  scope.display_name = "Made again";
  ASSERT_THAT(apply(management::RemoveScope{kOtherScope}, MustExist{}), Succeeds());
  EXPECT_FALSE(dossier("dev-1", kOtherScope.text()).scope);
  ASSERT_THAT(create(management::PutScope{scope}), Succeeds());
  const provisioning::Dossier after = dossier("dev-1", kOtherScope.text());
  EXPECT_EQ(after.scope->version, before.scope->version);
  EXPECT_EQ(after.scope->created_at, before.scope->created_at);
  EXPECT_EQ(after.scope->display_name, "Made again");
}

TEST_P(Registrations, DossierKeepsScopesApart) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  EXPECT_FALSE(dossier("dev-1", kOtherScope.text()).current);
}

TEST_P(Registrations, CommitKeepsEveryFieldOfRegistrationAndDevice) {
  auto assignment = make_assignment("Dev-1");
  assignment->registration.reason = domain::Reason::kNoHub;
  const domain::Registration in = assignment->registration;
  const domain::Device device_in = *assignment->device;
  const Result<domain::Registration> stored = commit(std::move(assignment));
  ASSERT_THAT(stored, Succeeds());
  EXPECT_EQ(stored->version, 1U);

  const auto out = wait(catalog().get_registration(kScope.text(), "dev-1"));
  ASSERT_THAT(out, Succeeds());
  EXPECT_EQ(out->id, in.id);
  EXPECT_EQ(out->enrollment, in.enrollment);
  EXPECT_EQ(out->status, in.status);
  EXPECT_EQ(out->substatus, in.substatus);
  EXPECT_EQ(out->reason, in.reason);
  EXPECT_EQ(out->hub, in.hub);
  EXPECT_EQ(out->hub_host, in.hub_host);
  EXPECT_EQ(out->device_id, in.device_id);
  EXPECT_EQ(out->operation_id, in.operation_id);
  EXPECT_EQ(out->payload, in.payload);
  EXPECT_EQ(out->created_at, in.created_at);
  EXPECT_EQ(out->updated_at, in.updated_at);
  EXPECT_EQ(out->version, 1U);

  const auto device = wait(catalog().get_device(kHub.text(), "Dev-1"));
  ASSERT_THAT(device, Succeeds());
  EXPECT_EQ(device->scope, kScope);
  EXPECT_EQ(device->registration, device_in.registration);
  EXPECT_EQ(device->display_name, device_in.display_name);
  EXPECT_EQ(device->keys->primary, device_in.keys->primary);
  EXPECT_EQ(device->keys->secondary, device_in.keys->secondary);
  ASSERT_EQ(device->keys->retired.size(), 1U);
  EXPECT_EQ(device->keys->retired[0].key, device_in.keys->retired[0].key);
  EXPECT_EQ(device->keys->retired[0].slot, domain::KeySlot::kSecondary);
  EXPECT_EQ(device->keys->retired[0].retired_at, at(77));
  EXPECT_EQ(device->twin, device_in.twin);
  EXPECT_EQ(device->version, 1U);
}

TEST_P(Registrations, CommitWritesTrailAndAuditWithIt) {
  auto assignment = make_assignment("dev-1");
  const std::string trail = assignment->trail.id;
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  EXPECT_THAT(trail_ids(), ElementsAre(trail));
  const auto audit = wait(catalog().list_audit(kScope.text(), {}));
  ASSERT_THAT(audit, Succeeds());
  EXPECT_EQ(audit->items.front().action, "registration.assign");
}

TEST_P(Registrations, CommitAgainKeepsFirstSpellingAndCreationAndCountsTheVersion) {
  ASSERT_THAT(commit(make_assignment("Dev-1")), Succeeds());
  auto second = again("DEV-1");
  second->registration.created_at = at(9999);
  second->registration.device_id = domain::DeviceId::trusted("Dev-1");
  second->device = make_device(second->registration);
  const Result<domain::Registration> stored = commit(std::move(second));
  ASSERT_THAT(stored, Succeeds());
  EXPECT_EQ(stored->id.text(), "Dev-1");
  EXPECT_EQ(stored->created_at, at(200));
  EXPECT_EQ(stored->version, 2U);
  EXPECT_EQ(dossier("dev-1").current->version, 2U);
  EXPECT_EQ(wait(catalog().get_device(kHub.text(), "Dev-1"))->version, 2U);
}

TEST_P(Registrations, CommitOnAnOldVersionHasLostTheRaceAndChangesNothing) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  auto late = again("dev-1");
  ASSERT_THAT(commit(again("dev-1")), Succeeds());
  late->registration.payload = "late";
  const Result<domain::Registration> lost = commit(std::move(late));
  EXPECT_THAT(lost, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(lost).what, StartsWith(provisioning::kLostRaceWord));
  EXPECT_NE(dossier("dev-1").current->payload, "late");
  EXPECT_EQ(trail_ids().size(), 2U);
}

TEST_P(Registrations, FirstCommitOfAKnownIdHasLostTheRace) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  const Result<domain::Registration> lost = commit(make_assignment("DEV-1"));
  EXPECT_THAT(error_of(lost).what, StartsWith(provisioning::kLostRaceWord));
}

TEST_P(Registrations, CommitOnARegistrationThatIsGoneHasLostTheRace) {
  auto assignment = make_assignment("dev-1");
  assignment->expected_version = 1;
  EXPECT_THAT(error_of(commit(std::move(assignment))).what,
              StartsWith(provisioning::kLostRaceWord));
}

TEST_P(Registrations, CommitIntoAHubOrScopeThatIsGoneHasLostTheRace) {
  auto no_hub = make_assignment("dev-1");
  no_hub->device->hub = kOtherHub;
  EXPECT_THAT(error_of(commit(std::move(no_hub))).what, StartsWith(provisioning::kLostRaceWord));
  auto no_scope = make_assignment("dev-1");
  no_scope->registration.scope = kOtherScope;
  EXPECT_THAT(error_of(commit(std::move(no_scope))).what, StartsWith(provisioning::kLostRaceWord));
  EXPECT_FALSE(dossier("dev-1").current);
}

TEST_P(Registrations, DeviceIdOfAnotherRegistrationIsTakenAndNothingIsWritten) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  auto thief = make_assignment("dev-2");
  thief->registration.device_id = domain::DeviceId::trusted("dev-1");
  thief->device->id = thief->registration.device_id;
  const Result<domain::Registration> refused = commit(std::move(thief));
  EXPECT_THAT(refused, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(refused).what, StartsWith(provisioning::kDeviceIdTakenWord));
  EXPECT_FALSE(dossier("dev-2").current);
  EXPECT_EQ(wait(catalog().get_device(kHub.text(), "dev-1"))->registration.text(), "dev-1");
}

TEST_P(Registrations, DeviceIdsDifferByCaseRegistrationIdsDoNot) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  auto other = make_assignment("dev-2");
  other->registration.device_id = domain::DeviceId::trusted("DEV-1");
  other->device = make_device(other->registration);
  ASSERT_THAT(commit(std::move(other)), Succeeds());
  EXPECT_THAT(devices(), ElementsAre("DEV-1", "dev-1"));
}

TEST_P(Registrations, MoveToAnotherHubLeavesTheOldIdentity) {
  ASSERT_THAT(create(management::PutHub{make_hub(kOtherHub)}), Succeeds());
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  auto move = again("dev-1");
  move->leaves = {kHub, move->registration.device_id};
  move->registration.hub = kOtherHub;
  move->device = make_device(move->registration);
  ASSERT_THAT(commit(std::move(move)), Succeeds());
  EXPECT_THAT(devices(kHub), ElementsAre());
  EXPECT_THAT(devices(kOtherHub), ElementsAre("dev-1"));
}

TEST_P(Registrations, NewDeviceIdReplacesTheOldOneEvenIfNobodySaysSo) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  auto renamed = again("dev-1");
  renamed->registration.device_id = domain::DeviceId::trusted("press-9");
  renamed->device = make_device(renamed->registration);
  ASSERT_THAT(commit(std::move(renamed)), Succeeds());
  EXPECT_THAT(devices(), ElementsAre("press-9"));
}

TEST_P(Registrations, KeptTwinsOutliveARegistrationAgainAndAMove) {
  ASSERT_THAT(create(management::PutHub{make_hub(kOtherHub)}), Succeeds());
  auto first = make_assignment("dev-1");
  first->device->twin = {R"({"floor":9})", R"({"interval":5})"};
  first->device->enabled = false;
  ASSERT_THAT(commit(std::move(first)), Succeeds());
  for (const domain::HubName& hub : {kHub, kOtherHub}) {
    auto kept = again("dev-1");
    kept->keeps_twin = true;
    kept->registration.hub = hub;
    kept->device = make_device(kept->registration);
    ASSERT_THAT(commit(std::move(kept)), Succeeds());
    const auto device = wait(catalog().get_device(hub.text(), "dev-1"));
    ASSERT_THAT(device, Succeeds());
    EXPECT_EQ(device->twin.tags, R"({"floor":9})");
    EXPECT_FALSE(device->enabled);
  }
  auto reset = again("dev-1");
  reset->registration.hub = kOtherHub;
  reset->device = make_device(reset->registration);
  ASSERT_THAT(commit(std::move(reset)), Succeeds());
  EXPECT_EQ(wait(catalog().get_device(kOtherHub.text(), "dev-1"))->twin.tags, R"({"floor":3})");
}

TEST_P(Registrations, LeavingTakesNobodyElsesDeviceAway) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  ASSERT_THAT(commit(make_assignment("dev-2")), Succeeds());
  auto wrong = again("dev-2");
  wrong->leaves = {kHub, domain::DeviceId::trusted("dev-1")};
  ASSERT_THAT(commit(std::move(wrong)), Succeeds());
  EXPECT_THAT(devices(), ElementsAre("dev-1", "dev-2"));
}

TEST_P(Registrations, CommitWithoutDeviceKeepsTheOneThereIs) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  auto same = again("dev-1");
  same->device.reset();
  ASSERT_THAT(commit(std::move(same)), Succeeds());
  EXPECT_THAT(devices(), ElementsAre("dev-1"));
}

TEST_P(Registrations, OfTwoCommitsOnOneVersionExactlyOneWins) {
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::unique_ptr<Assignment>> rivals;
    for (int i = 0; i < 4; ++i) rivals.push_back(again("dev-1"));
    std::vector<Result<domain::Registration>> results(rivals.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < rivals.size(); ++i) {
      const auto race = [&, i] { results[i] = commit(std::move(rivals[i])); };
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
      if (!result) EXPECT_THAT(result.error().what, StartsWith(provisioning::kLostRaceWord));
    }
    EXPECT_EQ(won, 1);
  }
  EXPECT_EQ(dossier("dev-1").current->version, 1U + kRounds);
}

TEST_P(Registrations, ManyThreadsRegisterManyDevicesAndAllAreThere) {
  constexpr int kThreads = 4;
  constexpr int kEach = 40;
  std::vector<std::thread> threads;
  std::atomic<int> done{0};
  const auto work = [&](int thread) {
    for (int i = 0; i < kEach; ++i) {
      const std::string id = "dev-" + std::to_string(thread) + "-" + std::to_string(i);
      if (commit(make_assignment(id))) ++done;
    }
  };
  for (int i = 0; i < kThreads; ++i) {
    if (GetParam().threads) {
      threads.emplace_back(work, i);
    } else {
      work(i);
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, kThreads * kEach);
  EXPECT_EQ(wait(catalog().list_devices(kHub.text(), {"", 1000}))->items.size(),
            std::size_t{kThreads * kEach});
  EXPECT_GE(store().stats().units_committed, std::uint64_t{kThreads * kEach});
}

TEST_P(Registrations, SnapshotHoldsGroupsAndLinkedHubsInOrder) {
  ASSERT_THAT(create(management::PutEnrollment{make_group("a-line")}), Succeeds());
  ASSERT_THAT(create(management::PutEnrollment{make_individual("single")}), Succeeds());
  ASSERT_THAT(create(management::PutHub{make_hub(kOtherHub)}), Succeeds());
  domain::HubLink link = make_link(kScope, kOtherHub);
  link.weight = 17;
  link.apply_allocation = false;
  ASSERT_THAT(create(management::PutHubLink{link}), Succeeds());
  const auto snapshot = wait(registrations().scope_snapshot(kScope));
  ASSERT_THAT(snapshot, Succeeds());
  ASSERT_EQ(snapshot->groups.size(), 2U);
  EXPECT_EQ(snapshot->groups[0].id.text(), "a-line");
  EXPECT_EQ(snapshot->groups[1].id.text(), "Line-7");
  ASSERT_EQ(snapshot->hubs.size(), 2U);
  EXPECT_EQ(snapshot->hubs[0].hub.name, kHub);
  EXPECT_EQ(snapshot->hubs[1].hub.host, "hub-two.example.com");
  EXPECT_EQ(snapshot->hubs[1].link.weight, 17U);
  EXPECT_FALSE(snapshot->hubs[1].link.apply_allocation);
  EXPECT_EQ(snapshot->catalog_version, catalog_version());
}

TEST_P(Registrations, ExplainerReadsScopesAndIndividuals) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  ASSERT_THAT(create(management::PutEnrollment{make_individual("Dev-1")}), Succeeds());
  ASSERT_THAT(create(management::PutEnrollment{make_individual("dev-2")}), Succeeds());
  ASSERT_THAT(create(management::PutEnrollment{make_individual("dev-1", kOtherScope)}), Succeeds());
  EXPECT_EQ(wait(registrations().all_scopes(10))->size(), 2U);
  EXPECT_EQ(wait(registrations().all_scopes(1))->size(), 1U);
  EXPECT_EQ(wait(registrations().individuals_anywhere("dev-1", 10))->size(), 2U);
  EXPECT_EQ(wait(registrations().individuals_anywhere("dev-1", 1))->size(), 1U);
  EXPECT_EQ(wait(registrations().individuals_anywhere(std::string("d\0", 2), 1))->size(), 0U);
  const auto after = wait(registrations().individuals(kScope, "DEV-1", 10));
  ASSERT_EQ(after->size(), 1U);
  EXPECT_EQ(after->front().id.text(), "dev-2");
  EXPECT_EQ(wait(registrations().individuals(kScope, "", 10))->size(), 2U);
}

TEST_P(Registrations, IdentitiesAndHubsAreFoundForWhoeverExplains) {
  ASSERT_THAT(commit(make_assignment("Dev-1")), Succeeds());
  ASSERT_THAT(commit(make_assignment("Dev-2")), Succeeds());
  const auto found = wait(registrations().find_device(kHub, domain::DeviceId::trusted("Dev-1")));
  ASSERT_THAT(found, Succeeds());
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->registration.text(), "Dev-1");
  EXPECT_EQ((*found)->keys->retired.size(), 1U);
  // Ids tell upper from lower case, and may be anything a device sends.
  for (const std::string& id : {std::string("dev-1"), std::string("d\0", 2), std::string("\xff")}) {
    const auto none = wait(registrations().find_device(kHub, domain::DeviceId::trusted(id)));
    ASSERT_THAT(none, Succeeds());
    EXPECT_FALSE(*none);
  }
  const auto after = wait(registrations().devices_of(kHub, "Dev-1", 10));
  ASSERT_EQ(after->size(), 1U);
  EXPECT_EQ(after->front().id.text(), "Dev-2");
  EXPECT_EQ(wait(registrations().devices_of(kHub, "", 1))->size(), 1U);
  EXPECT_EQ(wait(registrations().devices_of(kHub, std::string("d\0", 2), 1))->size(), 0U);
  ASSERT_EQ(wait(registrations().all_hubs(10))->size(), 1U);
  EXPECT_EQ(wait(registrations().all_hubs(10))->front().name, kHub);
}

BERTH_CONFORMANCE(Registrations);

}  // namespace
}  // namespace berth::store::conformance
