// The product secrets of groups, and what their devices may use.
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

#include <fmt/format.h>

namespace berth::dialects::admin {
namespace {

using std::chrono::seconds;

// Management has the exact rules; these only bound what is read.
constexpr std::int64_t kCountMax = 1'000'000;
constexpr std::int64_t kSecondsMax = 366LL * 24 * 3600;
constexpr std::size_t kTopicsMax = 256;

std::optional<seconds> read_seconds(JsonFields& fields, std::string_view name) {
  const auto given = fields.integer(name, 0, kSecondsMax);
  return given ? std::optional(seconds(*given)) : std::nullopt;
}

domain::TopicPermission read_topic(const boost::json::object& given,
                                   std::vector<JsonProblem>& problems) {
  domain::TopicPermission topic;
  JsonFields fields(given, JsonPolicy(), problems);
  fields.require("topic");
  topic.topic = fields.text("topic", kNameRule).value_or("");
  topic.publish = fields.flag("publish").value_or(false);
  topic.subscribe = fields.flag("subscribe").value_or(false);
  fields.finish();
  return topic;
}

}  // namespace

std::optional<domain::ProductSecretEdit> read_product(JsonFields& attestation) {
  domain::ProductSecretEdit edit;
  edit.secret = read_secret_text(attestation, "productSecret");
  edit.issues = attestation.word("issues", domain::parse_credential_kind, "secret or certificate");
  edit.admits = attestation.word("admits", domain::parse_admits, "nobody, listed or anybody");
  if (const auto count = attestation.integer("createdMax", 0, kCountMax)) {
    edit.created_max = static_cast<std::uint32_t>(*count);
  }
  edit.clock_window = read_seconds(attestation, "clockWindowSeconds");
  edit.replay_window = read_seconds(attestation, "replayWindowSeconds");
  const bool given = edit.secret || edit.issues || edit.admits || edit.created_max ||
                     edit.clock_window || edit.replay_window;
  return given ? std::optional(std::move(edit)) : std::nullopt;
}

std::optional<std::vector<domain::TopicPermission>> read_topics(Body& body) {
  const std::optional<std::string> given = body.fields.value_text("topics");
  if (body.is_null("topics")) body.fields.problem("topics", "expected a list, found null");
  if (!given) return std::nullopt;
  const boost::json::value value = document(*given);
  const boost::json::array* list = value.if_array();
  if (list == nullptr || list->size() > kTopicsMax) {
    body.fields.problem("topics", fmt::format("expected a list of at most {} objects", kTopicsMax));
    return std::nullopt;
  }
  std::vector<domain::TopicPermission> topics;
  std::vector<JsonProblem> problems;
  for (const boost::json::value& each : *list) {
    if (const boost::json::object* object = each.if_object()) {
      topics.push_back(read_topic(*object, problems));
    } else {
      problems.push_back({"", fmt::format("expected an object, found {}", json_type(each))});
    }
    if (problems.empty()) continue;
    const JsonProblem& first = problems.front();
    body.fields.problem(
        "topics", fmt::format("entry {}{}: {}", &each - list->data(), first.path, first.what));
    return std::nullopt;
  }
  return topics;
}

domain::ManagementCommand rotate_product_secret(Incoming& in) {
  domain::RotateProductSecret command;
  command.scope = in.path("scope");
  command.id = in.path("enrollment");
  command.precondition = in.precondition();
  JsonFields& fields = in.body().fields;
  fields.require("overlapSeconds");
  command.overlap = read_seconds(fields, "overlapSeconds").value_or(seconds(0));
  command.secret = read_secret_text(fields, "productSecret");
  return command;
}

boost::json::object product_json(const domain::ProductSecret& product) {
  boost::json::array retired;
  for (const domain::RetiredKey& each : product.retired) {
    boost::json::object entry;
    entry["retiredAt"] = time(each.retired_at);
    retired.push_back(std::move(entry));
  }
  boost::json::object out;
  out["issues"] = text(to_string(product.issues));
  out["admits"] = text(to_string(product.admits));
  out["createdMax"] = product.created_max;
  out["reissue"] = text(to_string(product.reissue));
  out["clockWindowSeconds"] = product.clock_window.count();
  out["replayWindowSeconds"] = product.replay_window.count();
  out["previousUntil"] = nullptr;
  if (product.previous) out["previousUntil"] = time(product.previous_until);
  out["retiredSecrets"] = std::move(retired);
  return out;
}

boost::json::array topics_json(const std::vector<domain::TopicPermission>& topics) {
  boost::json::array out;
  for (const domain::TopicPermission& each : topics) {
    boost::json::object topic;
    topic["topic"] = text(each.topic);
    topic["publish"] = each.publish;
    topic["subscribe"] = each.subscribe;
    out.push_back(std::move(topic));
  }
  return out;
}

boost::json::object to_json(const domain::ProductKeys& keys) {
  boost::json::object out;
  out["productSecret"] = text(keys.current.text());
  out["previousSecret"] = nullptr;
  out["previousUntil"] = nullptr;
  if (!keys.previous) return out;
  out["previousSecret"] = text(keys.previous->text());
  out["previousUntil"] = time(keys.previous_until);
  return out;
}

}  // namespace berth::dialects::admin
