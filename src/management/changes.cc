#include "management/changes.h"

#include <fmt/format.h>

namespace berth::management {

void Differences::set(std::string_view member, std::string& field, std::string value) {
  if (field == value) return;
  note(member, field, value);
  field = std::move(value);
}

void Differences::set(std::string_view member, bool& field, bool value) {
  if (field == value) return;
  note(member, field ? "true" : "false", value ? "true" : "false");
  field = value;
}

void Differences::set(std::string_view member, std::uint32_t& field, std::uint32_t value) {
  if (field == value) return;
  note(member, std::to_string(field), std::to_string(value));
  field = value;
}

void Differences::note(std::string_view member) {
  members_[boost::json::string_view(member.data(), member.size())] = "changed";
}

void Differences::note(std::string_view member, std::string_view from, std::string_view to) {
  boost::json::object& change =
      members_[boost::json::string_view(member.data(), member.size())].emplace_object();
  change["from"] = boost::json::string_view(from.data(), from.size());
  change["to"] = boost::json::string_view(to.data(), to.size());
}

std::string actor_text(const Actor& actor) {
  if (!actor.operator_name.empty()) return "operator:" + actor.operator_name;
  return actor.token_id.empty() ? "nobody" : "token:" + actor.token_id;
}

domain::AuditRecord audit_record(const Call& call, Act act) {
  domain::AuditRecord record;
  record.at = call.ports.clock.wall();
  record.actor = actor_text(call.actor);
  record.source = call.actor.source;
  record.action = std::string(act.action);
  record.scope = std::move(act.scope);
  record.target = std::move(act.target);
  record.detail = std::move(act.detail);
  return record;
}

std::unique_ptr<Change> make_change(const Call& call, Write what, Expectation expectation,
                                    Act act) {
  auto change = std::make_unique<Change>();
  change->what = std::move(what);
  change->expectation = expectation;
  change->audit = audit_record(call, std::move(act));
  return change;
}

Task<Result<std::uint64_t>> apply(const Call& call, std::unique_ptr<Change> change) {
  return call.ports.catalog.apply(std::move(change));
}

Result<void> check_version(const domain::Precondition& precondition, std::uint64_t current) {
  if (!precondition || *precondition == current) return {};
  return Fail(
      ErrorKind::kPreconditionFailed,
      fmt::format("version {} was expected, but the current one is {}", *precondition, current),
      "read it again and decide again");
}

Expectation expected(const domain::Precondition& precondition, Expectation otherwise) {
  if (precondition) return MustBeVersion{*precondition};
  return otherwise;
}

bool may_retry(const Error& error, const domain::Precondition& precondition, int attempt) {
  return !precondition && error.kind == ErrorKind::kPreconditionFailed && attempt < kRacesMax;
}

}  // namespace berth::management
