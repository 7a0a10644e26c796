// Drives the admin dialect in tests: a request in, a command or a response out.
//
// Room dialects, tests. Thread rule: one thread.
#pragma once

#include "dialects/admin/admin.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace berth::dialects::admin::testing {

inline constexpr const char* kToken =
    "berth_abcdef0123_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

// A request as a test writes it: "PATCH /api/v1/scopes/0ne1?x=y", a body, headers beside the usual.
struct Ask {
  std::string line;
  std::string body = {};
  std::vector<wire::Header> headers = {};
  bool with_token = true;
  bool with_type = true;  // Content-Type, when there is a body
};

class Clerk {
 public:
  Clerk();
  StepResult step(const Ask& ask);
  // The command that the request became; a failure and an empty one when it was answered at once.
  Command command(const Ask& ask);
  template <class T>
  T operation(const Ask& ask);
  // The response that the request got at once.
  wire::HttpResponse refused(const Ask& ask);
  // The response to a request that management answers with `result`.
  // A vouched one goes on to provisioning, which registers the member as "dev-1".
  wire::HttpResponse answered(const Ask& ask, Result<domain::ManagementResult> result);
  // What follows an answer to a command.
  StepResult answer(Command made, decltype(Answer::body) body);

 private:
  std::unique_ptr<Dialect> dialect_;
  Session session_;
  wire::Peer peer_;
};

template <class T>
T Clerk::operation(const Ask& ask) {
  Command made = command(ask);
  auto* manage = std::get_if<Manage>(&made.body);
  T* operation = manage == nullptr ? nullptr : std::get_if<T>(&manage->command);
  EXPECT_NE(operation, nullptr) << ask.line;
  return operation == nullptr ? T() : std::move(*operation);
}

// What provisioning answers when it registered "dev-1" and issued a password.
domain::Outcome registered_outcome();

wire::HttpResponse response_of(StepResult result);
boost::json::value json_of(const wire::HttpResponse& response);
// The first header of that name, or "".
std::string header_of(const wire::HttpResponse& response, std::string_view name);
// The document as it is in docs/.
boost::json::value document_on_disk();

}  // namespace berth::dialects::admin::testing
