// Topics and filters (tencent.md §7.6): which are whose.
#include "dialects/tencent/topics.h"

#include <gtest/gtest.h>

namespace berth::dialects::tencent {
namespace {

const DeviceName kDevice{"S3EUVBRJLB", "dev1"};

TEST(TencentTopics, UplinksAreReadExactly) {
  struct Case {
    std::string_view topic;
    Feature feature;
    std::string_view rest;
  };
  const Case cases[] = {
      {"S3EUVBRJLB/dev1/data", Feature::kOwn, "data"},
      {"S3EUVBRJLB/dev1/user/log/today", Feature::kOwn, "user/log/today"},
      {"$sys/operation/S3EUVBRJLB/dev1", Feature::kSystem, ""},
      {"$shadow/operation/S3EUVBRJLB/dev1", Feature::kShadow, ""},
      {"$template/operation/S3EUVBRJLB/dev1", Feature::kTemplate, ""},
      {"$thing/up/property/S3EUVBRJLB/dev1", Feature::kProperty, ""},
      {"$thing/up/event/S3EUVBRJLB/dev1", Feature::kEvent, ""},
      {"$thing/up/action/S3EUVBRJLB/dev1", Feature::kAction, ""},
      {"$thing/up/service/S3EUVBRJLB/dev1", Feature::kService, ""},
      {"$thing/up/raw/S3EUVBRJLB/dev1", Feature::kRaw, ""},
      {"$ota/report/S3EUVBRJLB/dev1", Feature::kOta, ""},
      {"$config/operation/S3EUVBRJLB/dev1", Feature::kConfig, ""},
      {"$config/report/S3EUVBRJLB/dev1", Feature::kConfigOld, ""},
      {"$rrpc/txd/S3EUVBRJLB/dev1/1a2b", Feature::kRpc, "1a2b"},
      {"$gateway/operation/S3EUVBRJLB/dev1", Feature::kGateway, ""},
      {"$log/operation/S3EUVBRJLB/dev1", Feature::kLog, ""},
  };
  for (const Case& each : cases) {
    const std::optional<Uplink> uplink = parse_uplink(each.topic);
    ASSERT_TRUE(uplink) << each.topic;
    EXPECT_EQ(uplink->feature, each.feature) << each.topic;
    EXPECT_EQ(uplink->device, kDevice) << each.topic;
    EXPECT_EQ(uplink->rest, each.rest) << each.topic;
  }
}

TEST(TencentTopics, WhatIsNoneIsNotRead) {
  for (const std::string_view topic : {"",
                                       "/",
                                       "S3EUVBRJLB",
                                       "S3EUVBRJLB/dev1",
                                       "S3EUVBRJLB/dev1/",
                                       "S3EUVBRJLB//data",
                                       "S3EUVBRJL/Bdev1/data",
                                       "S3EUVBRJLBd/ev1/data",
                                       "/S3EUVBRJLB/dev1/data",
                                       "$sys",
                                       "$sys/operation",
                                       "$sys/operation/",
                                       "$sys/operation/S3EUVBRJLB",
                                       "$sys/operation/S3EUVBRJLB/dev1/",
                                       "$sys/operation/S3EUVBRJLB/dev1/x",
                                       "$sys/operation/result/S3EUVBRJLB/dev1",
                                       "$shadow/operation/result/S3EUVBRJLB/dev1",
                                       "$thing/down/property/S3EUVBRJLB/dev1",
                                       "$ota/update/S3EUVBRJLB/dev1",
                                       "$rrpc/txd/S3EUVBRJLB/dev1",
                                       "$rrpc/txd/S3EUVBRJLB/dev1/",
                                       "$rrpc/txd/S3EUVBRJLB/dev1/a/b",
                                       "$rrpc/rxd/S3EUVBRJLB/dev1/a",
                                       "$broadcast/rxd/S3EUVBRJLB/dev1",
                                       "$SYS/broker/uptime",
                                       "S3EUVBRJLB/dev1/+",
                                       "S3EUVBRJLB/+/data",
                                       "$rrpc/txd/S3EUVBRJLB/dev1/#"}) {
    EXPECT_FALSE(parse_uplink(topic)) << topic;
  }
}

TEST(TencentTopics, FiltersAreReadExactly) {
  struct Case {
    std::string_view filter;
    std::optional<domain::Channel> channel;
  };
  using domain::Channel;
  const Case cases[] = {
      {"S3EUVBRJLB/dev1/data", Channel::kMessages},
      {"S3EUVBRJLB/dev1/#", Channel::kMessages},
      {"S3EUVBRJLB/dev1/user/+/x", Channel::kMessages},
      {"$sys/operation/result/S3EUVBRJLB/dev1", Channel::kReplies},
      {"$shadow/operation/result/S3EUVBRJLB/dev1", Channel::kDesired},
      {"$template/operation/result/S3EUVBRJLB/dev1", Channel::kDesired},
      {"$thing/down/property/S3EUVBRJLB/dev1", Channel::kDesired},
      {"$thing/down/event/S3EUVBRJLB/dev1", Channel::kReplies},
      {"$thing/down/action/S3EUVBRJLB/dev1", Channel::kMethods},
      {"$thing/down/service/S3EUVBRJLB/dev1", Channel::kReplies},
      {"$thing/down/raw/S3EUVBRJLB/dev1", Channel::kReplies},
      {"$ota/update/S3EUVBRJLB/dev1", Channel::kReplies},
      {"$config/operation/result/S3EUVBRJLB/dev1", Channel::kReplies},
      {"$config/update/S3EUVBRJLB/dev1", Channel::kReplies},
      {"$rrpc/rxd/S3EUVBRJLB/dev1/+", Channel::kMethods},
      {"$rrpc/rxd/S3EUVBRJLB/dev1/#", Channel::kMethods},
      {"$gateway/operation/result/S3EUVBRJLB/dev1", Channel::kReplies},
      {"$log/operation/result/S3EUVBRJLB/dev1", Channel::kReplies},
      {"$broadcast/rxd/S3EUVBRJLB/dev1", Channel::kReplies},
      {"#", std::nullopt},
      {"+/+/+", std::nullopt},
      {"+/dev1/data", std::nullopt},
      {"S3EUVBRJLB/+/data", std::nullopt},
      {"S3EUVBRJLB/#", std::nullopt},
      {"S3EUVBRJLB/dev1", std::nullopt},
      {"S3EUVBRJLB/dev1/#/data", std::nullopt},
      {"S3EUVBRJLB/dev1/da+", std::nullopt},
      {"S3EUVBRJLB/dev1/data#", std::nullopt},
      {"S3EUVBRJLB/dev1/#/", std::nullopt},
      {"S3EUVBRJLB/dev1/++/x", std::nullopt},
      {"S3EUVBRJLB/de+v1/data", std::nullopt},
      {"$rrpc/rxd/S3EUVBRJLB/dev1/+#", std::nullopt},
      {"$shadow/#", std::nullopt},
      {"$shadow/operation/result/#", std::nullopt},
      {"$shadow/operation/result/S3EUVBRJLB/+", std::nullopt},
      {"$shadow/operation/result/S3EUVBRJLB/dev1/#", std::nullopt},
      {"$rrpc/rxd/S3EUVBRJLB/dev1", std::nullopt},
      {"$rrpc/rxd/S3EUVBRJLB/dev1/1a", std::nullopt},
      {"$rrpc/rxd/S3EUVBRJLB/+/+", std::nullopt},
      {"$shadow/operation/S3EUVBRJLB/dev1", std::nullopt},
  };
  for (const Case& each : cases) {
    const std::optional<Downlink> topic = parse_filter(each.filter);
    ASSERT_EQ(topic.has_value(), each.channel.has_value()) << each.filter;
    if (!topic) continue;
    EXPECT_EQ(channel_of(topic->feature), *each.channel) << each.filter;
    EXPECT_EQ(topic->device, kDevice) << each.filter;
  }
}

TEST(TencentTopics, WhatIsSentIsHeardByTheFilterThatAskedForIt) {
  for (const Feature feature :
       {Feature::kSystem, Feature::kShadow, Feature::kTemplate, Feature::kProperty, Feature::kEvent,
        Feature::kAction, Feature::kService, Feature::kRaw, Feature::kOta, Feature::kConfig,
        Feature::kConfigOld, Feature::kGateway, Feature::kLog, Feature::kBroadcast}) {
    const std::string topic = downlink_topic(feature, kDevice);
    const std::optional<Downlink> filter = parse_filter(topic);
    ASSERT_TRUE(filter) << topic;
    EXPECT_EQ(filter->feature, feature) << topic;
    EXPECT_TRUE(matches(topic, topic));
  }
  EXPECT_EQ(downlink_topic(Feature::kRpc, kDevice, "1a"), "$rrpc/rxd/S3EUVBRJLB/dev1/1a");
  EXPECT_TRUE(matches("$rrpc/rxd/S3EUVBRJLB/dev1/+", "$rrpc/rxd/S3EUVBRJLB/dev1/1a"));
  EXPECT_EQ(downlink_topic(Feature::kOwn, kDevice, "data"), "S3EUVBRJLB/dev1/data");
}

TEST(TencentTopics, FiltersMatchAsMqttSays) {
  struct Case {
    std::string_view filter;
    std::string_view topic;
    bool matched;
  };
  const Case cases[] = {
      {"a/b/c", "a/b/c", true},   {"a/b/c", "a/b", false},   {"a/b", "a/b/c", false},
      {"a/+/c", "a/b/c", true},   {"a/+/c", "a/b/d", false}, {"a/+", "a/b/c", false},
      {"a/#", "a/b/c", true},     {"a/#", "a", true},        {"a/b/#", "a/c", false},
      {"a/+", "a", false},        {"a/+", "a/", true},       {"a", "a/", false},
      {"a/b/+/#", "a/b/c", true}, {"a/b/+/#", "a/b", false}, {"data", "data", true},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(matches(each.filter, each.topic), each.matched) << each.filter << ' ' << each.topic;
  }
}

TEST(TencentTopics, PermissionsAreOfATopicAndADirection) {
  const auto defaults = default_permissions();
  EXPECT_TRUE(allows(defaults, "event", Access::kPublish));
  EXPECT_FALSE(allows(defaults, "event", Access::kSubscribe));
  EXPECT_FALSE(allows(defaults, "control", Access::kPublish));
  EXPECT_TRUE(allows(defaults, "control", Access::kSubscribe));
  EXPECT_TRUE(allows(defaults, "data", Access::kPublish));
  EXPECT_TRUE(allows(defaults, "data", Access::kSubscribe));
  EXPECT_FALSE(allows(defaults, "data/more", Access::kPublish));
  EXPECT_FALSE(allows(defaults, "dat", Access::kPublish));
  EXPECT_TRUE(allows(defaults, "#", Access::kSubscribe)) << "there is something to hear";
  EXPECT_FALSE(allows(defaults, "#", Access::kPublish));
  EXPECT_FALSE(allows(defaults, "user/+", Access::kSubscribe));
  EXPECT_FALSE(allows({}, "data", Access::kPublish));
}

TEST(TencentTopics, IdsAreSplitAfterTheProduct) {
  EXPECT_FALSE(device_name_of(""));
  EXPECT_FALSE(device_name_of("S3EUVBRJLB"));
  const std::optional<DeviceName> name = device_name_of("S3EUVBRJLBa");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->product, "S3EUVBRJLB");
  EXPECT_EQ(name->name, "a");
  EXPECT_EQ(name->id(), "S3EUVBRJLBa");
}

TEST(TencentTopics, UnknownFeaturesAreTheDevicesWhenTheyNameIt) {
  EXPECT_TRUE(names_device("$future/thing/S3EUVBRJLB/dev1", kDevice));
  EXPECT_TRUE(names_device("$future/S3EUVBRJLB/dev1/x", kDevice));
  EXPECT_FALSE(names_device("$future/S3EUVBRJLB/dev10", kDevice));
  EXPECT_FALSE(names_device("$future/S3EUVBRJLB/dev2", kDevice));
  EXPECT_FALSE(names_device("future/S3EUVBRJLB/dev1", kDevice));
}

}  // namespace
}  // namespace berth::dialects::tencent
