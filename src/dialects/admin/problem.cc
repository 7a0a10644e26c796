#include "dialects/admin/problem.h"

#include "base/codec.h"
#include "dialects/json_fields.h"
#include "domain/json_text.h"

#include <fmt/format.h>

#include <utility>

namespace berth::dialects::admin {
namespace {

struct Shape {
  int status;
  std::string_view title;
};

Shape shape_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid:
      return {400, "Invalid request"};
    case ErrorKind::kNotFound:
      return {404, "Not found"};
    case ErrorKind::kConflict:
      return {409, "Conflict"};
    case ErrorKind::kPreconditionFailed:
      return {412, "Changed meanwhile"};
    case ErrorKind::kUnauthenticated:
      return {401, "No valid token"};
    case ErrorKind::kForbidden:
      return {403, "Not allowed"};
    case ErrorKind::kTooLarge:
      return {413, "Too large"};
    case ErrorKind::kTooMany:
      return {429, "Too many"};
    case ErrorKind::kOffline:
      return {409, "Not connected"};
    case ErrorKind::kTimeout:
      return {504, "No answer in time"};
    case ErrorKind::kUnavailable:
      return {503, "Unavailable"};
    case ErrorKind::kInternal:
      return {500, "Internal error"};
  }
  return {500, "Internal error"};
}

// Headers that a client acts on.
std::vector<wire::Header> headers_of(ErrorKind kind) {
  if (kind == ErrorKind::kUnauthenticated) return {{"WWW-Authenticate", "Bearer realm=\"berth\""}};
  if (kind == ErrorKind::kTooMany) return {{"Retry-After", "30"}};
  if (kind == ErrorKind::kUnavailable) return {{"Retry-After", "2"}};
  return {};
}

}  // namespace

Problem to_problem(base::Error error) {
  const Shape shape = shape_of(error.kind);
  Problem problem;
  problem.status = shape.status;
  problem.code = base::to_string(error.kind);
  problem.title = shape.title;
  problem.detail = std::move(error.what);
  problem.mend = std::move(error.mend);
  problem.headers = headers_of(error.kind);
  return problem;
}

Problem method_not_allowed(std::string allow) {
  Problem problem;
  problem.status = 405;
  problem.code = "method_not_allowed";
  problem.title = "Method not allowed";
  problem.detail = fmt::format("this route takes {}", allow);
  problem.headers.push_back({"Allow", std::move(allow)});
  return problem;
}

Problem unsupported_media_type() {
  Problem problem;
  problem.status = 415;
  problem.code = "unsupported_media_type";
  problem.title = "Unsupported media type";
  problem.detail = "the body is not declared as JSON";
  problem.mend = "send the header: Content-Type: application/json";
  problem.headers.push_back({"Accept", "application/json"});
  return problem;
}

Problem forgery(base::Error error) {
  Problem problem = to_problem(std::move(error));
  problem.code = "csrf";
  problem.title = "Not from a page of this server";
  return problem;
}

Problem no_such_route(std::string_view path) {
  base::Error error;
  error.kind = ErrorKind::kNotFound;
  error.what = fmt::format("there is no route {}", base::printable(path, 128));
  error.mend = "all routes are listed at /api/v1/openapi.json";
  return to_problem(std::move(error));
}

wire::HttpResponse to_response(Problem problem, const std::string& request_id) {
  boost::json::object body;
  body["title"] = problem.title;
  body["status"] = problem.status;
  body["code"] = problem.code;
  body["detail"] = problem.detail;
  if (!problem.mend.empty()) body["mend"] = problem.mend;
  body["requestId"] = request_id;
  wire::HttpResponse response;
  response.status = problem.status;
  response.body = domain::to_json_text(body);
  response.headers = std::move(problem.headers);
  add_common_headers(response, "application/problem+json");
  return response;
}

void add_common_headers(wire::HttpResponse& response, std::string_view content_type) {
  if (!content_type.empty()) {
    response.headers.push_back({"Content-Type", std::string(content_type)});
  }
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
}

}  // namespace berth::dialects::admin
