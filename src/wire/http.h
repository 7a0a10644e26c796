// HTTP/1.1 as plain values: a request complete with its body, and the answer to it.
//
// Room wire. Made by net, read by dialects. Sizes are bounded by net's limits before a value
// exists. Thread rule: plain values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::wire {

struct Header {
  std::string name;  // requests: lower-cased by net; responses: as it shall be sent
  std::string value;
};

struct HttpRequest {
  std::string method;  // upper-case as sent: "PUT"
  std::string path;    // raw, still percent-encoded, without query: "/a%2Fb"
  std::string query;   // raw, without '?'
  std::vector<Header> headers;
  std::string body;

  // The first header of that lower-case name, or nullptr.
  const std::string* header(std::string_view name) const;
};

// What a request's body may be, decided by its header alone (net asks before it reads the body).
struct BodyRules {
  std::size_t bytes_max = 0;  // 0: net's own limit; else up to net's limit for large bodies
  // A DELETE without Content-Length and Transfer-Encoding may be followed at once by a body: what
  // has arrived with the header, up to the end of the segment. The connection closes after it.
  bool unframed_delete = false;
};

struct HttpResponse {
  int status = 200;
  std::vector<Header> headers;  // net adds Content-Length, Date and Connection
  std::string body;
};

// Splits "a=1&b=2" into raw pairs, in order; a part without '=' has an empty value.
std::vector<std::pair<std::string_view, std::string_view>> split_query(std::string_view query);

}  // namespace berth::wire
