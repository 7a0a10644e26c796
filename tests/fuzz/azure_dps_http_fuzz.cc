// rooms: dialects
// The DPS dialect over HTTPS: method, target and headers as lines, an empty line, the body. Every
// claimed request gets exactly one response: at once, or after its one command.
#include "base/check.h"
#include "base/codec.h"
#include "dialects/azure_dps/azure_dps.h"
#include "input_text.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace berth {
namespace {

using dialects::StepResult;
using fuzz::has_control;
using fuzz::request_of;

void check_response(const StepResult& result) {
  BERTH_CHECK((result.actions.size() == 1) && "exactly one response");
  const auto& response = std::get<wire::HttpResponse>(result.actions[0]);
  BERTH_CHECK((response.status >= 200 && response.status < 600) && "a final status");
  for (const wire::Header& each : response.headers) {
    BERTH_CHECK((!has_control(each.name) && !has_control(each.value)) && "headers cannot be split");
  }
  boost::json::error_code error;
  const auto body = boost::json::parse(response.body, error);
  BERTH_CHECK((!error && body.is_object()) && "every answer is a JSON object");
  BERTH_CHECK((!has_control(response.body)) && "one line of JSON");
}

const domain::Claim& claim_in(const domain::ProvisioningCommand& command) {
  return std::visit([](const auto& each) -> const domain::Claim& { return each.claim; }, command);
}

void check_claim(const domain::Claim& claim) {
  BERTH_CHECK((claim.scope.size() <= 512 && claim.registration_id.size() <= 512) &&
              "names are bounded");
  BERTH_CHECK((!claim.scope.empty() && !claim.registration_id.empty()) && "names are there");
  BERTH_CHECK((claim.client.size() <= 256 && !has_control(claim.client)) &&
              "the agent text is printable");
  BERTH_CHECK((claim.host.size() <= 255 && !has_control(claim.host)) && "the host is printable");
  boost::json::error_code error;
  if (!claim.payload.empty()) boost::json::parse(claim.payload, error);
  BERTH_CHECK((!error) && "a payload is JSON");
}

int run(std::string_view text) {
  const auto dialect = dialects::azure_dps::make_azure_dps();
  wire::Peer peer;
  wire::Request request = request_of(text);
  if (!dialect->claims(peer, request)) return 0;
  for (const domain::Reason reason : {domain::Reason::kNone, domain::Reason::kProofRejected}) {
    dialects::Session session;
    StepResult first =
        dialect->step(peer, session, dialects::Arrival{request_of(text), {}, "request"});
    if (first.commands.empty()) {
      check_response(first);
      continue;
    }
    BERTH_CHECK((first.commands.size() == 1 && first.actions.empty()) && "a command or a response");
    auto& provision = std::get<dialects::Provision>(first.commands[0].body);
    check_claim(claim_in(provision.command));
    domain::Outcome outcome;
    outcome.trail_id = "trail";
    if (reason == domain::Reason::kNone) {
      outcome.result = domain::Accepted{domain::Registration{}};
    } else {
      outcome.result = domain::Refused{reason, {}};
    }
    check_response(dialect->step(
        peer, session,
        dialects::Answer{std::move(outcome), std::move(first.commands[0].correlation)}));
  }
  return 0;
}

}  // namespace
}  // namespace berth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return berth::run({reinterpret_cast<const char*>(data), size});
}
