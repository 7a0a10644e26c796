// Credential codes: each is used up once, whatever races there are, and what it held is gone then.
#include "store/conformance/suite.h"

#include <atomic>
#include <thread>

namespace berth::store::conformance {
namespace {

using domain::CodeMode;
using domain::CodeState;
using domain::CredentialCode;
using domain::PickupKind;
using testing::ElementsAre;
using testing::IsEmpty;

class Codes : public Suite {
 protected:
  void SetUp() override {
    Suite::SetUp();
    if (IsSkipped()) return;
    create_scope_with_hub();
  }
  management::CodeStore& codes() { return store().codes(); }

  static CredentialCode make_code(std::string_view id, CodeMode mode = CodeMode::kEnvelope) {
    CredentialCode code;
    code.id = std::string(id);
    code.scope = kScope;
    code.mode = mode;
    code.device = domain::RegistrationId::trusted("Dev-1");
    code.model = "dtmi:com:example:Thermostat;1";
    code.enrollment = domain::EnrollmentRef{domain::EnrollmentKind::kGroup,
                                            domain::EnrollmentId::trusted("line-7")};
    code.content.bytes = {1, 2, 0, 255};
    code.created_by = "token:abc";
    code.created_at = at(0);
    code.expires_at = at(900);
    if (mode == CodeMode::kClaim) {
      code.token_digest = {7, 7, 7};
    } else {
      code.pickup = PickupKind::kLetters;
      code.pickup_digest = {9, 9, static_cast<std::uint8_t>(id.back())};
    }
    return code;
  }
  static CredentialCode make_claim(std::string_view id) { return make_code(id, CodeMode::kClaim); }
  static CredentialCode with_number(std::string_view id, std::uint8_t number) {
    CredentialCode code = make_code(id, CodeMode::kCompatible);
    code.pickup = PickupKind::kNumber;
    code.pickup_digest = {number};
    return code;
  }
  Result<std::uint64_t> add(CredentialCode code) {
    return wait(codes().add(std::move(code), make_audit("credential.create")));
  }
  CredentialCode get(std::string id) {
    auto code = wait(codes().get(std::move(id)));
    EXPECT_THAT(code, Succeeds());
    return code.value_or(CredentialCode());
  }
  static management::CodeToTake wanted(const CredentialCode& code, std::int64_t seconds = 10) {
    management::CodeToTake take;
    take.kind = code.pickup;
    take.digest = code.pickup_digest;
    take.at = at(seconds);
    take.source = "192.0.2.9";
    take.audit_action = "credential.pickup";
    take.trail = make_trail("");
    take.trail.operation = "pickup";
    return take;
  }
  std::optional<CredentialCode> take(management::CodeToTake what) {
    auto taken = wait(codes().take(std::move(what)));
    EXPECT_THAT(taken, Succeeds());
    return taken ? *std::move(taken) : std::nullopt;
  }
  static std::unique_ptr<management::ClaimToRedeem> claim_of(const CredentialCode& code,
                                                             std::int64_t seconds = 10) {
    auto claim = std::make_unique<management::ClaimToRedeem>();
    claim->id = code.id;
    claim->token_digest = code.token_digest;
    claim->at = at(seconds);
    claim->source = "192.0.2.9";
    claim->enrollment = make_individual("dev-1");
    claim->trail = make_trail("dev-1");
    claim->trail.operation = "redeem";
    claim->audit = make_audit("credential.redeem");
    return claim;
  }
  std::vector<std::string> actions() {
    const auto listing = wait(catalog().list_audit(kScope.text(), {}));
    std::vector<std::string> words;
    if (!listing) return words;
    for (const domain::AuditRecord& each : listing->items) words.push_back(each.action);
    return words;
  }
};

TEST_P(Codes, KeepEveryField) {
  const CredentialCode in = make_code("a1");
  ASSERT_THAT(add(in), Succeeds());
  const CredentialCode out = get("a1");
  EXPECT_EQ(out.scope, kScope);
  EXPECT_EQ(out.mode, CodeMode::kEnvelope);
  EXPECT_EQ(out.device.text(), "Dev-1");
  EXPECT_EQ(out.model, in.model);
  EXPECT_EQ(out.enrollment, in.enrollment);
  EXPECT_TRUE(out.encrypted);
  EXPECT_EQ(out.content, in.content);
  EXPECT_EQ(out.pickup, PickupKind::kLetters);
  EXPECT_EQ(out.pickup_digest, in.pickup_digest);
  EXPECT_THAT(out.token_digest, IsEmpty());
  EXPECT_EQ(out.state, CodeState::kActive);
  EXPECT_EQ(out.created_by, "token:abc");
  EXPECT_EQ(out.created_at, in.created_at);
  EXPECT_EQ(out.expires_at, in.expires_at);
  EXPECT_FALSE(out.used_at);
  EXPECT_EQ(out.version, 1U);
}

TEST_P(Codes, OfAnUnknownScopeOrIdAreNotFound) {
  CredentialCode lost = make_code("a1");
  lost.scope = kOtherScope;
  EXPECT_THAT(add(lost), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(codes().get("a1")), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(codes().get(std::string("a\0b", 3))), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(codes().revoke("a1", make_audit())), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Codes, ListsTheNewestFirstAndInPages) {
  for (const char* id : {"a1", "a2", "a3"}) ASSERT_THAT(add(make_code(id)), Succeeds());
  domain::Page page;
  page.limit = 2;
  const auto first = wait(codes().list(kScope.text(), page));
  ASSERT_THAT(first, Succeeds());
  ASSERT_EQ(first->items.size(), 2U);
  EXPECT_EQ(first->items.front().id, "a3");
  page.cursor = first->next_cursor;
  const auto second = wait(codes().list("", page));
  ASSERT_THAT(second, Succeeds());
  ASSERT_EQ(second->items.size(), 1U);
  EXPECT_EQ(second->items.front().id, "a1");
  EXPECT_EQ(second->next_cursor, "");
  const auto none = wait(codes().list(kOtherScope.text(), {}));
  ASSERT_THAT(none, Succeeds());
  EXPECT_THAT(none->items, IsEmpty());
}

TEST_P(Codes, PickUpHandsOutOnceAndWipes) {
  const CredentialCode code = make_code("a1");
  ASSERT_THAT(add(code), Succeeds());
  const auto taken = take(wanted(code));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->content, code.content);
  EXPECT_FALSE(take(wanted(code)));
  const CredentialCode left = get("a1");
  EXPECT_EQ(left.state, CodeState::kUsed);
  EXPECT_EQ(left.used_at, at(10));
  EXPECT_EQ(left.used_from, "192.0.2.9");
  EXPECT_THAT(left.content.bytes, IsEmpty());
  EXPECT_EQ(left.version, 2U);
}

TEST_P(Codes, PickUpLeavesAuditAndTrailOfTheDevice) {
  const CredentialCode code = make_code("a1");
  ASSERT_THAT(add(code), Succeeds());
  ASSERT_TRUE(take(wanted(code)));
  EXPECT_EQ(actions().front(), "credential.pickup");
  domain::ListTrails query;
  query.registration_id = "dev-1";
  const auto trails = wait(catalog().list_trails(query));
  ASSERT_THAT(trails, Succeeds());
  ASSERT_EQ(trails->items.size(), 1U);
  EXPECT_EQ(trails->items.front().operation, "pickup");
  EXPECT_EQ(trails->items.front().scope, kScope.text());
  EXPECT_EQ(trails->items.front().enrollment, "group/line-7");
}

TEST_P(Codes, AreNotPickedUpWhenTheyAreOverRevokedOrOfAnotherKind) {
  const CredentialCode code = make_code("a1");
  ASSERT_THAT(add(code), Succeeds());
  EXPECT_FALSE(take(wanted(code, 900)));
  management::CodeToTake number = wanted(code);
  number.kind = PickupKind::kNumber;
  EXPECT_FALSE(take(std::move(number)));
  management::CodeToTake nothing = wanted(code);
  nothing.digest.clear();
  EXPECT_FALSE(take(std::move(nothing)));
  ASSERT_THAT(wait(codes().revoke("a1", make_audit("credential.revoke"))), Succeeds());
  EXPECT_FALSE(take(wanted(code)));
  EXPECT_EQ(get("a1").state, CodeState::kRevoked);
  EXPECT_THAT(get("a1").content.bytes, IsEmpty());
}

TEST_P(Codes, RevokingWhatIsUsedChangesNothing) {
  const CredentialCode code = make_code("a1");
  ASSERT_THAT(add(code), Succeeds());
  ASSERT_TRUE(take(wanted(code)));
  ASSERT_THAT(wait(codes().revoke("a1", make_audit("credential.revoke"))), Succeeds());
  EXPECT_EQ(get("a1").state, CodeState::kUsed);
  EXPECT_EQ(actions().front(), "credential.pickup");
}

TEST_P(Codes, ALiveNumberIsNotGivenTwiceAndAnOldOneAgain) {
  ASSERT_THAT(add(with_number("a1", 42)), Succeeds());
  EXPECT_THAT(add(with_number("a2", 42)), FailsWith(ErrorKind::kConflict));
  CredentialCode later = with_number("a3", 42);
  later.created_at = at(900);
  later.expires_at = at(1800);
  ASSERT_THAT(add(later), Succeeds()) << "the first is over";
  const auto taken = take(wanted(later, 1000));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->id, "a3");
  EXPECT_THAT(get("a1").content.bytes, IsEmpty()) << "what is over is wiped";
}

TEST_P(Codes, NumbersAreFewSoThatGuessesSeldomHit) {
  for (std::size_t i = 0; i < domain::kNumbersMax; ++i) {
    ASSERT_THAT(add(with_number("n" + std::to_string(i), static_cast<std::uint8_t>(i))),
                Succeeds());
  }
  EXPECT_THAT(add(with_number("one-more", 200)), FailsWith(ErrorKind::kTooMany));
  EXPECT_THAT(add(make_code("letters")), Succeeds());
}

TEST_P(Codes, AClaimWritesTheEnrollmentAndIsUsed) {
  const CredentialCode code = make_claim("a1");
  ASSERT_THAT(add(code), Succeeds());
  const std::uint64_t before = catalog_version();
  ASSERT_THAT(wait(codes().redeem(claim_of(code))), Succeeds());
  EXPECT_EQ(get("a1").state, CodeState::kUsed);
  EXPECT_TRUE(dossier("dev-1").individual);
  EXPECT_GE(catalog_version(), before);
  EXPECT_EQ(actions().front(), "credential.redeem");
  EXPECT_EQ(trail_ids().size(), 1U);
  EXPECT_THAT(wait(codes().redeem(claim_of(code))), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Codes, AClaimTakesTheRightTokenInTime) {
  const CredentialCode code = make_claim("a1");
  ASSERT_THAT(add(code), Succeeds());
  auto wrong = claim_of(code);
  wrong->token_digest = {1};
  EXPECT_THAT(wait(codes().redeem(std::move(wrong))), FailsWith(ErrorKind::kNotFound));
  auto empty = claim_of(code);
  empty->token_digest.clear();
  EXPECT_THAT(wait(codes().redeem(std::move(empty))), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(codes().redeem(claim_of(code, 900))), FailsWith(ErrorKind::kNotFound));
  EXPECT_FALSE(dossier("dev-1").individual);
}

TEST_P(Codes, AClaimThatLosesARaceStaysGood) {
  const CredentialCode code = make_claim("a1");
  ASSERT_THAT(add(code), Succeeds());
  ASSERT_THAT(create(management::PutEnrollment{make_individual("dev-1")}), Succeeds());
  EXPECT_THAT(wait(codes().redeem(claim_of(code))), FailsWith(ErrorKind::kConflict));
  EXPECT_EQ(get("a1").state, CodeState::kActive);
  auto stale = claim_of(code);
  stale->expected_version = 7;
  EXPECT_THAT(wait(codes().redeem(std::move(stale))), FailsWith(ErrorKind::kConflict));
  auto right = claim_of(code);
  right->expected_version = 1;
  EXPECT_THAT(wait(codes().redeem(std::move(right))), Succeeds());
}

TEST_P(Codes, AClaimForAnIdOfAnotherEnrollmentIsRefused) {
  const CredentialCode code = make_claim("a1");
  ASSERT_THAT(add(code), Succeeds());
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  EXPECT_THAT(wait(codes().redeem(claim_of(code))), FailsWith(ErrorKind::kConflict));
  EXPECT_EQ(get("a1").state, CodeState::kActive);
  EXPECT_FALSE(dossier("dev-1").individual);
}

TEST_P(Codes, AClaimThatIsPickedUpStaysGoodForItsToken) {
  CredentialCode code = make_claim("a1");
  code.pickup = PickupKind::kLetters;
  code.pickup_digest = {5};
  ASSERT_THAT(add(code), Succeeds());
  const auto taken = take(wanted(code));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->content, code.content);
  EXPECT_FALSE(take(wanted(code)));
  EXPECT_EQ(get("a1").state, CodeState::kActive);
  EXPECT_FALSE(get("a1").used_at);
  EXPECT_THAT(wait(codes().redeem(claim_of(code))), Succeeds());
}

TEST_P(Codes, MissesCloseAndOpenAgain) {
  EXPECT_EQ(wait(codes().guard(PickupKind::kNumber))->misses, 0U);
  for (std::uint32_t i = 1; i < domain::kMissesMax; ++i) {
    const auto guard = wait(codes().missed(PickupKind::kNumber, at(0)));
    ASSERT_THAT(guard, Succeeds());
    EXPECT_EQ(guard->misses, i);
    EXPECT_FALSE(guard->closed_until);
  }
  const auto closed = wait(codes().missed(PickupKind::kNumber, at(5)));
  ASSERT_THAT(closed, Succeeds());
  EXPECT_EQ(closed->closed_until, at(605));
  EXPECT_EQ(wait(codes().missed(PickupKind::kNumber, at(600)))->closed_until, at(605))
      << "nobody can keep it closed";
  const auto anew = wait(codes().missed(PickupKind::kNumber, at(605)));
  EXPECT_EQ(anew->misses, 1U);
  EXPECT_FALSE(anew->closed_until);
  EXPECT_EQ(wait(codes().guard(PickupKind::kLetters))->misses, 0U);
}

TEST_P(Codes, GoWithTheirScope) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  CredentialCode code = make_code("a1");
  code.scope = kOtherScope;
  ASSERT_THAT(add(code), Succeeds());
  ASSERT_THAT(apply(management::RemoveScope{kOtherScope}, management::MustExist{}), Succeeds());
  EXPECT_THAT(wait(codes().get("a1")), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Codes, OfManyWhoPickUpAtOnceOneGetsIt) {
  if (!GetParam().threads) GTEST_SKIP() << "one thread";
  const CredentialCode code = make_code("a1");
  ASSERT_THAT(add(code), Succeeds());
  std::atomic<int> got{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto taken = wait(codes().take(wanted(code)));
      if (taken && *taken) ++got;
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(got, 1);
}

TEST_P(Codes, OfManyWhoRedeemAtOnceOneDoes) {
  if (!GetParam().threads) GTEST_SKIP() << "one thread";
  const CredentialCode code = make_claim("a1");
  ASSERT_THAT(add(code), Succeeds());
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      if (wait(codes().redeem(claim_of(code)))) ++done;
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(done, 1);
}

TEST_P(Codes, AreThereAfterTheStoreIsOpenedAgain) {
  const CredentialCode code = make_code("a1");
  ASSERT_THAT(add(code), Succeeds());
  ASSERT_TRUE(take(wanted(code)));
  reopen();
  EXPECT_EQ(get("a1").state, CodeState::kUsed);
  EXPECT_FALSE(take(wanted(code)));
}

}  // namespace

BERTH_CONFORMANCE(Codes);

}  // namespace berth::store::conformance
