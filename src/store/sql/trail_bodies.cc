#include "store/sql/bodies.h"
#include "store/sql/body.h"

namespace berth::store::sql {
namespace {

using domain::Step;
using domain::TrailOutcome;

// A bound on one text of a trail that needs rendering; dialects bound what they pass on.
constexpr std::size_t kRenderedBytesMax = 1024;

std::optional<Step> parse_step(std::string_view word) {
  for (const Step step : {Step::kIdentify, Step::kAttest, Step::kAuthorize, Step::kAllocate,
                          Step::kIssue, Step::kRecord}) {
    if (domain::to_string(step) == word) return step;
  }
  return std::nullopt;
}

std::optional<TrailOutcome> parse_outcome(std::string_view word) {
  for (const TrailOutcome outcome :
       {TrailOutcome::kAssigned, TrailOutcome::kRefused, TrailOutcome::kFailed}) {
    if (domain::to_string(outcome) == word) return outcome;
  }
  return std::nullopt;
}

BodyArray write_steps(const std::vector<domain::TrailStep>& steps) {
  BodyArray array;
  for (const domain::TrailStep& step : steps) {
    BodyWriter body;
    body.text("step", domain::to_string(step.step));
    body.flag("passed", step.passed);
    body.text("detail", storable(step.detail));
    body.text("expected", storable(step.expected));
    body.text("received", storable(step.received));
    body.number("took", step.took.count());
    array.add(std::move(body));
  }
  return array;
}

BodyArray write_findings(const std::vector<domain::Finding>& findings) {
  BodyArray array;
  for (const domain::Finding& finding : findings) {
    BodyWriter body;
    body.text("cause", domain::to_string(finding.cause));
    body.flag("proven", finding.proven);
    body.text("text", storable(finding.text));
    body.text("mend", storable(finding.mend));
    array.add(std::move(body));
  }
  return array;
}

domain::TrailStep read_step(BodyReader& body) {
  domain::TrailStep step;
  step.step = body.choice("step", parse_step, Step::kIdentify);
  step.passed = body.flag("passed", false);
  step.detail = body.text("detail");
  step.expected = body.text("expected");
  step.received = body.text("received");
  step.took = std::chrono::nanoseconds(body.number("took"));
  return step;
}

domain::Finding read_finding(BodyReader& body) {
  domain::Finding finding;
  finding.cause = body.choice("cause", domain::parse_cause, domain::Cause::kUnexplained);
  finding.proven = body.flag("proven", false);
  finding.text = body.text("text");
  finding.mend = body.text("mend");
  return finding;
}

}  // namespace

std::string storable(std::string_view text) {
  if (text.find('\0') == std::string_view::npos && base::is_utf8(text)) return std::string(text);
  return base::printable(text, kRenderedBytesMax);
}

std::string audit_body(const domain::AuditRecord& record) {
  BodyWriter body;
  body.text("actor", storable(record.actor));
  body.text("source", storable(record.source));
  body.text("action", record.action);
  body.text("target", storable(record.target));
  body.text("detail", storable(record.detail));
  return body.finish();
}

Result<domain::AuditRecord> read_audit(std::string_view text, domain::AuditRecord record) {
  BodyReader body(text, "audit " + std::to_string(record.sequence));
  record.actor = body.text("actor");
  record.source = body.text("source");
  record.action = body.text("action");
  record.target = body.text("target");
  record.detail = body.text("detail");
  Result<void> done = body.done();
  if (!done) return Fail(std::move(done).error());
  return record;
}

std::string trail_body(const domain::Trail& trail) {
  BodyWriter body;
  body.number("took", trail.took.count());
  body.text("operation", trail.operation);
  body.text("registration_id", storable(trail.registration_id));
  body.text("dialect", trail.dialect);
  body.text("transport", trail.transport);
  body.text("source", storable(trail.source));
  body.text("host", storable(trail.host));
  body.text("client", storable(trail.client));
  body.text("outcome", domain::to_string(trail.outcome));
  body.text("reason", domain::to_string(trail.reason));
  body.text("enrollment", storable(trail.enrollment));
  body.text("hub", trail.hub);
  body.text("device_id", trail.device_id);
  body.array("steps", write_steps(trail.steps));
  body.array("findings", write_findings(trail.findings));
  if (trail.count != 1) body.number("count", trail.count);
  return body.finish();
}

Result<domain::Trail> read_trail(std::string_view text, domain::Trail trail) {
  BodyReader body(text, "trail " + trail.id);
  trail.took = std::chrono::nanoseconds(body.number("took"));
  trail.operation = body.text("operation");
  trail.registration_id = body.text("registration_id");
  trail.dialect = body.text("dialect");
  trail.transport = body.text("transport");
  trail.source = body.text("source");
  trail.host = body.text("host");
  trail.client = body.text("client");
  trail.outcome = body.choice("outcome", parse_outcome, TrailOutcome::kRefused);
  trail.reason = body.choice("reason", domain::parse_reason, domain::Reason::kNone);
  trail.enrollment = body.text("enrollment");
  trail.hub = body.text("hub");
  trail.device_id = body.text("device_id");
  body.each("steps", [&trail](BodyReader& each) { trail.steps.push_back(read_step(each)); });
  body.each("findings",
            [&trail](BodyReader& each) { trail.findings.push_back(read_finding(each)); });
  trail.count = static_cast<std::uint32_t>(body.number("count", 1));
  Result<void> done = body.done();
  if (!done) return Fail(std::move(done).error());
  return trail;
}

}  // namespace berth::store::sql
