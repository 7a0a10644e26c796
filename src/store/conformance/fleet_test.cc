// The fleet: every device in one list whatever it is, each filter and order, page by page; and what
// happened lately.
#include "store/sql/fleet.h"

#include "store/conformance/members.h"
#include "store/conformance/suite.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::store::conformance {
namespace {

using domain::FindDevices;
using domain::FleetOrder;
using domain::FleetRow;
using domain::FleetStatus;
using testing::ElementsAre;
using testing::IsEmpty;

class FleetTest : public MemberSuite {
 protected:
  // One of each kind: "alone" may register and has not; "hand-1" was made by hand; "dev-1" and
  // "Dev-2" have registered; "line-9" is on the roster of kProduct.
  void SetUp() override {
    MemberSuite::SetUp();
    if (HasFatalFailure()) return;
    domain::Enrollment alone = make_individual("alone");
    alone.updated_at = at(400);
    ASSERT_THAT(create(management::PutEnrollment{alone}), Succeeds());
    ASSERT_THAT(add({"line-9"}), Succeeds());
    ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
    ASSERT_THAT(commit(make_assignment("Dev-2")), Succeeds());
    domain::Device by_hand = make_identity("hand-1");
    by_hand.display_name = "Boiler of the \"West\" hall";
    by_hand.updated_at = at(300);
    ASSERT_THAT(create(management::PutDevice{by_hand}), Succeeds());
  }

  std::vector<FleetRow> rows(FindDevices query) {
    std::vector<FleetRow> all;
    pages_ = 0;
    while (true) {
      const auto listing = wait(store().fleet().find(query));
      EXPECT_THAT(listing, Succeeds());
      if (!listing) return all;
      ++pages_;
      for (const FleetRow& row : listing->items) all.push_back(row);
      if (listing->next_cursor.empty()) return all;
      query.page.cursor = listing->next_cursor;
    }
  }
  std::vector<std::string> ids(FindDevices query = {}) {
    std::vector<std::string> found;
    for (const FleetRow& row : rows(std::move(query))) found.push_back(row.id);
    return found;
  }
  FleetRow row(const std::string& id) {
    for (FleetRow& each : rows({})) {
      if (each.id == id) return std::move(each);
    }
    ADD_FAILURE() << "no line for " << id;
    return {};
  }
  static FindDevices status(FleetStatus status) {
    FindDevices query;
    query.status = status;
    return query;
  }

  std::size_t pages_ = 0;
};

const std::string kLine9 = "S3EUVBRJLBline-9";

TEST_P(FleetTest, HasEachDeviceOnceWhateverItIs) {
  EXPECT_THAT(ids(), ElementsAre("alone", "dev-1", "Dev-2", "hand-1", kLine9));
  EXPECT_EQ(row("alone").status, FleetStatus::kRegistered);
  EXPECT_EQ(row("dev-1").status, FleetStatus::kAssigned);
  EXPECT_EQ(row("hand-1").status, FleetStatus::kIdentity);
  EXPECT_EQ(row(kLine9).status, FleetStatus::kRegistered);
  EXPECT_EQ(row(kLine9).enrollment->id.text(), "S3EUVBRJLB");
  EXPECT_EQ(row("alone").enrollment->kind, domain::EnrollmentKind::kIndividual);
  EXPECT_FALSE(row("hand-1").enrollment);
}

TEST_P(FleetTest, ALineSaysWhatIsKnownOfTheDevice) {
  const FleetRow line = row("Dev-2");
  EXPECT_EQ(line.scope, kScope);
  EXPECT_EQ(line.hub, kHub);
  EXPECT_EQ(line.device_id.text(), "Dev-2");
  EXPECT_EQ(line.display_name, "Device Dev-2");
  EXPECT_EQ(line.enrollment->id.text(), "Line-7");
  EXPECT_TRUE(line.enabled);
  EXPECT_FALSE(line.connected);
  EXPECT_TRUE(line.registered_at);
  EXPECT_EQ(row(kLine9).display_name, kLine9);
}

TEST_P(FleetTest, WhoRegistersIsNoLongerMerelyListed) {
  ASSERT_THAT(commit(make_assignment("alone")), Succeeds());
  register_member("line-9");
  EXPECT_THAT(ids(status(FleetStatus::kRegistered)), IsEmpty());
  EXPECT_THAT(ids(), ElementsAre("alone", "dev-1", "Dev-2", "hand-1", kLine9));
  EXPECT_EQ(row("alone").status, FleetStatus::kAssigned);
  EXPECT_EQ(row(kLine9).status, FleetStatus::kAssigned);
}

TEST_P(FleetTest, EveryOrderPagesWithoutDoublesOrHoles) {
  for (const FleetOrder order :
       {FleetOrder::kId, FleetOrder::kIdDown, FleetOrder::kUpdated, FleetOrder::kUpdatedDown}) {
    FindDevices query;
    query.order = order;
    const std::vector<std::string> whole = ids(query);
    EXPECT_EQ(whole.size(), 5U) << to_string(order);
    for (const std::uint32_t limit : {1U, 2U, 3U, 5U}) {
      query.page.limit = limit;
      EXPECT_EQ(ids(query), whole) << to_string(order) << " by " << limit;
      EXPECT_LE(pages_, 6U);
    }
  }
}

TEST_P(FleetTest, OrdersAreOfIdsAndOfTimes) {
  FindDevices query;
  query.order = FleetOrder::kIdDown;
  EXPECT_THAT(ids(query), ElementsAre(kLine9, "hand-1", "Dev-2", "dev-1", "alone"));
  query.order = FleetOrder::kUpdatedDown;
  const std::vector<FleetRow> newest = rows(query);
  const auto later = [](const FleetRow& a, const FleetRow& b) {
    return a.updated_at > b.updated_at;
  };
  EXPECT_TRUE(std::is_sorted(newest.begin(), newest.end(), later));
  query.order = FleetOrder::kUpdated;
  const std::vector<FleetRow> oldest = rows(query);
  EXPECT_TRUE(std::is_sorted(oldest.rbegin(), oldest.rend(), later));
}

TEST_P(FleetTest, ManyOfOneInstantArePagedThrough) {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back(fmt::format("m-{:02}", i));
  ASSERT_THAT(add(names), Succeeds());
  for (const FleetOrder order : {FleetOrder::kUpdated, FleetOrder::kUpdatedDown}) {
    FindDevices query;
    query.order = order;
    query.page.limit = 7;
    std::vector<std::string> found = ids(query);
    EXPECT_EQ(found.size(), 45U);
    std::sort(found.begin(), found.end());
    EXPECT_EQ(std::adjacent_find(found.begin(), found.end()), found.end());
  }
}

TEST_P(FleetTest, ACursorIsOfItsOrder) {
  FindDevices query;
  query.page.limit = 1;
  const auto first = wait(store().fleet().find(query));
  ASSERT_THAT(first, Succeeds());
  query.page.cursor = first->next_cursor;
  query.order = FleetOrder::kUpdated;
  EXPECT_THAT(wait(store().fleet().find(query)), FailsWith(ErrorKind::kInvalid));
  query.page.cursor = "00";
  EXPECT_THAT(wait(store().fleet().find(query)), FailsWith(ErrorKind::kInvalid));
}

TEST_P(FleetTest, WordsAreFoundInIdsAndNamesWithoutCase) {
  const auto find = [this](std::string words) {
    FindDevices query;
    query.query = std::move(words);
    return ids(query);
  };
  EXPECT_THAT(find("DEV-"), ElementsAre("dev-1", "Dev-2"));
  EXPECT_THAT(find("boiler of"), ElementsAre("hand-1"));
  EXPECT_THAT(find("\"west\""), ElementsAre("hand-1"));
  EXPECT_THAT(find("enrollment alone"), ElementsAre("alone"));
  EXPECT_THAT(find("line-9"), ElementsAre(kLine9));
  EXPECT_THAT(find("registration"), IsEmpty());  // a word of the stored text, not of the name
  EXPECT_THAT(find("%"), IsEmpty());
}

TEST_P(FleetTest, FiltersNarrow) {
  FindDevices query;
  query.hub = kHub.text();
  EXPECT_THAT(ids(query), ElementsAre("dev-1", "Dev-2", "hand-1"));
  query.hub = "elsewhere";
  EXPECT_THAT(ids(query), IsEmpty());
  query = {};
  query.enrollment = "LINE-7";
  EXPECT_THAT(ids(query), ElementsAre("dev-1", "Dev-2"));
  query.enrollment = "S3EUVBRJLB";
  EXPECT_THAT(ids(query), ElementsAre(kLine9));
  query = {};
  query.scope = kScope.text();
  EXPECT_EQ(ids(query).size(), 5U);
  query.scope = kOtherScope.text();
  EXPECT_THAT(ids(query), IsEmpty());
  EXPECT_THAT(ids(status(FleetStatus::kAssigned)), ElementsAre("dev-1", "Dev-2"));
  EXPECT_THAT(ids(status(FleetStatus::kFailed)), IsEmpty());
  EXPECT_THAT(ids(status(FleetStatus::kIdentity)), ElementsAre("hand-1"));
}

TEST_P(FleetTest, WhoWaitsOrIsBlockedIsFoundInEveryOrder) {
  const auto held = [this](std::string_view id, domain::Approval approval) {
    auto assignment = make_assignment(id);
    assignment->registration.approval = approval;
    assignment->registration.template_id = "dtmi:x;1";
    return commit(std::move(assignment));
  };
  ASSERT_THAT(held("w-1", domain::Approval::kWaiting), Succeeds());
  ASSERT_THAT(held("b-1", domain::Approval::kBlocked), Succeeds());
  ASSERT_THAT(held("a-1", domain::Approval::kApproved), Succeeds());
  for (const FleetOrder order :
       {FleetOrder::kId, FleetOrder::kIdDown, FleetOrder::kUpdated, FleetOrder::kUpdatedDown}) {
    FindDevices query = status(FleetStatus::kWaiting);
    query.order = order;
    EXPECT_THAT(ids(query), ElementsAre("w-1"));
    query.status = FleetStatus::kBlocked;
    EXPECT_THAT(ids(query), ElementsAre("b-1"));
  }
  FindDevices query;
  query.template_id = "dtmi:x;1";
  EXPECT_THAT(ids(query), ElementsAre("a-1", "b-1", "w-1"));
  query.order = FleetOrder::kIdDown;
  EXPECT_THAT(ids(query), ElementsAre("w-1", "b-1", "a-1"));
  EXPECT_EQ(wait(store().fleet().overview({}, at(1000)))->waiting_count, 1U);
}

TEST_P(FleetTest, OnlyConnectionsOfALiveEpochCount) {
  const auto epoch = wait(device_store().begin_epoch("node-1"));
  ASSERT_THAT(epoch, Succeeds());
  const auto note = [&](std::string_view device, bool connected) {
    hub::ConnectionRecord record = make_connection(device, connected);
    record.node = "node-1";
    record.epoch = *epoch;
    device_store().note_connection(record);
  };
  note("dev-1", true);
  note("Dev-2", false);
  reopen();  // what was noted is written
  FindDevices query;
  query.connected = true;
  EXPECT_THAT(ids(query), ElementsAre("dev-1"));
  EXPECT_EQ(row("dev-1").connected, std::optional(true));
  EXPECT_TRUE(row("dev-1").connection_changed_at);
  EXPECT_EQ(row("Dev-2").connected, std::optional(false));
  query.connected = false;
  EXPECT_THAT(ids(query), ElementsAre("alone", "Dev-2", "hand-1", kLine9));
  EXPECT_EQ(wait(store().fleet().overview({}, at(1000)))->connected_count, 1U);
  EXPECT_EQ(wait(store().fleet().overview({kScope.text(), 24}, at(1000)))->connected_count, 1U);

  ASSERT_THAT(wait(device_store().begin_epoch("node-1")), Succeeds());
  query.connected = true;
  EXPECT_THAT(ids(query), IsEmpty());
  EXPECT_EQ(row("dev-1").connected, std::optional(false));
  EXPECT_EQ(wait(store().fleet().overview({}, at(2000)))->connected_count, 0U);
}

TEST_P(FleetTest, ScopesAreMergedIntoOneOrderAndManyComeOneAfterTheOther) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  domain::Enrollment other = make_individual("bravo", kOtherScope);
  ASSERT_THAT(create(management::PutEnrollment{other}), Succeeds());
  EXPECT_THAT(ids(), ElementsAre("alone", "bravo", "dev-1", "Dev-2", "hand-1", kLine9));
  for (std::size_t i = 0; i < sql::kFleetScopesMerged; ++i) {
    const auto id = domain::ScopeId::trusted(fmt::format("0neFF{:06}", i));
    ASSERT_THAT(create(management::PutScope{make_scope(id)}), Succeeds());
  }
  FindDevices query;
  query.page.limit = 2;
  EXPECT_THAT(ids(query), ElementsAre("alone", "dev-1", "Dev-2", "hand-1", kLine9, "bravo"));
  query.order = FleetOrder::kIdDown;
  EXPECT_THAT(ids(query), ElementsAre(kLine9, "hand-1", "Dev-2", "dev-1", "alone", "bravo"));
}

class OverviewTest : public Suite {
 protected:
  void SetUp() override {
    Suite::SetUp();
    if (!HasFatalFailure()) create_scope_with_hub();
  }
  void refuse(TimePoint when, domain::Reason reason, std::uint32_t count = 1,
              domain::TrailOutcome outcome = domain::TrailOutcome::kRefused) {
    domain::Trail trail = make_trail("dev-1", outcome);
    trail.started_at = when;
    trail.reason = reason;
    trail.count = count;
    std::vector<domain::Trail> trails{std::move(trail)};
    EXPECT_THAT(wait(registrations().record_refusals(std::move(trails))), Succeeds());
  }
  domain::Overview overview(std::string scope, std::uint32_t hours) {
    reopen();  // nothing is kept from before
    auto seen = wait(store().fleet().overview({std::move(scope), hours}, kNow));
    EXPECT_THAT(seen, Succeeds());
    return seen ? *std::move(seen) : domain::Overview();
  }
  static inline const TimePoint kNow = base::from_unix_seconds(1'700'003'000);  // 23:03:20
};

TEST_P(OverviewTest, CountsAttemptsByTheHourAndFailuresByReason) {
  using std::chrono::hours;
  auto assignment = make_assignment("dev-1");
  assignment->trail.started_at = kNow - hours(2);
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  refuse(kNow, domain::Reason::kProofRejected, 3);
  refuse(kNow - hours(1), domain::Reason::kProofRejected);
  refuse(kNow - hours(1), domain::Reason::kProofExpired, 1, domain::TrailOutcome::kFailed);
  refuse(kNow - hours(30), domain::Reason::kProofExpired, 9);
  const domain::Overview seen = overview("", 4);
  ASSERT_EQ(seen.attempts.size(), 4U);
  EXPECT_EQ(seen.attempts[0].at, std::chrono::floor<hours>(kNow) - hours(3));
  EXPECT_EQ(seen.attempts[1].assigned, 1U);
  EXPECT_EQ(seen.attempts[2].refused, 1U);
  EXPECT_EQ(seen.attempts[2].failed, 1U);
  EXPECT_EQ(seen.attempts[3].refused, 3U);
  ASSERT_EQ(seen.reasons.size(), 2U);
  EXPECT_EQ(seen.reasons[0].reason, domain::Reason::kProofRejected);
  EXPECT_EQ(seen.reasons[0].count, 4U);
  EXPECT_EQ(seen.reasons[1].count, 1U);
  EXPECT_EQ(seen.device_count, 1U);
}

TEST_P(OverviewTest, OfAScopeHasThatScopesAttemptsAlone) {
  refuse(kNow, domain::Reason::kProofRejected);
  EXPECT_EQ(overview(kScope.text(), 1).attempts[0].refused, 1U);
  const domain::Overview other = overview(kOtherScope.text(), 1);
  EXPECT_EQ(other.attempts[0].refused, 0U);
  EXPECT_THAT(other.reasons, IsEmpty());
  EXPECT_EQ(other.device_count, 0U);
}

TEST_P(OverviewTest, IsKeptForAMoment) {
  const auto first = wait(store().fleet().overview({"", 1}, kNow));
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
  const auto soon = wait(store().fleet().overview({"", 1}, kNow + std::chrono::seconds(1)));
  const auto later = wait(store().fleet().overview({"", 1}, kNow + std::chrono::seconds(3)));
  EXPECT_EQ(first->device_count, 0U);
  EXPECT_EQ(soon->device_count, 0U);
  EXPECT_EQ(later->device_count, 1U);
}

BERTH_CONFORMANCE(FleetTest);
BERTH_CONFORMANCE(OverviewTest);

}  // namespace
}  // namespace berth::store::conformance
