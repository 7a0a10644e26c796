#include "domain/message.h"

#include "domain/names.h"

namespace berth::domain {
namespace {

constexpr Names<EventKind, 2> kEventKinds{{
    {EventKind::kTelemetry, "telemetry"},
    {EventKind::kFeedback, "feedback"},
}};
constexpr Names<FeedbackWanted, 4> kFeedbackWanted{{
    {FeedbackWanted::kNone, "none"},
    {FeedbackWanted::kPositive, "positive"},
    {FeedbackWanted::kNegative, "negative"},
    {FeedbackWanted::kFull, "full"},
}};

}  // namespace

std::size_t size_of(const Message& message) {
  std::size_t size = message.body.size();
  for (const std::string* each :
       {&message.id, &message.correlation_id, &message.user_id, &message.to, &message.content_type,
        &message.content_encoding, &message.component, &message.interface_id, &message.created_at,
        &message.expires_at}) {
    size += each->size();
  }
  for (const Property& each : message.properties) {
    size += each.name.size() + (each.value ? each.value->size() : 0);
  }
  return size;
}

std::string_view to_string(EventKind kind) { return name_of(kEventKinds, kind); }
std::optional<EventKind> parse_event_kind(std::string_view text) {
  return value_of(kEventKinds, text);
}

std::string_view to_string(FeedbackWanted wanted) { return name_of(kFeedbackWanted, wanted); }
std::optional<FeedbackWanted> parse_feedback_wanted(std::string_view text) {
  return value_of(kFeedbackWanted, text);
}

}  // namespace berth::domain
