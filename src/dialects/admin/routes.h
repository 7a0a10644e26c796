// The one table of routes: what docs/openapi.json describes, and a test compares with it.
//
// Room dialects. Thread rule: constant data.
#pragma once

#include "dialects/admin/enrolling.h"
#include "dialects/admin/incoming.h"
#include "dialects/dialect.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace berth::dialects::admin {

using Reader = domain::ManagementCommand (*)(Incoming& in);
// The route answers with docs/openapi.json itself.
struct Document {};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/api/v1/scopes/{scope}": {name} is one segment
  // The least role, as documented; management decides. "none": management is not asked; "anybody":
  // it is, and a token may be missing.
  std::string_view role;
  std::variant<Reader, Inspect::What, Document, Enroll> work;
  int status = 200;  // of success; 204 has no body
  std::size_t body_bytes_max = kBodyBytesMax;
};

std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;  // none: see `allow`
  PathParameters parameters;
  std::string allow;  // the methods of the path, if it exists under another method: "GET, POST"
  bool malformed = false;  // a segment is not percent-encoded printable UTF-8
};
// `path` as it was sent, still encoded.
Match match(std::string_view method, std::string_view path);

// docs/openapi.json as it was when the program was built.
std::string_view openapi_document();

}  // namespace berth::dialects::admin
