#include "bench/fleet/self_check.h"

#include "bench/fleet/messages.h"
#include "bench/fleet/report.h"

#include <numeric>

namespace berth::fleet {
namespace {

constexpr std::string_view kPlain =
    "HTTP/1.1 202 Accepted\r\nRetry-After:  3 \r\nCONTENT-LENGTH: 19\r\nConnection: Close\r\n\r\n"
    "{\"operationId\":\"4\"}HTTP/1.1";
constexpr std::string_view kChunks =
    "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n"
    "0\r\n\r\nnext";

bool http_is_whole() {
  std::string scratch;
  const Framed framed = frame_http(kPlain, scratch);
  return framed.state == Framed::State::kWhole && framed.consumed == kPlain.size() - 8 &&
         framed.answer.status == 202 && retry_after(framed.answer) == 3U &&
         framed.answer.server_closes && json_text(framed.answer.body, "operationId") == "4";
}

bool chunks_are_put_together() {
  std::string scratch;
  const Framed framed = frame_http(kChunks, scratch);
  return framed.state == Framed::State::kWhole && framed.answer.body == "abc0123456789" &&
         framed.consumed == kChunks.size() - 4;
}

bool a_part_is_not_whole() {
  std::string scratch;
  for (const std::string_view whole :
       {kPlain.substr(0, kPlain.size() - 8), kChunks.substr(0, kChunks.size() - 4)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      if (frame_http(whole.substr(0, size), scratch).state != Framed::State::kMore) return false;
    }
  }
  const std::string packet = mqtt_publish("a/b", std::string(200, 'm'), 7);
  for (std::size_t size = 0; size < packet.size(); ++size) {
    const auto part = std::string_view(packet).substr(0, size);
    if (frame_mqtt(part).state != Framed::State::kMore) return false;
  }
  return true;
}

bool nonsense_is_wrong() {
  std::string scratch;
  const auto is_wrong = [&scratch](std::string_view text) {
    return frame_http(text, scratch).state == Framed::State::kWrong;
  };
  return is_wrong("SSH-2.0\r\n\r\n") && is_wrong("HTTP/1.1 2x2 A\r\n\r\n") &&
         is_wrong("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n") &&
         is_wrong("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n") &&
         frame_mqtt("\x30\xff\xff\xff\xff\xff").state == Framed::State::kWrong;
}

bool retry_after_is_seconds() {
  Answer answer;
  answer.head = "HTTP/1.1 429 Later\r\nRetry-After: Sun, 22 Nov 2026 21:00:00 GMT\r\n";
  Answer none;
  none.head = "HTTP/1.1 429 Later\r\nX-Retry-After: 3\r\n";
  return !retry_after(answer) && !retry_after(none);
}

bool mqtt_is_whole() {
  const std::string packet = mqtt_publish("a/b", std::string(200, 'm'), 0x1234) + "rest";
  const Framed framed = frame_mqtt(packet);
  const auto published = read_publish(framed.answer);
  return framed.state == Framed::State::kWhole && framed.consumed == packet.size() - 4 &&
         published && published->topic == "a/b" && published->payload.size() == 200 &&
         published->packet_id == 0x1234;
}

bool percentiles_are_ranks() {
  Samples samples(1'000);
  std::iota(samples.rbegin(), samples.rend(), 1U);
  const Percentiles many = percentiles(samples);
  Samples one{5};
  const Percentiles single = percentiles(one);
  Samples none;
  return many.p50 == 500 && many.p99 == 990 && many.p999 == 999 && many.max == 1'000 &&
         single.p50 == 5 && single.p999 == 5 && percentiles(none).max == 0;
}

}  // namespace

Result<void> self_check() {
  struct Check {
    const char* name;
    bool (*holds)();
  };
  constexpr Check kChecks[] = {{"an HTTP answer", &http_is_whole},
                               {"an HTTP answer in chunks", &chunks_are_put_together},
                               {"parts of answers", &a_part_is_not_whole},
                               {"answers that are wrong", &nonsense_is_wrong},
                               {"Retry-After", &retry_after_is_seconds},
                               {"an MQTT packet", &mqtt_is_whole},
                               {"percentiles", &percentiles_are_ranks}};
  for (const Check& check : kChecks) {
    if (check.holds()) continue;
    return Fail(ErrorKind::kInternal,
                std::string("the load generator reads this wrongly: ") + check.name,
                "its figures would be wrong; see bench/fleet/self_check.cc");
  }
  return {};
}

}  // namespace berth::fleet
