#include "dialects/admin/tests/clerk.h"

#include <fstream>
#include <sstream>

namespace berth::dialects::admin::testing {

Clerk::Clerk() : dialect_(make_admin()) { peer_.address = "192.0.2.1"; }

StepResult Clerk::step(const Ask& ask) {
  wire::HttpRequest request;
  const std::size_t blank = ask.line.find(' ');
  const std::string target = ask.line.substr(blank + 1);
  const std::size_t question = target.find('?');
  request.method = ask.line.substr(0, blank);
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  if (ask.with_token) request.headers.push_back({"authorization", std::string("Bearer ") + kToken});
  if (!ask.body.empty() && ask.with_type) {
    request.headers.push_back({"content-type", "application/json"});
  }
  request.headers.insert(request.headers.end(), ask.headers.begin(), ask.headers.end());
  request.body = ask.body;
  EXPECT_TRUE(dialect_->claims(peer_, request)) << ask.line;
  Arrival arrival{std::move(request), TimePoint(), "request-1"};
  return dialect_->step(peer_, session_, std::move(arrival));
}

Command Clerk::command(const Ask& ask) {
  StepResult result = step(ask);
  EXPECT_TRUE(result.actions.empty())
      << ask.line << ": " << std::get<wire::HttpResponse>(result.actions[0]).body;
  EXPECT_EQ(result.commands.size(), result.actions.empty() ? 1U : 0U);
  if (result.commands.empty()) return {Inspect(), {}};
  return std::move(result.commands[0]);
}

wire::HttpResponse Clerk::refused(const Ask& ask) {
  StepResult result = step(ask);
  EXPECT_TRUE(result.commands.empty()) << ask.line << " was not refused";
  return response_of(std::move(result));
}

wire::HttpResponse Clerk::answered(const Ask& ask, Result<domain::ManagementResult> result) {
  StepResult next = answer(command(ask), std::move(result));
  if (next.commands.size() != 1) return response_of(std::move(next));
  return response_of(answer(std::move(next.commands[0]), registered_outcome()));
}

StepResult Clerk::answer(Command made, decltype(Answer::body) body) {
  Answer answer{std::move(body), std::move(made.correlation)};
  return dialect_->step(peer_, session_, std::move(answer));
}

domain::Outcome registered_outcome() {
  domain::Accepted accepted;
  accepted.registration.device_id = domain::DeviceId::trusted("dev-1");
  accepted.registration.hub = domain::HubName::trusted("hub-1");
  accepted.credential = domain::IssuedPassword{Secret::from_text("issued-password-of-24-ch")};
  return {std::move(accepted), "trail-1", TimePoint()};
}

wire::HttpResponse response_of(StepResult result) {
  EXPECT_EQ(result.actions.size(), 1U);
  if (result.actions.empty()) return {};
  return std::get<wire::HttpResponse>(std::move(result.actions[0]));
}

boost::json::value json_of(const wire::HttpResponse& response) {
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(response.body, error);
  EXPECT_FALSE(error) << response.body;
  return value;
}

std::string header_of(const wire::HttpResponse& response, std::string_view name) {
  for (const wire::Header& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

boost::json::value document_on_disk() {
  std::ifstream file("docs/openapi.json");
  std::stringstream text;
  text << file.rdbuf();
  return boost::json::parse(text.str());
}

}  // namespace berth::dialects::admin::testing
