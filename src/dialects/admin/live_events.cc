#include "dialects/admin/live_events.h"

#include "dialects/admin/members.h"
#include "dialects/admin/problem.h"
#include "domain/event_json.h"
#include "domain/json_text.h"

#include <fmt/format.h>

namespace berth::dialects::admin {
namespace {

namespace json = boost::json;

// How long a client that lost the stream waits before it asks for another.
constexpr int kRetryMilliseconds = 3000;

// JSON on one line: no line of it can be taken for a field of the event. An empty id is left out.
std::string event(std::string_view name, std::string_view id, const json::object& data) {
  std::string text = fmt::format("event: {}\n", name);
  if (!id.empty()) text += fmt::format("id: {}\n", id);
  return text + fmt::format("data: {}\n\n", domain::to_json_text(data));
}

std::string attempt(const domain::Trail& trail) {
  const bool succeeded = trail.reason == domain::Reason::kNone;
  json::object out;
  out["id"] = text(trail.id);
  out["at"] = time(trail.started_at);
  out["scope"] = text(trail.scope);
  out["registrationId"] = text(trail.registration_id);
  out["operation"] = text(trail.operation);
  out["outcome"] = text(to_string(trail.outcome));
  out["reason"] = text_or_null(succeeded ? "" : to_string(trail.reason));
  out["enrollment"] = text_or_null(trail.enrollment);
  out["hub"] = text_or_null(trail.hub);
  out["deviceId"] = text_or_null(trail.device_id);
  out["dialect"] = text(trail.dialect);
  out["transport"] = text(trail.transport);
  return event("attempt", trail.id, out);
}

std::string telemetry(const domain::StoredEvent& stored) {
  const domain::EventPosition& position = stored.position;
  return event("telemetry", fmt::format("{}-{}", position.partition, position.sequence),
               domain::event_json(stored.event, position));
}

std::string connection(const domain::ConnectionNews& news) {
  json::object out;
  out["hub"] = text(news.hub.text());
  out["device"] = text(news.device.text());
  out["scope"] = text(news.scope.text());
  out["connected"] = news.connected;
  out["at"] = time(news.at);
  return event("connection", {}, out);
}

struct Telling {
  StepResult operator()(const domain::LiveEvent& happened) const {
    struct Wording {
      std::string operator()(const domain::Trail& trail) const { return attempt(trail); }
      std::string operator()(const domain::StoredEvent& stored) const { return telemetry(stored); }
      std::string operator()(const domain::ConnectionNews& news) const { return connection(news); }
    };
    return say(std::visit(Wording(), happened.what));
  }
  StepResult operator()(const domain::LiveBeat&) const { return say(": beat\n\n"); }
  StepResult operator()(const domain::LiveEnd& end) const {
    json::object out;
    out["reason"] = text(end.why);
    StepResult result = say(event("bye", {}, out));
    result.actions.emplace_back(wire::Close{end.why});
    return result;
  }

 private:
  static StepResult say(std::string bytes) {
    StepResult result;
    result.actions.emplace_back(wire::HttpPiece{std::move(bytes)});
    return result;
  }
};

}  // namespace

wire::HttpStream live_stream() {
  wire::HttpStream stream;
  add_common_headers(stream.header, "text/event-stream");
  stream.header.headers.push_back({"X-Accel-Buffering", "no"});  // of proxies that gather answers
  stream.header.body = fmt::format("retry: {}\n: what happens from now on\n\n", kRetryMilliseconds);
  return stream;
}

StepResult live_news(const domain::LiveNews& news) { return std::visit(Telling(), news); }

}  // namespace berth::dialects::admin
