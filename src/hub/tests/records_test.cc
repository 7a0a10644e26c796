// Records: published, read, listed and deleted.
#include "hub/tests/data_world.h"

namespace berth::hub {
namespace {

using domain::NewRecord;
using domain::PublishRecords;
using domain::Reason;
using domain::RecordFilter;
using std::chrono::seconds;

class RecordsTest : public testing::Test {
 protected:
  void publish_at(std::string_view id, std::string channel, std::string data, int seconds_ago) {
    PublishRecords request = DataWorld::publish(std::move(channel), std::move(data));
    request.records.front().at = world_.clock.wall() - seconds(seconds_ago);
    ASSERT_FALSE(world_.published(id, std::move(request)).empty());
  }
  static RecordFilter of(std::vector<std::string> publishers) {
    RecordFilter filter;
    filter.of = std::move(publishers);
    return filter;
  }
  static RecordFilter tested(std::string field, domain::ValueTest::Compare compare,
                             std::string value) {
    RecordFilter filter;
    filter.field = std::move(field);
    filter.tests = {{compare, std::move(value)}};
    return filter;
  }
  std::uint64_t deleted(std::string_view id, RecordFilter filter) {
    const domain::HubResult result = world_.ask(id, domain::DeleteRecords{std::move(filter)});
    const auto* counted = std::get_if<domain::Counted>(&result);
    return counted == nullptr ? 9999 : counted->count;
  }
  Data channels(std::string_view id, RecordFilter filter = {}) {
    const domain::HubResult result = world_.ask(id, domain::ListChannels{std::move(filter), 0, {}});
    const auto* listed = std::get_if<domain::ChannelsListed>(&result);
    return listed == nullptr ? Data{"refused"} : listed->channels;
  }

  DataWorld world_;
};

TEST_F(RecordsTest, PublishedRecordIsKeptReadAndToldToTheLog) {
  const std::string id = world_.published("dev-pump", DataWorld::publish("temp/in", "21.5"));
  ASSERT_EQ(id.size(), domain::kObjectIdSize);
  EXPECT_TRUE(domain::ObjectId::parse(id));
  EXPECT_EQ(world_.read("dev-pump"), Data{"21.5"});
  ASSERT_EQ(world_.log.events.size(), 1U);
  const domain::Event& event = world_.log.events.front();
  EXPECT_EQ(event.device.text(), "dev-pump");
  EXPECT_EQ(event.hub.text(), "plant");
  EXPECT_EQ(event.message.body, "21.5");
  EXPECT_EQ(event.message.content_type, "application/json");
  EXPECT_EQ(event.message.properties, (std::vector<domain::Property>{{"channel", "temp/in"}}));
}

TEST_F(RecordsTest, SeveralKeepTheirOrderAndEachItsOwnTime) {
  PublishRecords request = DataWorld::publish("t", "1");
  for (const std::string data : {"2", "3"}) {
    request.records.push_back(DataWorld::publish("t", data).records.front());
  }
  const domain::HubResult result = world_.ask("dev-pump", std::move(request));
  const auto& ids = std::get<domain::RecordsPublished>(result).ids;
  ASSERT_EQ(ids.size(), 3U);
  EXPECT_EQ(world_.records.records[1].id, ids[1]);
  EXPECT_EQ(world_.read("dev-pump"), (Data{"3", "2", "1"}));
  EXPECT_EQ(world_.log.events.size(), 3U);
}

TEST_F(RecordsTest, SamePublisherChannelAndTimeIsOneRecord) {
  publish_at("dev-pump", "t", "1", 5);
  publish_at("dev-pump", "t", "2", 5);
  publish_at("dev-fan", "t", "3", 5);
  EXPECT_EQ(world_.read("dev-pump"), Data{"2"});
  EXPECT_EQ(world_.records.records.size(), 2U);
}

TEST_F(RecordsTest, RecordIsOverwrittenByItsId) {
  const std::string id = world_.published("dev-pump", DataWorld::publish("t", "1"));
  world_.clock.advance(seconds(1));
  PublishRecords again = DataWorld::publish("u", "2");
  again.records.front().id = base::ascii_upper(id);
  EXPECT_EQ(world_.published("dev-pump", again), id);
  EXPECT_EQ(world_.read("dev-pump"), Data{"2"});
}

TEST_F(RecordsTest, RecordOfAnotherOrOfNobodyIsNotOverwritten) {
  const std::string id = world_.published("dev-fan", DataWorld::publish("t", "1"));
  PublishRecords request = DataWorld::publish("t", "2");
  request.records.front().id = id;
  EXPECT_EQ(world_.refused("dev-pump", request), Reason::kNotPermitted);
  request.records.front().id = "0123456789abcdef01234567";
  EXPECT_EQ(world_.refused("dev-pump", request), Reason::kRequestInvalid);
  EXPECT_EQ(world_.read("dev-fan"), Data{"1"});
}

struct BadRecord {
  std::string what;
  NewRecord record;
  Reason reason;
};

TEST_F(RecordsTest, OneBadRecordRefusesAllOfThem) {
  NewRecord good;
  good.channel = "t";
  good.data = "1";
  std::vector<BadRecord> cases(8, {"", good, Reason::kRequestInvalid});
  cases[0] = {"wildcard", good, Reason::kRequestInvalid};
  cases[0].record.channel = "a/#";
  cases[1] = {"no channel", good, Reason::kRequestInvalid};
  cases[1].record.channel.clear();
  cases[2] = {"no JSON", good, Reason::kRequestInvalid};
  cases[2].record.data = "{";
  cases[3] = {"no data", good, Reason::kRequestInvalid};
  cases[3].record.data.clear();
  cases[4] = {"large", good, Reason::kMessageTooLarge};
  cases[4].record.data = '"' + std::string(domain::kRecordBytesMax, 'x') + '"';
  cases[5] = {"id", good, Reason::kRequestInvalid};
  cases[5].record.id = "xyz";
  cases[6] = {"of", good, Reason::kNotPermitted};
  cases[6].record.of = "dev-fan";
  cases[7] = {"lifetime", good, Reason::kRequestInvalid};
  cases[7].record.lifetime = std::chrono::milliseconds(-1);
  for (const BadRecord& each : cases) {
    EXPECT_EQ(world_.refused("dev-pump", PublishRecords{{good, each.record}}), each.reason)
        << each.what;
    EXPECT_EQ(world_.refusals.trails.back().reason, each.reason);
  }
  EXPECT_EQ(world_.refused("dev-pump", PublishRecords{}), Reason::kRequestInvalid);
  EXPECT_EQ(world_.refused("dev-pump", PublishRecords{std::vector<NewRecord>(1001, good)}),
            Reason::kRequestInvalid);
  EXPECT_TRUE(world_.records.records.empty());
  EXPECT_TRUE(world_.log.events.empty());
}

TEST_F(RecordsTest, ControllerPublishesForWhatItControlsUnlessThatForbidsIt) {
  ASSERT_FALSE(
      world_.published("dev-phone", DataWorld::publish("cmd", "\"on\"", "dev-pump")).empty());
  EXPECT_EQ(world_.read("dev-pump"), Data{"\"on\""});
  EXPECT_EQ(world_.log.events.front().device.text(), "dev-pump");
  EXPECT_EQ(world_.refused("dev-phone", DataWorld::publish("cmd", "1", "dev-fan")),
            Reason::kNotPermitted);
  EXPECT_EQ(world_.refusals.trails.back().findings.front().cause, domain::Cause::kNotControlled);
  world_.device("dev-pump").permissions.control = domain::ControlAccess::kRead;
  EXPECT_EQ(world_.refused("dev-phone", DataWorld::publish("cmd", "1", "dev-pump")),
            Reason::kNotPermitted);
  EXPECT_EQ(world_.read("dev-phone", of({"dev-pump"})), Data{"\"on\""});
}

TEST_F(RecordsTest, AccountPublishesAsItselfWithoutAnEvent) {
  const domain::HubResult result =
      world_.ask(DataWorld::account_claim(), DataWorld::publish("news", "1"));
  ASSERT_TRUE(std::holds_alternative<domain::RecordsPublished>(result));
  EXPECT_EQ(world_.records.records.front().publisher, "com-aaaaaaaaaaaaaaaaaaaaaaaa");
  EXPECT_TRUE(world_.log.events.empty());
  EXPECT_EQ(world_.read("dev-proto"), Data{"1"});
  EXPECT_TRUE(world_.read("dev-pump").empty());
}

TEST_F(RecordsTest, FullLogIsToldToThePublisher) {
  world_.log.full = true;
  EXPECT_EQ(world_.refused("dev-pump", DataWorld::publish("t", "1")), Reason::kStoreUnavailable);
}

TEST_F(RecordsTest, StoreThatIsDownKeepsNothingAndTellsTheLogNothing) {
  world_.records.down = true;
  EXPECT_EQ(world_.refused("dev-pump", DataWorld::publish("t", "1")), Reason::kStoreUnavailable);
  EXPECT_TRUE(world_.log.events.empty());
}

TEST_F(RecordsTest, ExpiresAfterItsLifetimeUnlessATimeIsGiven) {
  PublishRecords request = DataWorld::publish("t", "1");
  request.records.front().lifetime = seconds(10);
  world_.published("dev-pump", request);
  request.records.front().expires_at = world_.clock.wall() + seconds(20);
  request.records.front().data = "2";
  world_.published("dev-pump", request);
  EXPECT_EQ(world_.read("dev-pump"), (Data{"2", "1"}));
  world_.clock.advance(seconds(10));
  EXPECT_EQ(world_.read("dev-pump"), Data{"2"});
  world_.chores();
  EXPECT_EQ(world_.records.records.size(), 1U);
  world_.clock.advance(seconds(10));
  EXPECT_TRUE(world_.read("dev-pump").empty());
}

TEST_F(RecordsTest, ReadsItselfAndEverythingItMayReadUnlessToldOf) {
  for (const std::string id : {"dev-pump", "dev-fan", "dev-phone", "dev-alien"}) {
    world_.published(id, DataWorld::publish("t", '"' + id + '"'));
    world_.clock.advance(seconds(1));
  }
  EXPECT_EQ(world_.read("dev-pump"), Data{"\"dev-pump\""});
  EXPECT_EQ(world_.read("dev-phone"), (Data{"\"dev-phone\"", "\"dev-pump\""}));
  EXPECT_EQ(world_.read("dev-phone", of({"dev-pump"})), Data{"\"dev-pump\""});
  const Data all{"\"dev-phone\"", "\"dev-fan\"", "\"dev-pump\""};
  EXPECT_EQ(world_.read("dev-proto"), all);
  EXPECT_EQ(world_.read(DataWorld::account_claim()), all);
  EXPECT_EQ(world_.read("dev-phone", of({"dev-pump", "dev-fan"})), Data{"refused"});
  EXPECT_EQ(world_.read("dev-proto", of({"dev-alien"})), Data{"refused"});
  EXPECT_TRUE(world_.read(DataWorld::account_claim(), of({"dev-alien"})).empty());
}

TEST_F(RecordsTest, ControlledDeviceThatClosesItselfIsPassedOver) {
  world_.published("dev-pump", DataWorld::publish("t", "1"));
  world_.device("dev-pump").permissions.control = domain::ControlAccess::kNone;
  EXPECT_TRUE(world_.read("dev-phone").empty());
  EXPECT_EQ(world_.read("dev-phone", of({"dev-pump"})), Data{"refused"});
}

TEST_F(RecordsTest, PrivateRecordsAreReadByTheirPublisherAndTheAccount) {
  PublishRecords request = DataWorld::publish("t", "1");
  request.records.front().is_private = true;
  world_.published("dev-pump", request);
  EXPECT_EQ(world_.read("dev-pump"), Data{"1"});
  EXPECT_EQ(world_.read(DataWorld::account_claim()), Data{"1"});
  EXPECT_TRUE(world_.read("dev-phone").empty());
  EXPECT_TRUE(world_.read("dev-proto").empty());
}

TEST_F(RecordsTest, OffsetAndLimitCountFromTheNewest) {
  for (int i = 1; i <= 250; ++i) publish_at("dev-pump", "t", std::to_string(i), 300 - i);
  const auto part = [&](std::uint64_t offset, std::optional<std::uint64_t> limit) {
    const domain::HubResult result = world_.ask("dev-pump", domain::ReadRecords{{}, offset, limit});
    const auto& found = std::get<domain::RecordsRead>(result).records;
    return std::pair(found.size(), found.empty() ? "" : found.front().data);
  };
  EXPECT_EQ(part(0, 1), std::pair(std::size_t{1}, std::string("250")));
  EXPECT_EQ(part(5, 240), std::pair(std::size_t{240}, std::string("245")));
  EXPECT_EQ(part(0, {}).first, 100U);
  EXPECT_EQ(part(0, 100'000).first, 250U);
  EXPECT_EQ(part(0, 0).first, 0U);
  EXPECT_EQ(part(250, 10).first, 0U);
}

TEST_F(RecordsTest, BeforeAndAfterTakeATimeOrARecordThatStandsForIt) {
  for (int i = 1; i <= 4; ++i) publish_at("dev-pump", "t", std::to_string(i), 50 - 10 * i);
  const std::string second = world_.records.records[1].id.text();
  RecordFilter filter;
  filter.after = base::ascii_upper(second);
  filter.before = world_.clock.wall() - seconds(10);
  EXPECT_EQ(world_.read("dev-pump", filter), Data{"3"});
  filter = {};
  filter.before = second;
  EXPECT_EQ(world_.read("dev-pump", filter), Data{"1"});
  EXPECT_EQ(world_.read("dev-fan", filter), Data{"refused"});  // it may not know that one
  filter.before = "0123456789abcdef01234567";
  EXPECT_EQ(world_.refused("dev-pump", domain::ReadRecords{filter, 0, {}}),
            Reason::kRequestInvalid);
}

TEST_F(RecordsTest, MasksIdsAndTimesSelect) {
  publish_at("dev-pump", "home", "1", 30);
  publish_at("dev-pump", "home/temp", "2", 20);
  publish_at("dev-pump", "yard/temp", "3", 10);
  RecordFilter filter;
  filter.mask = "home/#";
  EXPECT_EQ(world_.read("dev-pump", filter), (Data{"2", "1"}));
  filter.mask = "+/temp";
  EXPECT_EQ(world_.read("dev-pump", filter), (Data{"3", "2"}));
  filter.mask = "home#";
  EXPECT_EQ(world_.refused("dev-pump", domain::ReadRecords{filter, 0, {}}),
            Reason::kRequestInvalid);
  filter.mask = "#";
  filter.ids = {base::ascii_upper(world_.records.records[2].id.text())};
  EXPECT_EQ(world_.read("dev-pump", filter), Data{"3"});
  filter.ids.clear();
  filter.at = {world_.clock.wall() - seconds(30)};
  EXPECT_EQ(world_.read("dev-pump", filter), Data{"1"});
}

TEST_F(RecordsTest, ValuesAreTestedByKindAndField) {
  using Compare = domain::ValueTest::Compare;
  publish_at("dev-pump", "t", R"({"a":{"b":20}})", 40);
  publish_at("dev-pump", "t", R"({"a":{"b":21.5}})", 30);
  publish_at("dev-pump", "t", R"({"a":{"b":"21"}})", 20);
  publish_at("dev-pump", "t", "7", 10);
  EXPECT_EQ(world_.read("dev-pump", tested("a.b", Compare::kGreater, "20")),
            Data{R"({"a":{"b":21.5}})"});
  EXPECT_EQ(world_.read("dev-pump", tested("a.b", Compare::kLessEqual, "20.0")),
            Data{R"({"a":{"b":20}})"});
  EXPECT_EQ(world_.read("dev-pump", tested("a.b", Compare::kEqual, "\"21\"")),
            Data{R"({"a":{"b":"21"}})"});
  EXPECT_EQ(world_.read("dev-pump", tested("", Compare::kLess, "8")), Data{"7"});
  EXPECT_TRUE(world_.read("dev-pump", tested("a.c", Compare::kLess, "8")).empty());
  EXPECT_EQ(world_.read("dev-pump", tested("", Compare::kLess, "{")), Data{"refused"});
  EXPECT_EQ(channels("dev-pump", tested("", Compare::kLess, "8")), Data{"t"});
  EXPECT_TRUE(channels("dev-pump", tested("", Compare::kLess, "1")).empty());
}

TEST_F(RecordsTest, TestedRecordsBeyondTheFirstPartAreFound) {
  for (int i = 1; i <= 250; ++i) publish_at("dev-pump", "t", std::to_string(i), 300 - i);
  RecordFilter filter = tested("", domain::ValueTest::Compare::kLessEqual, "12");
  const domain::HubResult result = world_.ask("dev-pump", domain::ReadRecords{filter, 2, 5});
  const auto& found = std::get<domain::RecordsRead>(result).records;
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found.front().data, "10");
}

TEST_F(RecordsTest, DeletingNeedsToSayWhich) {
  publish_at("dev-pump", "t", "1", 10);
  EXPECT_EQ(world_.refused("dev-pump", domain::DeleteRecords{}), Reason::kRequestInvalid);
  RecordFilter filter = tested("", domain::ValueTest::Compare::kEqual, "1");
  filter.before = world_.clock.wall();
  EXPECT_EQ(world_.refused("dev-pump", domain::DeleteRecords{filter}), Reason::kRequestInvalid);
  EXPECT_EQ(world_.records.records.size(), 1U);
}

TEST_F(RecordsTest, DeletesItsOwnByTimeAndWhatItMayWriteById) {
  publish_at("dev-pump", "t", "1", 30);
  publish_at("dev-phone", "t", "2", 20);
  publish_at("dev-fan", "t", "3", 10);
  RecordFilter all;
  all.before = world_.clock.wall() + seconds(1);
  EXPECT_EQ(deleted("dev-phone", all), 1U);
  RecordFilter by_id;
  for (const domain::Record& each : world_.records.records) by_id.ids.push_back(each.id.text());
  EXPECT_EQ(deleted("dev-phone", by_id), 1U);  // of the pump that it controls
  EXPECT_EQ(world_.read("dev-fan"), Data{"3"});
  EXPECT_EQ(deleted("dev-phone", by_id), 0U);
  RecordFilter of_fan = all;
  of_fan.of = {"dev-fan"};
  EXPECT_EQ(world_.refused("dev-phone", domain::DeleteRecords{of_fan}), Reason::kNotPermitted);
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), domain::DeleteRecords{all}), Reason::kNone);
  EXPECT_TRUE(world_.records.records.empty());
}

TEST_F(RecordsTest, ReaderOnlyDeletesNothingOfWhatItControls) {
  world_.device("dev-pump").permissions.control = domain::ControlAccess::kRead;
  publish_at("dev-pump", "t", "1", 30);
  RecordFilter by_id;
  by_id.ids = {world_.records.records.front().id.text()};
  EXPECT_EQ(deleted("dev-phone", by_id), 0U);
  by_id.of = {"dev-pump"};
  EXPECT_EQ(world_.refused("dev-phone", domain::DeleteRecords{by_id}), Reason::kNotPermitted);
}

TEST_F(RecordsTest, ChannelsAreThoseOfReadableRecords) {
  publish_at("dev-pump", "b/c", "1", 30);
  publish_at("dev-pump", "a", "1", 20);
  publish_at("dev-pump", "a", "2", 10);
  publish_at("dev-fan", "z", "1", 10);
  EXPECT_EQ(channels("dev-pump"), (Data{"a", "b/c"}));
  EXPECT_EQ(channels("dev-phone"), (Data{"a", "b/c"}));
  RecordFilter filter;
  filter.mask = "+/c";
  EXPECT_EQ(channels("dev-phone", filter), Data{"b/c"});
}

TEST_F(RecordsTest, RecordsOfAPublisherAreBounded) {
  world_.published("dev-pump", DataWorld::publish("t", "1"));
  EXPECT_EQ(world_.records.per_publisher_max, 10'000U);
}

}  // namespace
}  // namespace berth::hub
