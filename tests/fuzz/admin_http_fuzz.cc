// rooms: dialects
// HTTP requests at the admin dialect. The input is the text of a request without the lines that
// net takes away: method, target, headers in lower case, a blank line, the body. Whatever comes in,
// one response or one command leaves; the command's answer leaves as one response, and every
// response is one that net can send and whose JSON can be read.
#include "dialects/admin/admin.h"
#include "dialects/json_fields.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
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

// Answers as management might, by the input's size: found, or one of the errors.
// A method's payload is the device's: there the input itself.
Answer answer_to(berth::dialects::Command command, std::string_view input) {
  const std::size_t size = input.size();
  if (std::holds_alternative<berth::dialects::Inspect>(command.body)) {
    berth::dialects::Inspection inspection;
    inspection.healthy = size % 2 == 0;
    return {std::move(inspection), std::move(command.correlation)};
  }
  berth::Result<berth::domain::ManagementResult> result = berth::domain::Done();
  if (size % 5 == 1) result = berth::domain::Scope();
  if (size % 5 == 2) result = berth::domain::Enrollment();
  if (size % 5 == 3) result = berth::Fail(static_cast<berth::ErrorKind>(size % 12), "what", "mend");
  if (size % 5 == 4) result = berth::domain::MethodAnswer{200, std::string(input)};
  return {std::move(result), std::move(command.correlation)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::unique_ptr<berth::dialects::Dialect> dialect =
      berth::dialects::admin::make_admin();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const berth::wire::Peer peer;
  berth::dialects::Session session;
  berth::dialects::Arrival arrival{read(text), berth::TimePoint(), "request-1"};
  static_cast<void>(dialect->claims(peer, arrival.request));
  StepResult result = dialect->step(peer, session, std::move(arrival));
  if (result.commands.empty()) {
    check(result);
    return 0;
  }
  must(result.commands.size() == 1 && result.actions.empty());
  Answer answer = answer_to(std::move(result.commands[0]), text);
  check(dialect->step(peer, session, std::move(answer)));
  return 0;
}
