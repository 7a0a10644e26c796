// rooms: dialects
// The registration calls of the Tencent dialect, both generations: method (after a "!" when the
// connection is plain), path and headers as lines, an empty line, the body. Every claimed request
// gets exactly one answer: at once, or after its one command.
#include "base/check.h"
#include "base/codec.h"
#include "dialects/tencent/tencent.h"
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

// What the smallest client takes (tencent.md §2.6): short, one line, no escapes; ended on a plain
// connection and only there.
void check_answer(const StepResult& result, bool plain) {
  BERTH_CHECK((result.actions.size() == (plain ? 2U : 1U)) && "an answer, and its end when plain");
  const auto& response = std::get<wire::HttpResponse>(result.actions[0]);
  BERTH_CHECK((response.status == 200 || response.status == 405) && "a status clients read");
  BERTH_CHECK((response.headers.size() <= 2) && "few headers");
  BERTH_CHECK((response.body.size() <= 255) && "an answer that is not truncated");
  BERTH_CHECK((!has_control(response.body)) && "one line of JSON");
  BERTH_CHECK((response.body.find('\\') == std::string::npos) && "nothing is escaped");
  boost::json::error_code error;
  const auto body = boost::json::parse(response.body, error);
  BERTH_CHECK((!error && body.is_object()) && "every answer is a JSON object");
}

void check_signed(const domain::SignedText& text) {
  BERTH_CHECK((!text.texts.empty() && text.texts.size() <= 8) && "1..8 texts");
  BERTH_CHECK((text.algorithm != domain::MacAlgorithm::kHmacMd5) && "this vendor has no MD5");
  const std::size_t bytes = text.algorithm == domain::MacAlgorithm::kHmacSha1 ? 20 : 32;
  BERTH_CHECK((text.mac.empty() || text.mac.size() == bytes) && "a MAC of its algorithm's size");
  BERTH_CHECK((text.raw_signature.size() <= 128) && "signatures are bounded");
  BERTH_CHECK(
      (!text.nonce.empty() && text.nonce.find_first_not_of("0123456789") == std::string::npos) &&
      "a nonce is digits");
  BERTH_CHECK((text.made_at_seconds && *text.made_at_seconds >= 0) && "a time is not negative");
}

void check_claim(const domain::Claim& claim) {
  BERTH_CHECK((claim.membership && claim.scope.empty()) && "a member, whatever was read");
  BERTH_CHECK((claim.membership->group.size() <= 10 && claim.membership->member.size() <= 48) &&
              "names are bounded");
  BERTH_CHECK((claim.registration_id == claim.membership->group + claim.membership->member) &&
              "the id is made of both");
  BERTH_CHECK((!has_control(claim.registration_id)) && "names are without control characters");
  BERTH_CHECK((claim.host.size() <= 255 && !has_control(claim.host)) && "the host is printable");
  BERTH_CHECK((claim.client.size() <= 256 && !has_control(claim.client)) &&
              "the agent text is printable");
  if (const auto* text = std::get_if<domain::SignedText>(&claim.evidence)) {
    BERTH_CHECK((claim.membership->group.size() == 10 && !claim.membership->member.empty()) &&
                "a readable request names both");
    check_signed(*text);
  }
}

domain::Outcome outcome_of(domain::Reason reason) {
  domain::Outcome outcome;
  outcome.trail_id = "trail";
  if (reason != domain::Reason::kNone) {
    outcome.result = domain::Refused{reason, {}};
    return outcome;
  }
  domain::Accepted accepted;
  accepted.registration.status = domain::RegistrationStatus::kAssigned;
  accepted.credential = domain::IssuedSecret{Secret::of_size(16)};
  accepted.proven_with = Secret::from_text("0123456789abcdefghijklmn");
  outcome.result = std::move(accepted);
  return outcome;
}

int run(std::string_view text) {
  const auto dialect = dialects::tencent::make_tencent();
  wire::Peer peer;
  const bool plain = text.starts_with('!');
  if (plain) text.remove_prefix(1);
  peer.transport = plain ? wire::Transport::kHttp : wire::Transport::kHttps;
  const wire::Request request = request_of(text);
  if (!dialect->claims(peer, request)) return 0;
  for (const domain::Reason reason :
       {domain::Reason::kNone, domain::Reason::kProofMalformed, domain::Reason::kProofRejected}) {
    dialects::Session session;
    StepResult first =
        dialect->step(peer, session, dialects::Arrival{request_of(text), {}, "request"});
    if (first.commands.empty()) {
      check_answer(first, plain);
      continue;
    }
    BERTH_CHECK((first.commands.size() == 1 && first.actions.empty()) && "a command or an answer");
    auto& provision = std::get<dialects::Provision>(first.commands[0].body);
    check_claim(std::get<domain::Register>(provision.command).claim);
    check_answer(dialect->step(peer, session,
                               dialects::Answer{outcome_of(reason),
                                                std::move(first.commands[0].correlation)}),
                 plain);
  }
  return 0;
}

}  // namespace
}  // namespace berth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return berth::run({reinterpret_cast<const char*>(data), size});
}
