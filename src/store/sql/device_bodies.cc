// The bodies of what connected devices leave behind.
#include "store/sql/bodies.h"
#include "store/sql/body.h"

namespace berth::store::sql {
namespace {

using domain::Message;

struct TextField {
  std::string_view name;
  std::string Message::*member;
};
constexpr TextField kTexts[] = {
    {"id", &Message::id},
    {"correlation_id", &Message::correlation_id},
    {"user_id", &Message::user_id},
    {"to", &Message::to},
    {"content_type", &Message::content_type},
    {"content_encoding", &Message::content_encoding},
    {"component", &Message::component},
    {"interface_id", &Message::interface_id},
    {"created_at", &Message::created_at},
    {"expires_at", &Message::expires_at},
};

BodyArray write_properties(const std::vector<domain::Property>& properties) {
  BodyArray array;
  for (const domain::Property& property : properties) {
    BodyWriter body;
    body.text("name", property.name);
    body.optional_text("value", property.value);
    array.add(std::move(body));
  }
  return array;
}

}  // namespace

std::string message_body(const domain::QueuedMessage& queued) {
  const Message& message = queued.message;
  BodyWriter body;
  for (const TextField& field : kTexts) body.text(field.name, message.*field.member);
  body.array("properties", write_properties(message.properties));
  body.bytes("body", base::as_bytes(message.body));
  if (queued.feedback != domain::FeedbackWanted::kNone) {
    body.text("feedback", domain::to_string(queued.feedback));
  }
  return body.finish();
}

Result<domain::QueuedMessage> read_message(std::string_view text, domain::QueuedMessage queued) {
  BodyReader body(text, "message for device " + queued.device.text());
  Message& message = queued.message;
  for (const TextField& field : kTexts) message.*field.member = body.text(field.name);
  body.each("properties", [&message](BodyReader& each) {
    message.properties.push_back({each.text("name"), each.optional_text("value")});
  });
  const base::Bytes bytes = body.bytes("body");
  message.body.assign(bytes.begin(), bytes.end());
  queued.feedback =
      body.choice("feedback", domain::parse_feedback_wanted, domain::FeedbackWanted::kNone);
  const Result<void> done = body.done();
  if (!done) return Fail(done.error());
  return queued;
}

std::string session_body(const hub::StoredSession& session) {
  BodyArray subscriptions;
  for (const domain::Subscription& subscription : session.subscriptions) {
    BodyWriter each;
    each.text("channel", domain::to_string(subscription.channel));
    each.number("qos", subscription.qos);
    each.text("filter", subscription.filter);
    subscriptions.add(std::move(each));
  }
  BodyWriter body;
  body.array("subscriptions", std::move(subscriptions));
  body.text("node", session.node);
  body.number("epoch", static_cast<std::int64_t>(session.epoch));
  return body.finish();
}

Result<hub::StoredSession> read_session(std::string_view text, hub::StoredSession session) {
  BodyReader body(text, "session of device " + session.device.text());
  body.each("subscriptions", [&session](BodyReader& each) {
    domain::Subscription subscription;
    subscription.channel =
        each.choice("channel", domain::parse_channel, domain::Channel::kMessages);
    subscription.qos = static_cast<std::uint8_t>(each.number("qos"));
    subscription.filter = each.text("filter");
    session.subscriptions.push_back(std::move(subscription));
  });
  session.node = body.text("node");
  session.epoch = static_cast<std::uint64_t>(body.number("epoch"));
  const Result<void> done = body.done();
  if (!done) return Fail(done.error());
  return session;
}

std::string connection_body(const hub::ConnectionRecord& record) {
  BodyWriter body;
  body.flag("connected", record.connected);
  body.text("dialect", record.dialect);
  body.text("transport", record.transport);
  body.text("source", record.source);
  return body.finish();
}

Result<hub::ConnectionRecord> read_connection_body(std::string_view text,
                                                   hub::ConnectionRecord record) {
  BodyReader body(text, "connection of device " + record.device.text());
  record.connected = body.flag("connected", false);
  record.dialect = body.text("dialect");
  record.transport = body.text("transport");
  record.source = body.text("source");
  const Result<void> done = body.done();
  if (!done) return Fail(done.error());
  return record;
}

}  // namespace berth::store::sql
