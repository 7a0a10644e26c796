#include "attestation/x509.h"

#include "attestation/tests/x509_bench.h"
#include "crypto/tests/dice_vectors.h"

#include <gtest/gtest.h>

namespace berth::attestation {
namespace {

using crypto::testing::alias_certificate;
using domain::Enrollment;
using domain::KeySlot;
using domain::Reason;
using pki::ca;
using pki::day;
using pki::leaf;
using pki::Made;
using pki::make;
using pki::Recipe;
using provisioning::Attested;
using provisioning::Refusal;

// Of the board's certificate with the broken name (dice-x509.md §2.10, vector K1).
constexpr const char* kAliasId = "az-c8930123456av1v3v7";
constexpr std::string_view kAliasFwid =
    "7551f21161f49a5505ac642fa2983e09138a9dee81c6cd4133bcc9422d329227";

class X509Test : public testing::Test {
 protected:
  ~X509Test() override { EXPECT_FALSE(pki::errors_left()); }

  Result<Attested, Refusal> attest(const std::vector<Enrollment>& candidates, const std::string& id,
                                   std::vector<base::Bytes> certificates) {
    std::vector<const Enrollment*> pointers;
    for (const Enrollment& each : candidates) pointers.push_back(&each);
    const domain::Claim claim = chain_claim(id, std::move(certificates));
    const domain::RegistrationId registration = *domain::RegistrationId::parse(id);
    provisioning::AttestInput input{claim, registration, pointers, now_};
    input.authorities = authorities_;
    return attestor_.attest(input);
  }
  Refusal refused(const std::vector<Enrollment>& candidates, const std::string& id,
                  std::vector<base::Bytes> certificates) {
    auto attested = attest(candidates, id, std::move(certificates));
    if (!attested) return attested.error();
    ADD_FAILURE() << "it was let in";
    return {};
  }

  X509Attestor attestor_{{}};
  TimePoint now_ = day(0);
  const Made root_ = make(ca("Root"));
  const Made between_ = make(ca("Between"), &root_);
  std::vector<domain::CaCertificate> authorities_ = {ca_record("root", root_)};
};

TEST_F(X509Test, Individual_IsKnownByEitherOfItsCertificates) {
  const Made first = make(leaf("dev-1"));
  const Made second = make(leaf("DEV-1"), &root_);
  const std::vector<Enrollment> own = {individual("dev-1", slot_of(first), slot_of(second))};
  const auto primary = attest(own, "dev-1", {first.der});
  ASSERT_TRUE(primary) << primary.error().received;
  EXPECT_EQ(primary->slot, KeySlot::kPrimary);
  EXPECT_EQ(primary->derivation_id, "dev-1");
  EXPECT_EQ(primary->detail.find("primary certificate of individual 'dev-1', 'CN=dev-1"), 0U)
      << primary->detail;
  const auto secondary = attest(own, "dev-1", {second.der, root_.der});
  ASSERT_TRUE(secondary);
  EXPECT_EQ(secondary->slot, KeySlot::kSecondary);
  ASSERT_EQ(secondary->certificates.size(), 2U) << "a revoked one of those that were sent counts";
  EXPECT_EQ(secondary->certificates.front(), certificate_of(second.der).sha256);
}

TEST_F(X509Test, Individual_RefusesEveryOtherCertificate) {
  const Made own = make(leaf("dev-1"));
  const Made other = make(leaf("dev-1"));
  const Made renewed = make(leaf("dev-1"), nullptr, own.key);
  for (const Made* each : {&other, &renewed}) {
    const Refusal refusal = refused({individual("dev-1", slot_of(own))}, "dev-1", {each->der});
    EXPECT_EQ(refusal.reason, Reason::kProofRejected);
    EXPECT_NE(refusal.expected.find(short_print_of(own)), std::string::npos) << refusal.expected;
    EXPECT_NE(refusal.received.find(short_print_of(*each)), std::string::npos) << refusal.received;
  }
}

TEST_F(X509Test, IndividualByKey_TakesAnotherCertificateOfThatKey) {
  const Made own = make(leaf("dev-1"));
  Enrollment enrollment = individual("dev-1", slot_of(own));
  std::get<domain::CertificateTrust>(enrollment.attestation).primary->certificate->by_key = true;
  const auto attested = attest({enrollment}, "dev-1", {make(leaf("dev-1"), nullptr, own.key).der});
  ASSERT_TRUE(attested) << attested.error().received;
  EXPECT_NE(attested->detail.find("known by its key"), std::string::npos);
  EXPECT_EQ(refused({enrollment}, "dev-1", {make(leaf("dev-1")).der}).reason,
            Reason::kProofRejected);
}

TEST_F(X509Test, Individual_MustBeNamedGoodNowAndForClients) {
  const auto reason_of = [&](const Recipe& recipe) {
    const Made made = make(recipe);
    return refused({individual("dev-1", slot_of(made))}, "dev-1", {made.der}).reason;
  };
  EXPECT_EQ(reason_of(leaf("dev-2")), Reason::kCertificateName);
  EXPECT_EQ(reason_of(leaf("")), Reason::kCertificateName);
  Recipe recipe = leaf("dev-1");
  recipe.until = day(-1);
  EXPECT_EQ(reason_of(recipe), Reason::kCertificateExpired);
  recipe = leaf("dev-1");
  recipe.from = day(1);
  EXPECT_EQ(reason_of(recipe), Reason::kCertificateNotYetValid);
  recipe = leaf("dev-1");
  recipe.usage = "serverAuth";
  EXPECT_EQ(reason_of(recipe), Reason::kCertificateUsage);
  recipe = leaf("dev-1");
  recipe.key = "RSA-1024";
  EXPECT_EQ(reason_of(recipe), Reason::kCertificateWeak);
  recipe = leaf("dev-1");
  recipe.critical_oid = "1.2.3.4.5";
  EXPECT_EQ(reason_of(recipe), Reason::kCertificateExtension);
}

TEST_F(X509Test, ClaimWithoutOrWithBrokenCertificates_IsRefused) {
  const Made own = make(leaf("dev-1"));
  const std::vector<Enrollment> one = {individual("dev-1", slot_of(own))};
  EXPECT_EQ(refused(one, "dev-1", {}).reason, Reason::kProofMissing);
  EXPECT_EQ(refused(one, "dev-1", {base::Bytes(100, 0x30)}).reason, Reason::kProofMalformed);
  EXPECT_EQ(refused(one, "dev-1", std::vector<base::Bytes>(21, own.der)).reason,
            Reason::kChainTooLong);
  const std::vector<Enrollment> line = {group("line", slot_of(root_))};
  EXPECT_EQ(refused(line, "dev-1", {}).reason, Reason::kProofMissing);
  EXPECT_EQ(refused(line, "dev-1", {base::Bytes(100, 0x30)}).reason, Reason::kProofMalformed);
  EXPECT_EQ(refused(line, "dev-1", std::vector<base::Bytes>(21, own.der)).reason,
            Reason::kChainTooLong);
}

TEST_F(X509Test, BoardWhoseNameOpenSslCannotRead_IsLetInByCertificateAndByKey) {
  const base::Bytes alias = alias_certificate();
  domain::TrustSlot slot;
  slot.certificate = certificate_of(alias);
  const auto whole = attest({individual(kAliasId, slot)}, kAliasId, {alias});
  ASSERT_TRUE(whole) << whole.error().received;
  EXPECT_EQ(whole->measured, std::vector<std::string>{std::string(kAliasFwid)});
  slot.certificate->by_key = true;
  slot.certificate->sha256.assign(32, 0);  // it was made anew, with another nonce
  const auto by_key = attest({individual(kAliasId, slot)}, kAliasId, {alias});
  ASSERT_TRUE(by_key) << by_key.error().received;
  base::Bytes forged = alias;
  forged.back() ^= 1;
  EXPECT_EQ(refused({individual(kAliasId, slot)}, kAliasId, {forged}).reason,
            Reason::kProofRejected);
  EXPECT_EQ(refused({individual("other", slot)}, "other", {alias}).reason,
            Reason::kCertificateName);
}

TEST_F(X509Test, BoardWhoseNameOpenSslCannotRead_IsInNoGroup) {
  EXPECT_EQ(refused({group("line", slot_of(root_))}, kAliasId, {alias_certificate()}).reason,
            Reason::kChainIncomplete);
}

TEST_F(X509Test, PolicyOnFirmware_IsAskedOfTheMeasuredDigest) {
  const base::Bytes alias = alias_certificate();
  domain::TrustSlot slot;
  slot.certificate = certificate_of(alias);
  Enrollment enrollment = individual(kAliasId, slot);
  auto& policy = std::get<domain::CertificateTrust>(enrollment.attestation).dice.emplace();
  policy.digests = {std::string(kAliasFwid)};
  EXPECT_TRUE(attest({enrollment}, kAliasId, {alias}));
  policy.digests = {std::string(64, '0')};
  const Refusal refusal = refused({enrollment}, kAliasId, {alias});
  EXPECT_EQ(refusal.reason, Reason::kFirmwareUnknown);
  EXPECT_NE(refusal.received.find(kAliasFwid), std::string::npos);
  policy.unknown = domain::UnknownFirmware::kHeld;
  const auto held = attest({enrollment}, kAliasId, {alias});
  ASSERT_TRUE(held);
  ASSERT_TRUE(held->withheld);
  EXPECT_EQ(held->withheld->reason, Reason::kFirmwareHeld);
}

TEST_F(X509Test, PolicyOnFirmware_RefusesADeviceThatMeasuresNothing) {
  Enrollment line = group("line", slot_of(root_));
  std::get<domain::CertificateTrust>(line.attestation).dice.emplace();
  EXPECT_EQ(refused({line}, "dev-1", {make(leaf("dev-1"), &root_).der}).reason,
            Reason::kFirmwareNotAccepted);
}

TEST_F(X509Test, Measurement_ThatIsCriticalAndUnreadable_IsRefusedEvenWithoutPolicy) {
  Recipe recipe = leaf("dev-1");
  recipe.critical_oid = "2.23.133.5.4.1";  // with a NULL in it
  EXPECT_EQ(refused({group("line", slot_of(root_))}, "dev-1", {make(recipe, &root_).der}).reason,
            Reason::kProofMalformed);
}

TEST_F(X509Test, Group_LetsInWhoeverIsBelowItsCertificate) {
  const Made device = make(leaf("Dev-1"), &between_);
  for (const Made* signing : {&between_, &root_}) {
    const auto attested =
        attest({group("line", slot_of(*signing))}, "dev-1", {device.der, between_.der});
    ASSERT_TRUE(attested) << attested.error().received;
    EXPECT_EQ(attested->certificates,
              (std::vector{certificate_of(device.der).sha256, certificate_of(between_.der).sha256,
                           certificate_of(root_.der).sha256}));
    EXPECT_NE(attested->detail.find("the primary certificate of group 'line'"), std::string::npos)
        << attested->detail;
  }
}

TEST_F(X509Test, GroupByNameOfACa_NeedsThatCaVerified) {
  const Made device = make(leaf("dev-1"), &root_);
  const std::vector<Enrollment> line = {group("line", slot_named("gone"), slot_named("ROOT"))};
  const auto attested = attest(line, "dev-1", {device.der});
  ASSERT_TRUE(attested) << attested.error().received;
  EXPECT_EQ(attested->slot, KeySlot::kSecondary);
  authorities_.front().verified = false;
  const Refusal refusal = refused(line, "dev-1", {device.der});
  EXPECT_EQ(refusal.reason, Reason::kCaNotVerified);
  EXPECT_NE(refusal.received.find("CA 'root'"), std::string::npos) << refusal.received;
}

TEST_F(X509Test, NearestGroup_WinsAlsoWhenItIsSwitchedOff) {
  const Made device = make(leaf("dev-1"), &between_);
  std::vector<Enrollment> groups = {group("wide", slot_of(root_)),
                                    group("near", slot_of(between_))};
  groups[1].enabled = false;
  const auto attested = attest(groups, "dev-1", {device.der, between_.der});
  ASSERT_TRUE(attested);
  EXPECT_EQ(attested->candidate, 1U);
  groups.push_back(group("near-too", slot_of(between_)));
  EXPECT_EQ(attest(groups, "dev-1", {device.der, between_.der})->candidate, 2U)
      << "of two with the same certificate the one that is on";
}

TEST_F(X509Test, CaRollover_TakesDevicesOfBothCas) {
  const Made before = make(ca("Rolled over"));
  const Made after = make(ca("Rolled over"));
  authorities_ = {ca_record("before", before), ca_record("after", after)};
  const std::vector<Enrollment> line = {group("line", slot_of(before), slot_of(after))};
  EXPECT_EQ(attest(line, "dev-1", {make(leaf("dev-1"), &before).der})->slot, KeySlot::kPrimary);
  EXPECT_EQ(attest(line, "dev-1", {make(leaf("dev-1"), &after).der})->slot, KeySlot::kSecondary);
  authorities_[1].verified = false;
  EXPECT_EQ(refused(line, "dev-1", {make(leaf("dev-1"), &after).der}).reason,
            Reason::kCaNotVerified);
}

TEST_F(X509Test, Group_RefusesWithTheReasonAndTheCertificateAtFault) {
  const std::vector<Enrollment> line = {group("line", slot_of(root_))};
  const auto of_leaf = [&](const Recipe& recipe) {
    return refused(line, "dev-1", {make(recipe, &root_).der});
  };
  EXPECT_EQ(of_leaf(leaf("dev-2")).reason, Reason::kCertificateName);
  Recipe recipe = leaf("dev-1");
  recipe.until = day(-1);
  EXPECT_EQ(of_leaf(recipe).reason, Reason::kCertificateExpired);
  Recipe old = ca("Old");
  old.until = day(-1);
  const Made expired = make(old, &root_);
  const Refusal above = refused(line, "dev-1", {make(leaf("dev-1"), &expired).der, expired.der});
  EXPECT_EQ(above.reason, Reason::kCertificateExpired);
  EXPECT_NE(above.received.find("certificate 2 on the way to the CA, 'CN=Old,O=Pki' expired at"),
            std::string::npos)
      << above.received;
  recipe = leaf("dev-1");
  recipe.usage = "serverAuth";
  EXPECT_EQ(of_leaf(recipe).reason, Reason::kCertificateUsage);
  recipe = leaf("dev-1");
  recipe.key = "RSA-1024";
  EXPECT_EQ(of_leaf(recipe).reason, Reason::kCertificateWeak);
  recipe = leaf("dev-1");
  recipe.critical_oid = "1.2.3.4.5";
  EXPECT_EQ(of_leaf(recipe).reason, Reason::kCertificateExtension);
  const Made impostor = make(ca("Root"));
  EXPECT_EQ(refused(line, "dev-1", {make(leaf("dev-1"), &impostor).der}).reason,
            Reason::kProofRejected);
  EXPECT_EQ(refused(line, "dev-1", {make(leaf("dev-1"), &between_).der}).reason,
            Reason::kChainIncomplete);
}

TEST_F(X509Test, GoodChainWithoutAGroupOnIt_IsNotEnrolled) {
  const Made other = make(ca("Other"));
  authorities_.push_back(ca_record("other", other));
  const Refusal refusal =
      refused({group("line", slot_of(root_))}, "dev-1", {make(leaf("dev-1"), &other).der});
  EXPECT_EQ(refusal.reason, Reason::kNotEnrolled);
  EXPECT_NE(refusal.received.find("CA 'other'"), std::string::npos) << refusal.received;
}

TEST_F(X509Test, GroupsOwnCertificate_IsNoDeviceOfTheGroup) {
  Recipe recipe = ca("dev-1");
  recipe.key_usage = "critical,digitalSignature,keyCertSign";
  const Made self = make(recipe, &root_);
  EXPECT_EQ(refused({group("line", slot_of(self))}, "dev-1", {self.der}).reason,
            Reason::kNotEnrolled);
}

TEST_F(X509Test, CasOfTheScope_CountAsTheyAreNow) {
  const Made device = make(leaf("dev-1"), &between_);
  const std::vector<Enrollment> line = {group("line", slot_of(between_))};
  ASSERT_TRUE(attest(line, "dev-1", {device.der, between_.der}));
  authorities_.clear();
  EXPECT_EQ(refused(line, "dev-1", {device.der, between_.der}).reason, Reason::kChainIncomplete);
  authorities_ = {ca_record("between", between_)};
  EXPECT_TRUE(attest(line, "dev-1", {device.der}));
}

TEST_F(X509Test, DeviceThatWasLetInBefore_IsJudgedByTheCasOfNow) {
  const Made device = make(leaf("dev-1"), &between_);
  const std::vector<base::Bytes> sent = {device.der, between_.der};
  const std::vector<Enrollment> line = {group("line", slot_of(between_))};
  const std::vector<domain::CaCertificate> verified = authorities_;
  const auto let_in = [&] {
    authorities_ = verified;
    return attest(line, "dev-1", sent).has_value();
  };
  ASSERT_TRUE(let_in());
  authorities_ = {ca_record("root", root_, false)};
  EXPECT_EQ(refused(line, "dev-1", sent).reason, Reason::kCaNotVerified);
  ASSERT_TRUE(let_in());
  authorities_ = {ca_record("other", make(ca("Other")), true, "0ne0A0B0C0D")};
  EXPECT_EQ(refused(line, "dev-1", sent).reason, Reason::kChainIncomplete);
  ASSERT_TRUE(let_in());
  authorities_ = {ca_record("root", make(ca("Root")))};
  EXPECT_FALSE(attest(line, "dev-1", sent)) << "another CA of the same name";
  EXPECT_TRUE(let_in());
}

TEST_F(X509Test, DeviceThatWasLetInBefore_IsJudgedByTheEnrollmentsOfNow) {
  const Made device = make(leaf("dev-1"), &between_);
  const std::vector<base::Bytes> sent = {device.der, between_.der};
  ASSERT_TRUE(attest({group("line", slot_of(between_))}, "dev-1", sent));
  const Made aside = make(ca("Aside"), &root_);
  EXPECT_EQ(refused({group("line", slot_of(aside))}, "dev-1", sent).reason, Reason::kNotEnrolled);
  EXPECT_EQ(refused({individual("dev-1", slot_of(aside))}, "dev-1", sent).reason,
            Reason::kProofRejected);
  EXPECT_EQ(refused({group("line", slot_of(between_))}, "dev-2", sent).reason,
            Reason::kCertificateName);
}

TEST_F(X509Test, DeviceThatWasLetInBefore_IsRefusedOnceAnyOfItsCertificatesExpired) {
  Recipe short_ca = ca("Short");
  short_ca.until = day(10);
  const Made between = make(short_ca, &root_);
  Recipe short_leaf = leaf("dev-1");
  short_leaf.until = day(20);
  const Made by_ca = make(leaf("dev-1"), &between);
  const Made by_leaf = make(short_leaf, &between_);
  const std::vector<Enrollment> line = {group("line", slot_of(root_))};
  ASSERT_TRUE(attest(line, "dev-1", {by_ca.der, between.der}));
  ASSERT_TRUE(attest(line, "dev-1", {by_leaf.der, between_.der}));
  now_ = day(11);
  EXPECT_EQ(refused(line, "dev-1", {by_ca.der, between.der}).reason, Reason::kCertificateExpired);
  EXPECT_TRUE(attest(line, "dev-1", {by_leaf.der, between_.der}));
  now_ = day(21);
  EXPECT_EQ(refused(line, "dev-1", {by_leaf.der, between_.der}).reason,
            Reason::kCertificateExpired);
}

// Whoever asks what is revoked asks with these, so all of them must be there each time.
TEST_F(X509Test, DeviceThatWasLetInBefore_NamesEveryCertificateOfItsPathAgain) {
  const Made device = make(leaf("dev-1"), &between_);
  const std::vector<Enrollment> line = {group("line", slot_of(between_))};
  const auto first = attest(line, "dev-1", {device.der, between_.der});
  const auto again = attest(line, "dev-1", {device.der, between_.der});
  ASSERT_TRUE(first && again);
  EXPECT_EQ(again->certificates.size(), 3U);
  EXPECT_EQ(again->certificates, first->certificates);
  EXPECT_EQ(again->detail, first->detail);
}

}  // namespace
}  // namespace berth::attestation
