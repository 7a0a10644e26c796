#include "dialects/tencent/system_topics.h"

#include "dialects/tencent/result_codes.h"

#include <fmt/format.h>

#include <utility>

namespace berth::dialects::tencent {
namespace {

using boost::json::object;

constexpr std::size_t kVersionBytesMax = 64;
// The vendor's number for a product without a remote configuration.
constexpr int kNoConfiguration = 1002;
constexpr int kUploadsOff = 0;

bool asks_for_time(const object& request) {
  const boost::json::value* resource = request.if_contains("resource");
  if (text_in(request, "type") != "get" || resource == nullptr || !resource->is_array()) {
    return false;
  }
  for (const boost::json::value& each : resource->get_array()) {
    if (each.is_string() && each.get_string() == "time") return true;
  }
  return false;
}

StepResult store_report(const Incoming& incoming) {
  StepResult result;
  domain::SendTelemetry command = telemetry_of(incoming, uplink_name(incoming.to.feature));
  command.message.content_type = "application/json";
  Pending pending = pending_of(incoming, Pending::What::kStored);
  pending.reply_to.clear();
  operate(result, std::move(command), std::move(pending));
  return result;
}

// Too large to be read: said to whoever reads trails, because the format has no word for it.
StepResult too_large(const Incoming& incoming) {
  StepResult result;
  note_misuse(
      incoming.session,
      {domain::Reason::kMessageTooLarge,
       fmt::format("at most {} bytes to {}", kSystemBytesMax, uplink_name(incoming.to.feature)),
       fmt::format("{} bytes", incoming.packet.payload.size())},
      result);
  result.actions = acknowledge(incoming).actions;
  return result;
}

}  // namespace

StepResult on_time(const Incoming& incoming) {
  if (incoming.packet.payload.size() > kSystemBytesMax) return too_large(incoming);
  const std::optional<object> request = read_object(incoming.packet.payload, kSystemBytesMax);
  if (!request || !asks_for_time(*request)) return acknowledge(incoming);
  // Never behind answers that are still owed: it would be late by as much as it waits.
  StepResult result;
  const std::int64_t now = to_unix_millis(incoming.at);
  send_to(incoming.session, result.actions, incoming.reply_topic(),
          fmt::format(R"({{"type":"get","time":{},"ntptime1":{},"ntptime2":{}}})", now / 1'000, now,
                      now));
  if (incoming.packet.qos == 0) return result;
  for (wire::Action& each : acknowledge(incoming).actions) {
    result.actions.push_back(std::move(each));
  }
  return result;
}

StepResult on_ota(const Incoming& incoming) {
  const std::optional<object> request = read_object(incoming.packet.payload, kDocumentBytesMax);
  if (!request) return acknowledge(incoming);
  const object* report = object_in(*request, "report");
  const std::string_view version = report == nullptr ? "" : text_in(*report, "version");
  const bool of_version = text_in(*request, "type") == "report_version" && !version.empty() &&
                          version.size() <= kVersionBytesMax;
  if (!of_version) return store_report(incoming);
  Pending pending = pending_of(incoming, Pending::What::kOtaVersion);
  pending.body = version;
  StepResult result;
  if (incoming.of_device.empty()) {
    operate(result,
            domain::PatchReported{fmt::format(R"({{"firmware_version":{}}})", quoted(version)),
                                  std::nullopt},
            std::move(pending));
  } else {
    domain::SendTelemetry command = telemetry_of(incoming, uplink_name(incoming.to.feature));
    command.message.content_type = "application/json";
    operate(result, std::move(command), std::move(pending));
  }
  return result;
}

StepResult on_config(const Incoming& incoming) {
  const std::optional<object> request = read_object(incoming.packet.payload, kDocumentBytesMax);
  if (!request || text_in(*request, "type") != "get") return acknowledge(incoming);
  const std::string text =
      fmt::format(R"({{"type":"reply","result":{},"payload":{{}}}})", kNoConfiguration);
  MqttSession& session = incoming.session;
  wire::Actions actions;
  if (incoming.packet.qos > 0) actions.push_back(wire::MqttPuback{incoming.packet.packet_id});
  // Java asks on the older topic and listens on the newer one.
  for (const Feature each : {Feature::kConfig, Feature::kConfigOld}) {
    send_to(session, actions, downlink_topic(each, incoming.to.device), text);
  }
  session.replies.fill(session.replies.open(), std::move(actions));
  StepResult result;
  result.actions = session.replies.take_ready();
  return result;
}

StepResult on_log(const Incoming& incoming) {
  const std::optional<object> request = read_object(incoming.packet.payload, kSystemBytesMax);
  if (!request || text_in(*request, "type") != "get_log_level") return acknowledge(incoming);
  return answer_now(
      incoming,
      fmt::format(R"({{"type":"get_log_level","clientToken":{},"result":0,"log_level":{}}})",
                  quoted(token_in(*request)), kUploadsOff));
}

std::string ota_version_answer(const domain::HubResult& result, const Pending& pending) {
  const auto* refused = std::get_if<domain::HubRefused>(&result);
  const ResultCode code = refused == nullptr ? kSuccess : result_code_for(refused->reason);
  return fmt::format(
      R"({{"type":"report_version_rsp","result_code":{},"result_msg":{},"version":{}}})", code.code,
      quoted(code.message), quoted(pending.body));
}

}  // namespace berth::dialects::tencent
