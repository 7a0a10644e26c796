#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::AllocationPolicy;
using domain::Enrollment;
using domain::EnrollmentEdit;
using domain::EnrollmentKind;
using domain::KeySlot;

constexpr EnrollmentKind kGroup = EnrollmentKind::kGroup;
constexpr EnrollmentKind kIndividual = EnrollmentKind::kIndividual;

class EnrollmentUseCases : public Desk {
 protected:
  Result<domain::ManagementResult> create(EnrollmentKind kind, EnrollmentEdit edit) {
    if (!edit.id) edit.id = "pump-1";
    return ask(operator_, domain::CreateEnrollment{kScope, kind, std::move(edit)});
  }
  Result<domain::ManagementResult> update(EnrollmentEdit edit,
                                          domain::Precondition precondition = {}) {
    return ask(operator_,
               domain::UpdateEnrollment{kScope, kGroup, "line-7", std::move(edit), precondition});
  }
  static Secret key(std::size_t size, char fill = 'k') {
    return Secret::from_text(std::string(size, fill));
  }
};

TEST_F(EnrollmentUseCases, KeysAreMadeAndSealedWhenNoneAreGiven) {
  const Enrollment made = make_group("line-7");
  EXPECT_EQ(made.display_name, "line-7");
  EXPECT_TRUE(made.enabled);
  const Secret primary = key_of(made, KeySlot::kPrimary);
  EXPECT_EQ(primary.size(), 64U);
  EXPECT_FALSE(primary.equals(key_of(made, KeySlot::kSecondary)));
  EXPECT_EQ(catalog.audit.back().action, "enrollment.create");
  EXPECT_EQ(catalog.audit.back().target, "group/line-7");
}

TEST_F(EnrollmentUseCases, GivenKeysAreKeptFrom16To64Bytes) {
  for (const auto& [size, good] :
       {std::pair(15, false), std::pair(16, true), std::pair(64, true), std::pair(65, false)}) {
    EnrollmentEdit edit;
    edit.id = "pump-" + std::to_string(size);
    edit.primary_key = key(static_cast<std::size_t>(size));
    const auto answer = create(kIndividual, std::move(edit));
    EXPECT_EQ(answer.has_value(), good) << size;
    if (!good) {
      EXPECT_NE(answer.error().what.find("primaryKey"), std::string::npos);
      EXPECT_EQ(answer.error().what.find("kkkk"), std::string::npos);
      continue;
    }
    const auto& made = std::get<Enrollment>(*answer);
    EXPECT_TRUE(key_of(made, KeySlot::kPrimary).equals(key(static_cast<std::size_t>(size))));
    EXPECT_EQ(key_of(made, KeySlot::kSecondary).size(), 64U);
  }
}

TEST_F(EnrollmentUseCases, BadOnesAreRefusedByMember) {
  const auto with = [](auto set) {
    EnrollmentEdit edit;
    set(edit);
    return edit;
  };
  std::pair<EnrollmentEdit, const char*> table[] = {
      {with([](auto& e) { e.id = std::string(129, 'a'); }), "enrollment id"},
      {with([](auto& e) { e.id = "-pump"; }), "enrollment id"},
      {with([](auto& e) { e.device_id = "a/b"; }), "device id"},
      {with([](auto& e) { e.tags = "[]"; }), "tags"},
      {with([](auto& e) { e.tags = "{"; }), "tags"},
      {with([](auto& e) { e.desired = R"({"a":")" + std::string(32 * 1024, 'x') + "\"}"; }),
       "desired"},
      {with([](auto& e) {
         e.device_information = R"({"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":{"j":1}}}}}}}}}}})";
       }),
       "deviceInformation"},
      {with([](auto& e) { e.hubs = {"hub-2"}; }), "'hub-2', which is not linked"},
      {with([](auto& e) { e.hubs = std::vector<std::string>(101, "hub-1"); }), "hubs has 101"},
      {with([](auto& e) { e.allocation_policy = AllocationPolicy::kStatic; }),
       "static policy needs exactly one hub"},
  };
  for (auto& [edit, member] : table) {
    const Error error = refused(create(kIndividual, std::move(edit)));
    EXPECT_EQ(error.kind, ErrorKind::kInvalid) << member;
    EXPECT_NE(error.what.find(member), std::string::npos) << error.what;
    EXPECT_FALSE(error.mend.empty()) << error.what;
  }
  EXPECT_TRUE(catalog.enrollments.empty());
}

TEST_F(EnrollmentUseCases, AnIdIsNeeded) {
  EXPECT_EQ(refused(ask(operator_, domain::CreateEnrollment{kScope, kGroup, {}})).what,
            "id is missing");
}

TEST_F(EnrollmentUseCases, IdsThatDifferInCaseAreTheSame) {
  make_group("line-7");
  EnrollmentEdit edit;
  edit.id = "LINE-7";
  EXPECT_EQ(refused(create(kGroup, std::move(edit))).kind, ErrorKind::kConflict);
  EXPECT_TRUE(ask(viewer, domain::GetEnrollment{kScope, kGroup, "Line-7"}).has_value());
}

TEST_F(EnrollmentUseCases, AGroupHasNoDeviceIdAndNoDeviceInformation) {
  EnrollmentEdit device;
  device.device_id = "d1";
  EXPECT_EQ(refused(create(kGroup, std::move(device))).kind, ErrorKind::kInvalid);
  EnrollmentEdit information;
  information.device_information = R"({"a":1})";
  EXPECT_EQ(refused(create(kGroup, std::move(information))).kind, ErrorKind::kInvalid);
  EnrollmentEdit individual;
  individual.device_id = "d1";
  individual.device_information = R"({"a":1})";
  EXPECT_TRUE(create(kIndividual, std::move(individual)).has_value());
}

TEST_F(EnrollmentUseCases, StaticAllocationNeedsOneLinkedHubAlsoWhenTheScopeSaysStatic) {
  EnrollmentEdit named;
  named.allocation_policy = AllocationPolicy::kStatic;
  named.hubs = {"hub-1"};
  EXPECT_TRUE(create(kIndividual, std::move(named)).has_value());
  catalog.scopes.at(kScope).allocation_policy = AllocationPolicy::kStatic;
  EnrollmentEdit inherited;
  inherited.id = "pump-2";
  EXPECT_EQ(refused(create(kIndividual, std::move(inherited))).kind, ErrorKind::kInvalid);
  EnrollmentEdit hashed;
  hashed.id = "pump-3";
  hashed.allocation_policy = AllocationPolicy::kHashed;
  EXPECT_TRUE(create(kIndividual, std::move(hashed)).has_value());
}

TEST_F(EnrollmentUseCases, DocumentsAreKeptAsTheyWereSent) {
  EnrollmentEdit edit;
  edit.tags = R"({"b":1.50,"a":"x"})";
  edit.desired = R"({"interval":60})";
  const auto made = std::get<Enrollment>(*create(kIndividual, std::move(edit)));
  EXPECT_EQ(made.initial_twin.tags, R"({"b":1.50,"a":"x"})");
  EXPECT_EQ(made.initial_twin.desired, R"({"interval":60})");
}

TEST_F(EnrollmentUseCases, AnUpdateLeavesWhatIsNotGiven) {
  const Enrollment before = make_group("line-7");
  EnrollmentEdit edit;
  edit.enabled = false;
  edit.reprovision = domain::ReprovisionPolicy{true, false};
  const auto after = expect<Enrollment>(update(std::move(edit), 1));
  EXPECT_FALSE(after.enabled);
  EXPECT_FALSE(after.reprovision.migrate_device_data);
  EXPECT_EQ(after.version, 2U);
  EXPECT_TRUE(key_of(after, KeySlot::kPrimary).equals(key_of(before, KeySlot::kPrimary)));
  EXPECT_TRUE(std::get<domain::SymmetricKeys>(after.attestation).retired.empty());
}

TEST_F(EnrollmentUseCases, APolicyOfItsOwnCanBeTakenBack) {
  EnrollmentEdit first;
  first.allocation_policy = AllocationPolicy::kHashed;
  make_group("line-7", std::move(first));
  EnrollmentEdit clear;
  clear.allocation_policy.emplace(std::nullopt);
  EXPECT_EQ(expect<Enrollment>(update(std::move(clear))).allocation_policy, std::nullopt);
  EXPECT_EQ(catalog.audit.back().detail,
            R"({"allocationPolicy":{"from":"hashed","to":"the scope's"}})");
}

TEST_F(EnrollmentUseCases, AReplacedKeyIsRetiredAndNeverInTheAudit) {
  EnrollmentEdit first;
  first.primary_key = key(32, 'a');
  make_group("line-7", std::move(first));
  EnrollmentEdit edit;
  edit.primary_key = key(32, 'b');
  const auto after = expect<Enrollment>(update(std::move(edit)));
  const auto& keys = std::get<domain::SymmetricKeys>(after.attestation);
  ASSERT_EQ(keys.retired.size(), 1U);
  EXPECT_EQ(keys.retired[0].slot, KeySlot::kPrimary);
  EXPECT_EQ(keys.retired[0].retired_at, clock.wall());
  EXPECT_EQ(catalog.audit.back().detail, R"({"primaryKey":"changed"})");
  EnrollmentEdit same;
  same.primary_key = key(32, 'b');
  EXPECT_EQ(expect<Enrollment>(update(std::move(same))).version, after.version);
}

TEST_F(EnrollmentUseCases, RegeneratingKeepsTheLastFourRetiredKeysNewestFirst) {
  const Enrollment first = make_group("line-7");
  const domain::RegenerateEnrollmentKey again{kScope, kGroup, "line-7", KeySlot::kSecondary, {}};
  Enrollment last;
  for (int i = 0; i < 6; ++i) {
    clock.advance(std::chrono::seconds(1));
    last = expect<Enrollment>(ask(operator_, again));
  }
  const auto& keys = std::get<domain::SymmetricKeys>(last.attestation);
  ASSERT_EQ(keys.retired.size(), domain::kRetiredKeysMax);
  EXPECT_EQ(keys.retired.front().retired_at, clock.wall());
  EXPECT_EQ(keys.retired.front().slot, KeySlot::kSecondary);
  EXPECT_TRUE(key_of(last, KeySlot::kPrimary).equals(key_of(first, KeySlot::kPrimary)));
  EXPECT_EQ(catalog.audit.back().action, "enrollment.keys.regenerate");
}

TEST_F(EnrollmentUseCases, RegeneratingRespectsTheVersion) {
  make_group("line-7");
  const domain::RegenerateEnrollmentKey stale{kScope, kGroup, "line-7", KeySlot::kPrimary, 9};
  EXPECT_EQ(refused(ask(operator_, stale)).kind, ErrorKind::kPreconditionFailed);
}

TEST_F(EnrollmentUseCases, ShowingKeysIsRememberedFirst) {
  const Enrollment made = make_group("line-7");
  const domain::GetEnrollmentKeys show{kScope, kGroup, "line-7"};
  const auto keys = expect<domain::Keys>(ask(operator_, show));
  EXPECT_TRUE(keys.primary.equals(key_of(made, KeySlot::kPrimary)));
  EXPECT_TRUE(keys.secondary.equals(key_of(made, KeySlot::kSecondary)));
  EXPECT_EQ(catalog.audit.back().action, "enrollment.keys.show");
  catalog.broken = true;
  EXPECT_EQ(refused(ask(operator_, show)).kind, ErrorKind::kUnavailable);
}

TEST_F(EnrollmentUseCases, AnUnknownOneIsToldWithTheNearest) {
  make_group("line-7");
  const Error near = refused(ask(viewer, domain::GetEnrollment{kScope, kGroup, "lime-7"}));
  EXPECT_EQ(near.kind, ErrorKind::kNotFound);
  EXPECT_EQ(near.what, "scope 0ne00000001 has no enrollment group 'lime-7'");
  EXPECT_TRUE(near.mend.starts_with("did you mean 'line-7'?")) << near.mend;
  const Error kind = refused(ask(viewer, domain::GetEnrollment{kScope, kIndividual, "line-7"}));
  EXPECT_EQ(kind.what,
            "scope 0ne00000001 has no individual enrollment 'line-7'; "
            "it has an enrollment group of that name");
  const Error scope = refused(ask(viewer, domain::GetEnrollment{"0ne9", kGroup, "line-7"}));
  EXPECT_EQ(scope.what, "there is no scope '0ne9'");
}

TEST_F(EnrollmentUseCases, ALostRaceIsRunAgainWithTheSecretsStillThere) {
  make_group("line-7");
  bool raced = false;
  catalog.before_apply = [&] {
    if (std::exchange(raced, true)) return;
    auto& stored = catalog.enrollments.at({kScope, kGroup, "line-7"});
    stored.iot_edge = true;
    ++stored.version;
  };
  EnrollmentEdit edit;
  edit.primary_key = key(32, 'z');
  const auto after = expect<Enrollment>(update(std::move(edit)));
  EXPECT_TRUE(after.iot_edge);
  EXPECT_TRUE(key_of(after, KeySlot::kPrimary).equals(key(32, 'z')));
  EXPECT_EQ(std::get<domain::SymmetricKeys>(after.attestation).retired.size(), 1U);
}

TEST_F(EnrollmentUseCases, DeletingTakesTheVersionIntoAccount) {
  make_group("line-7");
  EXPECT_EQ(refused(ask(operator_, domain::DeleteEnrollment{kScope, kGroup, "line-7", 2})).kind,
            ErrorKind::kPreconditionFailed);
  EXPECT_TRUE(ask(operator_, domain::DeleteEnrollment{kScope, kGroup, "line-7", 1}).has_value());
  EXPECT_TRUE(catalog.enrollments.empty());
  EXPECT_EQ(catalog.audit.back().action, "enrollment.delete");
}

}  // namespace
}  // namespace berth::management::testing
