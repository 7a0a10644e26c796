// Listings, page by page; trails and audit; the bounds of what is kept; a store closed and
// reopened.
#include "store/conformance/suite.h"

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

namespace berth::store::conformance {
namespace {

using domain::EnrollmentKind;
using domain::TrailOutcome;
using management::MustExist;
using testing::ElementsAre;
using testing::SizeIs;

// Every page of a listing, one after the other; `read` takes a Page.
template <class Read, class Key>
std::vector<std::string> pages(Read read, Key key, std::uint32_t limit, std::size_t& count) {
  std::vector<std::string> keys;
  domain::Page page{"", limit};
  count = 0;
  while (true) {
    const auto listing = wait(read(page));
    EXPECT_THAT(listing, Succeeds());
    if (!listing) return keys;
    ++count;
    EXPECT_LE(listing->items.size(), limit);
    for (const auto& item : listing->items) keys.push_back(key(item));
    if (listing->next_cursor.empty()) return keys;
    page.cursor = listing->next_cursor;
  }
}

class History : public Suite {
 protected:
  void SetUp() override {
    Suite::SetUp();
    if (!HasFatalFailure()) create_scope_with_hub();
  }
  void refuse(std::vector<domain::Trail> trails) {
    EXPECT_THAT(wait(registrations().record_refusals(std::move(trails))), Succeeds());
  }
};

TEST_P(History, PagesHoldEverythingOnceInOrder) {
  std::vector<std::string> expected;
  for (int i = 0; i < 25; ++i) {
    const std::string id = fmt::format("Dev-{:02}", i);
    ASSERT_THAT(create(management::PutEnrollment{make_individual(id)}), Succeeds());
    expected.push_back(id);
  }
  const auto read = [this](const domain::Page& page) {
    return catalog().list_enrollments(kScope.text(), EnrollmentKind::kIndividual, page);
  };
  const auto key = [](const domain::Enrollment& each) { return each.id.text(); };
  std::size_t count = 0;
  EXPECT_EQ(pages(read, key, 10, count), expected);
  EXPECT_EQ(count, 3U);
  EXPECT_EQ(pages(read, key, 25, count), expected);  // the last page is full
  EXPECT_EQ(count, 1U);
  EXPECT_EQ(pages(read, key, 5, count), expected);
  EXPECT_EQ(count, 5U);
  EXPECT_EQ(pages(read, key, 1, count), expected);
}

TEST_P(History, EveryListingPages) {
  for (int i = 0; i < 5; ++i) {
    const auto name = domain::HubName::trusted("hub-" + std::to_string(i));
    const auto scope = domain::ScopeId::trusted("scope" + std::to_string(i));
    ASSERT_THAT(create(management::PutHub{make_hub(name)}), Succeeds());
    ASSERT_THAT(create(management::PutScope{make_scope(scope)}), Succeeds());
    ASSERT_THAT(create(management::PutToken{make_token("token-" + std::to_string(i))}), Succeeds());
    auto assignment = make_assignment("dev-" + std::to_string(i));
    assignment->registration.created_at = at(1000 - i);
    ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  }
  std::size_t count = 0;
  const auto id = [](const auto& each) { return each.id.text(); };
  EXPECT_THAT(pages([&](auto page) { return catalog().list_scopes(page); }, id, 2, count),
              SizeIs(6));
  EXPECT_THAT(pages([&](auto page) { return catalog().list_hubs(page); },
                    [](const domain::Hub& hub) { return hub.name.text(); }, 4, count),
              SizeIs(6));
  EXPECT_THAT(pages([&](auto page) { return catalog().list_tokens(page); },
                    [](const domain::Token& token) { return token.id; }, 2, count),
              SizeIs(5));
  EXPECT_THAT(
      pages([&](auto page) { return catalog().list_devices(kHub.text(), page); }, id, 2, count),
      ElementsAre("dev-0", "dev-1", "dev-2", "dev-3", "dev-4"));
  const auto all = [&](auto page) {
    return catalog().list_registrations(kScope.text(), std::nullopt, page);
  };
  EXPECT_THAT(pages(all, id, 2, count), ElementsAre("dev-0", "dev-1", "dev-2", "dev-3", "dev-4"));
  const domain::EnrollmentRef group{EnrollmentKind::kGroup,
                                    domain::EnrollmentId::trusted("LINE-7")};
  const auto of_group = [&](auto page) {
    return catalog().list_registrations(kScope.text(), group, page);
  };
  EXPECT_THAT(pages(of_group, id, 2, count),  // in the order they were first registered
              ElementsAre("dev-4", "dev-3", "dev-2", "dev-1", "dev-0"));
  const domain::EnrollmentRef individual{EnrollmentKind::kIndividual,
                                         domain::EnrollmentId::trusted("dev-1")};
  EXPECT_TRUE(wait(catalog().list_registrations(kScope.text(), individual, {}))->items.empty());
}

TEST_P(History, RegistrationOfAnIndividualEnrollmentIsListed) {
  auto assignment = make_assignment("Dev-1");
  assignment->registration.enrollment = {EnrollmentKind::kIndividual,
                                         domain::EnrollmentId::trusted("Dev-1")};
  const domain::EnrollmentRef ref = assignment->registration.enrollment;
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  const auto listing = wait(catalog().list_registrations(kScope.text(), ref, {"", 1}));
  ASSERT_THAT(listing, Succeeds());
  EXPECT_THAT(listing->items, SizeIs(1));
  EXPECT_EQ(listing->next_cursor, "");
}

TEST_P(History, EmptyListingHasNoNextPageAndLimitsAreBounded) {
  const auto none = wait(catalog().list_devices(kHub.text(), {"", 1}));
  ASSERT_THAT(none, Succeeds());
  EXPECT_TRUE(none->items.empty());
  EXPECT_EQ(none->next_cursor, "");
  EXPECT_THAT(wait(catalog().list_devices(kHub.text(), {"", 4'000'000'000U})), Succeeds());
}

TEST_P(History, CursorThatNobodyGaveOutIsRefused) {
  for (const std::string& cursor : {std::string("zz"), std::string("0"), std::string("00"),
                                    std::string("ff"), std::string(5000, 'a')}) {
    EXPECT_THAT(wait(catalog().list_scopes({cursor, 0})), FailsWith(ErrorKind::kInvalid));
    EXPECT_THAT(wait(catalog().list_audit("", {cursor, 0})), FailsWith(ErrorKind::kInvalid));
  }
  EXPECT_THAT(wait(catalog().list_audit("", {"6161", 0})), FailsWith(ErrorKind::kInvalid));
  const domain::EnrollmentRef group{EnrollmentKind::kGroup,
                                    domain::EnrollmentId::trusted("line-7")};
  EXPECT_THAT(wait(catalog().list_registrations(kScope.text(), group, {"6161", 0})),
              FailsWith(ErrorKind::kInvalid));
}

TEST_P(History, AuditIsListedNewestFirstWithAscendingSequence) {
  ASSERT_THAT(wait(catalog().append_audit(make_audit("first"))), Succeeds());
  domain::AuditRecord server = make_audit("second");
  server.scope = "";
  ASSERT_THAT(wait(catalog().append_audit(server)), Succeeds());
  const auto all = wait(catalog().list_audit("", {"", 2}));
  ASSERT_THAT(all, Succeeds());
  ASSERT_THAT(all->items, SizeIs(2));
  EXPECT_EQ(all->items[0].action, "second");
  EXPECT_EQ(all->items[1].action, "first");
  EXPECT_GT(all->items[0].sequence, all->items[1].sequence);
  EXPECT_EQ(all->items[1].actor, "token:abcdefgh");
  EXPECT_EQ(all->items[1].source, "192.0.2.9");
  EXPECT_EQ(all->items[1].target, "target");
  EXPECT_EQ(all->items[1].detail, R"({"k":1})");
  EXPECT_EQ(all->items[1].at, at(400));
  const auto of_scope = wait(catalog().list_audit(kScope.text(), {}));
  EXPECT_EQ(of_scope->items.front().action, "first");
  std::size_t count = 0;
  const auto paged = pages([&](auto page) { return catalog().list_audit("", page); },
                           [](const domain::AuditRecord& each) { return each.action; }, 2, count);
  EXPECT_THAT(paged, SizeIs(6));  // these two, and the four of create_scope_with_hub
}

TEST_P(History, TrailKeepsEveryField) {
  auto assignment = make_assignment("Dev-1");
  domain::Trail& in = assignment->trail;
  in.dialect = "dialect";
  in.transport = "https";
  in.host = "prov.example.com";
  in.client = "agent/1.0";
  in.enrollment = "group/Line-7";
  in.hub = kHub.text();
  in.device_id = "Dev-1";
  in.findings.push_back({domain::Cause::kClockBehind, true, "the clock is late", "set it"});
  in.steps[0].expected = "e";
  in.steps[0].received = "r";
  const domain::Trail copy = in;
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  const auto out = wait(catalog().get_trail(copy.id));
  ASSERT_THAT(out, Succeeds());
  EXPECT_EQ(out->started_at, copy.started_at);
  EXPECT_EQ(out->took, copy.took);
  EXPECT_EQ(out->operation, copy.operation);
  EXPECT_EQ(out->scope, copy.scope);
  EXPECT_EQ(out->registration_id, copy.registration_id);
  EXPECT_EQ(out->dialect, copy.dialect);
  EXPECT_EQ(out->transport, copy.transport);
  EXPECT_EQ(out->source, copy.source);
  EXPECT_EQ(out->host, copy.host);
  EXPECT_EQ(out->client, copy.client);
  EXPECT_EQ(out->outcome, copy.outcome);
  EXPECT_EQ(out->reason, copy.reason);
  EXPECT_EQ(out->enrollment, copy.enrollment);
  EXPECT_EQ(out->hub, copy.hub);
  EXPECT_EQ(out->device_id, copy.device_id);
  ASSERT_THAT(out->steps, SizeIs(1));
  EXPECT_EQ(out->steps[0].step, copy.steps[0].step);
  EXPECT_EQ(out->steps[0].passed, copy.steps[0].passed);
  EXPECT_EQ(out->steps[0].detail, copy.steps[0].detail);
  EXPECT_EQ(out->steps[0].expected, "e");
  EXPECT_EQ(out->steps[0].received, "r");
  EXPECT_EQ(out->steps[0].took, copy.steps[0].took);
  ASSERT_THAT(out->findings, SizeIs(1));
  EXPECT_EQ(out->findings[0].cause, domain::Cause::kClockBehind);
  EXPECT_TRUE(out->findings[0].proven);
  EXPECT_EQ(out->findings[0].text, "the clock is late");
  EXPECT_EQ(out->findings[0].mend, "set it");
  EXPECT_EQ(out->count, 1U);
}

TEST_P(History, RefusalsAreThereAfterAMomentWithoutAnotherCommit) {
  refuse({make_trail("dev-1", TrailOutcome::kRefused)});
  boost::asio::io_context context;
  boost::asio::steady_timer timer(context);
  for (int i = 0; i < 500 && trail_ids().empty(); ++i) {
    timer.expires_after(std::chrono::milliseconds(10));
    timer.wait();
  }
  EXPECT_THAT(trail_ids(), SizeIs(1));
}

TEST_P(History, RefusalsAreThereAfterClosing) {
  refuse({make_trail("dev-1", TrailOutcome::kRefused), make_trail("dev-1", TrailOutcome::kFailed)});
  refuse({});
  reopen();
  EXPECT_THAT(trail_ids(), SizeIs(2));
}

TEST_P(History, RefusalsMayHoldAnyBytesAndAreStillRecorded) {
  domain::Trail trail = make_trail(std::string("d\0v", 3), TrailOutcome::kRefused);
  trail.scope = "\xff\xfe";
  trail.client = std::string("\x01\0\x80", 3);
  trail.host = std::string(3000, 'h') + "\xc3";
  trail.count = 77;
  refuse({trail});
  reopen();
  const auto out = wait(catalog().get_trail(trail.id));
  ASSERT_THAT(out, Succeeds());
  EXPECT_TRUE(base::is_utf8(out->scope));
  EXPECT_EQ(out->registration_id, "d?v");
  EXPECT_EQ(out->count, 77U);
}

TEST_P(History, RefusalThatHappensAgainReplacesItsTrail) {
  domain::Trail trail = make_trail("dev-1", TrailOutcome::kRefused);
  refuse({trail});
  reopen();
  trail.count = 12;
  refuse({trail});
  reopen();
  EXPECT_THAT(trail_ids(), SizeIs(1));
  EXPECT_EQ(wait(catalog().get_trail(trail.id))->count, 12U);
}

TEST_P(History, TrailsAreFoundByScopeDeviceAndOutcome) {
  ASSERT_THAT(commit(make_assignment("Dev-1")), Succeeds());
  ASSERT_THAT(commit(make_assignment("dev-2")), Succeeds());
  domain::Trail other = make_trail("dev-1", TrailOutcome::kRefused);
  other.scope = "elsewhere";
  refuse({make_trail("DEV-1", TrailOutcome::kRefused), other});
  reopen();
  EXPECT_THAT(trail_ids(), SizeIs(4));
  EXPECT_THAT(trail_ids({kScope.text(), "", false, {}}), SizeIs(3));
  EXPECT_THAT(trail_ids({"", "dev-1", false, {}}), SizeIs(3));
  EXPECT_THAT(trail_ids({kScope.text(), "dEv-1", false, {}}), SizeIs(2));
  EXPECT_THAT(trail_ids({kScope.text(), "dev-1", true, {}}), SizeIs(1));
  EXPECT_THAT(trail_ids({"", "", true, {}}), ElementsAre(testing::_, other.id));
  EXPECT_THAT(trail_ids({"elsewhere", "", true, {}}), ElementsAre(other.id));
  EXPECT_THAT(trail_ids({std::string("\xff"), "", false, {}}), SizeIs(0));
  std::size_t count = 0;
  const auto newest_first = trail_ids();
  const auto read = [&](auto page) { return catalog().list_trails({"", "", false, page}); };
  EXPECT_EQ(pages(
                read, [](const domain::Trail& each) { return each.id; }, 1, count),
            newest_first);
  EXPECT_TRUE(std::is_sorted(newest_first.rbegin(), newest_first.rend()));
}

TEST_P(History, OldTrailsBeyondTheBoundsAreDroppedByClass) {
  StoreOptions options;
  options.refused_trails_max = 50;
  options.assigned_trails_max = 20;
  reopen(options);
  std::vector<std::string> newest;
  for (int i = 0; i < 120; ++i) {
    domain::Trail trail = make_trail("dev-x", TrailOutcome::kRefused);
    if (i >= 70) newest.insert(newest.begin(), trail.id);
    refuse({trail});
  }
  for (int i = 0; i < 40; ++i) {
    ASSERT_THAT(commit(make_assignment("dev-" + std::to_string(i))), Succeeds());
  }
  reopen(options);
  // One more of each: a round of dropping begins now, with everything else written.
  refuse({make_trail("dev-x", TrailOutcome::kRefused)});
  ASSERT_THAT(commit(make_assignment("last")), Succeeds());
  boost::asio::io_context context;
  boost::asio::steady_timer timer(context);
  const auto count = [&](bool failed) {
    return trail_ids({"", failed ? "dev-x" : "", failed, {"", 1000}}).size();
  };
  // Each class by itself: the sum may be small enough while one of them is not yet.
  const auto too_many = [&] { return count(true) > 52 || count(false) - count(true) > 22; };
  for (int i = 0; i < 1000 && too_many(); ++i) {
    timer.expires_after(std::chrono::milliseconds(10));
    timer.wait();
  }
  EXPECT_LE(count(true), 52U);
  EXPECT_GE(count(true), 50U);
  EXPECT_LE(count(false) - count(true), 22U);
  EXPECT_GE(count(false) - count(true), 20U);
  const auto kept = trail_ids({"", "dev-x", true, {"", 1000}});
  EXPECT_THAT(kept, testing::Contains(newest.front()));
}

TEST_P(History, BigValuesComeBackWhole) {
  auto assignment = make_assignment(std::string(128, 'd'));
  assignment->registration.payload = "\"" + std::string(96 * 1024, 'p') + "\"";
  assignment->device->twin.desired = "{\"a\":\"" + std::string(512 * 1024, 't') + "\"}";
  const std::string desired = assignment->device->twin.desired;
  const std::string payload = assignment->registration.payload;
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  EXPECT_EQ(dossier(std::string(128, 'd')).current->payload, payload);
  EXPECT_EQ(wait(catalog().get_device(kHub.text(), std::string(128, 'd')))->twin.desired, desired);
}

TEST_P(History, TextsThatNoStoreCanHoldAreRefused) {
  auto nul = make_assignment("dev-1");
  nul->registration.device_id = domain::DeviceId::trusted(std::string("a\0b", 3));
  EXPECT_THAT(commit(std::move(nul)), FailsWith(ErrorKind::kInvalid));
  domain::Hub hub = make_hub(kOtherHub);
  hub.display_name = "\xc3\x28";
  EXPECT_THAT(create(management::PutHub{hub}), FailsWith(ErrorKind::kInvalid));
  EXPECT_THAT(wait(catalog().get_hub(kOtherHub.text())), FailsWith(ErrorKind::kNotFound));
  ASSERT_THAT(commit(make_assignment("dev-1")), Succeeds());
}

TEST_P(History, EverythingIsThereAfterReopening) {
  ASSERT_THAT(create(management::PutEnrollment{make_individual("Dev-1")}), Succeeds());
  ASSERT_THAT(create(management::PutToken{make_token("tok-12345")}), Succeeds());
  ASSERT_THAT(commit(make_assignment("Dev-1")), Succeeds());
  const std::uint64_t version = catalog_version();
  reopen();
  EXPECT_EQ(catalog_version(), version);
  const provisioning::Dossier found = dossier("dev-1");
  EXPECT_TRUE(found.scope && found.individual && found.current && found.owner_group);
  EXPECT_THAT(wait(catalog().get_device(kHub.text(), "Dev-1")), Succeeds());
  EXPECT_THAT(wait(catalog().get_token("tok-12345")), Succeeds());
  EXPECT_THAT(trail_ids(), SizeIs(1));
}

TEST_P(History, ClosedStoreRefusesAndSaysSo) {
  store().close();
  store().close();
  EXPECT_FALSE(store().ready());
  EXPECT_THAT(commit(make_assignment("dev-1")), FailsWith(ErrorKind::kUnavailable));
  EXPECT_THAT(wait(registrations().open_dossier(kScope.text(), "a")),
              FailsWith(ErrorKind::kUnavailable));
  EXPECT_THAT(wait(catalog().list_scopes({})), FailsWith(ErrorKind::kUnavailable));
  EXPECT_THAT(wait(registrations().record_refusals({make_trail("a", TrailOutcome::kRefused)})),
              Succeeds());
}

BERTH_CONFORMANCE(History);

}  // namespace
}  // namespace berth::store::conformance
