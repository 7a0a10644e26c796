// Groups whose members have passwords: how they are made, changed and shown.
#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::Enrollment;
using domain::EnrollmentEdit;
using domain::EnrollmentKind;
using domain::MemberPasswords;
using domain::MemberPasswordsEdit;
using std::chrono::seconds;

constexpr EnrollmentKind kGroup = EnrollmentKind::kGroup;
constexpr const char* kId = "mod-0123456789abcdef01234567";

MemberPasswordsEdit with_secret(std::string_view secret) {
  MemberPasswordsEdit edit;
  edit.derivation_secret = Secret::from_text(secret);
  return edit;
}

class PasswordGroups : public Desk {
 protected:
  Result<domain::ManagementResult> make(MemberPasswordsEdit passwords,
                                        std::optional<std::string> id = std::string(kId)) {
    domain::CreateEnrollment command{kScope, kGroup, {}};
    command.edit.id = std::move(id);
    command.edit.passwords = std::move(passwords);
    return ask(operator_, std::move(command));
  }
  Result<domain::ManagementResult> update(EnrollmentEdit edit) {
    return ask(operator_, domain::UpdateEnrollment{kScope, kGroup, kId, std::move(edit), {}});
  }
  Result<domain::ManagementResult> change(MemberPasswordsEdit passwords) {
    EnrollmentEdit edit;
    edit.passwords = std::move(passwords);
    return update(std::move(edit));
  }
  MemberPasswords stored() {
    return std::get<MemberPasswords>(catalog.enrollments.at({kScope, kGroup, kId}).attestation);
  }
  std::string secret_shown() {
    const auto keys = expect<domain::DerivationKeys>(
        ask(operator_, domain::GetEnrollmentKeys{kScope, kGroup, kId}));
    return keys.secret ? std::string(keys.secret->text()) : "none";
  }
  void expect_invalid(Result<domain::ManagementResult> answer, const std::string& says) {
    const Error error = refused(std::move(answer));
    EXPECT_EQ(error.kind, ErrorKind::kInvalid);
    EXPECT_NE(error.what.find(says), std::string::npos) << error.what;
    EXPECT_FALSE(error.mend.empty());
  }
};

TEST_F(PasswordGroups, HaveAnIdMadeUpAndSensibleRules) {
  const auto made = expect<Enrollment>(make({}, std::nullopt));
  const std::string& id = made.id.text();
  EXPECT_EQ(id.size(), 28U);
  EXPECT_TRUE(id.starts_with("mod-"));
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef", 4), std::string::npos) << id;
  EXPECT_EQ(made.display_name, id);
  const auto& passwords = std::get<MemberPasswords>(made.attestation);
  EXPECT_FALSE(passwords.derivation_secret.has_value());
  EXPECT_EQ(passwords.order, domain::DerivationOrder::kSecretFirst);
  EXPECT_EQ(passwords.reissue, domain::Reissue::kRefused);
  EXPECT_EQ(passwords.guesses_max, 10U);
  EXPECT_EQ(passwords.lock_time, seconds(900));
  EXPECT_EQ(passwords.device_prefix, "dev-");
  EXPECT_NE(expect<Enrollment>(make({}, std::nullopt)).id.text(), id);
  EXPECT_EQ(catalog.audit.back().action, "enrollment.create");
  EXPECT_NE(catalog.audit.back().detail.find("member_passwords"), std::string::npos);
}

TEST_F(PasswordGroups, TakeAnIdOfThatFormInAnyCase) {
  EXPECT_EQ(expect<Enrollment>(make({}, "MOD-0123456789ABCDEF01234567")).id.text(), kId);
  EXPECT_EQ(refused(make({})).kind, ErrorKind::kConflict);
  for (const char* id : {"mod-1", "line-7", "", "mod-0123456789abcdef0123456g",
                         "mod-0123456789abcdef012345678", "dev-0123456789abcdef01234567"}) {
    expect_invalid(make({}, id), "cannot be that of a group with member passwords");
  }
}

TEST_F(PasswordGroups, AnIdThatIsMadeUpIsMadeAgainWhenItIsTaken) {
  base::SeededRng same = rng;
  const std::string first = "mod-" + same.hex(12);
  Enrollment there;
  there.scope = domain::ScopeId::trusted(kScope);
  there.kind = kGroup;
  there.id = domain::EnrollmentId::trusted(first);
  there.version = 1;
  catalog.enrollments.emplace(FakeCatalog::EnrollmentKey(kScope, kGroup, first), there);
  const auto made = expect<Enrollment>(make({}, std::nullopt));
  EXPECT_NE(made.id.text(), first);
  EXPECT_EQ(made.id.text(), "mod-" + same.hex(12));
}

TEST_F(PasswordGroups, TheSecretIsSealedToTheGroupAndShownToOperatorsOnly) {
  ASSERT_TRUE(make(with_secret("s3cr3t")));
  const Result<Secret> opened = vault.open(
      *stored().derivation_secret, domain::key_context(domain::ScopeId::trusted(kScope), kGroup,
                                                       domain::EnrollmentId::trusted(kId)));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->text(), "s3cr3t");
  EXPECT_EQ(secret_shown(), "s3cr3t");
  EXPECT_EQ(catalog.audit.back().action, "enrollment.keys.show");
  EXPECT_EQ(refused(ask(viewer, domain::GetEnrollmentKeys{kScope, kGroup, kId})).kind,
            ErrorKind::kForbidden);
  for (const domain::AuditRecord& each : catalog.audit) {
    EXPECT_EQ(each.detail.find("s3cr3t"), std::string::npos) << each.detail;
  }
}

TEST_F(PasswordGroups, AnotherSecretTakesItsPlaceAndAnEmptyOneRemovesIt) {
  ASSERT_TRUE(make({}));
  EXPECT_EQ(secret_shown(), "none");
  ASSERT_TRUE(change(with_secret("first")));
  ASSERT_TRUE(change(with_secret("second")));
  EXPECT_EQ(secret_shown(), "second");
  const std::size_t audits = catalog.audit.size();
  ASSERT_TRUE(change(with_secret("second")));
  EXPECT_EQ(catalog.audit.size(), audits);  // nothing changed
  ASSERT_TRUE(change(with_secret("")));
  EXPECT_FALSE(stored().derivation_secret.has_value());
  EXPECT_EQ(catalog.audit.back().detail, R"({"derivationSecret":{"from":"set","to":"none"}})");
  EXPECT_EQ(secret_shown(), "none");
}

TEST_F(PasswordGroups, RulesAreChangedAndAudited) {
  ASSERT_TRUE(make({}));
  MemberPasswordsEdit edit;
  edit.order = domain::DerivationOrder::kNameFirst;
  edit.reissue = domain::Reissue::kNew;
  edit.guesses_max = 3;
  edit.lock_time = seconds(60);
  ASSERT_TRUE(change(std::move(edit)));
  EXPECT_EQ(stored().order, domain::DerivationOrder::kNameFirst);
  EXPECT_EQ(stored().reissue, domain::Reissue::kNew);
  EXPECT_EQ(stored().guesses_max, 3U);
  EXPECT_EQ(stored().lock_time, seconds(60));
  EXPECT_EQ(catalog.audit.back().detail,
            R"({"order":{"from":"secret_first","to":"name_first"},)"
            R"("reissue":{"from":"refused","to":"new"},"guessesMax":{"from":"10","to":"3"},)"
            R"("lockSeconds":{"from":"900","to":"60"}})");
}

TEST_F(PasswordGroups, RulesThatCannotBeAreToldByName) {
  ASSERT_TRUE(make({}));
  expect_invalid(change(with_secret(std::string(128, 's'))), "derivationSecret has 128 characters");
  expect_invalid(change(with_secret("a\nb")), "derivationSecret has characters");
  expect_invalid(change(with_secret("gr\xc3\xbc\xc3\x9f")), "derivationSecret has characters");
  EXPECT_TRUE(change(with_secret(std::string(127, ' '))));
  MemberPasswordsEdit same;
  same.reissue = domain::Reissue::kSame;
  expect_invalid(change(std::move(same)), "reissue is 'same'");
  for (const std::uint32_t count : {0U, 1001U}) {
    MemberPasswordsEdit edit;
    edit.guesses_max = count;
    expect_invalid(change(std::move(edit)), "guessesMax is " + std::to_string(count));
  }
  for (const int count : {0, -1, 30 * 24 * 3600 + 1}) {
    MemberPasswordsEdit edit;
    edit.lock_time = seconds(count);
    expect_invalid(change(std::move(edit)), "lockSeconds is " + std::to_string(count));
  }
}

TEST_F(PasswordGroups, OneKindOfAttestationAnEnrollment) {
  ASSERT_TRUE(make({}));
  EnrollmentEdit key;
  key.primary_key = Secret::from_text("0123456789abcdef");
  expect_invalid(update(std::move(key)), "primaryKey is a symmetric key");
  EnrollmentEdit product;
  product.product.emplace();
  expect_invalid(update(std::move(product)), "a product secret cannot be given to group");
  EnrollmentEdit topics;
  topics.topics = {{"event", true, false}};
  expect_invalid(update(std::move(topics)), "topics cannot be given to group");

  EnrollmentEdit passwords;
  passwords.passwords.emplace();
  make_group("line-7");
  expect_invalid(
      ask(operator_, domain::UpdateEnrollment{kScope, kGroup, "line-7", std::move(passwords), {}}),
      "member passwords cannot be given to group 'line-7', which has symmetric keys");
  EnrollmentEdit for_product;
  for_product.passwords.emplace();
  make_product("PUMPS7");
  expect_invalid(
      ask(operator_,
          domain::UpdateEnrollment{kScope, kGroup, "PUMPS7", std::move(for_product), {}}),
      "which has a product secret");

  domain::CreateEnrollment both{kScope, kGroup, {}};
  both.edit.passwords.emplace();
  both.edit.product.emplace();
  expect_invalid(ask(operator_, std::move(both)), "are both given");
  domain::CreateEnrollment individual{kScope, EnrollmentKind::kIndividual, {}};
  individual.edit.id = "pump-1";
  individual.edit.passwords.emplace();
  expect_invalid(ask(operator_, std::move(individual)), "individual enrollment");
}

TEST_F(PasswordGroups, HaveNeitherKeysToRegenerateNorAProductSecretToRotate) {
  ASSERT_TRUE(make({}));
  expect_invalid(
      ask(operator_,
          domain::RegenerateEnrollmentKey{kScope, kGroup, kId, domain::KeySlot::kPrimary, {}}),
      "have passwords, and it has no primary and secondary key");
  domain::RotateProductSecret rotate;
  rotate.scope = kScope;
  rotate.id = kId;
  expect_invalid(ask(operator_, std::move(rotate)), "it has no product secret");
  domain::DeviceEdit device;
  device.id = "SN0001";
  device.scope = kScope;
  device.group = kId;
  expect_invalid(ask(operator_, domain::CreateDevice{"hub-1", std::move(device)}),
                 "it has no product secret");
}

TEST_F(PasswordGroups, OneIdInTheWholeServer) {
  ASSERT_TRUE(make({}));
  catalog.links.emplace(FakeCatalog::Pair(kOtherScope, "hub-1"), domain::HubLink());
  domain::CreateEnrollment theirs{kOtherScope, kGroup, {}};
  theirs.edit.id = kId;
  theirs.edit.passwords.emplace();
  EXPECT_EQ(refused(ask(operator_, std::move(theirs))).kind, ErrorKind::kConflict);
}

}  // namespace
}  // namespace berth::management::testing
