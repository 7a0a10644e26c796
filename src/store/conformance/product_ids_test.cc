// Ids of groups with a product secret: in the whole server each is there once, and none begins with
// another.
#include "store/conformance/members.h"

namespace berth::store::conformance {
namespace {

using management::MustBeVersion;
using management::MustExist;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Two scopes; kScope has kProduct.
class ProductIds : public MemberSuite {
 protected:
  void SetUp() override {
    MemberSuite::SetUp();
    ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  }
  Result<std::uint64_t> make(std::string_view id, const domain::ScopeId& scope = kScope) {
    const auto group = domain::EnrollmentId::trusted(std::string(id));
    return create(management::PutEnrollment{make_product(group, scope)});
  }
  std::vector<std::string> products(const std::string& after = "", std::size_t count_max = 100) {
    const auto groups = wait(registrations().product_groups(after, count_max));
    EXPECT_THAT(groups, Succeeds());
    std::vector<std::string> ids;
    if (!groups) return ids;
    for (const domain::Enrollment& group : *groups) {
      ids.push_back(group.scope.text() + "/" + group.id.text());
    }
    return ids;
  }
};

TEST_P(ProductIds, IdOfAGroupWithAProductSecretIsThereOnceInTheWholeServer) {
  const auto shouting = domain::EnrollmentId::trusted("s3euvbrjlb");
  const auto taken = create(management::PutEnrollment{make_product(shouting, kOtherScope)});
  EXPECT_THAT(taken, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(taken).what, Not(HasSubstr(kScope.text())));
  EXPECT_THAT(create(management::PutEnrollment{make_group(kProduct.text(), kOtherScope)}),
              Succeeds());
  const domain::EnrollmentRef ref{domain::EnrollmentKind::kGroup, kProduct};
  ASSERT_THAT(apply(management::RemoveEnrollment{kScope, ref}, MustExist{}), Succeeds());
  EXPECT_THAT(apply(management::PutEnrollment{make_product(kProduct, kOtherScope)}, MustExist{}),
              Succeeds());
  EXPECT_THAT(products(), ElementsAre("0ne000000B2/S3EUVBRJLB"));
}

TEST_P(ProductIds, OfTwoScopesThatMakeTheSameGroupOneWins) {
  for (int round = 0; round < 10; ++round) {
    const auto id = domain::EnrollmentId::trusted("Race" + std::to_string(round));
    Result<std::uint64_t> one = Fail(ErrorKind::kInternal, "not run");
    Result<std::uint64_t> two = Fail(ErrorKind::kInternal, "not run");
    together({[&] { one = create(management::PutEnrollment{make_product(id)}); },
              [&] { two = create(management::PutEnrollment{make_product(id, kOtherScope)}); }});
    EXPECT_NE(one.has_value(), two.has_value());
    EXPECT_THAT(one ? two : one, FailsWith(ErrorKind::kConflict));
  }
}

TEST_P(ProductIds, ProductGroupsOfAllScopesAreReadInOrder) {
  const auto early = domain::EnrollmentId::trusted("AAA");
  ASSERT_THAT(create(management::PutEnrollment{make_product(early, kOtherScope)}), Succeeds());
  EXPECT_THAT(products(), ElementsAre("0ne000000B2/AAA", "0ne000000A1/S3EUVBRJLB"));
  EXPECT_THAT(products("", 1), ElementsAre("0ne000000B2/AAA"));
  EXPECT_THAT(products("aaa"), ElementsAre("0ne000000A1/S3EUVBRJLB"));
  EXPECT_THAT(products("s3euvbrjlb"), ElementsAre());
  EXPECT_THAT(products(std::string("\xff", 1)), ElementsAre());
}

TEST_P(ProductIds, IdThatBeginsWithAnothersIsRefused) {
  const auto here = make("S3EUVBRJLBX");
  EXPECT_THAT(here, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(here).what, AllOf(HasSubstr("'S3EUVBRJLBX'"), HasSubstr("begins with"),
                                         HasSubstr("'S3EUVBRJLB'")));
  EXPECT_THAT(error_of(here).mend, HasSubstr("same length"));
  const auto elsewhere = make("s3euvbrjlb0", kOtherScope);
  EXPECT_THAT(elsewhere, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(elsewhere).what,
              AllOf(HasSubstr("begins with that of a group of another scope"),
                    Not(HasSubstr(kProduct.text())), Not(HasSubstr(kScope.text()))));
  EXPECT_THAT(products(), ElementsAre("0ne000000A1/S3EUVBRJLB"));
}

TEST_P(ProductIds, IdThatIsTheBeginningOfAnothersIsRefused) {
  const auto here = make("s3eu");
  EXPECT_THAT(here, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(here).what, AllOf(HasSubstr("'s3eu'"), HasSubstr("is the beginning of"),
                                         HasSubstr("'S3EUVBRJLB'")));
  const auto elsewhere = make("S3EUVBRJL", kOtherScope);
  EXPECT_THAT(elsewhere, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(elsewhere).what, Not(HasSubstr(kProduct.text())));
  EXPECT_THAT(products(), ElementsAre("0ne000000A1/S3EUVBRJLB"));
}

// What sorts between an id and its beginning hides neither.
TEST_P(ProductIds, NeighboursInOrderHideNothing) {
  for (const char* id : {"ABCD", "ABCE1", "ABCEF", "ABCEFZ1"}) {
    make_older_product(domain::EnrollmentId::trusted(id), kScope);
  }
  EXPECT_THAT(make("ABCEFZ2"), FailsWith(ErrorKind::kConflict));  // ABCEF, behind ABCEFZ1
  EXPECT_THAT(make("ABCDZZZZ"), FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(make("ABCE"), FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(make("ABC"), FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(make("ABCE0"), Succeeds());
  EXPECT_THAT(make("ABCEE"), Succeeds());
  EXPECT_THAT(make("ABCF"), Succeeds());
  EXPECT_THAT(make("AAAA"), Succeeds());
  EXPECT_THAT(make("ZZZZ"), Succeeds());
}

TEST_P(ProductIds, OnlyGroupsWithAProductSecretAreInTheWay) {
  ASSERT_THAT(create(management::PutEnrollment{make_group("S3EUVBRJLBX")}), Succeeds());
  ASSERT_THAT(create(management::PutEnrollment{make_group("S3EU")}), Succeeds());
  EXPECT_THAT(make("PUMPS00001"), Succeeds());
  EXPECT_THAT(create(management::PutEnrollment{make_group("PUMPS000")}), Succeeds());
}

TEST_P(ProductIds, RemovedGroupIsInNobodysWay) {
  const domain::EnrollmentRef ref{domain::EnrollmentKind::kGroup, kProduct};
  ASSERT_THAT(apply(management::RemoveEnrollment{kScope, ref}, MustExist{}), Succeeds());
  EXPECT_THAT(make("S3EUVBRJLBX", kOtherScope), Succeeds());
  EXPECT_THAT(make("S3EUVBRJLB"), FailsWith(ErrorKind::kConflict));
}

// The rule is younger than the table.
TEST_P(ProductIds, GroupsThatOverlapAlreadyCanBeChangedAndRemoved) {
  const auto id = domain::EnrollmentId::trusted("S3EUVBRJLBX");
  make_older_product(id, kOtherScope);
  domain::Enrollment longer = make_product(id, kOtherScope);
  longer.enabled = false;
  EXPECT_THAT(apply(management::PutEnrollment{longer}, MustBeVersion{1}), Succeeds());
  EXPECT_THAT(apply(management::PutEnrollment{make_product()}, MustExist{}), Succeeds());
  const domain::EnrollmentRef ref{domain::EnrollmentKind::kGroup, longer.id};
  EXPECT_THAT(apply(management::RemoveEnrollment{kOtherScope, ref}, MustExist{}), Succeeds());
}

TEST_P(ProductIds, OfTwoScopesThatMakeOverlappingGroupsOneWins) {
  for (int round = 0; round < 10; ++round) {
    const std::string id = "Race" + std::to_string(round);
    Result<std::uint64_t> one = Fail(ErrorKind::kInternal, "not run");
    Result<std::uint64_t> two = Fail(ErrorKind::kInternal, "not run");
    together({[&] { one = make(id); }, [&] { two = make(id + "X", kOtherScope); }});
    EXPECT_NE(one.has_value(), two.has_value());
    EXPECT_THAT(one ? two : one, FailsWith(ErrorKind::kConflict));
  }
}

BERTH_CONFORMANCE(ProductIds);

}  // namespace
}  // namespace berth::store::conformance
