// rooms: dialects
// HTTP requests of credential codes, at both of their dialects. The input is the text of a request
// without the lines that net takes away: method, target, headers in lower case, a blank line, the
// body. Whatever comes in, one response or one command leaves; the command's answer leaves as one
// response, and every response is one that net can send and whose JSON can be read.
#include "dialects/central/central.h"

#include "dialects/json_fields.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using berth::dialects::Answer;
using berth::dialects::StepResult;

// A property that does not hold is a finding.
void must(bool holds) {
  if (!holds) std::abort();
}

std::string_view cut(std::string_view& text, char at) {
  const std::size_t end = text.find(at);
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return head;
}

berth::wire::HttpRequest read(std::string_view text) {
  berth::wire::HttpRequest request;
  std::string_view line = cut(text, '\n');
  request.method = cut(line, ' ');
  request.path = cut(line, '?');
  request.query = line;
  while (!text.empty()) {
    line = cut(text, '\n');
    if (line.empty()) break;
    const std::string_view name = cut(line, ':');
    request.headers.push_back({std::string(name), std::string(line)});
  }
  request.body = text;
  return request;
}

void check(const StepResult& result) {
  must(result.commands.empty() && result.actions.size() == 1);
  const auto* response = std::get_if<berth::wire::HttpResponse>(&result.actions[0]);
  must(response != nullptr && response->status >= 200 && response->status <= 599);
  bool json = false;
  for (const berth::wire::Header& header : response->headers) {
    must(header.name.find_first_of("\r\n:") == std::string::npos);
    must(header.value.find_first_of("\r\n") == std::string::npos);
    json = json || header.value.find("json") != std::string::npos;
  }
  if (!json) return;
  berth::dialects::JsonLimits limits;
  limits.bytes_max = response->body.size();
  must(berth::dialects::parse_json(response->body, limits).has_value());
}

// What leaves for management is bounded, and the object of a code is JSON.
void check(const berth::domain::ManagementCommand& command) {
  if (const auto* create = std::get_if<berth::domain::CreateCode>(&command)) {
    const berth::domain::CodeRequest& code = create->request;
    must(code.mode == berth::domain::CodeMode::kCompatible && !code.scope.empty());
    must(code.object && code.object->size() <= berth::domain::kCodeObjectBytesMax);
    must(berth::dialects::parse_json_object(code.object->text()).has_value());
    return;
  }
  if (const auto* pick = std::get_if<berth::domain::PickUp>(&command)) {
    must(pick->code.size() <= berth::domain::kPickupTextBytesMax);
    return;
  }
  const auto* claim = std::get_if<berth::domain::RedeemClaim>(&command);
  must(claim != nullptr && claim->token.size() <= berth::domain::kClaimTokenBytesMax);
}

// Answers as management might, by the input's size: made, taken, or one of the errors. What is
// taken may hold anything that was typed into a code: there the input itself.
Answer answer_to(berth::dialects::Command command, std::string_view input) {
  const std::size_t size = input.size();
  berth::Result<berth::domain::ManagementResult> result = berth::domain::Done();
  if (size % 4 == 1) {
    berth::domain::PickedUp taken;
    taken.mode = berth::domain::CodeMode::kClaim;
    taken.content = berth::Secret::from_text(berth::base::printable(input, 256));
    result = std::move(taken);
  }
  if (size % 4 == 2) result = berth::domain::ClaimRedeemed();
  if (size % 4 == 3) {
    result = berth::Fail(static_cast<berth::ErrorKind>(size % 12), "what \"it\" is", "mend");
  }
  return {std::move(result), std::move(command.correlation)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto kHolders = berth::dialects::central::make_central();
  static const auto kPortal = berth::dialects::central::make_central_portal();
  berth::wire::HttpRequest request = read(text);
  berth::wire::Peer peer;
  const bool portal = kPortal->claims(peer, request);
  must(!portal || !kHolders->claims(peer, request));
  const berth::dialects::Dialect& dialect = portal ? *kPortal : *kHolders;
  if (!dialect.claims(peer, request)) return 0;
  berth::dialects::Session session;
  berth::dialects::Arrival arrival{std::move(request), berth::TimePoint(), "r-1"};
  StepResult result = dialect.step(peer, session, std::move(arrival));
  if (result.commands.empty()) {
    check(result);
    return 0;
  }
  must(result.commands.size() == 1 && result.actions.empty());
  check(std::get<berth::dialects::Manage>(result.commands[0].body).command);
  Answer answer = answer_to(std::move(result.commands[0]), text);
  check(dialect.step(peer, session, std::move(answer)));
  return 0;
}
