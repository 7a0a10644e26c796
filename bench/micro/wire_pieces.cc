// Bytes to values and back: HTTP, MQTT, tokens, JSON, answers.
#include "base/clock.h"
#include "base/codec.h"
#include "bench/micro/samples.h"
#include "dialects/azure/sas.h"
#include "dialects/azure_dps/reply.h"
#include "dialects/json_fields.h"
#include "mqtt/codec.h"
#include "net/http_codec.h"

#include <benchmark/benchmark.h>

namespace berth::bench {
namespace {

constexpr std::string_view kToken =
    "SharedAccessSignature sr=0ne00ABCDEF%2Fregistrations%2Fsn-0011223344556677&sig="
    "q2hlY2tlZCBieSBub2JvZHkgaGVyZSwgMzIgYnl0ZXM%3D&se=1767229200&skn=registration";
constexpr std::string_view kBody = R"({"registrationId":"sn-0011223344556677",)"
                                   R"("payload":{"modelId":"dtmi:example:pump;1"}})";
constexpr std::string_view kId = "sn-0011223344556677";

std::string http_request() {
  return "PUT /0ne00ABCDEF/registrations/sn-0011223344556677/register?api-version=2021-06-01 "
         "HTTP/1.1\r\nHost: localhost\r\nUser-Agent: py-azure-iot-device/2.13.0\r\n"
         "Accept: application/json\r\nAuthorization: " +
         std::string(kToken) + "\r\nContent-Type: application/json; charset=utf-8\r\n" +
         "Content-Length: " + std::to_string(kBody.size()) + "\r\n\r\n" + std::string(kBody);
}

void decode_http_request(benchmark::State& state) {
  using State = net::HttpDecoder::State;
  const std::string bytes = http_request();
  net::HttpDecoder decoder({});
  for ([[maybe_unused]] auto _ : state) {
    decoder.reset();
    std::string_view rest = bytes;
    net::HttpDecoder::Progress progress = decoder.feed(rest);
    if (progress.state == State::kHeaders) {
      rest.remove_prefix(progress.consumed);
      progress = decoder.feed(rest);
    }
    if (progress.state != State::kComplete) state.SkipWithError("the request is not complete");
    benchmark::DoNotOptimize(decoder.take());
  }
}
BENCHMARK(decode_http_request);

void decode_mqtt_publish(benchmark::State& state) {
  wire::MqttPublish packet;
  packet.topic = "devices/sn-0011223344556677/messages/events/";
  packet.payload = std::string(256, 'x');
  packet.qos = 1;
  packet.packet_id = 7;
  std::string bytes;
  mqtt::encode_mqtt(mqtt::MqttPacket(packet), bytes);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(mqtt::decode_mqtt(base::as_bytes(bytes), {}));
  }
}
BENCHMARK(decode_mqtt_publish);

void encode_mqtt_publish(benchmark::State& state) {
  wire::MqttPublish packet;
  packet.topic = "$dps/registrations/res/202/?$rid=1&retry-after=3";
  packet.payload = std::string(kBody);
  packet.qos = 1;
  std::string bytes;
  for ([[maybe_unused]] auto _ : state) {
    bytes.clear();
    benchmark::DoNotOptimize(mqtt::encode_mqtt(packet, bytes));
  }
}
BENCHMARK(encode_mqtt_publish);

void read_token(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(dialects::azure::read_shared_access_signature(
        kToken, "0ne00ABCDEF/registrations/sn-0011223344556677"));
  }
}
BENCHMARK(read_token);

void parse_register_body(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(dialects::parse_json_object(kBody));
  }
}
BENCHMARK(parse_register_body);

// The answer to a poll.
void make_registration_reply(benchmark::State& state) {
  namespace dps = dialects::azure_dps;
  domain::Outcome outcome;
  outcome.at = base::FakeClock().wall();
  outcome.trail_id = "01890000-0000-7000-8000-000000000001";
  outcome.result = domain::CurrentState{sample_registration(std::string(kId), outcome.at)};
  const dps::ApiVersion version{"2021-06-01"};
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(reply_to(outcome, dps::Operation::kPoll, version, "request"));
  }
}
BENCHMARK(make_registration_reply);

}  // namespace
}  // namespace berth::bench
