#include "dialects/tencent/things.h"

#include "base/codec.h"
#include "dialects/json_fields.h"
#include "dialects/tencent/result_codes.h"
#include "dialects/tencent/shadow.h"
#include "domain/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::dialects::tencent {
namespace {

using boost::json::object;
using boost::json::value;

constexpr std::size_t kMethodAnswerBytesMax = 128 * 1024;
constexpr std::size_t kRequestIdBytesMax = 64;
constexpr std::size_t kMethodNameBytesMax = 64;
constexpr int kMethodDone = 200;

std::string reply_text(std::string_view method, std::string_view token, const ResultCode& code,
                       std::string_view more = {}) {
  return fmt::format(R"({{"method":{},"clientToken":{},"code":{},"status":{}{}}})", quoted(method),
                     quoted(token), code.code, quoted(code.message), more);
}

ResultCode code_of(const domain::HubResult& result) {
  const auto* refused = std::get_if<domain::HubRefused>(&result);
  return refused == nullptr ? kSuccess : result_code_for(refused->reason);
}

// Of a method, the one that answers it.
std::string reply_method(std::string_view method) {
  return fmt::format("{}_reply", method.substr(0, kMethodNameBytesMax));
}

StepResult refuse(const Incoming& incoming, const object& request, const ResultCode& code) {
  return answer_now(incoming,
                    reply_text(reply_method(text_in(request, "method")), token_in(request), code));
}

Pending pending_thing(const Incoming& incoming, const object& request, Pending::What what) {
  Pending pending = pending_of(incoming, what);
  pending.method = reply_method(text_in(request, "method"));
  pending.token = token_in(request);
  return pending;
}

// Kept as telemetry, then answered.
StepResult store(const Incoming& incoming, Pending pending) {
  domain::SendTelemetry command = telemetry_of(incoming, uplink_name(incoming.to.feature));
  command.message.content_type = "application/json";
  StepResult result;
  operate(result, std::move(command), std::move(pending));
  return result;
}

StepResult report(const Incoming& incoming, const object& request) {
  const object* params = object_in(request, "params");
  if (params == nullptr) return refuse(incoming, request, kMalformed);
  Pending pending = pending_thing(incoming, request, Pending::What::kThing);
  // The hub keeps no twin that a gateway could write for somebody else.
  if (!incoming.of_device.empty()) return store(incoming, std::move(pending));
  StepResult result;
  std::string patch = domain::to_json_text(value(*params));
  operate(result, domain::PatchReported{std::move(patch), std::nullopt}, std::move(pending));
  return result;
}

StepResult get_status(const Incoming& incoming, const object& request) {
  if (!incoming.of_device.empty()) return refuse(incoming, request, kNotForBound);
  StepResult result;
  operate(result, domain::ReadTwin{},
          pending_thing(incoming, request, Pending::What::kThingStatus));
  return result;
}

StepResult answer_method(const Incoming& incoming, domain::AnswerMethod answer) {
  if (!incoming.of_device.empty() || answer.request.size() > kRequestIdBytesMax) {
    return acknowledge(incoming);  // nobody asked
  }
  if (answer.payload.size() > kMethodAnswerBytesMax) {
    return end_for(incoming.session,
                   {domain::Reason::kMessageTooLarge,
                    fmt::format("an answer of at most {} bytes", kMethodAnswerBytesMax),
                    fmt::format("{} bytes", answer.payload.size())});
  }
  StepResult result;
  operate(result, std::move(answer), pending_of(incoming, Pending::What::kMethodAnswered));
  return result;
}

// What a device sends as it likes, as the JSON that operators are given: itself when it is some,
// else as text, base64 when it is no text either.
std::string json_of(const std::string& payload) {
  if (payload.empty() || parse_json(payload, {kMethodAnswerBytesMax, kJsonDepthMax})) {
    return payload;
  }
  if (base::is_utf8(payload)) return quoted(payload);
  return quoted(base::base64_encode(base::as_bytes(payload)));
}

int status_in(const object& reply) {
  const value* code = reply.if_contains("code");
  if (code == nullptr || !code->is_int64() || code->get_int64() == 0) return kMethodDone;
  return static_cast<int>(std::clamp<std::int64_t>(code->get_int64(), -999'999, 999'999));
}

std::string action_text(const domain::CallMethod& call, TimePoint at) {
  return fmt::format(
      R"({{"method":"action","clientToken":{},"actionId":{},"timestamp":{},"params":{}}})",
      quoted(call.request), quoted(call.method), base::to_unix_seconds(at),
      call.payload.empty() ? "{}" : call.payload);
}

}  // namespace

StepResult on_property(const Incoming& incoming) {
  const std::optional<object> request = read_object(incoming.packet.payload, kDocumentBytesMax);
  if (!request) return acknowledge(incoming);  // an answer could not say to what
  const std::string_view method = text_in(*request, "method");
  if (method == "report") return report(incoming, *request);
  if (method == "get_status") return get_status(incoming, *request);
  if (method == "report_info") {
    return store(incoming, pending_thing(incoming, *request, Pending::What::kThing));
  }
  // The Python SDK forgets to say that it is one.
  const bool unnamed_reply = method.empty() && request->contains("code");
  if (method == "control_reply" || unnamed_reply) {
    Pending pending = pending_of(incoming, Pending::What::kThing);
    pending.reply_to.clear();
    return store(incoming, std::move(pending));
  }
  // What was desired is the operator's to change: it is not sent again unless it is asked for.
  if (method == "clear_control") return refuse(incoming, *request, kSuccess);
  return refuse(incoming, *request, kMalformed);
}

StepResult on_event_post(const Incoming& incoming) {
  const std::optional<object> request = read_object(incoming.packet.payload, kDocumentBytesMax);
  if (!request) return acknowledge(incoming);
  const std::string_view method = text_in(*request, "method");
  if (method != "event_post" && method != "events_post") {
    return refuse(incoming, *request, kMalformed);
  }
  Pending pending = pending_thing(incoming, *request, Pending::What::kThing);
  pending.method = method == "event_post" ? "event_reply" : "events_reply";
  return store(incoming, std::move(pending));
}

StepResult on_action_reply(const Incoming& incoming) {
  const std::optional<object> reply = read_object(incoming.packet.payload, kMethodAnswerBytesMax);
  if (!reply || text_in(*reply, "method") != "action_reply") return acknowledge(incoming);
  domain::AnswerMethod answer;
  answer.request = text_in(*reply, "clientToken");
  answer.status = status_in(*reply);
  const value* response = reply->if_contains("response");
  if (response != nullptr) answer.payload = domain::to_json_text(*response);
  return answer_method(incoming, std::move(answer));
}

StepResult on_rpc_reply(const Incoming& incoming) {
  domain::AnswerMethod answer;
  answer.request = incoming.to.rest;
  answer.status = kMethodDone;
  answer.payload = json_of(incoming.packet.payload);
  return answer_method(incoming, std::move(answer));
}

std::string thing_answer(const domain::HubResult& result, const Pending& pending) {
  const std::string_view more = pending.method.starts_with("event") ? R"(,"data":{})" : "";
  return reply_text(pending.method, pending.token, code_of(result), more);
}

std::string thing_status_answer(const domain::HubResult& result, const Pending& pending) {
  const auto* read = std::get_if<domain::TwinRead>(&result);
  if (read == nullptr) {
    const ResultCode code = code_of(result);
    return reply_text(pending.method, pending.token, code.code == 0 ? ResultCode{} : code);
  }
  const domain::Twin& twin = read->twin;
  std::string data = fmt::format(R"("reported":{})", twin.reported.document);
  const object control = difference(twin.desired.document, twin.reported.document);
  if (!control.empty()) {
    data += fmt::format(R"(,"control":{})", domain::to_json_text(value(control)));
  }
  return reply_text(pending.method, pending.token, kSuccess,
                    fmt::format(R"(,"type":"report","data":{{{}}})", data));
}

std::optional<std::string> thing_control(const domain::DesiredChanged& change) {
  const std::optional<object> set = what_is_set(change.patch);
  if (!set) return std::nullopt;
  return fmt::format(R"({{"method":"control","clientToken":"control-{}","params":{}}})",
                     change.version, domain::to_json_text(value(*set)));
}

std::optional<wire::MqttPublish> method_call(const MqttSession& session,
                                             const domain::CallMethod& call, TimePoint at) {
  wire::MqttPublish packet;
  const std::string action = downlink_topic(Feature::kAction, session.name());
  const std::string rpc = downlink_topic(Feature::kRpc, session.name(), call.request);
  const bool hears_rpc = session.hears(rpc).has_value();
  if (session.hears(action) && !(hears_rpc && call.method == "rrpc")) {
    packet.topic = action;
    packet.payload = action_text(call, at);
    return packet;
  }
  if (!hears_rpc) return std::nullopt;
  packet.topic = rpc;
  packet.payload = call.payload;
  return packet;
}

}  // namespace berth::dialects::tencent
