// What a connected device sends.
#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/mqtt_steps.h"
#include "dialects/cloudplugs/mqtt_topics.h"
#include "dialects/cloudplugs/property_text.h"
#include "dialects/cloudplugs/reason_table.h"
#include "dialects/cloudplugs/record_text.h"
#include "domain/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

using domain::Reason;

constexpr std::uint8_t kRefused = 0x80;

struct Incoming {
  MqttSession& session;
  const wire::MqttPublish& packet;
  PublishTopic to;
};

MqttPending pending_of(const Incoming& incoming, MqttPending::What what) {
  MqttPending pending;
  pending.what = what;
  pending.place = incoming.session.replies.open();
  pending.packet_id = incoming.packet.packet_id;
  pending.qos = incoming.packet.qos;
  pending.topic = incoming.packet.topic;
  return pending;
}

// Neither stored nor acknowledged. Who wanted an acknowledgement hears of it by the end of the
// connection, the others by nothing but the trail.
StepResult drop(const Incoming& incoming, std::string expected, std::string received) {
  domain::ReportMisuse misuse{Reason::kRequestInvalid, std::move(expected), std::move(received)};
  if (incoming.packet.qos > 0) return end_for(incoming.session, std::move(misuse));
  StepResult result;
  note_misuse(incoming.session, std::move(misuse), result);
  return result;
}

// A list is data here, even one of records (§6.2).
Result<PublishRequest> read_payload(std::string_view payload, std::string_view channel) {
  const Result<boost::json::value> value = read_json(payload);
  if (!value || !value->is_array()) return read_publish(payload, channel, IfNoJson::kIsText);
  PublishRequest request;
  domain::NewRecord record;
  record.channel = channel;
  record.data = domain::to_json_text(*value);
  request.records.records.push_back(std::move(record));
  return request;
}

StepResult on_data(const Incoming& incoming) {
  Result<PublishRequest> read = read_payload(incoming.packet.payload, incoming.to.channel);
  if (!read) return drop(incoming, "a record", read.error().what);
  const std::string& device = incoming.to.device;
  if (!device.empty() && device != incoming.session.device) {
    for (domain::NewRecord& each : read->records.records) {
      if (!each.of.empty() && each.of != device) {
        return drop(incoming, "the same publisher in topic and record", "two of them");
      }
      each.of = device;
    }
  }
  StepResult result;
  operate(result, domain::AskData{std::move(read->records), std::nullopt},
          pending_of(incoming, MqttPending::What::kPublish));
  return result;
}

StepResult answer_now(const Incoming& incoming, std::string payload) {
  MqttSession& session = incoming.session;
  const wire::MqttPublish& packet = incoming.packet;
  session.replies.fill(session.replies.open(),
                       replied(packet.qos, packet.packet_id, packet.topic, std::move(payload)));
  StepResult result;
  result.actions = session.replies.take_ready();
  return result;
}

StepResult on_property_set(const Incoming& incoming) {
  const Result<boost::json::object> object = read_object(incoming.packet.payload);
  if (!object) return answer_now(incoming, failure_body(kUnreadable, object.error().what));
  Result<PropertyValues> values = read_properties(*object);
  if (!values) return answer_now(incoming, failure_body(kUnreadable, values.error().what));
  domain::WriteProperties request;
  request.device = incoming.to.device;
  request.values = *std::move(values);
  StepResult result;
  operate(result, domain::AskData{std::move(request), std::nullopt},
          pending_of(incoming, MqttPending::What::kSetProperties));
  return result;
}

// ["key"], several of them, or "key".
Result<std::vector<std::string>> read_names(std::string_view payload) {
  BERTH_TRY(const boost::json::value value, read_json(payload));
  boost::json::array list;
  if (value.is_array()) list = value.get_array();
  if (value.is_string()) list.push_back(value);
  if (list.empty() || list.size() > kPropertiesMax) {
    return Fail(ErrorKind::kInvalid, fmt::format("expected 1..{} names", kPropertiesMax));
  }
  std::vector<std::string> names;
  for (const boost::json::value& each : list) {
    if (!each.is_string()) return Fail(ErrorKind::kInvalid, "expected names");
    BERTH_TRY(std::string name, read_property_name(view(each.get_string())));
    names.push_back(std::move(name));
  }
  return names;
}

StepResult on_property_get(const Incoming& incoming) {
  Result<std::vector<std::string>> names = read_names(incoming.packet.payload);
  if (!names) return answer_now(incoming, failure_body(kUnreadable, names.error().what));
  domain::ReadProperties request;
  request.device = incoming.to.device;
  if (names->size() == 1) request.name = names->front();
  MqttPending pending = pending_of(incoming, MqttPending::What::kGetProperties);
  pending.names = *std::move(names);
  StepResult result;
  operate(result, domain::AskData{std::move(request), std::nullopt}, std::move(pending));
  return result;
}

// Nothing when it is refused.
std::optional<domain::WatchRecords> watch_for(const MqttSession& session,
                                              const std::string& filter) {
  const std::optional<FilterTopic> topic = parse_filter_topic(filter);
  if (!topic || topic->answers) return std::nullopt;
  return domain::WatchRecords{filter, topic->own ? session.device : topic->of,
                              std::string(topic->mask)};
}

bool is_own_answers(const MqttSession& session, std::string_view filter) {
  const std::optional<FilterTopic> topic = parse_filter_topic(filter);
  return topic && topic->answers && (topic->own || topic->of == session.device);
}

}  // namespace

StepResult on_mqtt_publish(MqttSession& session, const wire::MqttPublish& packet) {
  std::optional<PublishTopic> topic = parse_publish_topic(packet.topic);
  if (!topic) {
    return end_for(
        session, {Reason::kTopicForbidden,
                  fmt::format("{0}/data/… or {0}/ag/prop/…", session.device), shown(packet.topic)});
  }
  const Incoming incoming{session, packet, *std::move(topic)};
  switch (incoming.to.kind) {
    case MqttTopic::kData:
      return on_data(incoming);
    case MqttTopic::kPropertySet:
      return on_property_set(incoming);
    case MqttTopic::kPropertyGet:
      return on_property_get(incoming);
  }
  return {};
}

StepResult on_mqtt_subscribe(MqttSession& session, const wire::MqttSubscribe& packet) {
  OpenSubscribe open;
  open.place = session.replies.open();
  open.packet_id = packet.packet_id;
  StepResult result;
  bool noted = false;
  for (const wire::MqttSubscription& each : packet.subscriptions) {
    // The vendor's broker has QoS 0 and no other (§6).
    const bool answers = is_own_answers(session, each.filter);
    open.codes.push_back(answers ? 0 : kRefused);
    if (answers) continue;
    std::optional<domain::WatchRecords> watch = watch_for(session, each.filter);
    if (watch && open.open < kCommandsPerPacketMax) {
      MqttPending pending;
      pending.what = MqttPending::What::kWatch;
      pending.place = open.place;
      pending.entry = open.codes.size() - 1;
      pending.topic = each.filter;
      if (!session.watches(each.filter)) session.watching.push_back(each.filter);
      operate(result, *std::move(watch), std::move(pending));
      ++open.open;
    } else if (!noted) {
      noted = true;
      note_misuse(session,
                  {Reason::kTopicForbidden,
                   watch ? fmt::format("at most {} filters in a packet", kCommandsPerPacketMax)
                         : "<Plug-ID>/data/<mask> or +/data/<mask>",
                   shown(each.filter)},
                  result);
    }
  }
  if (open.open > 0) {
    session.subscribes.push_back(std::move(open));
    return result;
  }
  session.replies.fill(open.place, {wire::MqttSuback{open.packet_id, std::move(open.codes)}});
  result.actions = session.replies.take_ready();
  return result;
}

StepResult on_mqtt_unsubscribe(MqttSession& session, const wire::MqttUnsubscribe& packet) {
  StepResult result;
  for (const std::string& filter : packet.filters) {
    if (!session.watches(filter)) continue;
    session.forget(filter);
    // Of the rest the hub goes on to tell, to nobody: it is bounded, and ends with the connection.
    if (result.commands.size() == kCommandsPerPacketMax) continue;
    operate(result, domain::UnwatchRecords{filter}, MqttPending{});
  }
  session.replies.fill(session.replies.open(), {wire::MqttUnsuback{packet.packet_id}});
  result.actions = session.replies.take_ready();
  return result;
}

}  // namespace berth::dialects::cloudplugs
