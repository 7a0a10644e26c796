// Properties: the reported section of the twin, each written whole, under what operators desire
// later.
#include "hub/property_text.h"
#include "hub/tests/data_world.h"

namespace berth::hub {
namespace {

using domain::ReadProperties;
using domain::Reason;
using domain::WriteProperties;

using Values = PropertyValues;

class PropertiesTest : public testing::Test {
 protected:
  Values all(std::string_view id, std::string device = {}, std::string name = {}) {
    const domain::HubResult result =
        world_.ask(id, ReadProperties{std::move(device), std::move(name)});
    const auto* read = std::get_if<domain::PropertiesRead>(&result);
    return read == nullptr ? Values{{"refused", ""}} : read->values;
  }
  Reason write(std::string_view id, Values values, bool replaces = false, std::string device = {}) {
    return world_.refused(id, WriteProperties{std::move(device), std::move(values), replaces});
  }
  void desire(std::string desired) {
    auto update = std::make_unique<TwinUpdate>();
    update->hub = hub_name("plant");
    update->device = device_id("dev-pump");
    update->desired = std::move(desired);
    ASSERT_TRUE(base::run_task(world_.hub().update_twin(std::move(update))));
  }
  domain::Twin twin() {
    return *base::run_task(world_.hub().read_twin(hub_name("plant"), device_id("dev-pump")));
  }

  DataWorld world_;
};

TEST_F(PropertiesTest, AreTheReportedSectionOfTheTwin) {
  ASSERT_EQ(write("dev-pump", {{"fw", "\"1.1\""}, {"n", "5"}}), Reason::kNone);
  EXPECT_EQ(twin().reported.document, R"({"fw":"1.1","n":5})");
  EXPECT_EQ(all("dev-pump"), (Values{{"fw", "\"1.1\""}, {"n", "5"}}));
  EXPECT_EQ(all("dev-pump", "", "n"), (Values{{"n", "5"}}));
}

TEST_F(PropertiesTest, EachIsWrittenWholeAndTheOthersStay) {
  ASSERT_EQ(write("dev-pump", {{"location", R"({"x":1,"y":2})"}, {"n", "5"}}), Reason::kNone);
  ASSERT_EQ(write("dev-pump", {{"location", R"({"x":3})"}}), Reason::kNone);
  EXPECT_EQ(all("dev-pump"), (Values{{"location", R"({"x":3})"}, {"n", "5"}}));
}

TEST_F(PropertiesTest, EmptyTextOrNullDeletesAndReplacingDeletesAllOthers) {
  ASSERT_EQ(write("dev-pump", {{"a", "1"}, {"b", "2"}, {"c", "3"}}), Reason::kNone);
  ASSERT_EQ(write("dev-pump", {{"a", ""}, {"b", "null"}}), Reason::kNone);
  EXPECT_EQ(all("dev-pump"), (Values{{"c", "3"}}));
  ASSERT_EQ(write("dev-pump", {{"d", "4"}}, true), Reason::kNone);
  EXPECT_EQ(all("dev-pump"), (Values{{"d", "4"}}));
  ASSERT_EQ(write("dev-pump", {}, true), Reason::kNone);
  EXPECT_TRUE(all("dev-pump").empty());
}

TEST_F(PropertiesTest, UnknownPropertyIsUnknown) {
  EXPECT_EQ(world_.refused("dev-pump", ReadProperties{"", "x"}), Reason::kPropertyUnknown);
}

TEST_F(PropertiesTest, NamesHoldWhatKeysOfTwinsMayNot) {
  const Values odd{{"$p", "1"}, {"100%", "2"}, {"a b/c.d", R"({"x y":[{"e.f":1}]})"}};
  ASSERT_EQ(write("dev-pump", odd), Reason::kNone);
  EXPECT_EQ(all("dev-pump"), odd);
  EXPECT_EQ(all("dev-pump", "", "a b/c.d").size(), 1U);
  ASSERT_EQ(write("dev-pump", {{"$p", ""}, {"100%", ""}, {"a b/c.d", ""}}), Reason::kNone);
  EXPECT_TRUE(all("dev-pump").empty());
}

TEST_F(PropertiesTest, WhatAnOperatorDesiredLaterShowsUntilItIsReported) {
  ASSERT_EQ(write("dev-pump", {{"speed", "1"}}), Reason::kNone);
  world_.clock.advance(std::chrono::seconds(1));
  desire(R"({"speed":2,"mode":"eco"})");
  EXPECT_EQ(all("dev-pump"), (Values{{"mode", "\"eco\""}, {"speed", "2"}}));
  world_.clock.advance(std::chrono::seconds(1));
  ASSERT_EQ(write("dev-pump", {{"speed", "3"}}), Reason::kNone);
  EXPECT_EQ(all("dev-pump"), (Values{{"mode", "\"eco\""}, {"speed", "3"}}));
  EXPECT_EQ(twin().desired.document, R"({"speed":2,"mode":"eco"})");
}

TEST_F(PropertiesTest, StartWithWhatTheDeviceSaidWhenItRegistered) {
  world_.device("dev-pump").first_reported = R"({"fw":"1.0","a b":1})";
  EXPECT_EQ(all("dev-pump"), (Values{{"a b", "1"}, {"fw", "\"1.0\""}}));
  ASSERT_EQ(write("dev-pump", {{"a b", "2"}}), Reason::kNone);
  EXPECT_EQ(all("dev-pump"), (Values{{"a b", "2"}, {"fw", "\"1.0\""}}));
}

TEST_F(PropertiesTest, RulesOfTwinsAreToldWithTheReason) {
  EXPECT_EQ(write("dev-pump", {{"a", "{"}}), Reason::kDocumentInvalid);
  EXPECT_EQ(write("dev-pump", {{"a", '"' + std::string(5000, 'x') + '"'}}),
            Reason::kDocumentTooLarge);
  EXPECT_EQ(write("dev-pump", {{"", "1"}}), Reason::kRequestInvalid);
  EXPECT_EQ(world_.refusals.trails.size(), 3U);
  EXPECT_EQ(twin().reported.version, 1U);
}

TEST_F(PropertiesTest, ControllerWritesUnlessItMayOnlyRead) {
  ASSERT_EQ(write("dev-phone", {{"speed", "1"}}, false, "dev-pump"), Reason::kNone);
  EXPECT_EQ(all("dev-phone", "dev-pump"), (Values{{"speed", "1"}}));
  world_.device("dev-pump").permissions.control = domain::ControlAccess::kRead;
  EXPECT_EQ(write("dev-phone", {{"speed", "2"}}, false, "dev-pump"), Reason::kNotPermitted);
  EXPECT_EQ(all("dev-phone", "dev-pump"), (Values{{"speed", "1"}}));
  EXPECT_EQ(write("dev-phone", {{"speed", "2"}}, false, "dev-fan"), Reason::kNotPermitted);
  EXPECT_EQ(write("dev-pump", {{"speed", "2"}}, false, "dev-none"), Reason::kNotPermitted);
}

TEST_F(PropertiesTest, AnotherServerThatIsFasterIsDecidedAnew) {
  world_.store.conflicts = 2;
  ASSERT_EQ(write("dev-pump", {{"a", "1"}}), Reason::kNone);
  EXPECT_EQ(all("dev-pump"), (Values{{"a", "1"}}));
}

TEST_F(PropertiesTest, ConnectedDeviceWritesItsOwn) {
  Client client = world_.connect_as("dev-pump");
  EXPECT_TRUE(client.does(domain::AskData{WriteProperties{"", {{"a", "1"}}, false}, {}}));
  EXPECT_EQ(all("dev-pump"), (Values{{"a", "1"}}));
}

}  // namespace
}  // namespace berth::hub
