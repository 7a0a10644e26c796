// rooms: dialects
// The CloudPlugs dialect over HTTP: method, target and headers as lines, an empty line, the body.
// Every claimed request gets exactly one response, at once or after its one command; whatever the
// answer to that is, the response is JSON or empty and has a status that clients know.
#include "base/check.h"
#include "base/codec.h"
#include "dialects/cloudplugs/cloudplugs.h"
#include "input_text.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace berth {
namespace {

using dialects::StepResult;
using domain::Reason;
using fuzz::has_control;
using fuzz::request_of;

void check_response(const StepResult& result) {
  constexpr std::array<int, 10> kKnown = {200, 201, 400, 401, 402, 403, 404, 405, 500, 503};
  BERTH_CHECK((result.actions.size() == 1) && "exactly one response");
  const auto& response = std::get<wire::HttpResponse>(result.actions[0]);
  BERTH_CHECK((std::find(kKnown.begin(), kKnown.end(), response.status) != kKnown.end()) &&
              "a status that clients know");
  for (const wire::Header& each : response.headers) {
    BERTH_CHECK((!has_control(each.name) && !has_control(each.value)) && "headers cannot be split");
  }
  if (response.body.empty()) {
    BERTH_CHECK((response.status == 200) && "only success says nothing");
    return;
  }
  boost::json::error_code error;
  const auto body = boost::json::parse(response.body, error);
  BERTH_CHECK((!error) && "every answer is JSON");
  BERTH_CHECK((!has_control(response.body)) && "one line of JSON");
  if (response.status < 400) return;
  BERTH_CHECK((body.is_object() && body.at("err") == response.status) && "the code is in the body");
}

void check_claim(const domain::Claim& claim) {
  BERTH_CHECK((claim.registration_id.size() <= 512) && "names are bounded");
  BERTH_CHECK((claim.client.size() <= 256 && !has_control(claim.client)) &&
              "the agent text is printable");
  BERTH_CHECK((claim.host.size() <= 255 && !has_control(claim.host)) && "the host is printable");
  boost::json::error_code error;
  if (!claim.properties.empty()) boost::json::parse(claim.properties, error);
  if (!claim.property_links.empty()) boost::json::parse(claim.property_links, error);
  BERTH_CHECK((!error) && "what is kept is JSON");
  if (const auto* password = std::get_if<domain::Password>(&claim.evidence)) {
    BERTH_CHECK((password->text != nullptr && password->text->size() <= 256) && "bounded");
  }
}

std::vector<domain::HubResult> hub_results(Reason reason) {
  std::vector<domain::HubResult> results;
  domain::HubRefused refused;
  refused.reason = reason;
  refused.detail = "\"what\"\n\x01\xFF";
  results.emplace_back(std::move(refused));
  results.emplace_back(domain::HubDone{});
  results.emplace_back(domain::Counted{});
  results.emplace_back(domain::ChannelsListed{{"a\"b"}});
  results.emplace_back(domain::RecordsPublished{});
  results.emplace_back(domain::PropertiesRead{{{"x\"", "[1]"}}});
  results.emplace_back(domain::IdentityDescribed{});
  results.emplace_back(domain::PrototypeCreated{});
  return results;
}

std::vector<dialects::Answer> answers_to(const dialects::Command& command, Reason reason) {
  std::vector<dialects::Answer> answers;
  if (const auto* provision = std::get_if<dialects::Provision>(&command.body)) {
    check_claim(std::get<domain::Register>(provision->command).claim);
    domain::Outcome outcome;
    if (reason == Reason::kNone) {
      outcome.result = domain::Accepted{domain::Registration{}};
    } else {
      outcome.result = domain::Refused{reason, {}};
    }
    answers.push_back({std::move(outcome), command.correlation});
    return answers;
  }
  const auto& operate = std::get<dialects::Operate>(command.body);
  const auto& ask = std::get<domain::AskData>(operate.command);
  BERTH_CHECK((ask.claim.has_value()) && "a request stands alone");
  check_claim(*ask.claim);
  for (domain::HubResult& each : hub_results(reason)) {
    answers.push_back({std::move(each), command.correlation});
  }
  return answers;
}

int run(std::string_view text) {
  const auto dialect = dialects::cloudplugs::make_cloudplugs();
  wire::Peer peer;
  peer.transport = wire::Transport::kHttp;
  if (!dialect->claims(peer, request_of(text))) return 0;
  static_cast<void>(dialect->body_rules(request_of(text)));
  dialects::Session session;
  const StepResult first =
      dialect->step(peer, session, dialects::Arrival{request_of(text), {}, "request"});
  if (first.commands.empty()) {
    check_response(first);
    return 0;
  }
  BERTH_CHECK((first.commands.size() == 1 && first.actions.empty()) && "a command or a response");
  for (const Reason reason : {Reason::kNone, Reason::kProofRejected, Reason::kRequestInvalid}) {
    for (dialects::Answer& each : answers_to(first.commands[0], reason)) {
      check_response(dialect->step(peer, session, std::move(each)));
    }
  }
  return 0;
}

}  // namespace
}  // namespace berth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return berth::run({reinterpret_cast<const char*>(data), size});
}
