// The forms in which payloads name a device model.
#include "dialects/azure_dps/model_id.h"

#include "dialects/azure_dps/device_registration.h"

#include <gtest/gtest.h>

namespace berth::dialects::azure_dps {
namespace {

constexpr std::string_view kModel = "dtmi:com:example:Thermostat;1";

TEST(ModelOfPayload, FindsEveryForm) {
  const std::string_view payloads[] = {
      R"({"modelId":"dtmi:com:example:Thermostat;1"})",
      R"({"iotcModelId":"dtmi:com:example:Thermostat;1"})",
      R"("{\"modelId\":\"dtmi:com:example:Thermostat;1\"}")",
      R"("{\"iotcModelId\": \"dtmi:com:example:Thermostat;1\"}")",
      R"({"__iot:interfaces":{"CapabilityModelUri":"dtmi:com:example:Thermostat;1"}})",
      R"({"__iot:interfaces":{"CapabilityModelId":"dtmi:com:example:Thermostat;1",
          "ModelRepositoryUri":"https://models.example"}})",
  };
  for (const std::string_view payload : payloads) {
    EXPECT_EQ(model_of_payload(payload), kModel) << payload;
  }
}

TEST(ModelOfPayload, TakesTheFirstFormThatIsThere) {
  EXPECT_EQ(model_of_payload(R"({"iotcModelId":"urn:b:1","modelId":"urn:a:1"})"), "urn:a:1");
  EXPECT_EQ(model_of_payload(
                R"({"__iot:interfaces":{"CapabilityModelUri":"urn:c:1"},"iotcModelId":"urn:b:1"})"),
            "urn:b:1");
  EXPECT_EQ(model_of_payload(R"({"modelId":"","iotcModelId":"urn:b:1"})"), "urn:b:1");
  EXPECT_EQ(model_of_payload(R"({"modelId":7,"iotcModelId":"urn:b:1"})"), "urn:b:1");
}

TEST(ModelOfPayload, IsEmptyForAnythingElse) {
  const std::string_view payloads[] = {
      "",
      "null",
      "[]",
      "7",
      R"("dtmi:com:example:Thermostat;1")",
      R"("{\"modelId\":")",
      "{\"a",
      R"({"ModelId":"urn:a:1"})",
      R"({"__iot:interfaces":"urn:a:1"})",
      R"("\"{\\\"modelId\\\":\\\"urn:a:1\\\"}\"")",
  };
  for (const std::string_view payload : payloads) {
    EXPECT_EQ(model_of_payload(payload), "") << payload;
  }
}

TEST(ModelOfPayload, CutsAnEndlessIdWhereItIsTooLongAnyway) {
  const std::string payload = R"({"modelId":"urn:)" + std::string(5000, 'a') + R"("})";
  EXPECT_EQ(model_of_payload(payload).size(), kModelBytesMax);
}

TEST(ModelOfPayload, RegistrationsSayItInPayloadOrData) {
  const auto model_of = [](std::string_view body) {
    const auto read = read_device_registration(body, "sn-7");
    return read ? read->model : std::string("refused");
  };
  EXPECT_EQ(model_of(R"({"registrationId":"sn-7","payload":{"modelId":"urn:a:1"}})"), "urn:a:1");
  EXPECT_EQ(model_of(R"({"registrationId":"sn-7","data":{"iotcModelId":"urn:b:1"}})"), "urn:b:1");
  EXPECT_EQ(model_of(R"({"payload":{"x":1},"data":{"iotcModelId":"urn:b:1"}})"), "urn:b:1");
  EXPECT_EQ(model_of(R"({"registrationId":"sn-7"})"), "");
}

TEST(ModelOfPayload, ABadOneNeverRefusesTheRegistration) {
  for (const std::string_view payload :
       {R"({"modelId":"no model"})", R"({"modelId":{"a":1}})", R"("{")", R"({"modelId":null})"}) {
    const std::string body = R"({"payload":)" + std::string(payload) + "}";
    EXPECT_TRUE(read_device_registration(body, "sn-7").has_value()) << body;
  }
}

}  // namespace
}  // namespace berth::dialects::azure_dps
