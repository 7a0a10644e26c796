// RFC 9457 problem details: every answer of the admin API that is not what was asked for.
//
// Room dialects. `detail` says what and why, `mend` how to put it right; both were written for
// operators and hold no secrets. Thread rule: plain values.
#pragma once

#include "base/error.h"
#include "wire/http.h"

#include <string>
#include <string_view>
#include <vector>

namespace berth::dialects::admin {

struct Problem {
  int status = 500;
  std::string_view code;   // a word to branch on: docs/api.md, Errors
  std::string_view title;  // the same in words
  std::string detail;
  std::string mend;
  std::vector<wire::Header> headers;  // beside the usual ones
};

Problem to_problem(base::Error error);
Problem method_not_allowed(std::string allow);
Problem unsupported_media_type();
// What a page of another site may have made a browser send (dialects/caller.h).
Problem forgery(base::Error error);
Problem no_such_route(std::string_view path);

wire::HttpResponse to_response(Problem problem, const std::string& request_id);

// What every answer carries: it may hold secrets, so nobody keeps it.
void add_common_headers(wire::HttpResponse& response, std::string_view content_type);

}  // namespace berth::dialects::admin
