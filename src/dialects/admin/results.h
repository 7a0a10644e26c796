// From what a brain answered to an HTTP response: status, ETag, Location, JSON.
//
// Room dialects. Thread rule: pure functions.
#pragma once

#include "dialects/dialect.h"
#include "wire/http.h"

#include <string>
#include <string_view>

namespace berth::dialects::admin {

// `status` is the route's; `path` the request's, for the Location of what was made.
wire::HttpResponse render(const domain::ManagementResult& result, int status,
                          std::string_view path);
wire::HttpResponse render(const Inspection& inspection, Inspect::What what);

// Whether If-None-Match (RFC 9110 §13.1.2: `*` or a list of ETags, compared weakly) names the
// result's version.
bool matches(std::string_view if_none_match, const domain::ManagementResult& result);
wire::HttpResponse not_modified(const domain::ManagementResult& result);

}  // namespace berth::dialects::admin
