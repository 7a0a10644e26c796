#include "dialects/cloudplugs/http_step.h"

#include "dialects/cloudplugs/device_text.h"
#include "dialects/cloudplugs/enroll_request.h"
#include "dialects/cloudplugs/http_request.h"
#include "dialects/cloudplugs/json_out.h"
#include "dialects/cloudplugs/property_text.h"
#include "dialects/cloudplugs/reason_table.h"
#include "dialects/cloudplugs/record_text.h"

#include <algorithm>
#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

// No client takes 202 or 204 for success (§2.1); an empty answer is 200, too.
wire::HttpResponse respond(int status, std::string body) {
  wire::HttpResponse response;
  response.status = status;
  if (!body.empty()) response.headers.push_back({"Content-Type", "application/json"});
  response.body = std::move(body);
  return response;
}

wire::HttpResponse respond(const Failure& failure) {
  return respond(failure.code, failure_body(failure));
}
wire::HttpResponse respond(const Failure& failure, std::string_view message) {
  return respond(failure.code, failure_body(failure, message));
}

wire::HttpResponse retry_later(wire::HttpResponse response, std::chrono::seconds after) {
  if (response.status == 503 && after.count() > 0) {
    response.headers.push_back({"Retry-After", std::to_string(after.count())});
  }
  return response;
}

StepResult say(wire::HttpResponse response) {
  StepResult result;
  result.actions.emplace_back(std::move(response));
  return result;
}

// ---- enrolment

// No credentials for a device that is not assigned, whatever came along.
std::optional<Failure> failure_of(const domain::Registration& registration) {
  switch (registration.status) {
    case domain::RegistrationStatus::kAssigned:
      return std::nullopt;
    case domain::RegistrationStatus::kFailed:
      return enrollment_failure(registration.reason);
    case domain::RegistrationStatus::kDisabled:
      return enrollment_failure(domain::Reason::kMemberDisabled);
    case domain::RegistrationStatus::kUnassigned:
    case domain::RegistrationStatus::kAssigning:
      return enrollment_failure(domain::Reason::kStoreUnavailable);
  }
  return enrollment_failure(domain::Reason::kInternal);
}

wire::HttpResponse enrolled(const domain::Accepted& accepted, Operation operation) {
  if (const std::optional<Failure> failure = failure_of(accepted.registration)) {
    return respond(*failure);
  }
  const bool controller = operation == Operation::kEnrollController;
  if (const auto* issued = std::get_if<domain::IssuedPassword>(&accepted.credential)) {
    return respond(controller ? 201 : 200, credentials_body(accepted.registration.device_id.text(),
                                                            issued->password.text()));
  }
  // It controls one thing more; an id without `auth` would make rest-js forget its own (rule 14).
  const bool nothing = std::holds_alternative<std::monostate>(accepted.credential);
  if (controller && nothing) return respond(200, "");
  return respond(enrollment_failure(domain::Reason::kInternal));
}

wire::HttpResponse enrollment_answer(const domain::Outcome& outcome, Operation operation) {
  if (const auto* refused = std::get_if<domain::Refused>(&outcome.result)) {
    return retry_later(respond(enrollment_failure(refused->reason)), refused->retry_after);
  }
  const auto* accepted = std::get_if<domain::Accepted>(&outcome.result);
  if (accepted != nullptr) return enrolled(*accepted, operation);
  return respond(enrollment_failure(domain::Reason::kInternal));
}

// ---- everything else

// What the hub says about a request that breaks a rule is for the developer of the client.
wire::HttpResponse refused(const domain::HubRefused& refusal, const HttpPending& pending) {
  const Failure failure = data_failure(refusal.reason);
  // Prototypes are made with an account's password and nothing else (§4.4).
  const bool prototype = pending.operation == Operation::kEnrollByPost;
  if (prototype && !pending.has_master && failure == kNotAllowed) {
    return respond(kNoCredentials);
  }
  if (failure == kUnreadable && !refusal.detail.empty()) return respond(failure, refusal.detail);
  return retry_later(respond(failure), refusal.retry_after);
}

// The answers to what was asked; each operation has one kind of them.
struct DataAnswer {
  const HttpPending& pending;

  wire::HttpResponse operator()(const domain::RecordsPublished& published) const {
    return respond(200, published_json(published, pending.is_list));
  }
  wire::HttpResponse operator()(const domain::RecordsRead& read) const {
    return respond(200, records_json(read.records));
  }
  wire::HttpResponse operator()(const domain::ChannelsListed& listed) const {
    return respond(200, text_array(listed.channels));
  }
  wire::HttpResponse operator()(const domain::PropertiesRead& read) const {
    if (pending.operation != Operation::kReadProperty) return respond(200, properties_json(read));
    const auto found = std::find_if(read.values.begin(), read.values.end(),
                                    [&](const auto& each) { return each.first == pending.name; });
    if (found == read.values.end()) return respond(data_failure(domain::Reason::kPropertyUnknown));
    return respond(200, found->second);
  }
  wire::HttpResponse operator()(const domain::IdentityDescribed& described) const {
    return respond(200, device_json(described));
  }
  wire::HttpResponse operator()(const domain::Counted& counted) const {
    if (pending.operation == Operation::kReleaseControl) return respond(200, "");
    if (counted.count == 0 && pending.names_some) {
      return pending.is_account ? respond({404, "no such device"}) : respond(kNotAllowed);
    }
    return respond(200, std::to_string(counted.count));
  }
  wire::HttpResponse operator()(const domain::PrototypeCreated& created) const {
    const std::string& id = created.device.text();
    const Secret* password =
        created.password != nullptr ? created.password.get() : pending.password.get();
    // Without one of its own the account's is good for it, and is not sent back.
    if (password == nullptr) return respond(201, JsonObject().text("id", id).take());
    return respond(201, credentials_body(id, password->text()));
  }
  wire::HttpResponse operator()(const domain::HubDone&) const { return respond(200, ""); }
  wire::HttpResponse operator()(const domain::ReportedPatched&) const { return respond(200, ""); }
  wire::HttpResponse operator()(const domain::HubRefused& refusal) const {
    return refused(refusal, pending);
  }
  // Of connections, never of a request that stands alone.
  wire::HttpResponse operator()(const domain::DeviceConnected&) const { return trouble(); }
  wire::HttpResponse operator()(const domain::TwinRead&) const { return trouble(); }
  wire::HttpResponse operator()(const domain::BoundDevices&) const { return trouble(); }

  static wire::HttpResponse trouble() { return respond(data_failure(domain::Reason::kInternal)); }
};

std::optional<wire::HttpResponse> answer_at_once(const Route& route) {
  if (route.operation == Operation::kUnknownPath) return respond(kUnknownPath);
  if (route.operation == Operation::kMalformedPath) return respond(kUnreadable, route.what);
  if (route.operation != Operation::kWrongMethod) return std::nullopt;
  wire::HttpResponse response = respond(kWrongMethod);
  response.headers.push_back({"Allow", std::string(route.allow)});
  return response;
}

}  // namespace

bool claims_http(const wire::Request& request) {
  const auto* http = std::get_if<wire::HttpRequest>(&request);
  return http != nullptr && is_our_path(http->path);
}

StepResult http_arrival(const wire::Peer& peer, const Arrival& arrival) {
  const auto* request = std::get_if<wire::HttpRequest>(&arrival.request);
  if (request == nullptr) return {};  // nothing else is handed on
  const Route route = route_of(*request);
  if (std::optional<wire::HttpResponse> response = answer_at_once(route)) {
    return say(*std::move(response));
  }
  Result<HttpCommand> read = read_request(peer, *request, route);
  if (!read) return say(respond(kUnreadable, read.error().what));
  StepResult result;
  std::visit(
      [&](auto& command) {
        result.commands.push_back({std::move(command), std::move(read->pending)});
      },
      read->command);
  return result;
}

StepResult http_answer(const Answer& answer) {
  const auto* known = std::any_cast<HttpPending>(&answer.correlation);
  const HttpPending lost;
  const HttpPending& pending = known == nullptr ? lost : *known;
  if (const auto* outcome = std::get_if<domain::Outcome>(&answer.body)) {
    return say(enrollment_answer(*outcome, pending.operation));
  }
  if (const auto* result = std::get_if<domain::HubResult>(&answer.body)) {
    return say(std::visit(DataAnswer{pending}, *result));
  }
  return say(DataAnswer::trouble());
}

}  // namespace berth::dialects::cloudplugs
