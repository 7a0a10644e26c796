// With one device: its twin, its methods, messages to it; and what a hub's devices sent.
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {
namespace {

using std::chrono::seconds;

// The exact rules are management's and the hub's; these only bound what is read.
constexpr std::int64_t kTimeoutMax = 300;
constexpr std::int64_t kLifetimeMin = 60;
constexpr std::int64_t kLifetimeMax = 48 * 3600;
constexpr std::uint32_t kWaitMax = 60;
constexpr TextRule kMessageBodyRule{0, kBodyBytesMax, true};

seconds read_seconds(Body& body, std::string_view name, seconds otherwise, std::int64_t min,
                     std::int64_t max) {
  const auto given = body.fields.integer(name, min, max);
  return given ? seconds(*given) : otherwise;
}

// A section of a twin. Merging cannot take a whole section away, replacing can.
std::optional<std::string> read_section(Body& body, std::string_view name, bool replaces) {
  if (replaces) return body.object_or_cleared(name);
  if (body.is_null(name)) {
    body.fields.problem(name, "expected an object, found null; PUT replaces a whole section");
  }
  return body.fields.object_text(name);
}

domain::ManagementCommand update_twin(Incoming& in, bool replaces) {
  domain::UpdateTwin command;
  command.hub = in.path("hub");
  command.device = in.path("device");
  command.precondition = in.precondition();
  Body& body = in.body();
  command.edit.tags = read_section(body, "tags", replaces);
  command.edit.desired = read_section(body, "desired", replaces);
  command.edit.replaces = replaces;
  return command;
}

// {"name": "value", "flag": null}
std::vector<domain::Property> read_properties(Body& body) {
  std::vector<domain::Property> properties;
  const auto given = body.fields.object_text("properties");
  if (!given) return properties;
  const boost::json::value members = document(*given);
  for (const auto& member : members.as_object()) {
    domain::Property property;
    property.name = member.key();
    if (const boost::json::string* value = member.value().if_string()) {
      property.value = std::string(*value);
    } else if (!member.value().is_null()) {
      body.fields.problem("properties", "expected texts and nulls as values, found " +
                                            std::string(json_type(member.value())));
      return properties;
    }
    properties.push_back(std::move(property));
  }
  return properties;
}

std::string read_message_body(Body& body) {
  const auto plain = body.fields.text("body", kMessageBodyRule);
  const auto encoded = body.fields.text("bodyBase64", kMessageBodyRule);
  if (plain && encoded) {
    body.fields.problem("bodyBase64", "cannot be given together with body");
  }
  if (plain || !encoded) return plain.value_or("");
  const auto bytes = base::base64_decode(*encoded);
  if (!bytes) body.fields.problem("bodyBase64", "expected base64");
  return bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
}

}  // namespace

domain::ManagementCommand get_twin(Incoming& in) {
  return domain::GetTwin{in.path("hub"), in.path("device")};
}

domain::ManagementCommand patch_twin(Incoming& in) { return update_twin(in, false); }
domain::ManagementCommand put_twin(Incoming& in) { return update_twin(in, true); }

domain::ManagementCommand call_method(Incoming& in) {
  domain::CallDeviceMethod command;
  command.hub = in.path("hub");
  command.device = in.path("device");
  Body& body = in.body();
  body.fields.require("method");
  command.method = body.fields.text("method", kNameRule).value_or("");
  command.payload = body.fields.value_text("payload").value_or("");
  command.connect_timeout =
      read_seconds(body, "connectTimeout", command.connect_timeout, 0, kTimeoutMax);
  command.response_timeout =
      read_seconds(body, "responseTimeout", command.response_timeout, 5, kTimeoutMax);
  return command;
}

domain::ManagementCommand send_message(Incoming& in) {
  domain::SendToDevice command;
  command.hub = in.path("hub");
  command.device = in.path("device");
  Body& body = in.body();
  domain::Message& message = command.message;
  message.body = read_message_body(body);
  message.properties = read_properties(body);
  message.id = body.fields.text("messageId", kNameRule).value_or("");
  message.correlation_id = body.fields.text("correlationId", kNameRule).value_or("");
  message.user_id = body.fields.text("userId", kNameRule).value_or("");
  message.content_type = body.fields.text("contentType", kNameRule).value_or("");
  message.content_encoding = body.fields.text("contentEncoding", kNameRule).value_or("");
  command.feedback =
      body.fields.word("ack", domain::parse_feedback_wanted, "none, positive, negative or full")
          .value_or(command.feedback);
  command.lifetime = read_seconds(body, "expiresIn", command.lifetime, kLifetimeMin, kLifetimeMax);
  return command;
}

domain::ManagementCommand read_events(Incoming& in) {
  domain::ReadEvents command;
  command.hub = in.path("hub");
  domain::Page page = in.page();
  command.cursor = std::move(page.cursor);
  command.limit = page.limit;
  command.device = in.query("device");
  command.wait = seconds(in.query_number("wait", 0, kWaitMax));
  return command;
}

boost::json::object to_json(const domain::Twin& twin) {
  boost::json::object out;
  out["hub"] = text(twin.hub.text());
  out["device"] = text(twin.device.text());
  out["tags"] = document(twin.tags);
  out["desired"] = document(twin.desired.document);
  out["desiredVersion"] = twin.desired.version;
  out["desiredMetadata"] = document(twin.desired.metadata);
  out["reported"] = document(twin.reported.document);
  out["reportedVersion"] = twin.reported.version;
  out["reportedMetadata"] = document(twin.reported.metadata);
  out["updatedAt"] = time(twin.updated_at);
  out["etag"] = twin.etag;
  return out;
}

boost::json::object to_json(const domain::MethodAnswer& answer) {
  boost::json::object out;
  out["status"] = answer.status;
  out["payload"] = document(answer.payload);
  return out;
}

boost::json::object to_json(const domain::QueuedMessage& queued) {
  boost::json::object out;
  out["hub"] = text(queued.hub.text());
  out["device"] = text(queued.device.text());
  out["sequence"] = queued.sequence;
  out["messageId"] = text(queued.message.id);
  out["ack"] = text(to_string(queued.feedback));
  out["enqueuedAt"] = time(queued.enqueued_at);
  out["expiresAt"] = time(queued.expires_at);
  return out;
}

}  // namespace berth::dialects::admin
