// Topics and filters (cloudplugs.md §6): which are which.
#include "dialects/cloudplugs/mqtt_topics.h"

#include <gtest/gtest.h>

namespace berth::dialects::cloudplugs {
namespace {

constexpr std::string_view kModel = "mod-588acc123945ec8436bde3aa";
constexpr std::string_view kThing = "dev-588acc123945ec8436bde3c1";

std::string with(std::string_view first, std::string_view rest) {
  return std::string(first) + std::string(rest);
}

TEST(CloudPlugsTopics, AnEnrolmentIsReadAsPlainText) {
  const std::string thing = with("MOD-588ACC123945EC8436BDE3AA", "/thing/a/b+c#d=");
  const auto first = parse_enroll_topic(thing);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->model, kModel);
  EXPECT_FALSE(first->controller);
  EXPECT_EQ(first->password, "a/b+c#d=");
  const std::string controller = with(kModel, "/ctrl/SN:1/x/y");
  const auto second = parse_enroll_topic(controller);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->controller);
  EXPECT_EQ(second->serial, "SN:1");
  EXPECT_EQ(second->password, "x/y");
}

TEST(CloudPlugsTopics, NothingElseIsAnEnrolment) {
  for (const std::string& filter :
       {std::string(), std::string("#"), with(kModel, ""), with(kModel, "/thing"),
        with(kModel, "/thing/"), with(kModel, "/ctrl/SN1"), with(kModel, "/ctrl/SN1/"),
        with(kModel, "/ctrl//p"), with(kModel, "/Thing/p"), with(kModel, "/data/p"),
        with(kThing, "/thing/p"), with("mod-588acc123945ec8436bde3a", "/thing/p"),
        with(" ", with(kModel, "/thing/p"))}) {
    EXPECT_FALSE(parse_enroll_topic(filter)) << filter;
  }
}

TEST(CloudPlugsTopics, PublishesAreToDataOrProperties) {
  const std::string data = with("DEV-588ACC123945EC8436BDE3C1", "/data/home/temp");
  const auto named = parse_publish_topic(data);
  ASSERT_TRUE(named);
  EXPECT_EQ(named->kind, MqttTopic::kData);
  EXPECT_EQ(named->device, kThing);
  EXPECT_EQ(named->channel, "home/temp");
  const auto own = parse_publish_topic("/data/t");
  ASSERT_TRUE(own);
  EXPECT_EQ(own->device, "");
  const std::string set = with(kThing, "/ag/prop/set");
  EXPECT_EQ(parse_publish_topic(set)->kind, MqttTopic::kPropertySet);
  EXPECT_EQ(parse_publish_topic("/ag/prop/get")->kind, MqttTopic::kPropertyGet);
  for (const std::string& topic :
       {std::string("data/t"), std::string("x/data/t"), with(kThing, "/data/"),
        with(kThing, "/data"), with(kThing, "/ag/prop"), with(kThing, "/ag/prop/del"),
        with(kModel, "/data/t"), with("com-588acc123945ec8436bde3c1", "/data/t"),
        with(kThing, "/data/" + std::string(1025, 'x'))}) {
    EXPECT_FALSE(parse_publish_topic(topic)) << topic;
  }
}

TEST(CloudPlugsTopics, FiltersNameAPublisherOrAll) {
  const std::string one = with(kThing, "/data/home/#");
  const auto named = parse_filter_topic(one);
  ASSERT_TRUE(named);
  EXPECT_EQ(named->of, kThing);
  EXPECT_EQ(named->mask, "home/#");
  EXPECT_FALSE(named->own);
  const auto all = parse_filter_topic("+/data/#");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->of, "");
  EXPECT_FALSE(all->own);
  EXPECT_TRUE(parse_filter_topic("/data/+")->own);
  EXPECT_EQ(parse_filter_topic("com-588acc123945ec8436bde3c1/data/t")->of,
            "com-588acc123945ec8436bde3c1");
  const std::string answers = with(kThing, "/ag/prop/+");
  EXPECT_TRUE(parse_filter_topic(answers)->answers);
  for (const std::string& filter :
       {std::string("#"), std::string("+"), std::string("+/+"), std::string("+/#"),
        std::string("#/data/t"), std::string("+/ag/prop/get"), with(kThing, "/#"),
        with(kThing, "/data/"), with(kThing, "/data/a#"), with(kThing, "/data/#/a"),
        with(kThing, "/+/t"), with(kModel, "/data/#"), with(kModel, "/thing/p")}) {
    EXPECT_FALSE(parse_filter_topic(filter)) << filter;
  }
}

}  // namespace
}  // namespace berth::dialects::cloudplugs
