#include "dialects/azure_dps/http_api.h"

#include "base/codec.h"
#include "dialects/azure_dps/claims.h"
#include "dialects/azure_dps/device_registration.h"
#include "dialects/azure_dps/http_route.h"
#include "dialects/azure_dps/reply.h"
#include "domain/ids.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::dialects::azure_dps {
namespace {

using domain::ProvisioningCommand;

constexpr std::size_t kHeadersMax = 6;  // of an answer, net's own apart

// What the answer needs of the request. No credential and no payload.
struct HttpPending {
  Operation operation = Operation::kRegister;
  ApiVersion version;
  std::string request_id;
  TimePoint at;
  std::string location;  // of a register; empty if the client's host name is not one
};

std::string_view header_or_empty(const wire::HttpRequest& request, std::string_view name) {
  const std::string* value = request.header(name);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

// The C SDK spells the header without its hyphen (§1.2).
std::string_view agent_of(const wire::HttpRequest& request) {
  const std::string_view agent = header_or_empty(request, "user-agent");
  return agent.empty() ? header_or_empty(request, "useragent") : agent;
}

// "name[:port]" fit to be sent back; Host comes from outside.
bool is_plain_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']';
  });
}

// Only informative, no SDK follows it (§1.1).
std::string location_of(const wire::HttpRequest& request, const Route& route) {
  const std::string_view host = header_or_empty(request, "host");
  if (!is_plain_host(host)) return {};
  return fmt::format("https://{}/{}/registrations/{}/register", host,
                     base::percent_encode(route.scope),
                     base::percent_encode(route.registration_id));
}

wire::HttpResponse respond(Reply reply) {
  wire::HttpResponse response;
  response.status = reply.status;
  response.headers.reserve(kHeadersMax);
  // Node takes the body for text unless this contains a lower-case application/json (§9.1).
  response.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
  response.headers.push_back({"x-ms-request-id", std::move(reply.tracking_id)});
  response.headers.push_back({"Strict-Transport-Security", "max-age=31536000; includeSubDomains"});
  if (reply.error_code != 0) {
    response.headers.push_back({"x-ms-error-code", std::to_string(reply.error_code)});
  }
  if (reply.retry_after_seconds > 0) {
    response.headers.push_back({"Retry-After", std::to_string(reply.retry_after_seconds)});
  }
  response.body = std::move(reply.body);
  return response;
}

StepResult say(wire::HttpResponse response) {
  StepResult result;
  result.actions.push_back(std::move(response));
  return result;
}

StepResult fail(const Fault& fault, const Arrival& arrival) {
  return say(respond(reply_with(fault, arrival.request_id, arrival.at)));
}

// A TPM shows its keys first and a token only later, when it repeats the same body (§1.9).
void show_tpm(domain::Evidence& evidence, std::optional<domain::TpmIdentity> tpm) {
  if (tpm && std::holds_alternative<domain::NoEvidence>(evidence)) evidence = *std::move(tpm);
}

// Makes the command of the route and returns its claim, still empty: filled in where it stands,
// for a claim is too large to be handed about.
domain::Claim& begin_command(ProvisioningCommand& command, Route& route) {
  switch (route.operation) {
    case Operation::kRegister:
      return command.emplace<domain::Register>().claim;
    case Operation::kPoll: {
      auto& poll = command.emplace<domain::PollOperation>();
      poll.operation_id = std::move(route.operation_id);
      return poll.claim;
    }
    case Operation::kLookUp:
      return command.emplace<domain::LookUpRegistration>().claim;
    case Operation::kAuthenticate:
      break;
  }
  return command.emplace<domain::Authenticate>().claim;
}

StepResult ask(const wire::Peer& peer, const Arrival& arrival, Route route, ApiVersion version) {
  const auto& request = std::get<wire::HttpRequest>(arrival.request);
  HttpPending pending{route.operation, std::move(version), arrival.request_id, arrival.at, {}};
  if (route.operation == Operation::kRegister) pending.location = location_of(request, route);

  StepResult result;
  Command& command = result.commands.emplace_back();
  domain::Claim& claim = begin_command(command.body.emplace<Provision>().command, route);
  claim = begin_claim(peer, std::move(route.scope), std::move(route.registration_id),
                      header_or_empty(request, "host"), agent_of(request));
  const std::string* token = request.header("authorization");
  claim.evidence = evidence_of(
      claim, peer, token == nullptr ? std::nullopt : std::optional<std::string_view>(*token));
  // The body of a poll is read by net and ignored here (§1.2: Node sends "{}").
  if (route.operation != Operation::kPoll) {
    Result<DeviceRegistration, Fault> body =
        read_device_registration(request.body, claim.registration_id);
    if (!body) return fail(body.error(), arrival);
    if (route.operation == Operation::kRegister) {
      show_tpm(claim.evidence, std::move(body->tpm));
      claim.payload = std::move(body->payload);
      claim.model = std::move(body->model);
      claim.certificate_request = std::move(body->certificate_request);
    } else if (!body->certificate_request.empty()) {
      return fail(bad_request("A certificate is asked for by registering: leave out 'csr' here"),
                  arrival);
    }
  }
  command.correlation = std::move(pending);
  return result;
}

}  // namespace

bool claims_http(const wire::Request& request) {
  const auto* http = std::get_if<wire::HttpRequest>(&request);
  return http != nullptr && is_device_path(http->path);
}

StepResult http_arrival(const wire::Peer& peer, const Arrival& arrival) {
  const auto* request = std::get_if<wire::HttpRequest>(&arrival.request);
  if (request == nullptr) return {};  // net hands on nothing else on this transport
  std::variant<Route, NoRoute> found = find_route(request->method, request->path);
  if (const auto* none = std::get_if<NoRoute>(&found)) {
    StepResult result = fail(none->fault, arrival);
    if (!none->allow.empty()) {
      auto& response = std::get<wire::HttpResponse>(result.actions.front());
      response.headers.push_back({"Allow", std::string(none->allow)});
    }
    return result;
  }
  std::optional<ApiVersion> version = api_version_of(request->query);
  if (!version) return fail(bad_version(), arrival);
  return ask(peer, arrival, std::get<Route>(std::move(found)), *std::move(version));
}

StepResult http_answer(const Answer& answer) {
  const auto* pending = std::any_cast<HttpPending>(&answer.correlation);
  const HttpPending lost;
  const HttpPending& request = pending == nullptr ? lost : *pending;
  const domain::Outcome trouble{domain::Refused{}, "", request.at};
  const auto* outcome = std::get_if<domain::Outcome>(&answer.body);
  Reply reply = reply_to(outcome == nullptr ? trouble : *outcome, request.operation,
                         request.version, request.request_id);
  wire::HttpResponse response = respond(std::move(reply));
  if (response.status == 202 && !request.location.empty()) {
    response.headers.push_back({"Location", request.location});
  }
  return say(std::move(response));
}

}  // namespace berth::dialects::azure_dps
