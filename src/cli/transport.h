// One HTTP call to the admin API, and where it goes: the seam between the verbs and libcurl.
//
// Room cli. Thread rule: a Transport belongs to one thread.
#pragma once

#include "base/secret.h"
#include "cli/failure.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::cli {

struct Endpoint {
  std::string url;           // "https://host:port", no slash at the end
  Secret token;              // may be empty: then no Authorization is sent
  std::filesystem::path ca;  // empty: the CAs of the system
  std::chrono::seconds timeout{30};
  std::function<bool()> interrupted;  // given: asked about once a second whether to give up
};

struct HttpCall {
  std::string method = "GET";
  std::string target;                   // path and query, encoded
  std::optional<std::string> body;      // JSON
  std::optional<std::string> if_match;  // the ETag with its quotes
  bool wants_certificate = false;
  // Given: the body of a good answer goes there piece by piece as it comes, however long that
  // takes; false ends the call.
  std::function<bool(std::string_view piece)> pieces = {};
};

struct ServerCertificate {
  std::vector<std::string> names;  // DNS names and addresses it covers
  std::string expires;             // as the library words it: "Nov 22 01:15:00 2026 GMT"
};

struct HttpReply {
  int status = 0;
  std::string body;
  std::string content_type;
  std::optional<ServerCertificate> certificate;  // when wanted
};

class Transport {
 public:
  virtual ~Transport() = default;
  // The failure says why no answer came (kUnavailable). Any status is an answer.
  virtual Try<HttpReply> send(const HttpCall& call) = 0;
};

inline constexpr std::size_t kReplyBytesMax = 64 * 1024 * 1024;

// Over libcurl: TLS verified against `ca`, no redirects, no proxy for loopback.
std::unique_ptr<Transport> make_curl_transport(Endpoint endpoint);

}  // namespace berth::cli
