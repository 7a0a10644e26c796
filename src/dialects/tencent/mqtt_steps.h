// The three kinds of input of a connection, each in a file of its own: packets (mqtt_step.cc), what
// the hub answers (mqtt_answers.cc), what it tells unasked (mqtt_events.cc); and what the files of
// the features (shadow, things, gateway, system_topics) need for their part of it.
//
// Room dialects/tencent, internal. Thread rule: a Session belongs to one connection.
#pragma once

#include "dialects/dialect.h"
#include "dialects/tencent/session.h"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace berth::dialects::tencent {

StepResult on_mqtt_answer(MqttSession& session, const Answer& answer);
StepResult on_mqtt_event(MqttSession& session, Event event);

// A PUBLISH to one of the topics, from a device that may use it.
struct Incoming {
  const wire::Peer& peer;
  MqttSession& session;
  const wire::MqttPublish& packet;
  TimePoint at;
  Uplink to;
  std::string of_device;  // the id of the bound device it is of; empty: of the connected one

  // Where this feature answers the device.
  std::string reply_topic() const { return downlink_topic(to.feature, to.device); }
};

// Adds a command that belongs to the packet `pending` speaks of.
void operate(StepResult& result, domain::HubCommand command, Pending pending);
// A place in the line for the packet.
Pending pending_of(const Incoming& incoming, Pending::What what);
// Sends `payload` there if the device listens to it.
void send_to(const MqttSession& session, wire::Actions& actions, std::string topic,
             std::string payload);
// Acknowledges the packet and answers on the topic of its feature, both in turn.
StepResult answer_now(const Incoming& incoming, std::string payload);
// Acknowledges it and nothing else.
StepResult acknowledge(const Incoming& incoming);
// A trail; at most kMisusesNotedMax of a connection.
void note_misuse(MqttSession& session, domain::ReportMisuse misuse, StepResult& result);
// A trail, and then the end: MQTT 3.1.1 cannot refuse a PUBLISH.
StepResult end_for(MqttSession& session, domain::ReportMisuse misuse);
StepResult close_now(MqttSession& session, std::string why);

// Telemetry with `topic` as the property of that name.
domain::SendTelemetry telemetry_of(const Incoming& incoming, std::string_view topic);

// What is wrong with an outside text, cut and printable.
std::string shown(std::string_view text);

// ---- JSON

inline constexpr std::size_t kJsonDepthMax = 16;
inline constexpr std::size_t kSystemBytesMax = 512;
inline constexpr std::size_t kGatewayBytesMax = 1'024;
inline constexpr std::size_t kDocumentBytesMax = 64 * 1'024;
// The payload as an object; nothing when it is none, too large or nested too deeply.
std::optional<boost::json::object> read_object(std::string_view payload, std::size_t bytes_max);
// The text of a member; empty when there is none or it is no text.
std::string_view text_in(const boost::json::object& object, std::string_view name);
const boost::json::object* object_in(const boost::json::object& object, std::string_view name);
// A number is echoed as text, as the vendor does; longer ones than any client's are not.
std::string token_in(const boost::json::object& object);
// In quotation marks.
std::string quoted(std::string_view text);

std::int64_t to_unix_millis(TimePoint time);

}  // namespace berth::dialects::tencent
