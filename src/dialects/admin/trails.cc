#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {
namespace {

boost::json::object step_json(const domain::TrailStep& step) {
  boost::json::object out;
  out["step"] = text(to_string(step.step));
  out["passed"] = step.passed;
  out["detail"] = text(step.detail);
  out["expected"] = text_or_null(step.expected);
  out["received"] = text_or_null(step.received);
  out["tookNanoseconds"] = step.took.count();
  return out;
}

boost::json::object finding_json(const domain::Finding& finding) {
  boost::json::object out;
  out["cause"] = text(to_string(finding.cause));
  out["proven"] = finding.proven;
  out["text"] = text(finding.text);
  out["mend"] = text(finding.mend);
  return out;
}

}  // namespace

domain::ManagementCommand get_trail(Incoming& in) { return domain::GetTrail{in.path("trail")}; }

domain::ManagementCommand list_trails(Incoming& in) {
  domain::ListTrails command;
  command.scope = in.query("scope");
  command.registration_id = in.query("registrationId");
  command.failed_only = in.query_flag("failed");
  command.page = in.page();
  return command;
}

domain::ManagementCommand list_audit(Incoming& in) {
  return domain::ListAudit{in.query("scope"), in.page()};
}

boost::json::object to_json(const domain::Trail& trail) {
  boost::json::array steps;
  for (const domain::TrailStep& step : trail.steps) steps.push_back(step_json(step));
  boost::json::array findings;
  for (const domain::Finding& finding : trail.findings) findings.push_back(finding_json(finding));
  const bool succeeded = trail.reason == domain::Reason::kNone;

  boost::json::object out;
  out["id"] = text(trail.id);
  out["startedAt"] = time(trail.started_at);
  out["tookNanoseconds"] = trail.took.count();
  out["operation"] = text(trail.operation);
  out["scope"] = text(trail.scope);
  out["registrationId"] = text(trail.registration_id);
  out["dialect"] = text(trail.dialect);
  out["transport"] = text(trail.transport);
  out["source"] = text(trail.source);
  out["host"] = text(trail.host);
  out["client"] = text(trail.client);
  out["outcome"] = text(to_string(trail.outcome));
  out["reason"] = text_or_null(succeeded ? "" : to_string(trail.reason));
  out["enrollment"] = text_or_null(trail.enrollment);
  out["hub"] = text_or_null(trail.hub);
  out["deviceId"] = text_or_null(trail.device_id);
  out["steps"] = std::move(steps);
  out["findings"] = std::move(findings);
  out["count"] = trail.count;
  return out;
}

boost::json::object to_json(const domain::AuditRecord& record) {
  boost::json::object out;
  out["sequence"] = record.sequence;
  out["at"] = time(record.at);
  out["actor"] = text(record.actor);
  out["source"] = text_or_null(record.source);
  out["action"] = text(record.action);
  out["scope"] = text_or_null(record.scope);
  out["target"] = text(record.target);
  out["detail"] = document(record.detail.empty() ? "{}" : record.detail);
  return out;
}

}  // namespace berth::dialects::admin
