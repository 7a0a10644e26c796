// Proofs by certificate and by TPM on the one path: challenges and what they leave behind,
// certificates that were revoked, firmware that waits for an operator.
#include "provisioning/tests/world.h"

#include <gtest/gtest.h>

namespace berth::provisioning {
namespace {

using domain::Reason;

const base::Bytes kLeaf = {1, 2, 3};

// A chain is proven by the group whose id is the text of its second certificate.
class ChainAttestor final : public Attestor {
 public:
  std::string_view name() const override { return "x509"; }
  bool reads(const domain::Evidence& evidence) const override {
    return std::holds_alternative<domain::CertificateChain>(evidence);
  }
  Result<Attested, Refusal> attest(const AttestInput& input) override {
    seen_authorities = input.authorities.size();
    const auto& chain = std::get<domain::CertificateChain>(input.claim.evidence).certificates;
    const std::string by(chain.back().begin(), chain.back().end());
    for (std::size_t i = 0; i < input.candidates.size(); ++i) {
      if (input.candidates[i]->id.text() != by) continue;
      Attested attested{i, domain::KeySlot::kPrimary, input.registration.text(), "by its chain"};
      attested.certificates = {chain.front()};
      attested.measured = {"aa"};
      if (held) attested.withheld = Refusal{Reason::kFirmwareHeld, "bb", "aa", {}};
      return attested;
    }
    return Fail(Refusal{Reason::kProofRejected, "a chain of theirs", "another", {}});
  }
  std::vector<domain::Finding> rivals(const RivalInput&, std::size_t) override { return {}; }
  std::vector<domain::Finding> connection_rivals(const ConnectionInput&, std::size_t) override {
    return {};
  }
  bool held = false;
  std::size_t seen_authorities = 0;
};

// The key of a challenge is its number; a token "signed by" that number answers it.
class NumberTpm final : public Attestor {
 public:
  std::string_view name() const override { return "tpm"; }
  bool reads(const domain::Evidence& evidence) const override {
    return std::holds_alternative<domain::TpmIdentity>(evidence) ||
           std::holds_alternative<domain::MacOverText>(evidence);
  }
  Result<Attested, Refusal> attest(const AttestInput& input) override {
    const auto* mac = std::get_if<domain::MacOverText>(&input.claim.evidence);
    if (mac == nullptr) return Fail(Refusal{Reason::kChallengeRequired, "an answer", "keys", {}});
    const bool good = input.challenge != nullptr && !(input.registers && input.challenge->used) &&
                      mac->signed_text == std::to_string(input.challenge->key.bytes.front());
    if (!good) return Fail(Refusal{Reason::kChallengeOver, "the latest", "another", {}});
    Attested attested{0, domain::KeySlot::kPrimary, input.registration.text(), "by its TPM"};
    attested.storage_root_key = input.challenge->storage_root_key;
    return attested;
  }
  Result<Challenge, Refusal> challenge(const AttestInput& input) override {
    Challenge made;
    made.record.scope = input.candidates.front()->scope;
    made.record.registration = input.registration;
    made.record.key.bytes = {++numbers};
    made.record.storage_root_key = {7};
    made.activation = {numbers};
    return made;
  }
  std::vector<domain::Finding> rivals(const RivalInput&, std::size_t) override { return {}; }
  std::vector<domain::Finding> connection_rivals(const ConnectionInput&, std::size_t) override {
    return {};
  }
  std::uint8_t numbers = 0;
};

class WrappingIssuer final : public Issuer {
 public:
  bool issues_for(const domain::Enrollment& enrollment, const domain::Claim&) const override {
    return std::holds_alternative<domain::TpmKeys>(enrollment.attestation) ||
           std::holds_alternative<domain::CertificateTrust>(enrollment.attestation);
  }
  Result<domain::Credential, Refusal> issue(const IssueInput& input, domain::Device&) override {
    if (std::holds_alternative<domain::TpmKeys>(input.enrollment.attestation)) {
      return domain::Credential{domain::IssuedTpmKey{input.attested->storage_root_key}};
    }
    if (input.claim->certificate_request.empty()) return domain::Credential{};
    domain::IssuedChain chain;
    chain.certificates = {{8}, {9}};
    chain.record.sha256 = {8};
    return domain::Credential{std::move(chain)};
  }
};

class ProofsTest : public testing::Test {
 protected:
  ProofsTest() {
    auto chains = std::make_unique<ChainAttestor>();
    chains_ = chains.get();
    world_.add(std::move(chains));
    world_.add(std::make_unique<NumberTpm>());
    world_.add(std::make_unique<WrappingIssuer>());
    world_.restart();
    tpm_ = &world_.individual("tpm-1");
    tpm_->attestation = domain::TpmKeys{{1}, {}};
    group_ = &world_.group("line-7");
    group_->attestation = domain::CertificateTrust{};
  }
  domain::Outcome show_keys() {
    domain::Claim claim = world_.claim("tpm-1", "");
    claim.evidence = domain::TpmIdentity{{1}, {7}};
    return world_.handle(domain::Register{std::move(claim)});
  }
  domain::Claim chain_claim(const std::string& group = "line-7") {
    domain::Claim claim = world_.claim("sn-1", "");
    claim.evidence = domain::CertificateChain{{kLeaf, base::Bytes(group.begin(), group.end())}};
    return claim;
  }
  domain::Outcome present(const std::string& group = "line-7") {
    return world_.handle(domain::Register{chain_claim(group)});
  }
  domain::Registration& registration(const std::string& id) {
    return world_.store.registrations.at({std::string(kScope), id});
  }

  World world_;
  ChainAttestor* chains_ = nullptr;
  domain::Enrollment* tpm_ = nullptr;
  domain::Enrollment* group_ = nullptr;
};

TEST_F(ProofsTest, KeysOfATpmAreAnsweredWithAChallengeThatIsKeptBeforeItIsHeardOf) {
  const domain::Outcome outcome = show_keys();
  const auto* challenged = std::get_if<domain::Challenged>(&outcome.result);
  ASSERT_NE(challenged, nullptr) << to_string(reason_in(outcome));
  EXPECT_EQ(challenged->activation, base::Bytes{1});
  EXPECT_TRUE(world_.store.challenges.contains({std::string(kScope), "tpm-1"}));
  EXPECT_TRUE(world_.store.registrations.empty());
  EXPECT_TRUE(world_.refusals.trails.empty()) << "a challenge is no refusal";
  EXPECT_EQ(world_.observer.trails.back().operation, "challenge");
}

TEST_F(ProofsTest, AnsweredChallengeRegistersOnceAndPollsAfterwards) {
  show_keys();
  const domain::Outcome first = world_.register_as("tpm-1", "1");
  ASSERT_EQ(reason_in(first), Reason::kNone);
  EXPECT_EQ(registration("tpm-1").activation, base::Bytes{7});
  EXPECT_EQ(registration("tpm-1").storage_root_key, base::Bytes{7});
  EXPECT_EQ(registration("tpm-1").attestation, "tpm");

  const std::string operation = registration("tpm-1").operation_id;
  const domain::Outcome poll =
      world_.handle(domain::PollOperation{world_.claim("tpm-1", "1"), operation});
  EXPECT_TRUE(std::holds_alternative<domain::CurrentState>(poll.result));
  EXPECT_EQ(reason_in(world_.register_as("tpm-1", "1")), Reason::kChallengeOver);

  show_keys();
  EXPECT_EQ(reason_in(world_.register_as("tpm-1", "2")), Reason::kNone);
}

TEST_F(ProofsTest, ChallengeIsNotHeardOfWhileTheStoreIsAway) {
  world_.store.fail_commits = Error{ErrorKind::kUnavailable, "away", ""};
  EXPECT_EQ(reason_in(show_keys()), Reason::kStoreUnavailable);
}

TEST_F(ProofsTest, ChainThatNobodyRevokedRegisters) {
  world_.store.authorities.emplace_back().scope = group_->scope;
  EXPECT_EQ(reason_in(present()), Reason::kNone);
  EXPECT_EQ(chains_->seen_authorities, 1U);
  EXPECT_EQ(registration("sn-1").attestation, "x509");
  EXPECT_EQ(registration("sn-1").measured, std::vector<std::string>{"aa"});
}

TEST_F(ProofsTest, RevokedCertificateIsNamedInTheTrail) {
  world_.store.revoked.push_back({group_->scope, kLeaf, "CN=sn-1", "lost", world_.clock.wall()});
  EXPECT_EQ(reason_in(present()), Reason::kCertificateRevoked);
  const domain::TrailStep& step = world_.refusals.trails.back().steps.back();
  EXPECT_EQ(step.step, domain::Step::kAttest);
  EXPECT_NE(step.received.find("CN=sn-1"), std::string::npos) << step.received;
  EXPECT_NE(step.received.find("lost"), std::string::npos) << step.received;
}

TEST_F(ProofsTest, HeldFirmwareIsKeptAsAFailedRegistrationUntilItIsAccepted) {
  chains_->held = true;
  const domain::Outcome outcome = present();
  ASSERT_TRUE(std::holds_alternative<domain::Accepted>(outcome.result));
  const domain::Registration& held = registration("sn-1");
  EXPECT_EQ(held.status, domain::RegistrationStatus::kFailed);
  EXPECT_EQ(held.reason, Reason::kFirmwareHeld);
  EXPECT_EQ(held.measured, std::vector<std::string>{"aa"});
  EXPECT_TRUE(world_.store.devices.empty());
  const std::vector<domain::Finding>& findings = world_.store.trails.back().findings;
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings.front().mend,
            "berth dice approve --id-scope 0ne00ABCDEF --registration-id sn-1");

  const domain::Outcome poll =
      world_.handle(domain::PollOperation{chain_claim(), held.operation_id});
  EXPECT_TRUE(std::holds_alternative<domain::CurrentState>(poll.result));
  chains_->held = false;
  EXPECT_EQ(reason_in(present()), Reason::kNone);
  EXPECT_EQ(registration("sn-1").status, domain::RegistrationStatus::kAssigned);
}

TEST_F(ProofsTest, CertificateIsIssuedOnlyWhereTheEnrollmentSaysSo) {
  domain::Claim claim = chain_claim();
  claim.certificate_request = {1};
  EXPECT_EQ(reason_in(world_.handle(domain::Register{claim})), Reason::kIssuanceOff);
  group_->issuance.emplace();
  ++world_.store.catalog_version;
  EXPECT_EQ(reason_in(world_.handle(domain::Register{claim})), Reason::kNone);
  EXPECT_EQ(registration("sn-1").issued_chain.size(), 2U);
  ASSERT_EQ(world_.store.issued.size(), 1U);
  EXPECT_EQ(world_.store.issued.front().sha256, base::Bytes{8});

  // Registered again without asking, it is told none.
  EXPECT_EQ(reason_in(present()), Reason::kNone);
  EXPECT_TRUE(registration("sn-1").issued_chain.empty());
}

TEST_F(ProofsTest, NearestGroupOfAChainDecidesWhoeverOwnsTheId) {
  EXPECT_EQ(reason_in(present()), Reason::kNone);
  domain::Enrollment& narrower = world_.group("line-7-a");
  narrower.attestation = domain::CertificateTrust{};
  narrower.enabled = false;
  EXPECT_EQ(reason_in(present("line-7-a")), Reason::kEnrollmentDisabled);
  narrower.enabled = true;
  ++world_.store.catalog_version;
  EXPECT_EQ(reason_in(present("line-7-a")), Reason::kOwnedByOther);
}

}  // namespace
}  // namespace berth::provisioning
