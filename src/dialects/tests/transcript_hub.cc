#include "dialects/tests/transcript_hub.h"

#include "dialects/tests/transcript_data.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <utility>

namespace berth::dialects::testing {
namespace {

using domain::Message;

constexpr std::array<std::pair<std::string_view, std::string Message::*>, 10> kFields = {{
    {"id", &Message::id},
    {"correlation-id", &Message::correlation_id},
    {"user-id", &Message::user_id},
    {"to", &Message::to},
    {"content-type", &Message::content_type},
    {"content-encoding", &Message::content_encoding},
    {"component", &Message::component},
    {"interface-id", &Message::interface_id},
    {"created-at", &Message::created_at},
    {"expires-at", &Message::expires_at},
}};

std::uint64_t number(const Words& words, const std::string& name) {
  return std::stoull(words.get(name, "0"));
}

std::string line(const Block& block, std::size_t index) {
  return index < block.lines.size() ? block.lines[index] : std::string();
}

// "event:pub,control:sub,data:pubsub".
std::vector<domain::TopicPermission> read_topics(const std::string& text) {
  std::vector<domain::TopicPermission> topics;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string each = text.substr(begin, end - begin);
    const std::size_t colon = each.find(':');
    const std::string rights = each.substr(colon + 1);
    topics.push_back({each.substr(0, colon), rights.starts_with("pub"), rights.ends_with("sub")});
    begin = end + 1;
  }
  return topics;
}

domain::DeviceConnected read_connected(const Block& block, const Words& words) {
  domain::DeviceConnected connected;
  connected.hub = domain::HubName::trusted("hub-one");
  connected.hub_host = "hub1.example.net";
  connected.device = domain::DeviceId::trusted(words.get("device", "dev1"));
  connected.session_present = words.get("session-present") == "1";
  connected.topics = read_topics(words.get("topics"));
  for (const std::string& each : block.lines) {
    const std::size_t first = each.find(' ');
    const std::size_t second = each.find(' ', first + 1);
    domain::Subscription subscription;
    subscription.channel = domain::parse_channel(each.substr(0, first)).value();
    subscription.qos = static_cast<std::uint8_t>(std::stoi(each.substr(first + 1)));
    subscription.filter = each.substr(second + 1);
    connected.restored.push_back(std::move(subscription));
  }
  return connected;
}

domain::TwinRead read_twin(const Block& block, const Words& words) {
  domain::TwinRead read;
  read.twin.tags = R"({"secret":"of operators"})";
  read.twin.desired = {line(block, 0), R"({"$lastUpdated":"never sent"})",
                       number(words, "desired-version")};
  read.twin.reported = {line(block, 1), R"({"$lastUpdated":"never sent"})",
                        number(words, "reported-version")};
  return read;
}

domain::DeliverMessage read_delivery(const Block& block, const Words& words) {
  domain::DeliverMessage event;
  event.delivery = number(words, "delivery");
  event.redelivered = words.get("redelivered") == "yes";
  event.message.device = domain::DeviceId::trusted(words.get("device", "dev1"));
  event.message.feedback = domain::parse_feedback_wanted(words.get("ack", "none")).value();
  Message& message = event.message.message;
  std::size_t at = 0;
  for (; at < block.lines.size() && !block.lines[at].empty(); ++at) {
    const std::string& text = block.lines[at];
    const std::size_t colon = text.find(": ");
    const bool bare = colon == std::string::npos;
    const std::string name = text.substr(0, colon);
    bool known = false;
    for (const auto& [field, member] : kFields) {
      if (name != field) continue;
      message.*member = bare ? "" : text.substr(colon + 2);
      known = true;
    }
    if (known) continue;
    message.properties.push_back(
        {name, bare ? std::nullopt : std::optional(text.substr(colon + 2))});
  }
  for (++at; at < block.lines.size(); ++at) message.body += block.lines[at];
  return event;
}

std::string write_message(const Message& message) {
  std::string text;
  for (const auto& [field, member] : kFields) {
    const std::string& value = message.*member;
    if (!value.empty()) text += fmt::format("  {}: {}\n", field, value);
  }
  for (const domain::Property& each : message.properties) {
    text += each.value ? fmt::format("  '{}' = '{}'\n", each.name, *each.value)
                       : fmt::format("  '{}' without a value\n", each.name);
  }
  const bool shown = message.body.size() <= 200;
  return text + (shown ? fmt::format("  body: {}\n", message.body)
                       : fmt::format("  body: {} bytes\n", message.body.size()));
}

std::string write_claim(const domain::Claim& claim) {
  EXPECT_EQ(claim.scope + claim.payload, "");
  std::string text;
  if (claim.membership) {
    text +=
        fmt::format("group: {}\nmember: {}\n", claim.membership->group, claim.membership->member);
  }
  return text + fmt::format("id: {}\n{}from: {} {} {} host={} client={}\n", claim.registration_id,
                            write_evidence(claim.evidence), claim.dialect, claim.transport,
                            claim.source, claim.host, claim.client);
}

struct CommandWriter {
  std::string operator()(const domain::ConnectDevice& command) const {
    const domain::Claim& claim = command.claim;
    std::string text = "=> connect\n" + write_claim(claim);
    if (!command.model_id.empty()) text += "model: " + command.model_id + "\n";
    text += fmt::format("keeps-session: {}\n", command.keeps_session);
    return command.will ? text + "will:\n" + write_message(*command.will) : text;
  }
  std::string operator()(const domain::Subscribe& command) const {
    std::string text = "=> subscribe\n";
    for (const domain::Subscription& each : command.subscriptions) {
      text += fmt::format("{} {} {}\n", to_string(each.channel), each.qos, each.filter);
    }
    return text;
  }
  std::string operator()(const domain::Unsubscribe& command) const {
    std::string text = "=> unsubscribe\n";
    for (const std::string& each : command.filters) text += each + "\n";
    return text;
  }
  std::string operator()(const domain::SendTelemetry& command) const {
    const std::string of = command.of_device.empty() ? "" : " of=" + command.of_device;
    return "=> telemetry" + of + "\n" + write_message(command.message);
  }
  std::string operator()(const domain::ReadTwin&) const { return "=> read-twin\n"; }
  std::string operator()(const domain::PatchReported& command) const {
    const std::string base =
        command.base_version ? fmt::format(" base={}", *command.base_version) : "";
    return "=> patch-reported" + base + "\n" + command.patch + "\n";
  }
  std::string operator()(const domain::AnswerMethod& command) const {
    return fmt::format("=> answer-method {} status={}\n{}\n", command.request, command.status,
                       command.payload);
  }
  std::string operator()(const domain::SettleMessage& command) const {
    const std::string_view words[] = {"complete", "reject", "abandon"};
    return fmt::format("=> settle {} {}\n", command.delivery,
                       words[static_cast<std::size_t>(command.settlement)]);
  }
  std::string operator()(const domain::ReportMisuse& command) const {
    return fmt::format("=> misuse {}\n  expected: {}\n  received: {}\n", to_string(command.reason),
                       command.expected, command.received);
  }
  std::string operator()(const domain::BindDevice& command) const {
    return "=> bind\n" + write_claim(command.claim);
  }
  std::string operator()(const domain::UnbindDevice& command) const {
    return "=> unbind " + command.device + "\n";
  }
  std::string operator()(const domain::ListBound&) const { return "=> list-bound\n"; }
  std::string operator()(const domain::AskData& command) const {
    return write_data_request(command.request) +
           (command.claim ? write_claim(*command.claim) : std::string());
  }
  std::string operator()(const domain::WatchRecords& command) const {
    return fmt::format("=> watch-records {}\n  of: {}\n  mask: {}\n", command.filter,
                       command.of.empty() ? "all" : command.of, command.mask);
  }
  std::string operator()(const domain::UnwatchRecords& command) const {
    return "=> unwatch-records " + command.filter + "\n";
  }
  std::string operator()(const domain::Farewell&) const { return "=> farewell\n"; }
};

}  // namespace

domain::HubResult read_hub_result(const Block& block, TimePoint at) {
  const Words words = split_words(block.head);
  const std::string kind = words.at(0);
  if (kind == "connected") return read_connected(block, words);
  if (kind == "done") return domain::HubDone{};
  if (std::optional<domain::HubResult> data = read_data_result(block)) return *std::move(data);
  if (kind == "twin") return read_twin(block, words);
  if (kind == "patched") return domain::ReportedPatched{number(words, "version")};
  if (kind == "bound") {
    domain::BoundDevices bound;
    for (const std::string& each : block.lines) {
      bound.devices.push_back(domain::DeviceId::trusted(each));
    }
    return bound;
  }
  EXPECT_EQ(kind, "refused") << "no such result";
  domain::HubRefused refused;
  refused.reason = domain::parse_reason(words.at(1)).value();
  refused.detail = line(block, 0);
  refused.tracking_id = words.get("trail", "7a000000-0000-4000-8000-000000000001");
  refused.retry_after = std::chrono::seconds(std::stoi(words.get("retry", "0")));
  refused.at = at;
  return refused;
}

domain::HubEvent read_hub_event(const Block& block) {
  const Words words = split_words(block.head);
  const std::string kind = words.at(0);
  if (kind == "message") return read_delivery(block, words);
  if (kind == "method") {
    return domain::CallMethod{words.get("request"), words.get("name"), line(block, 0)};
  }
  if (kind == "desired") return domain::DesiredChanged{number(words, "version"), line(block, 0)};
  if (kind == "record")
    return domain::DeliverRecord{words.get("filter"), read_record(line(block, 0))};
  EXPECT_EQ(kind, "end") << "no such event";
  for (const auto reason : {domain::EndReason::kTakenOver, domain::EndReason::kIdentityChanged,
                            domain::EndReason::kProofExpired, domain::EndReason::kTooSlow,
                            domain::EndReason::kStopping}) {
    if (to_string(reason) == words.at(1)) return domain::EndConnection{reason};
  }
  ADD_FAILURE() << "no such reason to end: " << words.at(1);
  return domain::EndConnection{};
}

std::string write_hub_command(const domain::HubCommand& command) {
  return std::visit(CommandWriter{}, command);
}

}  // namespace berth::dialects::testing
