// Records that devices published: which are found in what order, what replaces what, and what goes.
#include "store/conformance/passwords.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::store::conformance {
namespace {

using domain::Record;
using management::MustExist;
using testing::ElementsAre;
using testing::IsEmpty;

class DataRecords : public PasswordSuite {
 protected:
  void SetUp() override {
    PasswordSuite::SetUp();
    ASSERT_THAT(commit(make_thing("s-1")), Succeeds());
    ASSERT_THAT(commit(make_thing("s-2")), Succeeds());
  }
  // The channels of dev-s-1, oldest first, and one of dev-s-2 in between.
  void publish_some() {
    ASSERT_THAT(
        publish({make_record(1, "dev-s-1", "a", 10), make_record(2, "dev-s-1", "a/b", 20),
                 make_record(3, "dev-s-1", "a/b/c", 30), make_record(4, "dev-s-1", "a/x/c", 40),
                 make_record(5, "dev-s-1", "a-b", 50), make_record(6, "dev-s-1", "b", 60),
                 make_record(7, "dev-s-2", "a/b", 45)}),
        Succeeds());
  }
  Result<std::uint64_t> remove(hub::RecordSelection selection) {
    return wait(records().remove(std::move(selection)));
  }
  std::optional<Record> find(std::uint64_t number, const domain::ScopeId& scope = kScope) {
    const auto found = wait(records().find(scope, object_id(number).text()));
    EXPECT_THAT(found, Succeeds());
    return found.value_or(std::nullopt);
  }
  // What the publisher's count says, and how many there are.
  std::string counted(const std::string& publisher) {
    auto connection = database_->connect();
    EXPECT_THAT(connection, Succeeds());
    auto row = (*connection)
                   ->run(
                       "SELECT coalesce((SELECT records FROM data_publishers "
                       "WHERE publisher = $1), -1), "
                       "(SELECT count(*) FROM data_records WHERE publisher = $1)",
                       {sql::Value(publisher)});
    EXPECT_TRUE(row && row->next().value_or(false));
    return fmt::format("{} {}", row->number(0), row->number(1));
  }
};

TEST_P(DataRecords, KeepEveryField) {
  Record in = make_record(1, "dev-s-1", "a/ü", 10);
  in.at += std::chrono::milliseconds(7);
  in.data = R"({"a":[1,"\u0000"]})";
  in.expires_at = at(20'000);
  in.is_private = true;
  const auto ids = publish({in});
  ASSERT_THAT(ids, Succeeds());
  EXPECT_THAT(*ids, ElementsAre(in.id));
  for (const auto& out : {find(1), std::optional(wait(records().select(of({}), 0, 5))->at(0))}) {
    ASSERT_TRUE(out);
    EXPECT_EQ(out->id, in.id);
    EXPECT_EQ(out->scope, in.scope);
    EXPECT_EQ(out->publisher, in.publisher);
    EXPECT_EQ(out->channel, in.channel);
    EXPECT_EQ(out->data, in.data);
    EXPECT_EQ(out->at, in.at);
    EXPECT_EQ(out->expires_at, in.expires_at);
    EXPECT_TRUE(out->is_private);
  }
  EXPECT_FALSE(find(1, kOtherScope));
  EXPECT_FALSE(find(2));
}

TEST_P(DataRecords, MaskSelectsChannelsNewestFirst) {
  publish_some();
  EXPECT_THAT(data(of({"dev-s-1"})), ElementsAre("6", "5", "4", "3", "2", "1"));
  EXPECT_THAT(data(of({"dev-s-1"}, "a/b")), ElementsAre("2"));
  EXPECT_THAT(data(of({"dev-s-1"}, "a/#")), ElementsAre("4", "3", "2", "1"));
  EXPECT_THAT(data(of({"dev-s-1"}, "a/b/#")), ElementsAre("3", "2"));
  EXPECT_THAT(data(of({"dev-s-1"}, "+")), ElementsAre("6", "5", "1"));
  EXPECT_THAT(data(of({"dev-s-1"}, "a/+/c")), ElementsAre("4", "3"));
  EXPECT_THAT(data(of({"dev-s-1"}, "+/b")), ElementsAre("2"));
  EXPECT_THAT(data(of({"dev-s-1"}, "nothing/#")), IsEmpty());
  EXPECT_THAT(data(of({"dev-s-1", "dev-s-2", "dev-s-1"}, "a/#")),
              ElementsAre("7", "4", "3", "2", "1"));
  EXPECT_THAT(data(of({}, "a/b")), ElementsAre("7", "2"));
  EXPECT_THAT(data(of({"dev-s-2"}, "a/b")), ElementsAre("7"));
  EXPECT_THAT(data(of({"nobody"})), IsEmpty());
  EXPECT_THAT(data(of({std::string("d\0v", 3)})), IsEmpty());
  hub::RecordSelection other = of({});
  other.scope = kOtherScope;
  EXPECT_THAT(data(other), IsEmpty());
}

TEST_P(DataRecords, OffsetCountsWhatIsSelected) {
  publish_some();
  EXPECT_THAT(data(of({"dev-s-1"}, "a/#"), 1, 2), ElementsAre("3", "2"));
  EXPECT_THAT(data(of({"dev-s-1"}, "a/#"), 3, 2), ElementsAre("1"));
  EXPECT_THAT(data(of({"dev-s-1"}, "a/#"), 4, 2), IsEmpty());
  EXPECT_THAT(channels(of({"dev-s-1"}), 1, 3), ElementsAre("a-b", "a/b", "a/b/c"));
}

TEST_P(DataRecords, TimesAndIdsNarrowTheSelection) {
  publish_some();
  hub::RecordSelection between = of({"dev-s-1"});
  between.after = at(20);
  between.before = at(50);
  EXPECT_THAT(data(between), ElementsAre("4", "3"));
  hub::RecordSelection then = of({});
  then.at = {at(20), at(45), at(46)};
  EXPECT_THAT(data(then), ElementsAre("7", "2"));
  EXPECT_THAT(channels(then), ElementsAre("a/b"));
  hub::RecordSelection named = of({"dev-s-1"}, "a/#");
  named.ids = {object_id(2).text(), object_id(7).text(),  object_id(6).text(),
               object_id(3).text(), object_id(99).text(), std::string("\0", 1)};
  EXPECT_THAT(data(named), ElementsAre("3", "2"));
  EXPECT_THAT(channels(named), ElementsAre("a/b", "a/b/c"));
  named.before = at(30);
  EXPECT_THAT(data(named), ElementsAre("2"));
}

TEST_P(DataRecords, OfOneTimeTheHigherIdComesFirst) {
  ASSERT_THAT(publish({make_record(1, "dev-s-1", "z", 10), make_record(2, "dev-s-1", "a", 10),
                       make_record(3, "dev-s-2", "a", 10)}),
              Succeeds());
  EXPECT_THAT(data(of({"dev-s-1"})), ElementsAre("2", "1"));
  EXPECT_THAT(data(of({})), ElementsAre("3", "2", "1"));
  EXPECT_THAT(data(of({"dev-s-1", "dev-s-2"}, "a")), ElementsAre("3", "2"));
}

TEST_P(DataRecords, PrivateOnesAreForTheirPublisherAndWhoeverReadsAll) {
  Record secret = make_record(2, "dev-s-1", "b", 20);
  secret.is_private = true;
  ASSERT_THAT(publish({make_record(1, "dev-s-1", "a", 10), secret}), Succeeds());
  hub::RecordSelection selection = of({"dev-s-1"});
  EXPECT_THAT(data(selection), ElementsAre("2", "1"));
  selection.reader = "dev-s-1";
  EXPECT_THAT(data(selection), ElementsAre("2", "1"));
  selection.reader = "dev-s-2";
  EXPECT_THAT(data(selection), ElementsAre("1"));
  EXPECT_THAT(channels(selection), ElementsAre("a"));
  selection.publishers.clear();
  EXPECT_THAT(data(selection), ElementsAre("1"));
  selection.ids = {secret.id.text()};
  EXPECT_THAT(data(selection), IsEmpty());
  EXPECT_EQ(remove(selection).value_or(9), 0U);
}

TEST_P(DataRecords, ExpiredOnesDoNotCountAndAreDropped) {
  Record early = make_record(1, "dev-s-1", "a", 10);
  early.expires_at = at(100);
  Record late = make_record(2, "dev-s-1", "b", 20);
  late.expires_at = at(300);
  ASSERT_THAT(publish({early, late, make_record(3, "dev-s-1", "c", 30)}), Succeeds());
  hub::RecordSelection selection = of({"dev-s-1"});
  selection.now = at(99);
  EXPECT_THAT(data(selection), ElementsAre("3", "2", "1"));
  selection.now = at(100);
  EXPECT_THAT(data(selection), ElementsAre("3", "2"));
  EXPECT_THAT(channels(selection), ElementsAre("b", "c"));
  selection.ids = {early.id.text()};
  EXPECT_THAT(data(selection), IsEmpty());
  EXPECT_EQ(wait(records().drop_expired(at(99), 10)).value_or(9), 0U);
  EXPECT_EQ(wait(records().drop_expired(at(400), 1)).value_or(9), 1U);
  EXPECT_FALSE(find(1));
  EXPECT_EQ(counted("dev-s-1"), "2 2");
  EXPECT_EQ(wait(records().drop_expired(at(400), 10)).value_or(9), 1U);
  EXPECT_EQ(wait(records().drop_expired(at(400), 10)).value_or(9), 0U);
  EXPECT_TRUE(find(3));
}

TEST_P(DataRecords, OneOfTheSameChannelAndTimeIsReplacedAndKeepsItsId) {
  publish_some();
  Record next = make_record(11, "dev-s-1", "a/b", 20);
  next.data = "new";
  next.expires_at = at(20'000);
  const auto ids = publish({next, make_record(12, "dev-s-1", "a/b", 21)});
  ASSERT_THAT(ids, Succeeds());
  EXPECT_THAT(*ids, ElementsAre(object_id(2), object_id(12)));
  EXPECT_EQ(find(2)->data, "new");
  EXPECT_EQ(find(2)->expires_at, at(20'000));
  EXPECT_FALSE(find(11));
  EXPECT_EQ(find(7)->data, "7");
  EXPECT_EQ(counted("dev-s-1"), "7 7");
}

TEST_P(DataRecords, OneOfThatIdIsReplacedWhereverItWas) {
  publish_some();
  Record moved = make_record(1, "dev-s-1", "a/b", 30);
  moved.data = "moved";
  ASSERT_THAT(publish({moved}), Succeeds());
  EXPECT_THAT(data(of({"dev-s-1"}, "a/#")), ElementsAre("4", "3", "moved", "2"));
  EXPECT_EQ(counted("dev-s-1"), "6 6");
  moved.at = at(20);  // where 2 is
  const auto ids = publish({moved});
  ASSERT_THAT(ids, Succeeds());
  EXPECT_THAT(*ids, ElementsAre(object_id(1)));
  EXPECT_THAT(data(of({"dev-s-1"}, "a/#")), ElementsAre("4", "3", "moved"));
  EXPECT_EQ(counted("dev-s-1"), "5 5");
}

TEST_P(DataRecords, AllOfAWriteOrNothing) {
  publish_some();
  EXPECT_THAT(publish({make_record(20, "dev-s-2", "a", 1), make_record(1, "dev-s-2", "a", 2)}),
              FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(publish({make_record(20, "dev-s-2", "a", 1), make_record(21, "dev-gone", "a", 2)}),
              FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(publish({make_record(20, "dev-s-2", "a", 1),
                       make_record(21, "dev-s-2", std::string("a\0", 2), 2)}),
              FailsWith(ErrorKind::kInvalid));
  EXPECT_FALSE(find(20) || find(21));
  EXPECT_EQ(find(1)->publisher, "dev-s-1");
  EXPECT_EQ(counted("dev-s-2"), "1 1");
}

TEST_P(DataRecords, OldestBeyondTheBoundAreDropped) {
  publish_some();
  ASSERT_THAT(
      publish({make_record(20, "dev-s-1", "n", 25), make_record(21, "dev-s-2", "n", 70)}, 4),
      Succeeds());
  EXPECT_THAT(data(of({"dev-s-1"})), ElementsAre("6", "5", "4", "3"));
  EXPECT_THAT(data(of({"dev-s-2"})), ElementsAre("21", "7"));
  EXPECT_EQ(counted("dev-s-1"), "4 4");
  ASSERT_THAT(publish({make_record(22, "dev-s-1", "n", 80)}, 4), Succeeds());
  EXPECT_THAT(data(of({"dev-s-1"})), ElementsAre("22", "6", "5", "4"));
}

TEST_P(DataRecords, RemovalTakesWhatIsSelected) {
  publish_some();
  EXPECT_EQ(remove(of({"dev-s-1"}, "a/+")).value_or(0), 1U);
  EXPECT_THAT(data(of({"dev-s-1"})), ElementsAre("6", "5", "4", "3", "1"));
  hub::RecordSelection old = of({});
  old.before = at(50);
  EXPECT_EQ(remove(old).value_or(0), 4U);
  EXPECT_THAT(data(of({})), ElementsAre("6", "5"));
  EXPECT_EQ(counted("dev-s-1"), "2 2");
  EXPECT_EQ(counted("dev-s-2"), "0 0");
  EXPECT_EQ(remove(old).value_or(9), 0U);
}

TEST_P(DataRecords, ManyAreWalkedInBatches) {
  std::vector<Record> many;
  for (std::uint64_t i = 0; i < 700; ++i) {
    many.push_back(make_record(i + 1, i % 2 == 0 ? "dev-s-1" : "dev-s-2",
                               fmt::format("c/{}", i % 300), static_cast<std::int64_t>(i / 3)));
  }
  ASSERT_THAT(publish(many), Succeeds());
  std::sort(many.begin(), many.end(), [](const Record& a, const Record& b) {
    return std::pair(a.at, a.id.text()) > std::pair(b.at, b.id.text());
  });
  std::vector<std::string> expected;
  for (const Record& each : many) expected.push_back(each.data);
  EXPECT_EQ(data(of({})), expected);
  EXPECT_EQ(data(of({"dev-s-1", "dev-s-2"}, "c/#")), expected);
  std::vector<std::string> crowd{"dev-s-1", "dev-s-2"};
  for (int i = 0; i < 60; ++i) crowd.push_back(fmt::format("other-{}", i));
  EXPECT_EQ(data(of(crowd)), expected);
  EXPECT_EQ(data(of(crowd), 690, 20).size(), 10U);
  EXPECT_EQ(channels(of(crowd)).size(), 300U);
  EXPECT_EQ(channels(of({})).size(), 300U);
  EXPECT_EQ(channels(of({"dev-s-1"}, "c/+")).size(), 150U);
  const std::vector<std::string> last = channels(of({}), 298, 5);
  EXPECT_THAT(last, ElementsAre("c/98", "c/99"));
  EXPECT_EQ(remove(of({}, "c/#")).value_or(0), 700U);
  EXPECT_EQ(counted("dev-s-2"), "0 0");
}

TEST_P(DataRecords, GoWithTheirDevice) {
  publish_some();
  const auto id = domain::RegistrationId::trusted(kTemplate.text() + "s-1");
  ASSERT_THAT(apply(management::RemoveRegistration{kScope, id}, MustExist{}), Succeeds());
  EXPECT_EQ(counted("dev-s-1"), "-1 0");
  EXPECT_THAT(publish({make_record(30, "dev-s-1", "a", 1)}), FailsWith(ErrorKind::kNotFound));
  ASSERT_THAT(apply(management::RemoveDevice{kHub, device_id("dev-s-2")}, MustExist{}), Succeeds());
  EXPECT_EQ(counted("dev-s-2"), "-1 0");
}

TEST_P(DataRecords, GoWithAMember) {
  publish_some();
  const auto member = domain::MemberName::trusted("s-1");
  ASSERT_THAT(apply(management::RemoveMember{kScope, kTemplate, member}, MustExist{}), Succeeds());
  EXPECT_EQ(counted("dev-s-1"), "-1 0");
  EXPECT_EQ(counted("dev-s-2"), "1 1");
}

TEST_P(DataRecords, StayWithADeviceThatMovesAndGoWithAnIdThatGoes) {
  publish_some();
  auto move = make_thing("s-1");
  move->expected_version = 1;
  move->registration.hub = kOtherHub;
  move->device->hub = kOtherHub;
  ASSERT_THAT(commit(std::move(move)), Succeeds());
  EXPECT_EQ(counted("dev-s-1"), "6 6");
  auto other = make_thing("s-1");
  other->expected_version = 2;
  other->registration.device_id = device_id("dev-other");
  other->device->id = device_id("dev-other");
  ASSERT_THAT(commit(std::move(other)), Succeeds());
  EXPECT_EQ(counted("dev-s-1"), "-1 0");
}

TEST_P(DataRecords, NeighbourOfThatNameThatIsNoPublisherTakesNothingAlong) {
  publish_some();
  ASSERT_THAT(create(management::PutDevice{make_identity("dev-s-1", kOtherHub)}), Succeeds());
  ASSERT_THAT(apply(management::RemoveDevice{kOtherHub, device_id("dev-s-1")}, MustExist{}),
              Succeeds());
  EXPECT_EQ(counted("dev-s-1"), "6 6");
}

TEST_P(DataRecords, WritersAtOnceCountRight) {
  const auto write = [this](std::uint64_t first, const std::string& publisher) {
    for (std::uint64_t i = 0; i < 10; ++i) {
      const auto time = static_cast<std::int64_t>(i);
      ASSERT_THAT(publish({make_record(first + i, publisher, "a", time),
                           make_record(first + 50 + i, "dev-s-2", "b", time)}),
                  Succeeds());
    }
  };
  together({[&] { write(1000, "dev-s-1"); }, [&] { write(2000, "dev-s-1"); },
            [&] { write(3000, "dev-s-2"); },
            [&] { EXPECT_THAT(remove(of({"dev-s-2"}, "b")), Succeeds()); }});
  const auto expect_right = [this](const std::string& publisher) {
    const std::string both = counted(publisher);
    const std::size_t blank = both.find(' ');
    EXPECT_EQ(both.substr(0, blank), both.substr(blank + 1));
  };
  EXPECT_EQ(counted("dev-s-1"), "10 10");
  expect_right("dev-s-2");
}

BERTH_CONFORMANCE(DataRecords);

}  // namespace
}  // namespace berth::store::conformance
