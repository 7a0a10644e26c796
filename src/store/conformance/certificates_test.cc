// The CAs of scopes, what is revoked, and what was issued.
#include "store/conformance/certificates.h"

#include <fmt/format.h>

#include <utility>

namespace berth::store::conformance {
namespace {

using domain::CaCertificate;
using domain::CertificateRecord;
using domain::RevokedCertificate;
using management::MustBeVersion;
using management::MustExist;
using management::PutCa;
using management::PutRevoked;
using management::RemoveCa;
using management::RemoveRevoked;
using management::Whatever;
using testing::ElementsAre;
using testing::IsEmpty;

class Certificates : public Suite {
 protected:
  void SetUp() override {
    Suite::SetUp();
    if (!HasFatalFailure()) create_scope_with_hub();
  }
  std::vector<std::string> cas(const domain::ScopeId& scope = kScope) {
    const auto listing = wait(catalog().list_cas(scope.text()));
    EXPECT_THAT(listing, Succeeds());
    std::vector<std::string> names;
    if (!listing) return names;
    for (const CaCertificate& each : listing->items) names.push_back(each.name);
    return names;
  }
  std::vector<std::string> authorities() {
    const auto snapshot = wait(registrations().scope_snapshot(kScope));
    EXPECT_THAT(snapshot, Succeeds());
    std::vector<std::string> names;
    if (!snapshot) return names;
    for (const CaCertificate& each : snapshot->authorities) names.push_back(each.name);
    return names;
  }
  // The reason of the first that is revoked, as both ports say it.
  std::string revoked(const std::vector<base::Bytes>& certificates,
                      const domain::ScopeId& scope = kScope) {
    const auto here = wait(registrations().find_revoked(scope, certificates));
    const auto there = wait(device_store().find_revoked(scope, certificates));
    EXPECT_THAT(here, Succeeds());
    EXPECT_THAT(there, Succeeds());
    if (!here || !there) return "failed";
    EXPECT_EQ(here->has_value(), there->has_value());
    return *here ? (*here)->reason : std::string();
  }
  Result<domain::Listing<CertificateRecord>> issued(const std::string& registration_key = "",
                                                    domain::Page page = {}) {
    return wait(catalog().list_issued(kScope.text(), registration_key, std::move(page)));
  }
  std::vector<std::string> serials(const std::string& registration_key = "") {
    const auto listing = issued(registration_key);
    EXPECT_THAT(listing, Succeeds());
    std::vector<std::string> all;
    if (!listing) return all;
    for (const CertificateRecord& each : listing->items) all.push_back(each.serial);
    return all;
  }
  void issue(std::string_view id, std::uint8_t number) {
    auto assignment = make_assignment(id);
    const auto current = dossier(base::ascii_lower(id)).current;
    if (current) assignment->expected_version = current->version;
    assignment->issued = make_issued(id, number);
    ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  }
};

// ---- CAs

TEST_P(Certificates, CaKeepsEveryFieldAndIsFoundWithoutCase) {
  CaCertificate in = make_ca("Plant-Root");
  in.verified = true;
  in.verification_code = std::string(48, 'a');
  ASSERT_THAT(create(PutCa{in}), Succeeds());
  const auto out = wait(catalog().get_ca(kScope.text(), "PLANT-root"));
  ASSERT_THAT(out, Succeeds());
  EXPECT_EQ(out->scope, kScope);
  EXPECT_EQ(out->name, "Plant-Root");
  EXPECT_EQ(out->certificate, in.certificate);
  EXPECT_TRUE(out->verified);
  EXPECT_EQ(out->verification_code, in.verification_code);
  EXPECT_EQ(out->created_at, in.created_at);
  EXPECT_EQ(out->updated_at, in.updated_at);
  EXPECT_EQ(out->version, 1U);
  EXPECT_THAT(create(PutCa{make_ca("plant-root")}), FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(wait(catalog().get_ca(kOtherScope.text(), "Plant-Root")),
              FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(create(PutCa{make_ca("x", domain::ScopeId::trusted("0neGONE"))}),
              FailsWith(ErrorKind::kNotFound));
}

TEST_P(Certificates, ChangeOfACaKeepsNameAndCreationAndCountsItsVersion) {
  ASSERT_THAT(create(PutCa{make_ca("Root")}), Succeeds());
  CaCertificate changed = make_ca("ROOT");
  changed.verified = true;
  changed.created_at = changed.updated_at = at(999);
  EXPECT_THAT(apply(PutCa{changed}, MustBeVersion{2}), FailsWith(ErrorKind::kPreconditionFailed));
  EXPECT_EQ(apply(PutCa{changed}, MustBeVersion{1}).value_or(0), 2U);
  const auto out = wait(catalog().get_ca(kScope.text(), "root"));
  ASSERT_THAT(out, Succeeds());
  EXPECT_EQ(out->name, "Root");
  EXPECT_TRUE(out->verified);
  EXPECT_EQ(out->created_at, make_ca("Root").created_at);
  EXPECT_EQ(out->updated_at, at(999));
}

TEST_P(Certificates, EveryChangeOfACaIsSeenInANewSnapshot) {
  std::uint64_t before = catalog_version();
  const auto grown = [&] {
    const std::uint64_t now = catalog_version();
    return std::exchange(before, now) < now;
  };
  ASSERT_THAT(create(PutCa{make_ca("b")}), Succeeds());
  EXPECT_TRUE(grown());
  ASSERT_THAT(create(PutCa{make_ca("A")}), Succeeds());
  EXPECT_TRUE(grown());
  EXPECT_THAT(authorities(), ElementsAre("A", "b"));
  ASSERT_THAT(apply(PutCa{make_ca("b")}, MustExist{}), Succeeds());
  EXPECT_TRUE(grown());
  ASSERT_THAT(apply(RemoveCa{kScope, "B"}, MustExist{}), Succeeds());
  EXPECT_TRUE(grown());
  EXPECT_THAT(authorities(), ElementsAre("A"));
  EXPECT_THAT(apply(RemoveCa{kScope, "b"}, MustExist{}), FailsWith(ErrorKind::kNotFound));
  EXPECT_FALSE(grown());
}

TEST_P(Certificates, CasAreListedInOrderUpToTheBoundOfAScope) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  ASSERT_THAT(create(PutCa{make_ca("elsewhere", kOtherScope)}), Succeeds());
  for (std::size_t i = 0; i < domain::kCaCertificatesMax; ++i) {
    ASSERT_THAT(create(PutCa{make_ca(fmt::format("ca-{:03}", i))}), Succeeds());
  }
  EXPECT_THAT(create(PutCa{make_ca("more")}), FailsWith(ErrorKind::kTooMany));
  EXPECT_THAT(create(PutCa{make_ca("ca-000")}), FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(apply(PutCa{make_ca("ca-000")}, MustExist{}), Succeeds());
  EXPECT_EQ(cas().size(), domain::kCaCertificatesMax);
  EXPECT_EQ(cas().front(), "ca-000");
  EXPECT_THAT(cas(kOtherScope), ElementsAre("elsewhere"));
  const auto few = wait(registrations().all_authorities(kOtherScope, 2));
  ASSERT_THAT(few, Succeeds());
  ASSERT_EQ(few->size(), 2U);
  EXPECT_EQ(few->at(0).name, "elsewhere");
  EXPECT_EQ(few->at(1).scope, kScope);
}

// ---- revocation

TEST_P(Certificates, TheFirstThatIsRevokedIsFoundInItsScopeAlone) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  EXPECT_EQ(revoked({sha(1), sha(2)}), "");
  EXPECT_EQ(revoked({}), "");
  ASSERT_THAT(create(PutRevoked{make_revoked(2)}), Succeeds());
  ASSERT_THAT(create(PutRevoked{make_revoked(7)}), Succeeds());
  EXPECT_EQ(revoked({sha(1), sha(7), sha(2)}), "reason 7");
  EXPECT_EQ(revoked({sha(2), sha(7)}), "reason 2");
  EXPECT_EQ(revoked({sha(1)}), "");
  EXPECT_EQ(revoked({sha(2)}, kOtherScope), "");
  std::vector<base::Bytes> chain;
  for (std::uint8_t i = 100; i < 130; ++i) chain.push_back(sha(i));
  EXPECT_EQ(revoked(chain), "");
  chain.push_back(sha(7));
  EXPECT_EQ(revoked(chain), "reason 7");
}

TEST_P(Certificates, RevocationKeepsEveryFieldAndIsLifted) {
  const RevokedCertificate in = make_revoked(3);
  ASSERT_THAT(create(PutRevoked{in}), Succeeds());
  EXPECT_THAT(create(PutRevoked{in}), FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(create(PutRevoked{make_revoked(4, 0, domain::ScopeId::trusted("0neGONE"))}),
              FailsWith(ErrorKind::kNotFound));
  const auto listing = wait(catalog().list_revoked(kScope.text(), {}));
  ASSERT_THAT(listing, Succeeds());
  ASSERT_EQ(listing->items.size(), 1U);
  const RevokedCertificate& out = listing->items.front();
  EXPECT_EQ(out.scope, kScope);
  EXPECT_EQ(out.sha256, in.sha256);
  EXPECT_EQ(out.subject, in.subject);
  EXPECT_EQ(out.reason, in.reason);
  EXPECT_EQ(out.at, in.at);
  ASSERT_THAT(apply(RemoveRevoked{kScope, sha(3)}, MustExist{}), Succeeds());
  EXPECT_EQ(revoked({sha(3)}), "");
  EXPECT_THAT(apply(RemoveRevoked{kScope, sha(3)}, MustExist{}), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Certificates, RevokedOnesAreListedNewestFirstPageByPage) {
  for (std::uint8_t number = 1; number <= 5; ++number) {
    ASSERT_THAT(create(PutRevoked{make_revoked(number, number == 5 ? 40 : number * 10)}),
                Succeeds());
  }
  std::vector<std::string> reasons;
  domain::Page page{"", 2};
  do {
    const auto listing = wait(catalog().list_revoked(kScope.text(), page));
    ASSERT_THAT(listing, Succeeds());
    for (const RevokedCertificate& each : listing->items) reasons.push_back(each.reason);
    page.cursor = listing->next_cursor;
  } while (!page.cursor.empty());
  EXPECT_THAT(reasons, ElementsAre("reason 5", "reason 4", "reason 3", "reason 2", "reason 1"));
  EXPECT_THAT(wait(catalog().list_revoked(kScope.text(), {"6162", 2})),
              FailsWith(ErrorKind::kInvalid));
}

// ---- issued certificates

TEST_P(Certificates, IssuedOnesAreListedNewestFirstOfAllOrOfOneRegistration) {
  issue("Dev-1", 1);
  issue("dev-2", 2);
  issue("Dev-1", 3);
  EXPECT_THAT(serials(), ElementsAre("03", "02", "01"));
  EXPECT_THAT(serials("dev-1"), ElementsAre("03", "01"));
  EXPECT_THAT(serials("dev-9"), IsEmpty());
  const auto first = issued("", {"", 2});
  ASSERT_THAT(first, Succeeds());
  ASSERT_EQ(first->items.size(), 2U);
  const auto second = issued("", {first->next_cursor, 2});
  ASSERT_THAT(second, Succeeds());
  ASSERT_EQ(second->items.size(), 1U);
  EXPECT_EQ(second->next_cursor, "");
  const CertificateRecord in = make_issued("Dev-1", 1);
  const CertificateRecord& out = second->items.front();
  EXPECT_EQ(out.scope, in.scope);
  EXPECT_EQ(out.sha256, in.sha256);
  EXPECT_EQ(out.serial, in.serial);
  EXPECT_EQ(out.subject, in.subject);
  EXPECT_EQ(out.registration, in.registration);
  EXPECT_EQ(out.hub, in.hub);
  EXPECT_EQ(out.device, in.device);
  EXPECT_EQ(out.not_before, in.not_before);
  EXPECT_EQ(out.not_after, in.not_after);
  EXPECT_EQ(out.issued_at, in.issued_at);
  EXPECT_FALSE(out.revoked_at);
  EXPECT_THAT(issued("", {"6162", 2}), FailsWith(ErrorKind::kInvalid));
}

TEST_P(Certificates, IssuedOneSaysWhetherItIsRevokedAndOutlivesItsRegistration) {
  issue("dev-1", 1);
  issue("dev-1", 2);
  ASSERT_THAT(apply(PutRevoked{make_revoked(1, 33)}, Whatever{}), Succeeds());
  auto listing = issued();
  ASSERT_THAT(listing, Succeeds());
  EXPECT_FALSE(listing->items.at(0).revoked_at);
  EXPECT_EQ(listing->items.at(1).revoked_at, at(33));
  ASSERT_THAT(apply(RemoveRevoked{kScope, sha(1)}, MustExist{}), Succeeds());
  EXPECT_FALSE(issued()->items.at(1).revoked_at);
  const auto id = domain::RegistrationId::trusted("dev-1");
  ASSERT_THAT(apply(management::RemoveRegistration{kScope, id}, MustExist{}), Succeeds());
  EXPECT_THAT(serials("dev-1"), ElementsAre("02", "01"));
}

TEST_P(Certificates, IssuedOneIsNotListedWhenTheCommitFails) {
  issue("dev-1", 1);
  auto late = make_assignment("dev-1");
  late->expected_version = 7;
  late->issued = make_issued("dev-1", 2);
  EXPECT_THAT(commit(std::move(late)), FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(serials(), ElementsAre("01"));
}

TEST_P(Certificates, AllGoWithTheirScope) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  ASSERT_THAT(create(PutCa{make_ca("root", kOtherScope)}), Succeeds());
  ASSERT_THAT(create(PutRevoked{make_revoked(1, 0, kOtherScope)}), Succeeds());
  domain::TpmChallenge challenge = make_challenge("dev-1");
  challenge.scope = kOtherScope;
  ASSERT_THAT(wait(registrations().put_challenge(challenge)), Succeeds());
  ASSERT_THAT(apply(management::RemoveScope{kOtherScope}, MustExist{}), Succeeds());
  EXPECT_THAT(wait(registrations().put_challenge(challenge)), FailsWith(ErrorKind::kNotFound));
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  EXPECT_THAT(cas(kOtherScope), IsEmpty());
  EXPECT_EQ(revoked({sha(1)}, kOtherScope), "");
  EXPECT_FALSE(*wait(registrations().find_challenge(kOtherScope, challenge.registration)));
}

BERTH_CONFORMANCE(Certificates);

}  // namespace
}  // namespace berth::store::conformance
