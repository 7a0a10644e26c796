#include "dialects/tencent/http_step.h"

#include "base/codec.h"
#include "dialects/tencent/register_v1.h"
#include "dialects/tencent/register_v2.h"

#include <utility>

namespace berth::dialects::tencent {
namespace {

constexpr std::size_t kHostBytesMax = 255;
constexpr std::size_t kClientBytesMax = 256;

enum class Generation { kFirst, kSecond };

std::optional<Generation> generation_of(std::string_view path) {
  if (path == kRegisterV1Path) return Generation::kFirst;
  if (path == kRegisterV2Path) return Generation::kSecond;
  return std::nullopt;
}

// What the answer needs of the request.
struct HttpPending {
  Generation generation = Generation::kFirst;
  std::string request_id;
  Fault if_malformed;
};

// A client that reads a plain answer shorter than 1 KB waits 2 s for more unless the connection
// ends; over TLS it throws away an answer whose connection ends within that time (§2.6).
StepResult say(const wire::Peer& peer, wire::HttpResponse response) {
  StepResult result;
  result.actions.emplace_back(std::move(response));
  if (peer.transport == wire::Transport::kHttp) {
    result.actions.emplace_back(wire::Close{"registration answered"});
  }
  return result;
}

// Status 200 also for refusals: of others the clients drop the body. Few headers: with the status
// line they must fit into 1 KB.
wire::HttpResponse respond(std::string body) {
  wire::HttpResponse response;
  response.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
  response.body = std::move(body);
  return response;
}

std::string failure_body(const Fault& fault, Generation generation, std::string_view request_id) {
  switch (generation) {
    case Generation::kFirst:
      return failure_v1(fault);
    case Generation::kSecond:
      return failure_v2(fault, request_id);
  }
  return {};
}

// No client asks so; for people and scanners the status says more than the body.
StepResult wrong_method(const wire::Peer& peer, Generation generation, const Arrival& arrival) {
  wire::HttpResponse response =
      respond(failure_body(method_not_allowed(), generation, arrival.request_id));
  response.status = 405;
  response.headers.push_back({"Allow", "POST"});
  return say(peer, std::move(response));
}

std::string_view header_or_empty(const wire::HttpRequest& request, std::string_view name) {
  const std::string* value = request.header(name);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

domain::Claim claim_of(const wire::Peer& peer, const wire::HttpRequest& request,
                       RegisterRequest read) {
  domain::Claim claim;
  claim.registration_id = read.membership.group + read.membership.member;
  claim.membership = std::move(read.membership);
  claim.wants = read.wants;
  claim.evidence = std::move(read.evidence);
  claim.dialect = "tencent";
  claim.transport = wire::to_string(peer.transport);
  claim.source = peer.address;
  const std::string_view host = peer.server_name.empty()
                                    ? host_without_port(header_or_empty(request, "host"))
                                    : std::string_view(peer.server_name);
  claim.host = base::printable(base::ascii_lower(host), kHostBytesMax);
  claim.client = base::printable(header_or_empty(request, "user-agent"), kClientBytesMax);
  return claim;
}

// No credential for a device that is not assigned, whatever came along.
std::optional<Fault> fault_of(const domain::Registration& registration) {
  switch (registration.status) {
    case domain::RegistrationStatus::kAssigned:
      return std::nullopt;
    case domain::RegistrationStatus::kFailed:
      return fault_for(registration.reason);
    case domain::RegistrationStatus::kDisabled:
      return fault_for(domain::Reason::kMemberDisabled);
    case domain::RegistrationStatus::kUnassigned:
    case domain::RegistrationStatus::kAssigning:
      return fault_for(domain::Reason::kStoreUnavailable);
  }
  return fault_for(domain::Reason::kInternal);
}

Result<SealedCredential, Fault> sealed_in(const domain::Outcome& outcome,
                                          const Fault& if_malformed) {
  const Fault trouble = fault_for(domain::Reason::kInternal);
  if (const auto* refused = std::get_if<domain::Refused>(&outcome.result)) {
    return Fail(refused->reason == domain::Reason::kProofMalformed ? if_malformed
                                                                   : fault_for(refused->reason));
  }
  const auto* accepted = std::get_if<domain::Accepted>(&outcome.result);
  if (accepted == nullptr) return Fail(trouble);
  if (const std::optional<Fault> fault = fault_of(accepted->registration)) return Fail(*fault);
  Result<SealedCredential> sealed = seal(accepted->credential, accepted->proven_with);
  if (!sealed) return Fail(trouble);
  return *std::move(sealed);
}

// Whether all of the answer arrives. Firmware reads into a buffer by the kind it was built for.
bool fits(std::string_view body, const domain::Outcome& outcome) {
  const auto* accepted = std::get_if<domain::Accepted>(&outcome.result);
  const bool certificate = accepted != nullptr &&
                           std::holds_alternative<domain::IssuedCertificate>(accepted->credential);
  return body.size() <= (certificate ? kCertificateBodyBytesMax : kKeyBodyBytesMax);
}

std::string answer_v1(const domain::Outcome& outcome, const HttpPending& pending) {
  const Result<SealedCredential, Fault> sealed = sealed_in(outcome, pending.if_malformed);
  if (!sealed) return failure_v1(sealed.error());
  std::string body = success_v1(*sealed);
  return fits(body, outcome) ? body : failure_v1(fault_for(domain::Reason::kInternal));
}

std::string answer_v2(const domain::Outcome& outcome, const HttpPending& pending) {
  const std::string& request_id = outcome.trail_id.empty() ? pending.request_id : outcome.trail_id;
  const Result<SealedCredential, Fault> sealed = sealed_in(outcome, pending.if_malformed);
  return sealed ? success_v2(*sealed, request_id) : failure_v2(sealed.error(), request_id);
}

}  // namespace

bool claims_http(const wire::Request& request) {
  const auto* http = std::get_if<wire::HttpRequest>(&request);
  return http != nullptr && generation_of(http->path).has_value();
}

StepResult http_arrival(const wire::Peer& peer, const Arrival& arrival) {
  const auto* request = std::get_if<wire::HttpRequest>(&arrival.request);
  const auto generation = request == nullptr ? std::nullopt : generation_of(request->path);
  if (!generation) return {};  // nothing else is handed on
  if (request->method != "POST") return wrong_method(peer, *generation, arrival);
  RegisterRequest read =
      *generation == Generation::kFirst ? read_register_v1(*request) : read_register_v2(*request);
  const HttpPending pending{*generation, arrival.request_id, read.if_malformed};
  StepResult result;
  result.commands.push_back(
      {Provision{domain::Register{claim_of(peer, *request, std::move(read))}}, pending});
  return result;
}

StepResult http_answer(const wire::Peer& peer, const Answer& answer) {
  const auto* known = std::any_cast<HttpPending>(&answer.correlation);
  const HttpPending lost;
  const HttpPending& pending = known == nullptr ? lost : *known;
  const auto* outcome = std::get_if<domain::Outcome>(&answer.body);
  if (outcome == nullptr) {
    return say(peer, respond(failure_body(fault_for(domain::Reason::kInternal), pending.generation,
                                          pending.request_id)));
  }
  switch (pending.generation) {
    case Generation::kFirst:
      return say(peer, respond(answer_v1(*outcome, pending)));
    case Generation::kSecond:
      return say(peer, respond(answer_v2(*outcome, pending)));
  }
  return {};
}

}  // namespace berth::dialects::tencent
