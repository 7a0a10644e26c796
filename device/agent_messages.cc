#include "device/agent_messages.h"

#include "base/codec.h"

#include <boost/json.hpp>

#include <algorithm>

namespace berth::device {
namespace {

namespace json = boost::json;

constexpr std::size_t kShownMax = 200;
// Of a connection password (cloudplugs.md §1, rule 13).
constexpr std::size_t kPasswordMin = 4;
constexpr std::size_t kPasswordMax = 127;

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

std::optional<json::object> object_of(const std::string& body) {
  boost::system::error_code bad;
  json::value value = json::parse(body, bad);
  if (bad || !value.is_object()) return std::nullopt;
  return std::move(value).as_object();
}

bool is_connection_password(std::string_view text) {
  const auto fits = [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; };
  return text.size() >= kPasswordMin && text.size() <= kPasswordMax &&
         std::all_of(text.begin(), text.end(), fits);
}

std::string message_of(const HttpReply& reply) {
  const std::optional<json::object> object = object_of(reply.body);
  const std::string text = object ? text_member(*object, "msg") : reply.body;
  return base::printable(text, kShownMax);
}

}  // namespace

std::string enrol_request(const AgentConfig& config, const std::string& host) {
  json::object body{
      {"model", config.model}, {"hwid", config.serial}, {"pass", config.enrolment.text()}};
  if (!config.display_name.empty()) body["name"] = config.display_name;
  const std::string text = json::serialize(body);
  return "POST /iot/device HTTP/1.1\r\nHost: " + host +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(text.size()) +
         "\r\nConnection: close\r\n\r\n" + text;
}

std::string own_record_request(const AgentState& state, const std::string& host) {
  return "GET /iot/device/" + state.id + " HTTP/1.1\r\nHost: " + host +
         "\r\nX-Plug-Id: " + state.id + "\r\nX-Plug-Auth: " + std::string(state.connection.text()) +
         "\r\nAccept: application/json\r\nConnection: close\r\n\r\n";
}

std::optional<Enrolled> read_enrolled(const std::string& body) {
  const std::optional<json::object> object = object_of(body);
  if (!object) return std::nullopt;
  Enrolled enrolled{text_member(*object, "id"), Secret::from_text(text_member(*object, "auth"))};
  const bool well =
      is_device_plug_id(enrolled.id) && is_connection_password(enrolled.connection.text());
  return well ? std::optional(std::move(enrolled)) : std::nullopt;
}

std::optional<OwnRecord> read_own_record(const std::string& body) {
  const std::optional<json::object> object = object_of(body);
  if (!object) return std::nullopt;
  return OwnRecord{text_member(*object, "name"), text_member(*object, "status")};
}

std::string refusal_text(const HttpReply& reply) {
  const std::string message = message_of(reply);
  return "HTTP " + std::to_string(reply.status) + (message.empty() ? "" : ": " + message);
}

std::string hint_for_enrolment(const HttpReply& reply, const AgentConfig& config) {
  const std::string which = config.model + " " + base::printable(config.serial, kShownMax);
  switch (reply.status) {
    case 400:
      return "correct enroll_model and enroll_thing in the configuration file";
    case 402:
      return "the server's quota is used up; ask its operator";
    case 403:
      if (base::ascii_lower(message_of(reply)).find("already") != std::string::npos) {
        return "this serial is enrolled, and its credentials are not kept here: restore the state "
               "file, or let the operator run `berth thing serial reset " +
               which + "` and start again";
      }
      return "check enroll_model, enroll_thing and enroll_pass; on the server `berth trail` says "
             "which one is wrong, and `berth thing serial unlock " +
             which + "` ends a lock after wrong passwords";
    default:
      return "check that `server` names a server of such things";
  }
}

}  // namespace berth::device
