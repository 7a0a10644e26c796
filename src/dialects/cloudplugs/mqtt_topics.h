// The topics of MQTT (cloudplugs.md §6): data, properties, and the filter that is no filter but an
// enrolment.
//
// Room dialects/cloudplugs. Views point into what was read. Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth::dialects::cloudplugs {

// "<mod-id>/thing/<password>" or "<mod-id>/ctrl/<serial>/<password>". Read as plain text, for a
// password may have "/", "+" and "#" in it; a serial has no "/", so the first one ends it.
struct EnrollTopic {
  std::string model;        // lower-case
  bool controller = false;  // to control the thing of that serial
  std::string_view serial;  // with `controller`
  std::string_view password;
};
std::optional<EnrollTopic> parse_enroll_topic(std::string_view filter);

enum class MqttTopic : std::uint8_t { kData, kPropertySet, kPropertyGet };

// "<id>/data/<channel>", "/data/<channel>", "<id>/ag/prop/set" or "…/get".
struct PublishTopic {
  MqttTopic kind = MqttTopic::kData;
  std::string device;  // lower-case; empty: the client's own
  std::string_view channel;
};
std::optional<PublishTopic> parse_publish_topic(std::string_view topic);

// "<id>/data/<mask>", "+/data/<mask>", "/data/<mask>"; or "<id>/ag/prop/…", where answers come
// whether one subscribes or not. Masks are as they come.
struct FilterTopic {
  bool answers = false;  // of properties; nothing else is said then but `of`
  bool own = false;      // the first level is empty
  std::string of;        // lower-case; empty: everything that may be read, or with `own` oneself
  std::string_view mask;
};
std::optional<FilterTopic> parse_filter_topic(std::string_view filter);

}  // namespace berth::dialects::cloudplugs
