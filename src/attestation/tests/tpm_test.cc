// Proof by TPM: what is challenged, which answers are good, once, and until when.
#include "attestation/tpm.h"

#include "attestation/tests/bench.h"
#include "attestation/tpm_challenge.h"
#include "crypto/tests/software_tpm.h"
#include "crypto/tpm_public.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace berth::attestation {
namespace {

using base::Bytes;
using crypto::SoftwareTpm;
using domain::Cause;
using domain::Enrollment;
using domain::Finding;
using domain::Reason;
using provisioning::Attested;
using provisioning::AttestInput;
using provisioning::Challenge;
using provisioning::Refusal;

constexpr std::int64_t kNow = 1'899'996'400;

SoftwareTpm& board() {
  static SoftwareTpm made;
  return made;
}
SoftwareTpm& other_board() {
  static SoftwareTpm made;
  return made;
}

Enrollment enrollment_for(const std::string& id, const Bytes& ek, const Bytes& srk = {}) {
  Enrollment made;
  made.scope = *domain::ScopeId::parse(kScope);
  made.kind = domain::EnrollmentKind::kIndividual;
  made.id = *domain::EnrollmentId::parse(id);
  made.attestation = domain::TpmKeys{ek, srk};
  return made;
}

domain::Claim showing(const Bytes& ek, const Bytes& srk) {
  domain::Claim claim;
  claim.scope = kScope;
  claim.registration_id = "device-01";
  claim.evidence = domain::TpmIdentity{ek, srk};
  return claim;
}

class TpmTest : public testing::Test {
 protected:
  AttestInput input(const domain::Claim& claim, std::int64_t now = kNow, bool registers = true) {
    candidates_ = {&enrollment_};
    return AttestInput{.claim = claim,
                       .registration = id_,
                       .candidates = candidates_,
                       .now = base::from_unix_seconds(now),
                       .challenge = challenge_ ? &*challenge_ : nullptr,
                       .current = current_ ? &*current_ : nullptr,
                       .registers = registers};
  }
  Reason refusal(const domain::Claim& claim, std::int64_t now = kNow, bool registers = true) {
    const auto attested = attestor_.attest(input(claim, now, registers));
    return attested ? Reason::kNone : attested.error().reason;
  }
  domain::Claim shown() { return showing(board().endorsement_key(), board().storage_root_key()); }
  // What the TPM finds in a challenge; the challenge is then the stored one.
  Secret challenged(std::int64_t now = kNow) {
    const Result<Challenge, Refusal> made = attestor_.challenge(input(shown(), now));
    EXPECT_TRUE(made) << made.error().received;
    const std::optional<SoftwareTpm::Opened> opened = board().open(made->activation);
    EXPECT_TRUE(opened) << board().why();
    challenge_ = made->record;
    return Secret(opened->key);
  }
  domain::Claim answer(const Secret& key, std::int64_t expiry = kNow + 2'400) {
    TokenSpec spec;
    spec.expiry = expiry;
    return make_claim(spec, key.bytes());
  }
  Finding top(const domain::Claim& claim, Reason reason, std::int64_t now = kNow) {
    const std::optional<domain::Member> no_member;
    const std::vector<Enrollment> candidates = {enrollment_};
    const provisioning::RivalInput of{.claim = claim,
                                      .registration_id = "device-01",
                                      .reason = reason,
                                      .now = base::from_unix_seconds(now),
                                      .current = current_,
                                      .candidates = candidates,
                                      .same_scope = same_scope_,
                                      .other_scopes = other_scopes_,
                                      .member = no_member,
                                      .roster = {},
                                      .challenge = challenge_ ? &*challenge_ : nullptr};
    const std::vector<Finding> findings = attestor_.rivals(of, 1'000);
    return findings.empty() ? Finding{Cause::kUnexplained, false, "", ""} : findings.front();
  }

  TestVault vault_;
  base::SeededRng rng_{3};
  TpmAttestor attestor_{vault_, rng_, {}};
  domain::RegistrationId id_ = *domain::RegistrationId::parse("device-01");
  Enrollment enrollment_ = enrollment_for("device-01", board().endorsement_key());
  std::vector<const Enrollment*> candidates_;
  std::optional<domain::TpmChallenge> challenge_;
  std::optional<domain::Registration> current_;
  std::vector<Enrollment> same_scope_;
  std::vector<Enrollment> other_scopes_;
};

TEST_F(TpmTest, TheEnrolledTpmIsChallengedAndItsAnswerIsGood) {
  EXPECT_EQ(refusal(shown()), Reason::kChallengeRequired);
  const Secret key = challenged();
  EXPECT_EQ(challenge_->registration.text(), "device-01");
  EXPECT_EQ(challenge_->expires_at, base::from_unix_seconds(kNow + 600));
  EXPECT_FALSE(challenge_->used);
  const domain::Claim claim = answer(key);
  const Result<Attested, Refusal> attested = attestor_.attest(input(claim));
  ASSERT_TRUE(attested) << attested.error().received;
  EXPECT_EQ(attested->storage_root_key, board().storage_root_key());
  EXPECT_EQ(attested->derivation_id, "device-01");
  EXPECT_NE(attested->detail.find(crypto::tpm_key_fingerprint(board().endorsement_key())),
            std::string::npos);
}

TEST_F(TpmTest, AnotherEndorsementKeyIsRejectedByName) {
  const domain::Claim claim = showing(other_board().endorsement_key(), board().storage_root_key());
  const auto attested = attestor_.attest(input(claim));
  ASSERT_FALSE(attested);
  EXPECT_EQ(attested.error().reason, Reason::kProofRejected);
  EXPECT_NE(attested.error().expected.find("individual 'device-01'"), std::string::npos);
  EXPECT_NE(
      attested.error().received.find(crypto::tpm_key_fingerprint(other_board().endorsement_key())),
      std::string::npos);
}

TEST_F(TpmTest, AnEnrolledStorageRootKeyMustBeShown) {
  enrollment_ = enrollment_for("device-01", board().endorsement_key(), board().storage_root_key());
  EXPECT_EQ(refusal(shown()), Reason::kChallengeRequired);
  const domain::Claim other = showing(board().endorsement_key(), other_board().storage_root_key());
  EXPECT_EQ(refusal(other), Reason::kProofRejected);
}

TEST_F(TpmTest, TheStorageRootKeyThatRegisteredFirstIsRemembered) {
  const domain::Claim other = showing(board().endorsement_key(), other_board().storage_root_key());
  EXPECT_EQ(refusal(other), Reason::kChallengeRequired);
  current_.emplace();
  current_->enrollment = {enrollment_.kind, enrollment_.id};
  current_->storage_root_key = board().storage_root_key();
  EXPECT_EQ(refusal(other), Reason::kProofRejected);
  EXPECT_EQ(refusal(shown()), Reason::kChallengeRequired);
  // An operator who enrols a key overrules what is remembered.
  enrollment_ =
      enrollment_for("device-01", board().endorsement_key(), other_board().storage_root_key());
  EXPECT_EQ(refusal(other), Reason::kChallengeRequired);
}

TEST_F(TpmTest, KeysOfTheWrongTypeAreMalformed) {
  Bytes ecc = board().endorsement_key();
  ecc[3] = 0x23;
  EXPECT_EQ(refusal(showing(ecc, board().storage_root_key())), Reason::kProofMalformed);
  EXPECT_EQ(refusal(showing(board().endorsement_key(), {})), Reason::kProofMalformed);
  EXPECT_EQ(refusal(showing(board().storage_root_key(), board().endorsement_key())),
            Reason::kProofMalformed);
}

TEST_F(TpmTest, TheSameKeyIsGivenAgainWhileItIsFreshAndUnused) {
  const Secret first = challenged();
  const TimePoint expires = challenge_->expires_at;
  const Secret again = challenged(kNow + 299);
  EXPECT_TRUE(first.equals(again));
  EXPECT_EQ(challenge_->expires_at, expires);
  const Secret later = challenged(kNow + 301);
  EXPECT_FALSE(first.equals(later));
  challenge_->used = true;
  const Secret after_use = challenged(kNow + 302);
  EXPECT_FALSE(later.equals(after_use));
  EXPECT_FALSE(challenge_->used);
}

TEST_F(TpmTest, AnAnswerRegistersOnceAndIsGoodForPolls) {
  const domain::Claim claim = answer(challenged());
  challenge_->used = true;
  EXPECT_EQ(refusal(claim), Reason::kChallengeOver);
  EXPECT_EQ(refusal(claim, kNow, false), Reason::kNone);
}

TEST_F(TpmTest, AnswersAreGoodUntilTheChallengeExpires) {
  const domain::Claim claim = answer(challenged());
  EXPECT_EQ(refusal(claim, kNow + 600), Reason::kNone);
  EXPECT_EQ(refusal(claim, kNow + 601), Reason::kChallengeOver);
  EXPECT_EQ(refusal(claim, kNow + 601, false), Reason::kChallengeOver);
}

TEST_F(TpmTest, ATokenExpiresByItself) {
  const domain::Claim claim = answer(challenged(), kNow + 10);
  EXPECT_EQ(refusal(claim, kNow + 310), Reason::kNone);
  EXPECT_EQ(refusal(claim, kNow + 311), Reason::kProofExpired);
}

TEST_F(TpmTest, AnAnswerWithoutAChallengeOrToAnotherIsNone) {
  const Secret stale = challenged();
  const domain::Claim claim = answer(stale);
  challenge_.reset();
  EXPECT_EQ(refusal(claim), Reason::kChallengeOver);
  challenged();
  EXPECT_EQ(refusal(claim), Reason::kProofRejected);
}

TEST_F(TpmTest, ATokenForAnotherDeviceOrWithoutAMacIsRefused) {
  const Secret key = challenged();
  domain::Claim claim = answer(key);
  std::get<domain::MacOverText>(claim.evidence).audience = "0ne00ABCDEF/registrations/device-02";
  EXPECT_EQ(refusal(claim), Reason::kProofAudienceMismatch);
  domain::Claim bare = answer(key);
  std::get<domain::MacOverText>(bare.evidence).mac.clear();
  EXPECT_EQ(refusal(bare), Reason::kProofMalformed);
}

TEST_F(TpmTest, AChallengeDiesWithTheTpmThatWasEnrolled) {
  const domain::Claim claim = answer(challenged());
  enrollment_ = enrollment_for("device-01", other_board().endorsement_key());
  EXPECT_EQ(refusal(claim), Reason::kProofRejected);
  enrollment_ =
      enrollment_for("device-01", board().endorsement_key(), other_board().storage_root_key());
  EXPECT_EQ(refusal(claim), Reason::kChallengeOver);
}

TEST_F(TpmTest, AChallengeOfAnotherDeviceDoesNotOpenHere) {
  const domain::Claim claim = answer(challenged());
  challenge_->registration =
      *domain::RegistrationId::parse("device-02");  // its seal says otherwise
  EXPECT_EQ(refusal(claim), Reason::kInternal);
}

TEST_F(TpmTest, ExplainsWhoseTpmItIs) {
  const domain::Claim claim =
      showing(other_board().endorsement_key(), other_board().storage_root_key());
  EXPECT_EQ(top(claim, Reason::kProofRejected).cause, Cause::kUnexplained);
  same_scope_.push_back(enrollment_for("pump-9", other_board().endorsement_key()));
  const Finding here = top(claim, Reason::kProofRejected);
  EXPECT_EQ(here.cause, Cause::kEndorsementKeyOfOther);
  EXPECT_TRUE(here.proven);
  EXPECT_NE(here.text.find("pump-9"), std::string::npos);
  other_scopes_ = std::move(same_scope_);
  same_scope_.clear();
  other_scopes_[0].scope = *domain::ScopeId::parse("0ne00000002");
  const Finding there = top(claim, Reason::kNotEnrolled);
  EXPECT_EQ(there.cause, Cause::kEndorsementKeyOfOther);
  EXPECT_NE(there.text.find("0ne00000002"), std::string::npos);
  EXPECT_EQ(there.text.find("pump-9"), std::string::npos);
}

TEST_F(TpmTest, ExplainsThatATpmWasCleared) {
  enrollment_ = enrollment_for("device-01", board().endorsement_key(), board().storage_root_key());
  const domain::Claim claim = showing(board().endorsement_key(), other_board().storage_root_key());
  const Finding finding = top(claim, Reason::kProofRejected);
  EXPECT_EQ(finding.cause, Cause::kStorageRootKeyChanged);
  EXPECT_TRUE(finding.proven);
}

TEST_F(TpmTest, ExplainsWhyAChallengeIsOver) {
  const domain::Claim claim = answer(challenged());
  challenge_->used = true;
  const Finding used = top(claim, Reason::kChallengeOver);
  EXPECT_EQ(used.cause, Cause::kChallengeStale);
  EXPECT_TRUE(used.proven);
  EXPECT_NE(used.text.find("already"), std::string::npos);
  challenge_->used = false;
  EXPECT_NE(top(claim, Reason::kChallengeOver, kNow + 601).text.find("too late"),
            std::string::npos);
  challenge_.reset();
  EXPECT_NE(top(claim, Reason::kChallengeOver).text.find("no challenge"), std::string::npos);
  challenged();
  const Finding older = top(claim, Reason::kProofRejected);
  EXPECT_EQ(older.cause, Cause::kChallengeStale);
  EXPECT_FALSE(older.proven);
}

}  // namespace
}  // namespace berth::attestation
