#include "dialects/tencent/shadow.h"

#include "dialects/json_fields.h"
#include "dialects/tencent/result_codes.h"
#include "domain/json_text.h"

#include <fmt/format.h>

#include <utility>

namespace berth::dialects::tencent {
namespace {

using boost::json::object;
using boost::json::value;

object object_of(std::string_view text) {
  Result<object> parsed = parse_json_object(text);
  return parsed ? *std::move(parsed) : object();
}

std::string text_of(const object& members) { return domain::to_json_text(value(members)); }

// As deep as the documents, which the hub bounds.
object delta_of(const object& desired, const object& reported) {
  object delta;
  for (const auto& [key, wanted] : desired) {
    const value* given = reported.if_contains(key);
    if (given != nullptr && *given == wanted) continue;
    if (given == nullptr || !given->is_object() || !wanted.is_object()) {
      delta[key] = wanted;
      continue;
    }
    object inner = delta_of(wanted.get_object(), given->get_object());
    if (!inner.empty()) delta[key] = std::move(inner);
  }
  return delta;
}

object without_nulls(const object& patch) {
  object kept;
  for (const auto& [key, each] : patch) {
    if (each.is_null()) continue;
    if (!each.is_object()) {
      kept[key] = each;
      continue;
    }
    object inner = without_nulls(each.get_object());
    if (!inner.empty() || each.get_object().empty()) kept[key] = std::move(inner);
  }
  return kept;
}

std::string answer_head(const Pending& pending, int result) {
  return fmt::format(R"("type":{},"result":{},"clientToken":{},"timestamp":{})",
                     quoted(pending.method), result, quoted(pending.token),
                     to_unix_millis(pending.at));
}

std::string answer(const Pending& pending, std::string_view state, TimePoint changed_at,
                   std::uint64_t version) {
  return fmt::format(R"({{{},"payload":{{"state":{},"timestamp":{},"version":{}}}}})",
                     answer_head(pending, 0), state, to_unix_millis(changed_at), version);
}

std::string read_answer(const Pending& pending, const domain::Twin& twin) {
  const TimePoint changed_at = twin.updated_at == TimePoint() ? pending.at : twin.updated_at;
  if (pending.method == "update") {
    return answer(pending, "{}", changed_at, twin.reported.version);
  }
  std::string state = fmt::format(R"({{"reported":{})", twin.reported.document);
  const object desired = object_of(twin.desired.document);
  if (!desired.empty()) {
    state += fmt::format(R"(,"desired":{})", twin.desired.document);
    const object delta = delta_of(desired, object_of(twin.reported.document));
    if (!delta.empty()) state += fmt::format(R"(,"delta":{})", text_of(delta));
  }
  return answer(pending, state + "}", changed_at, twin.reported.version);
}

// The version an update is based on: 0 and none are any (§7.6).
struct BaseVersion {
  bool readable = true;
  std::optional<std::uint64_t> version;
};
BaseVersion base_version_in(const object& request) {
  const value* given = request.if_contains("version");
  if (given == nullptr || given->is_null()) return {};
  if (given->is_uint64()) return {true, given->get_uint64()};
  if (!given->is_int64() || given->get_int64() < 0) return {false, std::nullopt};
  if (given->get_int64() == 0) return {};
  return {true, static_cast<std::uint64_t>(given->get_int64())};
}

Pending pending_shadow(const Incoming& incoming, const object& request) {
  Pending pending = pending_of(incoming, Pending::What::kShadow);
  pending.method = text_in(request, "type");
  pending.token = token_in(request);
  return pending;
}

StepResult refuse(const Incoming& incoming, const object& request, const ResultCode& code) {
  Pending pending;
  pending.method = text_in(request, "type");
  pending.token = token_in(request);
  pending.at = incoming.at;
  return answer_now(incoming, fmt::format("{{{}}}", answer_head(pending, code.code)));
}

StepResult update(const Incoming& incoming, const object& request) {
  const object* state = object_in(request, "state");
  const BaseVersion base = base_version_in(request);
  if (state == nullptr || !base.readable) return refuse(incoming, request, kMalformed);
  const object* reported = object_in(*state, "reported");
  if (reported == nullptr && (state->contains("reported") || !state->contains("desired"))) {
    return refuse(incoming, request, kMalformed);
  }
  Pending pending = pending_shadow(incoming, request);
  StepResult result;
  if (reported == nullptr) {
    // It says that it has done what was desired, and no more: nothing to write.
    operate(result, domain::ReadTwin{}, std::move(pending));
    return result;
  }
  std::string patch = text_of(*reported);
  pending.body = patch;
  operate(result, domain::PatchReported{std::move(patch), base.version}, std::move(pending));
  return result;
}

}  // namespace

object difference(std::string_view desired, std::string_view reported) {
  return delta_of(object_of(desired), object_of(reported));
}

std::optional<object> what_is_set(std::string_view patch) {
  object kept = without_nulls(object_of(patch));
  if (kept.empty()) return std::nullopt;
  return kept;
}

StepResult on_shadow(const Incoming& incoming) {
  const std::optional<object> request = read_object(incoming.packet.payload, kDocumentBytesMax);
  if (!request) return acknowledge(incoming);  // an answer could not say to what
  if (!incoming.of_device.empty()) return refuse(incoming, *request, kNotForBound);
  const std::string_view type = text_in(*request, "type");
  if (type == "update") return update(incoming, *request);
  if (type != "get") return refuse(incoming, *request, kMalformed);
  StepResult result;
  operate(result, domain::ReadTwin{}, pending_shadow(incoming, *request));
  return result;
}

std::string shadow_answer(const domain::HubResult& result, const Pending& pending) {
  if (const auto* read = std::get_if<domain::TwinRead>(&result)) {
    return read_answer(pending, read->twin);
  }
  if (const auto* patched = std::get_if<domain::ReportedPatched>(&result)) {
    const std::string state = fmt::format(R"({{"reported":{}}})", pending.body);
    return answer(pending, state, pending.at, patched->version);
  }
  const auto* refused = std::get_if<domain::HubRefused>(&result);
  const ResultCode code =
      result_code_for(refused == nullptr ? domain::Reason::kInternal : refused->reason);
  return fmt::format("{{{}}}", answer_head(pending, code.code));
}

std::optional<std::string> shadow_delta(const domain::DesiredChanged& change, TimePoint at) {
  const std::optional<object> set = what_is_set(change.patch);
  if (!set) return std::nullopt;
  const std::int64_t now = to_unix_millis(at);
  return fmt::format(
      R"({{"type":"delta","timestamp":{},"payload":{{"state":{},"timestamp":{},"version":{}}}}})",
      now, text_of(*set), now, change.version);
}

}  // namespace berth::dialects::tencent
