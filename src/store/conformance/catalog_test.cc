// What management relies on: changes with their expectations, removal rules, the catalog version.
#include "store/conformance/suite.h"

#include <thread>

namespace berth::store::conformance {
namespace {

using domain::EnrollmentKind;
using domain::EnrollmentRef;
using management::MustBeVersion;
using management::MustExist;
using management::MustNotExist;
using management::Whatever;
using testing::ElementsAre;
using testing::HasSubstr;

class Catalog : public Suite {
 protected:
  void make_scope_and_hub() {
    ASSERT_THAT(create(management::PutScope{make_scope()}), Succeeds());
    ASSERT_THAT(create(management::PutHub{make_hub()}), Succeeds());
  }
  EnrollmentRef group_ref() {
    return {EnrollmentKind::kGroup, domain::EnrollmentId::trusted("Line-7")};
  }
};

TEST_P(Catalog, ScopeKeepsEveryField) {
  domain::Scope scope = make_scope();
  scope.display_name = "Ünïcode 'quoted' \"double\" \\ \n 𝄞";
  scope.service_host = "prov.example.com";
  scope.allocation_policy = domain::AllocationPolicy::kStatic;
  scope.enabled = false;
  ASSERT_THAT(create(management::PutScope{scope}), Succeeds());
  const auto out = wait(catalog().get_scope(kScope.text()));
  ASSERT_THAT(out, Succeeds());
  EXPECT_EQ(out->id, scope.id);
  EXPECT_EQ(out->display_name, scope.display_name);
  EXPECT_EQ(out->service_host, scope.service_host);
  EXPECT_EQ(out->allocation_policy, scope.allocation_policy);
  EXPECT_FALSE(out->enabled);
  EXPECT_EQ(out->created_at, scope.created_at);
  EXPECT_EQ(out->version, 1U);
}

TEST_P(Catalog, EnrollmentKeepsEveryField) {
  make_scope_and_hub();
  domain::Enrollment in = make_individual("Dev.1:a_B-");
  in.enabled = false;
  in.device_id = domain::DeviceId::trusted("press%9");
  in.allocation_policy = domain::AllocationPolicy::kStatic;
  in.hubs = {kHub, kOtherHub};
  in.reprovision = {false, false};
  in.initial_twin = {R"({"a":[1,2]})", R"({"b":null})"};
  in.iot_edge = true;
  in.device_information = R"({"sku":"x\u0000y"})";
  ASSERT_THAT(create(management::PutEnrollment{in}), Succeeds());
  const auto out =
      wait(catalog().get_enrollment(kScope.text(), EnrollmentKind::kIndividual, "dev.1:a_b-"));
  ASSERT_THAT(out, Succeeds());
  EXPECT_EQ(out->scope, in.scope);
  EXPECT_EQ(out->kind, in.kind);
  EXPECT_EQ(out->id, in.id);
  EXPECT_EQ(out->display_name, in.display_name);
  EXPECT_EQ(out->enabled, in.enabled);
  const auto& keys = std::get<domain::SymmetricKeys>(out->attestation);
  const auto& keys_in = std::get<domain::SymmetricKeys>(in.attestation);
  EXPECT_EQ(keys.primary, keys_in.primary);
  EXPECT_EQ(keys.secondary, keys_in.secondary);
  ASSERT_EQ(keys.retired.size(), 1U);
  EXPECT_EQ(keys.retired[0].key, keys_in.retired[0].key);
  EXPECT_EQ(out->device_id, in.device_id);
  EXPECT_EQ(out->allocation_policy, in.allocation_policy);
  EXPECT_EQ(out->hubs, in.hubs);
  EXPECT_EQ(out->reprovision, in.reprovision);
  EXPECT_EQ(out->initial_twin, in.initial_twin);
  EXPECT_EQ(out->iot_edge, in.iot_edge);
  EXPECT_EQ(out->device_information, in.device_information);
  EXPECT_EQ(out->created_at, in.created_at);
}

TEST_P(Catalog, TokenKeepsEveryField) {
  domain::Token in = make_token("tok-12345");
  in.scope = kScope;
  in.expires_at = at(9000);
  ASSERT_THAT(create(management::PutToken{in}), Succeeds());
  const auto out = wait(catalog().get_token("tok-12345"));
  ASSERT_THAT(out, Succeeds());
  EXPECT_EQ(out->display_name, in.display_name);
  EXPECT_EQ(out->role, in.role);
  EXPECT_EQ(out->scope, in.scope);
  EXPECT_EQ(out->digest, in.digest);
  EXPECT_EQ(out->expires_at, in.expires_at);
  EXPECT_EQ(out->created_at, in.created_at);
  ASSERT_THAT(apply(management::RemoveToken{"tok-12345"}, MustExist{}), Succeeds());
  EXPECT_THAT(wait(catalog().get_token("tok-12345")), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Catalog, WhatIsNotThereIsNotFound) {
  EXPECT_THAT(wait(catalog().get_scope("nobody")), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(catalog().get_hub("nobody")), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(catalog().get_hub_link("a", "b")), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(catalog().get_enrollment("a", EnrollmentKind::kGroup, "b")),
              FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(catalog().get_registration("a", "b")), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(catalog().get_device("a", "b")), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(catalog().get_trail("a")), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(catalog().get_trail(std::string("a\0b", 3))), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Catalog, ExpectationsOfPutAreKept) {
  const management::PutScope put{make_scope()};
  EXPECT_THAT(apply(put, MustExist{}), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(apply(put, MustBeVersion{1}), FailsWith(ErrorKind::kNotFound));
  EXPECT_EQ(apply(put, MustNotExist{}).value_or(0), 1U);
  EXPECT_THAT(apply(put, MustNotExist{}), FailsWith(ErrorKind::kConflict));
  EXPECT_EQ(apply(put, MustExist{}).value_or(0), 2U);
  EXPECT_THAT(apply(put, MustBeVersion{1}), FailsWith(ErrorKind::kPreconditionFailed));
  EXPECT_EQ(apply(put, MustBeVersion{2}).value_or(0), 3U);
  EXPECT_EQ(apply(put, Whatever{}).value_or(0), 4U);
  EXPECT_EQ(wait(catalog().get_scope(kScope.text()))->version, 4U);
}

TEST_P(Catalog, ExpectationsOfRemovalAreKept) {
  const management::RemoveScope remove{kScope};
  EXPECT_THAT(apply(remove, MustExist{}), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(apply(remove, MustBeVersion{1}), FailsWith(ErrorKind::kNotFound));
  EXPECT_EQ(apply(remove, Whatever{}).value_or(9), 0U);
  ASSERT_THAT(create(management::PutScope{make_scope()}), Succeeds());
  EXPECT_THAT(apply(remove, MustBeVersion{7}), FailsWith(ErrorKind::kPreconditionFailed));
  EXPECT_EQ(apply(remove, MustBeVersion{1}).value_or(9), 0U);
}

TEST_P(Catalog, UpdateKeepsCreationTimeAndTakesTheRest) {
  make_scope_and_hub();
  domain::Hub hub = make_hub();
  hub.host = "other.example.com";
  hub.created_at = at(5555);
  hub.updated_at = at(6666);
  ASSERT_THAT(apply(management::PutHub{hub}, MustExist{}), Succeeds());
  const auto out = wait(catalog().get_hub(kHub.text()));
  EXPECT_EQ(out->host, "other.example.com");
  EXPECT_EQ(out->created_at, at(20));
  EXPECT_EQ(out->updated_at, at(6666));
}

TEST_P(Catalog, RefusedChangeLeavesNoAudit) {
  EXPECT_THAT(apply(management::PutScope{make_scope()}, MustExist{}, make_audit("refused")),
              FailsWith(ErrorKind::kNotFound));
  EXPECT_TRUE(wait(catalog().list_audit("", {}))->items.empty());
}

TEST_P(Catalog, EnrollmentsNeedTheirScope) {
  EXPECT_THAT(create(management::PutEnrollment{make_group("line-7")}),
              FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(create(management::PutHubLink{make_link()}), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Catalog, EnrollmentIdsIgnoreCaseWithinTheirKind) {
  make_scope_and_hub();
  ASSERT_THAT(create(management::PutEnrollment{make_group("Line-7")}), Succeeds());
  EXPECT_THAT(create(management::PutEnrollment{make_group("LINE-7")}),
              FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(create(management::PutEnrollment{make_individual("line-7")}), Succeeds());
  ASSERT_THAT(apply(management::PutEnrollment{make_group("LINE-7")}, MustExist{}), Succeeds());
  EXPECT_EQ(
      wait(catalog().get_enrollment(kScope.text(), EnrollmentKind::kGroup, "line-7"))->id.text(),
      "Line-7");
}

TEST_P(Catalog, ScopeInUseIsNotRemoved) {
  create_scope_with_hub();
  const Result<std::uint64_t> kept = apply(management::RemoveScope{kScope}, MustExist{});
  EXPECT_THAT(kept, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(kept).what, HasSubstr("Line-7"));
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  ASSERT_THAT(apply(management::RemoveEnrollment{kScope, group_ref()}, MustExist{}), Succeeds());
  EXPECT_THAT(apply(management::RemoveScope{kScope}, MustExist{}), FailsWith(ErrorKind::kConflict));
  const auto id = domain::RegistrationId::trusted("dev-1");
  ASSERT_THAT(apply(management::RemoveRegistration{kScope, id}, MustExist{}), Succeeds());
  EXPECT_THAT(apply(management::RemoveScope{kScope}, MustExist{}), Succeeds());
}

TEST_P(Catalog, RemovedScopeTakesItsLinksAndTokensAlong) {
  make_scope_and_hub();
  ASSERT_THAT(create(management::PutHubLink{make_link()}), Succeeds());
  domain::Token token = make_token("tok-12345");
  token.scope = kScope;
  ASSERT_THAT(create(management::PutToken{token}), Succeeds());
  ASSERT_THAT(create(management::PutToken{make_token("tok-67890")}), Succeeds());
  ASSERT_THAT(apply(management::RemoveScope{kScope}, MustExist{}), Succeeds());
  EXPECT_THAT(wait(catalog().get_hub_link(kScope.text(), kHub.text())),
              FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(catalog().get_token("tok-12345")), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(catalog().get_token("tok-67890")), Succeeds());
}

TEST_P(Catalog, HubWithDevicesIsNotRemovedAndOneWithoutTakesItsLinksAlong) {
  create_scope_with_hub();
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  const Result<std::uint64_t> kept = apply(management::RemoveHub{kHub}, MustExist{});
  EXPECT_THAT(kept, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(kept).what, HasSubstr("dev-1"));
  const auto id = domain::RegistrationId::trusted("DEV-1");
  ASSERT_THAT(apply(management::RemoveRegistration{kScope, id}, MustExist{}), Succeeds());
  ASSERT_THAT(apply(management::RemoveHub{kHub}, MustExist{}), Succeeds());
  EXPECT_TRUE(wait(catalog().list_hub_links(kScope.text()))->items.empty());
}

TEST_P(Catalog, RemovedRegistrationTakesItsDeviceAlongAndFreesTheId) {
  create_scope_with_hub();
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  const auto id = domain::RegistrationId::trusted("dev-1");
  ASSERT_THAT(apply(management::RemoveRegistration{kScope, id}, MustBeVersion{1}), Succeeds());
  EXPECT_THAT(wait(catalog().get_device(kHub.text(), "dev-1")), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(commit(make_assignment("dev-1")), Succeeds());
}

TEST_P(Catalog, RemovedEnrollmentLeavesRegistrationsAlone) {
  create_scope_with_hub();
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  ASSERT_THAT(apply(management::RemoveEnrollment{kScope, group_ref()}, MustExist{}), Succeeds());
  EXPECT_THAT(wait(catalog().get_registration(kScope.text(), "dev-1")), Succeeds());
  EXPECT_THAT(wait(catalog().get_device(kHub.text(), "dev-1")), Succeeds());
}

TEST_P(Catalog, RegistrationCanBeGivenToAnotherEnrollment) {
  create_scope_with_hub();
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  const auto id = domain::RegistrationId::trusted("dev-1");
  const EnrollmentRef other{EnrollmentKind::kGroup, domain::EnrollmentId::trusted("Line-8")};
  const management::PutRegistrationOwner put{kScope, id, other};
  EXPECT_THAT(apply(put, MustExist{}), FailsWith(ErrorKind::kNotFound));  // no such group yet
  ASSERT_THAT(create(management::PutEnrollment{make_group("Line-8")}), Succeeds());
  EXPECT_THAT(apply(put, MustBeVersion{5}), FailsWith(ErrorKind::kPreconditionFailed));
  EXPECT_EQ(apply(put, MustBeVersion{1}).value_or(0), 2U);
  const provisioning::Dossier found = dossier("dev-1");
  EXPECT_EQ(found.current->enrollment, other);
  EXPECT_EQ(found.current->payload, make_registration("dev-1").payload);
  EXPECT_EQ(found.owner_group->id.text(), "Line-8");
  const auto nobody = domain::RegistrationId::trusted("nobody");
  EXPECT_THAT(apply(management::PutRegistrationOwner{kScope, nobody, other}, Whatever{}),
              FailsWith(ErrorKind::kNotFound));
}

// ---- the catalog version

TEST_P(Catalog, VersionChangesWithScopeLinkHubAndGroup) {
  ASSERT_THAT(create(management::PutScope{make_scope()}), Succeeds());
  std::vector<std::uint64_t> seen{catalog_version()};
  const auto changes = [&](const auto& result) {
    ASSERT_THAT(result, Succeeds());
    const std::uint64_t now = catalog_version();
    EXPECT_THAT(seen, testing::Not(testing::Contains(now)));
    seen.push_back(now);
  };
  changes(apply(management::PutScope{make_scope()}, MustExist{}));
  ASSERT_THAT(create(management::PutHub{make_hub()}), Succeeds());
  changes(create(management::PutHubLink{make_link()}));
  changes(apply(management::PutHubLink{make_link()}, MustExist{}));
  changes(apply(management::PutHub{make_hub()}, MustExist{}));
  changes(create(management::PutEnrollment{make_group("line-7")}));
  changes(apply(management::PutEnrollment{make_group("line-7")}, MustExist{}));
  changes(apply(management::RemoveEnrollment{kScope, group_ref()}, MustExist{}));
  changes(apply(management::RemoveHubLink{kScope, kHub}, MustExist{}));
  ASSERT_THAT(create(management::PutHubLink{make_link()}), Succeeds());
  changes(apply(management::RemoveHub{kHub}, MustExist{}));
}

TEST_P(Catalog, VersionStaysWithIndividualsRegistrationsAndOtherScopes) {
  create_scope_with_hub();
  const std::uint64_t before = catalog_version();
  ASSERT_THAT(create(management::PutEnrollment{make_individual("dev-1")}), Succeeds());
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  ASSERT_THAT(create(management::PutHub{make_hub(kOtherHub)}), Succeeds());
  ASSERT_THAT(create(management::PutHubLink{make_link(kOtherScope, kOtherHub)}), Succeeds());
  EXPECT_EQ(catalog_version(), before);
}

TEST_P(Catalog, VersionOfARefusedChangeStays) {
  create_scope_with_hub();
  const std::uint64_t before = catalog_version();
  EXPECT_THAT(create(management::PutScope{make_scope()}), FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(apply(management::PutEnrollment{make_group("line-7")}, MustBeVersion{9}),
              FailsWith(ErrorKind::kPreconditionFailed));
  EXPECT_EQ(catalog_version(), before);
}

TEST_P(Catalog, VersionOfAScopeMadeAgainIsNew) {
  ASSERT_THAT(create(management::PutScope{make_scope()}), Succeeds());
  const std::uint64_t before = catalog_version();
  ASSERT_THAT(apply(management::RemoveScope{kScope}, MustExist{}), Succeeds());
  ASSERT_THAT(create(management::PutScope{make_scope()}), Succeeds());
  EXPECT_NE(catalog_version(), before);
}

// ---- races

TEST_P(Catalog, OfTwoUpdatesOnOneVersionExactlyOneWins) {
  make_scope_and_hub();
  for (std::uint64_t version = 1; version <= 15; ++version) {
    std::vector<Result<std::uint64_t>> results(3);
    std::vector<std::thread> threads;
    for (Result<std::uint64_t>& result : results) {
      const auto race = [&] {
        result = apply(management::PutHub{make_hub()}, MustBeVersion{version});
      };
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
      if (!result) EXPECT_THAT(result, FailsWith(ErrorKind::kPreconditionFailed));
    }
    EXPECT_EQ(won, 1);
  }
}

TEST_P(Catalog, HubThatDevicesAreJoiningIsNeverRemovedUnderThem) {
  create_scope_with_hub();
  for (int round = 0; round < 10; ++round) {
    const std::string id = "dev-" + std::to_string(round);
    Result<domain::Registration> joined;
    Result<std::uint64_t> removed;
    const auto join = [&] { joined = commit(make_assignment(id)); };
    const auto remove = [&] { removed = apply(management::RemoveHub{kHub}, MustExist{}); };
    if (GetParam().threads) {
      std::thread joining(join);
      std::thread removing(remove);
      joining.join();
      removing.join();
    } else if (round % 2 == 0) {
      join();
      remove();
    } else {
      remove();
      join();
    }
    EXPECT_NE(joined.has_value(), removed.has_value());
    if (removed) {
      ASSERT_THAT(create(management::PutHub{make_hub()}), Succeeds());
      ASSERT_THAT(create(management::PutHubLink{make_link()}), Succeeds());
    } else {
      const auto gone = domain::RegistrationId::trusted(id);
      ASSERT_THAT(apply(management::RemoveRegistration{kScope, gone}, MustExist{}), Succeeds());
    }
  }
}

TEST_P(Catalog, StatusCountsAndNamesTheStore) {
  create_scope_with_hub();
  const auto status = wait(catalog().status());
  ASSERT_THAT(status, Succeeds());
  EXPECT_EQ(status->scope_count, 1U);
  EXPECT_EQ(status->hub_count, 1U);
  EXPECT_EQ(status->store, store().kind());
}

BERTH_CONFORMANCE(Catalog);

}  // namespace
}  // namespace berth::store::conformance
