#include "attestation/tests/x509_bench.h"

#include <gtest/gtest.h>

namespace berth::attestation {
namespace {

using domain::Cause;
using domain::Enrollment;
using domain::Finding;
using domain::Reason;
using pki::ca;
using pki::day;
using pki::leaf;
using pki::Made;
using pki::make;
using pki::Recipe;

constexpr const char* kOtherScope = "0ne00FEDCBA";

class X509RivalsTest : public testing::Test {
 protected:
  // The first finding, proven; kUnexplained for none.
  Finding explain(Reason reason, std::vector<base::Bytes> certificates,
                  const std::string& id = "dev-1") {
    const domain::Claim claim = chain_claim(id, std::move(certificates));
    const std::optional<domain::Member> no_member;
    provisioning::RivalInput input{claim,       id,          reason,     day(0),    {},
                                   candidates_, same_scope_, elsewhere_, no_member, {}};
    input.authorities = authorities_;
    const std::vector<Finding> findings = attestor_.rivals(input, 100);
    if (findings.empty()) return {};
    EXPECT_TRUE(findings.front().proven);
    EXPECT_FALSE(findings.front().mend.empty());
    return findings.front();
  }

  X509Attestor attestor_{{}};
  const Made root_ = make(ca("Root"));
  const Made between_ = make(ca("Between"), &root_);
  std::vector<domain::CaCertificate> authorities_ = {ca_record("root", root_)};
  std::vector<Enrollment> candidates_;
  std::vector<Enrollment> same_scope_;
  std::vector<Enrollment> elsewhere_;
};

TEST_F(X509RivalsTest, CaThatIsNotVerified_IsNamedWithTheCommandThatVerifiesIt) {
  authorities_.front().verified = false;
  const Finding finding = explain(Reason::kCaNotVerified, {make(leaf("dev-1"), &root_).der});
  EXPECT_EQ(finding.cause, Cause::kCaUnproven);
  EXPECT_NE(finding.text.find("CA 'root'"), std::string::npos) << finding.text;
  EXPECT_NE(finding.mend.find("berth certificate verify"), std::string::npos) << finding.mend;
}

TEST_F(X509RivalsTest, NewCaOfTheSameNameThatIsNotVerified_IsFoundBehindAWrongSignature) {
  const Made after = make(ca("Root"));
  authorities_.push_back(ca_record("after", after, false));
  const Finding finding = explain(Reason::kProofRejected, {make(leaf("dev-1"), &after).der});
  EXPECT_EQ(finding.cause, Cause::kCaUnproven);
  EXPECT_NE(finding.text.find("'after'"), std::string::npos) << finding.text;
}

TEST_F(X509RivalsTest, IntermediateThatIsNotSent_IsNamedWhenAGroupHasIt) {
  same_scope_ = {group("line", slot_of(between_))};
  const Finding finding = explain(Reason::kChainIncomplete, {make(leaf("dev-1"), &between_).der});
  EXPECT_EQ(finding.cause, Cause::kIntermediateMissing);
  EXPECT_NE(finding.text.find("CN=Between"), std::string::npos) << finding.text;
  same_scope_.clear();
  EXPECT_EQ(explain(Reason::kChainIncomplete, {make(leaf("dev-1"), &between_).der}).cause,
            Cause::kUnexplained);
}

TEST_F(X509RivalsTest, CaOfAnotherScope_IsToldByTheScopeAlone) {
  const Made theirs = make(ca("Theirs"));
  authorities_.push_back(ca_record("their-secret-name", theirs, true, kOtherScope));
  const Finding finding = explain(Reason::kChainIncomplete, {make(leaf("dev-1"), &theirs).der});
  EXPECT_EQ(finding.cause, Cause::kCaOfOtherScope);
  EXPECT_NE(finding.text.find(kOtherScope), std::string::npos);
  EXPECT_EQ(finding.text.find("their-secret-name"), std::string::npos) << finding.text;
}

TEST_F(X509RivalsTest, CertificateOfAnotherEnrollment_IsTold) {
  const Made theirs = make(leaf("dev-2"));
  same_scope_ = {individual("dev-2", {}, slot_of(theirs))};
  Finding finding = explain(Reason::kNotEnrolled, {theirs.der});
  EXPECT_EQ(finding.cause, Cause::kCertificateOfEnrollment);
  EXPECT_NE(finding.text.find("'dev-2'"), std::string::npos) << finding.text;
  elsewhere_ = {
      trusting(domain::EnrollmentKind::kIndividual, "hidden", slot_of(theirs), {}, kOtherScope)};
  same_scope_.clear();
  finding = explain(Reason::kNotEnrolled, {theirs.der});
  EXPECT_EQ(finding.cause, Cause::kCertificateOfEnrollment);
  EXPECT_EQ(finding.text.find("hidden"), std::string::npos) << finding.text;
}

TEST_F(X509RivalsTest, CertificateRenewedWithItsKey_IsRecognised) {
  const Made own = make(leaf("dev-1"));
  candidates_ = {individual("dev-1", slot_of(own))};
  Recipe newer = leaf("dev-1");
  newer.from = day(-1);
  const Finding finding = explain(Reason::kProofRejected, {make(newer, nullptr, own.key).der});
  EXPECT_EQ(finding.cause, Cause::kCertificateReplaced);
  EXPECT_NE(finding.text.find("a newer certificate"), std::string::npos) << finding.text;
  EXPECT_EQ(explain(Reason::kProofRejected, {make(newer).der}).cause, Cause::kUnexplained);
}

TEST_F(X509RivalsTest, IndividualThatHidesAGroup_IsTold) {
  candidates_ = {individual("dev-1", slot_of(make(leaf("dev-1"))))};
  same_scope_ = {group("line", slot_named("root"))};
  const Finding finding = explain(Reason::kProofRejected, {make(leaf("dev-1"), &root_).der});
  EXPECT_EQ(finding.cause, Cause::kIndividualShadowsGroup);
  EXPECT_NE(finding.text.find("group 'line'"), std::string::npos) << finding.text;
  EXPECT_EQ(explain(Reason::kProofRejected, {make(leaf("dev-2"), &root_).der}).cause,
            Cause::kUnexplained)
      << "the group would not take it either";
}

TEST_F(X509RivalsTest, OtherName_IsToldWithBoth) {
  const Finding finding = explain(Reason::kCertificateName, {make(leaf("dev-2")).der});
  EXPECT_EQ(finding.cause, Cause::kCommonNameDiffers);
  EXPECT_NE(finding.text.find("'dev-2'"), std::string::npos);
  EXPECT_NE(finding.text.find("'dev-1'"), std::string::npos);
}

TEST_F(X509RivalsTest, Times_AreToldWithHowFarOffTheyAre) {
  Recipe recipe = leaf("dev-1");
  recipe.until = day(-3);
  Finding finding = explain(Reason::kCertificateExpired, {make(recipe).der});
  EXPECT_EQ(finding.cause, Cause::kCertificateTimes);
  EXPECT_NE(finding.text.find("3 days ago"), std::string::npos) << finding.text;
  recipe = leaf("dev-1");
  recipe.from = day(0) + std::chrono::hours(6);
  finding = explain(Reason::kCertificateNotYetValid, {make(recipe).der});
  EXPECT_EQ(finding.cause, Cause::kCertificateTimes);
  EXPECT_NE(finding.text.find("in 6 hours"), std::string::npos) << finding.text;
}

TEST_F(X509RivalsTest, ShapesAndRevocation_ExplainThemselves) {
  const std::vector<base::Bytes> own = {make(leaf("dev-1")).der};
  for (const Reason reason : {Reason::kCertificateUsage, Reason::kCertificateWeak,
                              Reason::kCertificateExtension, Reason::kChainTooLong}) {
    EXPECT_EQ(explain(reason, own).cause, Cause::kCertificateShape);
  }
  EXPECT_EQ(explain(Reason::kCertificateRevoked, own).cause, Cause::kCertificateRevoked);
}

TEST_F(X509RivalsTest, OtherRefusalsAndOtherEvidence_AreLeftToOthers) {
  EXPECT_EQ(explain(Reason::kNoHub, {make(leaf("dev-1"), &root_).der}).cause, Cause::kUnexplained);
  EXPECT_EQ(explain(Reason::kProofMissing, {}).cause, Cause::kUnexplained);
  EXPECT_EQ(explain(Reason::kProofMalformed, {base::Bytes(9, 0x30)}).cause, Cause::kUnexplained);
}

TEST_F(X509RivalsTest, Budget_IsKept) {
  const Made theirs = make(leaf("dev-2"));
  same_scope_ = {individual("dev-3", slot_of(make(leaf("dev-3")))),
                 individual("dev-2", slot_of(theirs))};
  const domain::Claim claim = chain_claim("dev-1", {theirs.der});
  const std::optional<domain::Member> no_member;
  provisioning::RivalInput input{claim,       "dev-1",     Reason::kNotEnrolled, day(0),    {},
                                 candidates_, same_scope_, elsewhere_,           no_member, {}};
  EXPECT_TRUE(attestor_.rivals(input, 1).empty());
  EXPECT_EQ(attestor_.rivals(input, 2).size(), 1U);
}

}  // namespace
}  // namespace berth::attestation
