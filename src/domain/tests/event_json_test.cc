#include "domain/event_json.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace berth::domain {
namespace {

Event make_event(std::string body) {
  Event event;
  event.hub = HubName::trusted("hub-1");
  event.device = DeviceId::trusted("sn-7");
  event.enqueued_at = base::from_unix_seconds(1'767'225'600);
  event.message.body = std::move(body);
  return event;
}

TEST(EventJson, ShowsEveryField) {
  Event event = make_event(R"({"t":21})");
  event.kind = EventKind::kFeedback;
  event.model_id = "dtmi:com:example:Thermostat;1";
  event.message.id = "m";
  event.message.correlation_id = "c";
  event.message.user_id = "u";
  event.message.to = "t";
  event.message.content_type = "application/json";
  event.message.content_encoding = "utf-8";
  event.message.component = "comp";
  event.message.interface_id = "urn:i";
  event.message.created_at = "2026-01-01";
  event.message.expires_at = "2026-01-02";
  event.message.properties = {{"alert", "true"}, {"flag", std::nullopt}, {"empty", ""}};
  EXPECT_EQ(
      boost::json::serialize(event_json(event, {2, 41})),
      R"({"partition":2,"sequence":41,"hub":"hub-1","deviceId":"sn-7","kind":"feedback",)"
      R"("enqueuedAt":"2026-01-01T00:00:00.000000Z","modelId":"dtmi:com:example:Thermostat;1",)"
      R"("systemProperties":{"messageId":"m","correlationId":"c","userId":"u","to":"t",)"
      R"("contentType":"application/json","contentEncoding":"utf-8","component":"comp",)"
      R"("interfaceId":"urn:i","createdAt":"2026-01-01","expiresAt":"2026-01-02"},)"
      R"("properties":{"alert":"true","flag":null,"empty":""},"body":{"t":21},)"
      R"("bodyEncoding":"json"})");
}

TEST(EventJson, LeavesOutWhatHasNoValue) {
  const boost::json::object object = event_json(make_event("x"), {0, 1});
  EXPECT_FALSE(object.contains("modelId"));
  EXPECT_TRUE(object.at("systemProperties").as_object().empty());
  EXPECT_TRUE(object.at("properties").as_object().empty());
}

struct BodyCase {
  std::string body;
  std::string shown;
  std::string encoding;
};

class EventJsonBody : public testing::TestWithParam<BodyCase> {};

TEST_P(EventJsonBody, IsShownAsWhatItIs) {
  const boost::json::object object = event_json(make_event(GetParam().body), {0, 1});
  EXPECT_EQ(boost::json::serialize(object.at("body")), GetParam().shown);
  EXPECT_EQ(object.at("bodyEncoding").as_string(), GetParam().encoding);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, EventJsonBody,
    testing::Values(BodyCase{"[1,2]", "[1,2]", "json"}, BodyCase{"7", "7", "json"},
                    BodyCase{"", R"("")", "text"}, BodyCase{"{\"t\":", R"("{\"t\":")", "text"},
                    BodyCase{"1e999", R"("1e999")", "text"},
                    BodyCase{"gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\"", "text"},
                    BodyCase{std::string("\0\xff", 2), R"("AP8=")", "base64"},
                    BodyCase{std::string(40, '[') + std::string(40, ']'),
                             '"' + std::string(40, '[') + std::string(40, ']') + '"', "text"}));

TEST(EventJson, StaysTextWhenPropertiesAreNot) {
  Event event = make_event("");
  event.message.id = "\xff";
  event.message.properties = {{"\xfe", "\xfd"}};
  const boost::json::object object = event_json(event, {0, 1});
  EXPECT_TRUE(base::is_utf8(boost::json::serialize(object)));
  EXPECT_EQ(object.at("properties").as_object().size(), 1u);
}

}  // namespace
}  // namespace berth::domain
