// Challenges for TPMs, the fields that certificates and TPM keys added to other records, and what
// the hub reads of a device that has certificates.
#include "store/conformance/certificates.h"
#include "store/conformance/members.h"

#include <atomic>

namespace berth::store::conformance {
namespace {

using management::MustExist;
using management::PutCa;
using management::PutEnrollment;
using provisioning::Assignment;
using testing::ElementsAre;
using testing::SizeIs;
using testing::StartsWith;

class Challenges : public MemberSuite {
 protected:
  std::optional<domain::TpmChallenge> find(std::string_view id) {
    const auto registration = domain::RegistrationId::trusted(std::string(id));
    auto found = wait(registrations().find_challenge(kScope, registration));
    EXPECT_THAT(found, Succeeds());
    return found.value_or(std::nullopt);
  }
  void put(const domain::TpmChallenge& challenge) {
    ASSERT_THAT(wait(registrations().put_challenge(challenge)), Succeeds());
  }
  std::unique_ptr<Assignment> answer(std::string_view id) {
    auto assignment = make_assignment(id);
    assignment->registration.enrollment = {domain::EnrollmentKind::kIndividual,
                                           domain::EnrollmentId::trusted(std::string(id))};
    assignment->uses_challenge = true;
    return assignment;
  }
};

TEST_P(Challenges, KeepEveryFieldAndTheLastOneStays) {
  put(make_challenge("Dev-1"));
  domain::TpmChallenge in = make_challenge("dev-1", 9);
  in.used = true;
  in.expires_at = at(5000);
  put(in);
  const auto out = find("DEV-1");
  ASSERT_TRUE(out);
  EXPECT_EQ(out->scope, kScope);
  EXPECT_EQ(out->registration, in.registration);
  EXPECT_EQ(out->key, in.key);
  EXPECT_EQ(out->storage_root_key, in.storage_root_key);
  EXPECT_EQ(out->expires_at, in.expires_at);
  EXPECT_TRUE(out->used);
  EXPECT_FALSE(find("dev-2"));
}

TEST_P(Challenges, DossierHasOneOnlyForTheEnrollmentOfATpm) {
  put(make_challenge("dev-1"));
  EXPECT_FALSE(dossier("dev-1").challenge);
  ASSERT_THAT(create(PutEnrollment{make_individual("dev-1")}), Succeeds());
  EXPECT_FALSE(dossier("dev-1").challenge);
  ASSERT_THAT(create(PutEnrollment{make_tpm("Dev-2")}), Succeeds());
  EXPECT_FALSE(dossier("dev-2").challenge);
  put(make_challenge("dev-2", 5));
  const provisioning::Dossier found = dossier("dev-2");
  ASSERT_TRUE(found.challenge && found.individual);
  EXPECT_EQ(found.challenge->key, make_challenge("dev-2", 5).key);
}

TEST_P(Challenges, AnswerIsGoodOnce) {
  put(make_challenge("Dev-1"));
  ASSERT_THAT(commit(answer("Dev-1")), Succeeds());
  EXPECT_TRUE(find("dev-1")->used);
  auto again = answer("Dev-1");
  again->expected_version = 1;
  const auto refused = commit(std::move(again));
  EXPECT_THAT(refused, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(refused).what, StartsWith(std::string(provisioning::kLostRaceWord)));
  EXPECT_EQ(dossier("dev-1").current->version, 1U);  // nothing of it was written
  EXPECT_THAT(commit(answer("dev-2")), FailsWith(ErrorKind::kConflict));
  EXPECT_FALSE(dossier("dev-2").current);
}

TEST_P(Challenges, OfManyAnswersAtOnceOneIsGood) {
  put(make_challenge("dev-1"));
  std::atomic<int> good{0};
  const auto one = [&] {
    if (commit(answer("dev-1"))) ++good;
  };
  together({one, one, one, one});
  EXPECT_EQ(good.load(), 1);
}

TEST_P(Challenges, GoWithTheRegistrationAndWithTheKeysTheyProve) {
  put(make_challenge("dev-1"));
  ASSERT_THAT(commit(answer("dev-1")), Succeeds());
  const auto id = domain::RegistrationId::trusted("Dev-1");
  ASSERT_THAT(apply(management::RemoveRegistration{kScope, id}, MustExist{}), Succeeds());
  EXPECT_FALSE(find("dev-1"));
  put(make_challenge("dev-1"));
  ASSERT_THAT(create(PutEnrollment{make_tpm("Dev-1")}), Succeeds());
  EXPECT_FALSE(find("dev-1"));
}

TEST_P(Challenges, ThoseThatAreOverAreDroppedNowAndThen) {
  domain::TpmChallenge lasting = make_challenge("lasting");
  lasting.expires_at = clock_.wall() + std::chrono::hours(1);
  put(lasting);
  for (int i = 0; i < 100; ++i) put(make_challenge("dev-" + std::to_string(i)));  // all are over
  reopen();
  EXPECT_TRUE(find("lasting"));
  EXPECT_FALSE(find("dev-0"));
}

// ---- fields of other records

TEST_P(Challenges, EnrollmentsKeepCertificatesPolicyKeysAndIssuance) {
  domain::DicePolicy policy;
  policy.digests = {std::string(64, 'a'), std::string(64, 'b')};
  policy.vendor = "Vendör";
  policy.model = "M";
  policy.version_min = "1.2.3";
  policy.svn_min = ~std::uint64_t{0};
  policy.debug = true;
  policy.unknown = domain::UnknownFirmware::kHeld;
  domain::CertificateTrust trust;
  trust.primary = domain::TrustSlot{make_certificate(1)};
  trust.secondary = domain::TrustSlot{std::nullopt, "Root"};
  trust.dice = policy;
  domain::Enrollment group = make_group("certified");
  group.attestation = trust;
  group.issuance = domain::CertificateIssuance{std::chrono::days(90)};
  ASSERT_THAT(create(PutEnrollment{group}), Succeeds());
  ASSERT_THAT(create(PutEnrollment{make_tpm("tpm-1")}), Succeeds());

  const auto out =
      wait(catalog().get_enrollment(kScope.text(), domain::EnrollmentKind::kGroup, "certified"));
  ASSERT_THAT(out, Succeeds());
  EXPECT_EQ(out->issuance, group.issuance);
  const auto* kept = std::get_if<domain::CertificateTrust>(&out->attestation);
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->primary, trust.primary);
  EXPECT_EQ(kept->secondary, trust.secondary);
  EXPECT_EQ(kept->dice, policy);
  EXPECT_THAT(*wait(registrations().product_groups("", 10)), SizeIs(1));  // kProduct alone

  const auto tpm = dossier("tpm-1").individual;
  ASSERT_TRUE(tpm);
  EXPECT_FALSE(tpm->issuance);
  const auto* keys = std::get_if<domain::TpmKeys>(&tpm->attestation);
  ASSERT_NE(keys, nullptr);
  EXPECT_EQ(keys->endorsement_key, base::Bytes(314, 7));
  EXPECT_EQ(keys->storage_root_key, base::Bytes(300, 8));
}

TEST_P(Challenges, ScopeKeepsItsIssuingAuthority) {
  domain::Scope in = make_scope();
  in.issuing_authority =
      domain::IssuingAuthority{base::Bytes(500, 1), base::Bytes(400, 2), {{3, 4}}, at(44)};
  ASSERT_THAT(apply(management::PutScope{in}, MustExist{}), Succeeds());
  const auto out = wait(catalog().get_scope(kScope.text()));
  ASSERT_THAT(out, Succeeds());
  ASSERT_TRUE(out->issuing_authority);
  EXPECT_EQ(out->issuing_authority->certificate, in.issuing_authority->certificate);
  EXPECT_EQ(out->issuing_authority->root, in.issuing_authority->root);
  EXPECT_EQ(out->issuing_authority->key, in.issuing_authority->key);
  EXPECT_EQ(out->issuing_authority->created_at, at(44));
}

TEST_P(Challenges, RegistrationAndDeviceKeepWhatProvedThem) {
  auto assignment = make_assignment("dev-1");
  domain::Registration& in = assignment->registration;
  in.attestation = "tpm";
  in.activation = base::Bytes(400, 5);
  in.issued_chain = {base::Bytes(500, 1), base::Bytes(600, 2)};
  in.storage_root_key = base::Bytes(300, 6);
  in.measured = {"aa", "bb"};
  assignment->device->certificate = make_pinned(1);
  assignment->device->secondary_certificate = make_pinned(2);
  assignment->device->ca_signed = true;
  const domain::Registration written = in;
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  const auto out = dossier("dev-1").current;
  ASSERT_TRUE(out);
  EXPECT_EQ(out->attestation, "tpm");
  EXPECT_EQ(out->activation, written.activation);
  EXPECT_EQ(out->issued_chain, written.issued_chain);
  EXPECT_EQ(out->storage_root_key, written.storage_root_key);
  EXPECT_THAT(out->measured, ElementsAre("aa", "bb"));
  const auto device = device_dossier("dev-1").device;
  ASSERT_TRUE(device);
  EXPECT_EQ(device->certificate, make_pinned(1));
  EXPECT_EQ(device->secondary_certificate, make_pinned(2));
  EXPECT_TRUE(device->ca_signed);
}

// ---- what the hub reads

class CertifiedDevices : public Challenges {
 protected:
  void SetUp() override {
    Challenges::SetUp();
    if (HasFatalFailure()) return;
    domain::CaCertificate verified = make_ca("verified");
    verified.verified = true;
    ASSERT_THAT(create(PutCa{verified}), Succeeds());
    ASSERT_THAT(create(PutCa{make_ca("claimed")}), Succeeds());
  }
  void switch_group(bool on) {
    domain::Enrollment group = make_group("Line-7");
    group.enabled = on;
    ASSERT_THAT(apply(PutEnrollment{group}, MustExist{}), Succeeds());
  }
  void remove_group() {
    const domain::EnrollmentRef group{domain::EnrollmentKind::kGroup,
                                      domain::EnrollmentId::trusted("Line-7")};
    ASSERT_THAT(apply(management::RemoveEnrollment{kScope, group}, MustExist{}), Succeeds());
  }
  void provision(std::string_view id, const std::function<void(domain::Device&)>& mark) {
    auto assignment = make_assignment(id);
    mark(*assignment->device);
    ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  }
  // "on", "off", and the names of the authorities.
  std::string hangs_on(std::string_view id) {
    const hub::Dossier found = device_dossier(id);
    EXPECT_TRUE(found.device);
    std::string text = found.enrollment_enabled ? "on" : "off";
    for (const domain::CaCertificate& each : found.authorities) text += " " + each.name;
    return text;
  }
};

TEST_P(CertifiedDevices, PinnedOneHangsOnAnEnrollmentThatIsSwitchedOff) {
  provision("first", [](domain::Device& device) { device.certificate = make_pinned(1); });
  provision("second",
            [](domain::Device& device) { device.secondary_certificate = make_pinned(2); });
  provision("keys", [](domain::Device&) {});
  EXPECT_EQ(hangs_on("first"), "on");
  switch_group(false);
  EXPECT_EQ(hangs_on("first"), "off");
  EXPECT_EQ(hangs_on("second"), "off");
  EXPECT_EQ(hangs_on("keys"), "on");  // nothing is read for it
  remove_group();
  EXPECT_EQ(hangs_on("first"), "on");
}

TEST_P(CertifiedDevices, SignedOneHangsOnTheVerifiedCasAndOnItsEnrollment) {
  provision("signed", [](domain::Device& device) { device.ca_signed = true; });
  EXPECT_EQ(hangs_on("signed"), "on verified");
  switch_group(false);
  EXPECT_EQ(hangs_on("signed"), "off verified");
  switch_group(true);
  EXPECT_EQ(hangs_on("signed"), "on verified");
  remove_group();
  EXPECT_EQ(hangs_on("signed"), "off verified");
}

TEST_P(CertifiedDevices, OneMadeByHandHangsOnNoEnrollment) {
  domain::Device device = make_identity("by-hand");
  device.ca_signed = true;
  ASSERT_THAT(create(management::PutDevice{device}), Succeeds());
  EXPECT_EQ(hangs_on("by-hand"), "on verified");
}

BERTH_CONFORMANCE(Challenges);
BERTH_CONFORMANCE(CertifiedDevices);

}  // namespace
}  // namespace berth::store::conformance
