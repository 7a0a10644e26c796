// Groups with a product secret: how they are made, changed, shown and rotated.
#include "management/product_secret.h"

#include "management/tests/desk.h"

#include <algorithm>

namespace berth::management::testing {
namespace {

using domain::Admits;
using domain::CredentialKind;
using domain::Enrollment;
using domain::EnrollmentEdit;
using domain::EnrollmentKind;
using domain::ProductKeys;
using domain::ProductSecret;
using domain::ProductSecretEdit;
using domain::Reissue;
using std::chrono::hours;
using std::chrono::seconds;

constexpr EnrollmentKind kGroup = EnrollmentKind::kGroup;
constexpr const char* kText = "0123456789abcdefghijklmn";

class ProductSecrets : public Desk {
 protected:
  Result<domain::ManagementResult> create(EnrollmentEdit edit, const char* scope = kScope) {
    return ask(operator_, domain::CreateEnrollment{scope, kGroup, std::move(edit)});
  }
  Result<domain::ManagementResult> create_with(ProductSecretEdit product) {
    EnrollmentEdit edit;
    edit.id = "PUMPS7";
    edit.product = std::move(product);
    return create(std::move(edit));
  }
  Result<domain::ManagementResult> update(EnrollmentEdit edit) {
    return ask(operator_, domain::UpdateEnrollment{kScope, kGroup, "PUMPS7", std::move(edit), {}});
  }
  Result<domain::ManagementResult> update_with(ProductSecretEdit product) {
    EnrollmentEdit edit;
    edit.product = std::move(product);
    return update(std::move(edit));
  }
  Result<domain::ManagementResult> rotate(seconds overlap, const char* secret = nullptr,
                                          domain::Precondition precondition = {}) {
    domain::RotateProductSecret command{kScope, "PUMPS7", {}, overlap, precondition};
    if (secret != nullptr) command.secret = Secret::from_text(secret);
    return ask(operator_, std::move(command));
  }
  ProductKeys keys() {
    return expect<ProductKeys>(ask(operator_, domain::GetEnrollmentKeys{kScope, kGroup, "PUMPS7"}));
  }
  static const ProductSecret& product_of(const Enrollment& group) {
    return std::get<ProductSecret>(group.attestation);
  }
  std::string opened(const Enrollment& group, const domain::Sealed& sealed) {
    const std::string context = domain::key_context(group.scope, group.kind, group.id);
    Result<Secret> secret = vault.open(sealed, context);
    EXPECT_TRUE(secret.has_value());
    return secret ? std::string(secret->text()) : std::string();
  }
  void expect_invalid(Result<domain::ManagementResult> answer, const std::string& says) {
    const Error error = refused(std::move(answer));
    EXPECT_EQ(error.kind, ErrorKind::kInvalid) << says;
    EXPECT_NE(error.what.find(says), std::string::npos) << error.what;
    EXPECT_FALSE(error.mend.empty()) << error.what;
    EXPECT_EQ(error.what.find(kText), std::string::npos);
    EXPECT_EQ(error.mend.find(kText), std::string::npos);
  }
  static EnrollmentEdit product_edit(ProductSecretEdit product = {}) {
    EnrollmentEdit edit;
    edit.product = std::move(product);
    return edit;
  }
};

bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

TEST_F(ProductSecrets, IdAndSecretAreMadeUpAndTheRulesAreStrict) {
  const auto made = expect<Enrollment>(create(product_edit()));
  EXPECT_EQ(made.id.text().size(), 10U);
  EXPECT_TRUE(all_of(made.id.text(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")) << made.id.text();
  EXPECT_EQ(made.display_name, made.id.text());
  const ProductSecret& product = product_of(made);
  const std::string secret = opened(made, product.current);
  EXPECT_EQ(secret.size(), 24U);
  EXPECT_TRUE(std::all_of(secret.begin(), secret.end(), [](unsigned char c) {
    return std::isalnum(c) != 0;
  })) << "a made up secret has other characters than letters and digits";
  EXPECT_EQ(product.issues, CredentialKind::kSecret);
  EXPECT_EQ(product.admits, Admits::kNobody);
  EXPECT_EQ(product.reissue, Reissue::kRefused);
  EXPECT_EQ(product.clock_window, seconds(0));
  EXPECT_EQ(product.replay_window, seconds(0));
  EXPECT_FALSE(product.previous.has_value());
  const std::vector<domain::TopicPermission> topics{
      {"event", true, false}, {"control", false, true}, {"data", true, true}};
  EXPECT_EQ(made.topics, topics);
  const auto other = expect<Enrollment>(create(product_edit()));
  EXPECT_NE(other.id.text(), made.id.text());
}

TEST_F(ProductSecrets, AMadeUpIdThatExistsIsMadeAnew) {
  // What the generator will come up with first, taken already, in another scope.
  base::SeededRng same = rng;
  domain::Enrollment taken = make_product("PUMPS7");
  catalog.enrollments.clear();
  rng = same;
  base::SeededRng ahead = same;
  taken.id = domain::EnrollmentId::trusted(made_up_group_id(ahead));
  taken.scope = domain::ScopeId::trusted(kOtherScope);
  catalog.enrollments.emplace(FakeCatalog::EnrollmentKey(kOtherScope, kGroup, taken.id.key()),
                              taken);
  int tries = 0;
  catalog.before_apply = [&] { ++tries; };
  const auto made = expect<Enrollment>(create(product_edit()));
  EXPECT_EQ(tries, 2);
  EXPECT_NE(made.id.key(), taken.id.key());
  EXPECT_EQ(made.id.text().size(), 10U);
}

TEST_F(ProductSecrets, AGivenIdThatAnotherScopeHasIsAConflict) {
  make_product("PUMPS7");
  EnrollmentEdit edit = product_edit();
  edit.id = "pumps7";
  EXPECT_EQ(refused(create(std::move(edit), kOtherScope)).kind, ErrorKind::kConflict);
}

TEST_F(ProductSecrets, AGivenIdThatOverlapsAnotherGroupsIsAConflictAndLeavesNothing) {
  make_product("PUMPS7");
  const std::size_t audits = catalog.audit.size();
  for (const char* id : {"PUMPS77", "pumps7X", "PUMP"}) {
    for (const char* scope : {kScope, kOtherScope}) {
      EnrollmentEdit edit = product_edit();
      edit.id = id;
      const Error error = refused(create(std::move(edit), scope));
      EXPECT_EQ(error.kind, ErrorKind::kConflict) << id;
      EXPECT_EQ(error.what, "one begins with the other");
    }
  }
  EXPECT_EQ(catalog.enrollments.size(), 1U);
  EXPECT_EQ(catalog.audit.size(), audits);
  EnrollmentEdit fits = product_edit();
  fits.id = "PUMPS8";
  expect<Enrollment>(create(std::move(fits)));
}

TEST_F(ProductSecrets, AMadeUpIdThatOverlapsAnotherGroupsIsMadeAnew) {
  make_product("PUMPS7");
  domain::Enrollment shorter = catalog.enrollments.begin()->second;
  base::SeededRng ahead = rng;
  shorter.id = domain::EnrollmentId::trusted(made_up_group_id(ahead).substr(0, 4));
  catalog.enrollments.emplace(FakeCatalog::EnrollmentKey(kScope, kGroup, shorter.id.key()),
                              shorter);
  const auto made = expect<Enrollment>(create(product_edit()));
  EXPECT_FALSE(made.id.key().starts_with(shorter.id.key())) << made.id.text();
}

TEST_F(ProductSecrets, GivenOnesAreKeptAsTheyAre) {
  ProductSecretEdit given;
  given.secret = Secret::from_text(kText);
  given.issues = CredentialKind::kCertificate;
  given.admits = Admits::kAnybody;
  given.created_max = 5;
  given.reissue = Reissue::kNew;
  given.clock_window = seconds(300);
  given.replay_window = seconds(600);
  EnrollmentEdit edit = product_edit(std::move(given));
  edit.id = "PUMPS00007";
  edit.topics = {{"user/log", true, false}};
  const auto made = expect<Enrollment>(create(std::move(edit)));
  EXPECT_EQ(made.id.text(), "PUMPS00007");
  const ProductSecret& product = product_of(made);
  EXPECT_EQ(opened(made, product.current), kText);
  EXPECT_EQ(product.issues, CredentialKind::kCertificate);
  EXPECT_EQ(product.admits, Admits::kAnybody);
  EXPECT_EQ(product.created_max, 5U);
  EXPECT_EQ(product.reissue, Reissue::kNew);
  EXPECT_EQ(product.clock_window, seconds(300));
  EXPECT_EQ(product.replay_window, seconds(600));
  ASSERT_EQ(made.topics.size(), 1U);
  EXPECT_EQ(catalog.audit.back().action, "enrollment.create");
  EXPECT_EQ(catalog.audit.back().detail.find(kText), std::string::npos);
}

TEST_F(ProductSecrets, IdsAreFourToThirtyTwoLettersAndDigits) {
  for (const auto& [id, good] :
       {std::pair(std::string("abc"), false), std::pair(std::string("abc1"), true),
        std::pair(std::string(32, 'a'), true), std::pair(std::string(33, 'a'), false),
        std::pair(std::string("line-7"), false), std::pair(std::string("LIN 7"), false),
        std::pair(std::string(), false)}) {
    EnrollmentEdit edit = product_edit();
    edit.id = id;
    const auto answer = create(std::move(edit));
    EXPECT_EQ(answer.has_value(), good) << id;
    if (!answer) EXPECT_EQ(answer.error().kind, ErrorKind::kInvalid);
  }
}

TEST_F(ProductSecrets, SecretsArePrintableTextOfSixteenToSixtyFourCharacters) {
  const std::pair<std::string, bool> table[] = {
      {std::string(15, 's'), false},          {std::string(16, 's'), true},
      {std::string(64, '~'), true},           {std::string(65, 's'), false},
      {std::string(20, 's') + " x", false},   {std::string(20, 's') + "\n", false},
      {std::string(20, 's') + "\x7f", false}, {std::string(20, 's') + "\xc3\xa4", false},
  };
  for (const auto& [text, good] : table) {
    catalog.enrollments.clear();
    ProductSecretEdit given;
    given.secret = Secret::from_text(text);
    const auto answer = create_with(std::move(given));
    EXPECT_EQ(answer.has_value(), good) << text.size();
    if (answer) continue;
    EXPECT_NE(answer.error().what.find("productSecret"), std::string::npos);
    EXPECT_EQ(answer.error().what.find("ssss"), std::string::npos);
    EXPECT_NE(answer.error().mend.find("16 to 64"), std::string::npos);
  }
}

TEST_F(ProductSecrets, BadRulesAreRefusedByMember) {
  const auto with = [](auto set) {
    ProductSecretEdit edit;
    set(edit);
    return edit;
  };
  std::pair<ProductSecretEdit, const char*> table[] = {
      {with([](auto& e) { e.created_max = domain::kMembersMax + 1; }), "createdMax is 200001"},
      {with([](auto& e) { e.clock_window = seconds(86401); }), "clockWindowSeconds is 86401"},
      {with([](auto& e) { e.replay_window = seconds(-1); }), "replayWindowSeconds is -1"},
      {with([](auto& e) {
         e.issues = CredentialKind::kCertificate;
         e.reissue = Reissue::kSame;
       }),
       "private key is not kept"},
  };
  for (auto& [edit, says] : table) expect_invalid(create_with(std::move(edit)), says);
  EXPECT_TRUE(catalog.enrollments.empty());
}

TEST_F(ProductSecrets, TopicsArePlainLevelsThatAllowSomething) {
  const auto create_topics = [&](std::vector<domain::TopicPermission> topics) {
    catalog.enrollments.clear();
    EnrollmentEdit edit = product_edit();
    edit.topics = std::move(topics);
    return create(std::move(edit));
  };
  for (const char* bad : {"", "/a", "a/", "a//b", "a+", "#", "$sys", "a b", "a\n"}) {
    expect_invalid(create_topics({{bad, true, true}}), "topics: ");
  }
  expect_invalid(create_topics({{std::string(65, 't'), true, true}}), "has 65 characters");
  expect_invalid(create_topics({{"a", false, false}}), "allows neither");
  expect_invalid(create_topics({{"a", true, false}, {"a", false, true}}), "'a' twice");
  std::vector<domain::TopicPermission> many;
  for (int i = 0; i < 33; ++i) many.push_back({"t" + std::to_string(i), true, false});
  expect_invalid(create_topics(many), "topics has 33 entries");
  many.pop_back();
  EXPECT_TRUE(create_topics(many).has_value());
  EXPECT_TRUE(create_topics({}).has_value());
  EXPECT_TRUE(create_topics({{std::string(64, 't'), true, false}}).has_value());
}

TEST_F(ProductSecrets, EachKindRefusesWhatBelongsToTheOther) {
  domain::CreateEnrollment command{kScope, EnrollmentKind::kIndividual, product_edit()};
  command.edit.id = "pump-1";
  expect_invalid(ask(operator_, std::move(command)), "cannot be that of an individual");
  domain::CreateEnrollment topics{kScope, EnrollmentKind::kIndividual, {}};
  topics.edit.id = "pump-1";
  topics.edit.topics = {{"event", true, false}};
  expect_invalid(ask(operator_, std::move(topics)), "topics cannot be that of an individual");

  EnrollmentEdit keyed = product_edit();
  keyed.id = "PUMPS7";
  keyed.secondary_key = Secret::of_size(32);
  expect_invalid(create(std::move(keyed)), "secondaryKey is a symmetric key");

  make_group("PUMPS7");
  expect_invalid(update(product_edit()), "which has symmetric keys");
  EnrollmentEdit with_topics;
  with_topics.topics = {{"event", true, false}};
  expect_invalid(update(std::move(with_topics)), "topics cannot be given to group 'PUMPS7'");
  expect_invalid(rotate(seconds(0)), "group 'PUMPS7' has symmetric keys");

  catalog.enrollments.clear();
  make_product("PUMPS7");
  EnrollmentEdit key;
  key.primary_key = Secret::of_size(32);
  expect_invalid(update(std::move(key)), "primaryKey is a symmetric key");
  EnrollmentEdit device;
  device.device_id = "d";
  expect_invalid(update(std::move(device)), "deviceId is for individual");
}

TEST_F(ProductSecrets, AnUpdateChangesTheRulesAndNotTheSecret) {
  const Enrollment before = make_product("PUMPS7");
  ProductSecretEdit edit;
  edit.admits = Admits::kListed;
  edit.created_max = 7;
  edit.reissue = Reissue::kSame;
  edit.clock_window = seconds(60);
  edit.issues = CredentialKind::kSecret;  // as it is
  const auto after = expect<Enrollment>(update_with(std::move(edit)));
  EXPECT_EQ(product_of(after).admits, Admits::kListed);
  EXPECT_EQ(product_of(after).created_max, 7U);
  EXPECT_EQ(product_of(after).current, product_of(before).current);
  EXPECT_EQ(catalog.audit.back().detail, R"({"admits":{"from":"nobody","to":"listed"},)"
                                         R"("createdMax":{"from":"10000","to":"7"},)"
                                         R"("reissue":{"from":"refused","to":"same"},)"
                                         R"("clockWindowSeconds":{"from":"0","to":"60"}})");
  ProductSecretEdit same;
  same.admits = Admits::kListed;
  EXPECT_EQ(expect<Enrollment>(update_with(std::move(same))).version, after.version);
}

TEST_F(ProductSecrets, WhatDevicesDependOnIsNotUpdated) {
  make_product("PUMPS7");
  ProductSecretEdit secret;
  secret.secret = Secret::from_text(kText);
  const Error error = refused(update_with(std::move(secret)));
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_NE(error.mend.find("berth product rotate-secret"), std::string::npos) << error.mend;
  ProductSecretEdit issues;
  issues.issues = CredentialKind::kCertificate;
  expect_invalid(update_with(std::move(issues)), "issues a secret to each device");
}

TEST_F(ProductSecrets, ShowingTheSecretIsRememberedFirst) {
  ProductSecretEdit given;
  given.secret = Secret::from_text(kText);
  make_product("PUMPS7", std::move(given));
  const ProductKeys shown = keys();
  EXPECT_EQ(shown.current.text(), kText);
  EXPECT_FALSE(shown.previous.has_value());
  EXPECT_EQ(catalog.audit.back().action, "enrollment.keys.show");
  EXPECT_EQ(catalog.audit.back().target, "group/PUMPS7");
  EXPECT_EQ(refused(ask(viewer, domain::GetEnrollmentKeys{kScope, kGroup, "PUMPS7"})).kind,
            ErrorKind::kForbidden);
  catalog.broken = true;
  EXPECT_EQ(refused(ask(operator_, domain::GetEnrollmentKeys{kScope, kGroup, "PUMPS7"})).kind,
            ErrorKind::kUnavailable);
}

TEST_F(ProductSecrets, ARotatedSecretStaysGoodForTheOverlap) {
  const Enrollment before = make_product("PUMPS7");
  const std::string first = opened(before, product_of(before).current);
  const auto after = expect<Enrollment>(rotate(hours(24), kText, before.version));
  EXPECT_EQ(opened(after, product_of(after).current), kText);
  ASSERT_TRUE(product_of(after).previous.has_value());
  EXPECT_EQ(opened(after, *product_of(after).previous), first);
  EXPECT_EQ(product_of(after).previous_until, clock.wall() + hours(24));
  EXPECT_TRUE(product_of(after).retired.empty());
  EXPECT_EQ(after.version, before.version + 1);
  EXPECT_EQ(catalog.audit.back().action, "enrollment.product_secret.rotate");
  EXPECT_EQ(catalog.audit.back().detail,
            R"({"productSecret":"changed","overlapSeconds":{"from":"","to":"86400"}})");
  EXPECT_EQ(keys().previous->text(), first);
  clock.advance(hours(24));
  EXPECT_FALSE(keys().previous.has_value());
}

TEST_F(ProductSecrets, WithoutAnOverlapTheSecretIsRetiredAtOnce) {
  const Enrollment before = make_product("PUMPS7");
  const auto after = expect<Enrollment>(rotate(seconds(0)));
  EXPECT_FALSE(product_of(after).previous.has_value());
  ASSERT_EQ(product_of(after).retired.size(), 1U);
  EXPECT_EQ(product_of(after).retired[0].key, product_of(before).current);
  EXPECT_EQ(product_of(after).retired[0].retired_at, clock.wall());
  EXPECT_EQ(opened(after, product_of(after).current).size(), 24U);
}

TEST_F(ProductSecrets, TheOneBeforeThePreviousIsRetiredNewestFirst) {
  make_product("PUMPS7");
  Enrollment last;
  for (int i = 0; i < 7; ++i) {
    const std::string secret = "secret-number-000" + std::to_string(i);
    last = expect<Enrollment>(rotate(hours(1), secret.c_str()));
    clock.advance(hours(2));
  }
  const ProductSecret& product = product_of(last);
  EXPECT_EQ(opened(last, product.current), "secret-number-0006");
  EXPECT_EQ(opened(last, *product.previous), "secret-number-0005");
  ASSERT_EQ(product.retired.size(), domain::kRetiredKeysMax);
  EXPECT_EQ(opened(last, product.retired[0].key), "secret-number-0004");
  EXPECT_EQ(opened(last, product.retired[3].key), "secret-number-0001");
  // Its overlap was over an hour before it was retired.
  EXPECT_EQ(product.retired[0].retired_at, clock.wall() - hours(3));
}

TEST_F(ProductSecrets, ASecondRotationEndsTheOverlapOfTheFirst) {
  const Enrollment first = make_product("PUMPS7");
  expect<Enrollment>(rotate(hours(24)));
  clock.advance(hours(1));
  const auto after = expect<Enrollment>(rotate(hours(24)));
  ASSERT_EQ(product_of(after).retired.size(), 1U);
  EXPECT_EQ(product_of(after).retired[0].key, product_of(first).current);
  EXPECT_EQ(product_of(after).retired[0].retired_at, clock.wall());
}

TEST_F(ProductSecrets, BadRotationsAreRefused) {
  ProductSecretEdit given;
  given.secret = Secret::from_text(kText);
  const Enrollment made = make_product("PUMPS7", std::move(given));
  expect_invalid(rotate(hours(24 * 90) + seconds(1)), "overlapSeconds is 7776001");
  expect_invalid(rotate(seconds(-1)), "overlapSeconds is -1");
  expect_invalid(rotate(seconds(0), kText), "productSecret is the present one");
  expect_invalid(rotate(seconds(0), "short"), "productSecret has 5 characters");
  EXPECT_EQ(refused(rotate(seconds(0), nullptr, 9)).kind, ErrorKind::kPreconditionFailed);
  EXPECT_EQ(catalog.enrollments.begin()->second.version, made.version);
  EXPECT_TRUE(rotate(hours(24 * 90)).has_value());
}

TEST_F(ProductSecrets, ALostRaceIsRunAgainAndLosesNoSecret) {
  make_product("PUMPS7");
  bool raced = false;
  catalog.before_apply = [&] {
    if (std::exchange(raced, true)) return;
    auto& stored = catalog.enrollments.at({kScope, kGroup, "pumps7"});
    stored.display_name = "Pumps";
    ++stored.version;
  };
  const auto after = expect<Enrollment>(rotate(hours(1), kText));
  EXPECT_EQ(after.display_name, "Pumps");
  EXPECT_EQ(opened(after, product_of(after).current), kText);
  EXPECT_TRUE(product_of(after).retired.empty());
}

TEST_F(ProductSecrets, ItHasNoKeysToRegenerate) {
  make_product("PUMPS7");
  const Error error =
      refused(ask(operator_, domain::RegenerateEnrollmentKey{
                                 kScope, kGroup, "PUMPS7", domain::KeySlot::kPrimary, {}}));
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_NE(error.what.find("has a product secret"), std::string::npos);
  EXPECT_NE(error.mend.find("berth product rotate-secret"), std::string::npos);
}

}  // namespace
}  // namespace berth::management::testing
