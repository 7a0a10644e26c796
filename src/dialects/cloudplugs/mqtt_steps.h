// What the files of the MQTT interface need of each other.
//
// Room dialects/cloudplugs, internal. Thread rule: a Session belongs to one connection.
#pragma once

#include "dialects/cloudplugs/mqtt_session.h"
#include "dialects/dialect.h"

#include <string>
#include <string_view>

namespace berth::dialects::cloudplugs {

// The CONNECT (mqtt_connect.cc).
StepResult on_mqtt_connect(const wire::Peer& peer, Session& session,
                           const wire::MqttConnect& packet);
wire::MqttConnectCode connect_code_for(domain::Reason reason);
// A packet of a connection without credentials.
StepResult on_anonymous(const wire::Peer& peer, MqttSession& session, const wire::Request& request);

// Packets of a device (mqtt_packets.cc).
StepResult on_mqtt_publish(MqttSession& session, const wire::MqttPublish& packet);
StepResult on_mqtt_subscribe(MqttSession& session, const wire::MqttSubscribe& packet);
StepResult on_mqtt_unsubscribe(MqttSession& session, const wire::MqttUnsubscribe& packet);

// Answers and events (mqtt_answers.cc).
StepResult on_mqtt_answer(MqttSession& session, const Answer& answer);
StepResult on_mqtt_event(MqttSession& session, const Event& event);

// Adds a command that belongs to the packet `pending` speaks of.
void operate(StepResult& result, domain::HubCommand command, MqttPending pending);
// A trail; at most kMisusesNotedMax of a connection.
void note_misuse(MqttSession& session, domain::ReportMisuse misuse, StepResult& result);
// A trail, and then the end: MQTT 3.1.1 cannot refuse a PUBLISH.
StepResult end_for(MqttSession& session, domain::ReportMisuse misuse);
StepResult close_now(MqttSession& session, std::string why);
// A topic or filter for a trail: cut, printable, and without what may be a password.
std::string shown(std::string_view topic);

// The acknowledgement, if it wants one, and then the answer on the topic.
wire::Actions replied(std::uint8_t qos, std::uint16_t packet_id, std::string topic,
                      std::string payload);

}  // namespace berth::dialects::cloudplugs
