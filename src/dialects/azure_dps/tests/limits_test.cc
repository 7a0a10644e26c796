// Bounds, and the small texts: at each limit and one beyond.
#include "base/codec.h"
#include "dialects/azure_dps/api_version.h"
#include "dialects/azure_dps/device_registration.h"
#include "dialects/azure_dps/mqtt_names.h"
#include "dialects/azure_dps/reply.h"
#include "dialects/azure_dps/tests/harness.h"

#include <gtest/gtest.h>

namespace berth::dialects::azure_dps {
namespace {

using testing::all_of;
using testing::ask_http;
using testing::outcome_of;
using testing::response_of;

std::string body_of_size(std::size_t size) {
  const std::string head = R"({"payload":")";
  return head + std::string(size - head.size() - 2, 'x') + "\"}";
}

wire::HttpResponse answer_to(wire::HttpRequest request) {
  return response_of(
      ask_http(std::move(request), outcome_of(domain::Accepted{testing::sample_registration()})));
}

TEST(Body, MayHave96KilobytesAndNotOneMore) {
  const auto status = [](std::size_t size) {
    return answer_to(testing::device_request("PUT", "/register", body_of_size(size))).status;
  };
  EXPECT_EQ(status(96 * 1024), 202);
  EXPECT_EQ(status(96 * 1024 + 1), 413);
}

TEST(Body, TooLargeIsAnsweredOverMqttToo) {
  testing::MqttClient client;
  client.connect();
  const auto turn = client.ask(testing::publish_packet(std::string(testing::kRegisterTopic) + "1",
                                                       body_of_size(96 * 1024 + 1)));
  EXPECT_FALSE(turn.command);
  EXPECT_EQ(all_of<wire::MqttPublish>(turn.actions).at(0).topic,
            "$dps/registrations/res/413/?$rid=1");
}

TEST(Body, NestedTooDeeplyIsRefused) {
  const auto body = [](std::size_t levels) {
    return R"({"payload":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
  };
  EXPECT_EQ(answer_to(testing::device_request("PUT", "/register", body(31))).status, 202);
  EXPECT_EQ(answer_to(testing::device_request("PUT", "/register", body(32))).status, 400);
}

TEST(Body, PayloadIsKeptAsTheJsonItWas) {
  const auto read = [](std::string_view body) {
    return read_device_registration(body, "d").value().payload;
  };
  EXPECT_EQ(read(R"({"payload":{"a":1.5,"b":[true,null,"\u00fc"]}})"),
            "{\"a\":1.5,\"b\":[true,null,\"\u00fc\"]}");
  EXPECT_EQ(read(R"({"payload":7})"), "7");
  EXPECT_EQ(read(R"({"payload":null,"data":"x"})"), "\"x\"");
  EXPECT_EQ(read(R"({})"), "");
}

// azure-dps.md §1.10: base64 on one line, or the older preview's body of a PEM.
TEST(Body, CertificateRequestMayHaveTheLinesOfAPem) {
  const base::Bytes der{0x30, 0x03, 0x02, 0x01, 0x05, 0x00};
  constexpr std::string_view kBodies[] = {
      R"({"csr":"MAMCAQUA"})", R"({"clientCertificateCsr":"MAMC\nAQUA\n"})",
      R"({"clientCertificateCsr":"MAMC\r\nAQUA\r\n"})",
      R"({"csr":"-----BEGIN NEW REQUEST-----\nMAMCAQUA\n-----END NEW REQUEST-----\n"})"};
  for (const std::string_view text : kBodies) {
    const auto read = read_device_registration(text, "d");
    ASSERT_TRUE(read) << text << ": " << read.error().message;
    EXPECT_EQ(read->certificate_request, der) << text;
  }
  EXPECT_FALSE(read_device_registration(R"({"csr":"no~base64"})", "d"));
  EXPECT_FALSE(read_device_registration(R"({"csr":""})", "d"));
}

TEST(Ids, TooLongForAnEnrollmentStillBecomeAClaimSoThatTheyLeaveATrail) {
  const auto path = [](std::size_t size) {
    return "/0ne00ABCDEF/registrations/" + std::string(size, 'x') + "/register";
  };
  const auto outcome = [] { return outcome_of(domain::Refused{domain::Reason::kIdInvalid, {}}); };
  EXPECT_TRUE(ask_http(testing::http_request("PUT", path(129)), outcome()).command);
  EXPECT_TRUE(ask_http(testing::http_request("PUT", path(512)), outcome()).command);
  EXPECT_FALSE(ask_http(testing::http_request("PUT", path(513)), outcome()).command);
}

TEST(Ids, UserNamesAreBoundedLikePaths) {
  const auto name = [](std::size_t size) {
    return "s/registrations/" + std::string(size, 'x') + "/api-version=2019-03-31";
  };
  EXPECT_TRUE(parse_user_name(name(512)));
  EXPECT_FALSE(parse_user_name(name(513)));
}

TEST(Topics, RequestIdsAreBoundedAndFitForATopic) {
  const auto topic = [](const std::string& rid) {
    return "$dps/registrations/PUT/iotdps-register/?$rid=" + rid;
  };
  EXPECT_TRUE(parse_request_topic(topic(std::string(256, '1'))));
  EXPECT_FALSE(parse_request_topic(topic(std::string(257, '1'))));
  for (const std::string bad : {"#", "a+", "a\nb", "\x7f", "\xff"}) {
    EXPECT_FALSE(parse_request_topic(topic(bad))) << base::printable(bad);
  }
  EXPECT_FALSE(parse_request_topic(topic(std::string("a\0b", 3))));
}

TEST(Topics, OfOthersAreNotRequests) {
  for (const std::string_view topic :
       {"", "$dps", "$dps/registrations", "$dps/registrations/", "$dps/registrations/?",
        "$iothub/twin/PUT/properties/reported/?$rid=1", "dps/registrations/PUT/?$rid=1",
        "$dps/registrations/PUT/iotdps-register/?$RID=1"}) {
    EXPECT_FALSE(parse_request_topic(topic)) << topic;
  }
}

TEST(Topics, FirstRequestIdCounts) {
  const auto topic = parse_request_topic("$dps/registrations/PUT/iotdps-register/?$rid=1&$rid=2");
  ASSERT_TRUE(topic);
  EXPECT_EQ(topic->rid, "1");
}

TEST(ApiVersion, AcceptsAnyDateWithOrWithoutPreview) {
  for (const std::string_view good :
       {"2017-08-31-preview", "2019-03-31", "2026-11-15-PREVIEW", "0001-01-01", "9999-12-31"}) {
    EXPECT_TRUE(parse_api_version(good)) << good;
  }
  for (const std::string_view bad :
       {"", "2019", "2019-3-31", "2019-03-31 ", "2019-00-10", "2019-13-01", "2019-01-32",
        "2019-01-00", "2019/03/31", "20190-3-31", "2019-03-31preview", "2019-03-31-previews"}) {
    EXPECT_FALSE(parse_api_version(bad)) << bad;
  }
}

TEST(ApiVersion, IsFoundInAnyCaseAndDecodedAndTheFirstCounts) {
  EXPECT_EQ(api_version_of("x=1&API-Version=2019%2D03-31")->date, "2019-03-31");
  EXPECT_EQ(api_version_of("api-version=2019-03-31&api-version=x")->date, "2019-03-31");
  EXPECT_FALSE(api_version_of("api-version=x&api-version=2019-03-31"));
  EXPECT_FALSE(api_version_of("apiversion=2019-03-31"));
  EXPECT_FALSE(api_version_of(""));
}

TEST(Etag, IsBase64OfAQuotedGuidAndFollowsVersionAndTime) {
  domain::Registration registration = testing::sample_registration();
  const std::string etag = etag_of(registration);
  EXPECT_EQ(etag_of(registration), etag);
  const auto bytes = base::base64_decode(etag);
  ASSERT_TRUE(bytes);
  const std::string text(bytes->begin(), bytes->end());
  EXPECT_EQ(text, "\"00000007-0000-0300-0000-6955b9017e0e\"");
  registration.version += 1;
  EXPECT_NE(etag_of(registration), etag);
  registration.version -= 1;
  registration.updated_at += std::chrono::milliseconds(1);
  EXPECT_NE(etag_of(registration), etag);
  registration.version = 0x0007'ABCD'1234'5678;
  registration.updated_at = base::from_unix_micros(1'767'225'600'123'456);
  // "12345678-abcd-0300-0000-6955b9001e24"
  EXPECT_EQ(etag_of(registration), "IjEyMzQ1Njc4LWFiY2QtMDMwMC0wMDAwLTY5NTViOTAwMWUyNCI=");
}

TEST(RegistrationState, HasItsMembersInTheVendorsOrder) {
  domain::Registration registration = testing::sample_registration();
  registration.enrollment = {domain::EnrollmentKind::kGroup,
                             domain::EnrollmentId::trusted("line-7")};
  registration.substatus = domain::Substatus::kDeviceDataReset;
  const std::string text = registration_state_text(registration);
  std::size_t last = 0;
  for (const std::string_view member :
       {"registrationId", "createdDateTimeUtc", "lastUpdatedDateTimeUtc", "assignedHub", "deviceId",
        "status", "substatus", "etag", "symmetricKey"}) {
    const std::size_t at = text.find("\"" + std::string(member) + "\":");
    ASSERT_NE(at, std::string::npos) << member;
    EXPECT_GE(at, last) << member;
    last = at;
  }
  EXPECT_NE(text.find(R"("substatus":"deviceDataReset")"), std::string::npos);
  EXPECT_NE(text.find(R"("symmetricKey":{"enrollmentGroupId":"line-7"})"), std::string::npos);
}

TEST(Answers, OfTheWrongKindBecomeAnError) {
  const auto http =
      ask_http(testing::device_request("PUT", "/register"), outcome_of(domain::Authenticated{}));
  EXPECT_EQ(response_of(http).status, 500);
  testing::MqttClient client;
  const auto mqtt = client.ask(testing::connect_packet(),
                               outcome_of(domain::Accepted{testing::sample_registration()}));
  EXPECT_EQ(all_of<wire::MqttConnack>(mqtt.actions).at(0).code,
            wire::MqttConnectCode::kServerUnavailable);
}

TEST(Answers, ThatNobodyAskedForChangeNothing) {
  const std::unique_ptr<Dialect> dialect = make_azure_dps();
  for (const auto transport : {wire::Transport::kMqtt, wire::Transport::kHttps}) {
    Session session;
    Answer stray{outcome_of(domain::Authenticated{}), std::string("not ours")};
    const StepResult result = dialect->step(testing::peer_of(transport), session, std::move(stray));
    EXPECT_TRUE(result.commands.empty());
    EXPECT_EQ(result.actions.size(), transport == wire::Transport::kHttps ? 1U : 0U);
  }
}

}  // namespace
}  // namespace berth::dialects::azure_dps
