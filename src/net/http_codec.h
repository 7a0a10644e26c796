// HTTP/1.1 requests from bytes and responses to bytes (RFC 9112). No socket: a session feeds what
// has arrived. The parser is Boost.Beast's, kept inside http_codec.cc.
//
// Room net. Beyond what the parser checks: one Host in HTTP/1.1, no transfer coding but a single
// "chunked", no body length given twice, origin or absolute form of the target. Trailer fields are
// read and dropped.
// Thread rule: one thread per decoder.
#pragma once

#include "wire/http.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace berth::net {

struct HttpLimits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 96 * 1024 + 512;
  std::size_t large_body_bytes = 2 * 1024 * 1024;  // where BodyRules allow more
};

struct HttpFault {
  int status = 400;      // 400, 413, 417, 431, 501 or 505 (408: the session's own)
  std::string_view why;  // a literal: may be shown to the peer
};

class HttpDecoder {
 public:
  enum class State : std::uint8_t {
    kNeedMore,  // everything usable is consumed; feed the rest again with what follows
    kHeaders,   // the header is complete, a body follows or may follow; reported once, feed again
    kComplete,  // take() the request; what was not consumed belongs to the next one
    kBroken,    // see fault(); the connection cannot go on
  };
  struct Progress {
    State state = State::kNeedMore;
    std::size_t consumed = 0;
  };

  explicit HttpDecoder(HttpLimits limits);
  ~HttpDecoder();
  HttpDecoder(const HttpDecoder&) = delete;
  HttpDecoder& operator=(const HttpDecoder&) = delete;

  // Starts the next request.
  void reset();
  // `bytes`: what earlier calls since reset() did not consume, and new bytes after it.
  Progress feed(std::string_view bytes);
  const HttpFault& fault() const;

  // From kHeaders on.
  const wire::HttpRequest& header() const;  // all but the body
  bool expects_continue() const;            // false when none is to come or it is refused
  bool keep_alive() const;
  bool http_1_0() const;
  bool wants_upgrade() const;  // "Connection: upgrade" is there

  // At kHeaders, before the next feed: what the body may be; without it, HttpLimits::body_bytes and
  // no unframed body. `behind` is what has arrived behind the header. Returns how much of it is the
  // request's unframed body, which is then complete and the last of its connection.
  std::size_t allow(const wire::BodyRules& rules, std::string_view behind);

  // After kComplete.
  wire::HttpRequest take();

 private:
  class Parser;

  const HttpLimits limits_;
  std::unique_ptr<Parser> parser_;
};

// How the peer learns where a body ends (RFC 9112 §6): it is told its length, or it comes in chunks
// of which the last is empty, or the connection ends (which is all that HTTP/1.0 knows).
enum class HttpBody : std::uint8_t { kWhole, kChunked, kUntilClose };

struct HttpFraming {
  bool head = false;  // the request was HEAD: everything but the body
  bool keep_alive = true;
  std::string_view date;  // IMF-fixdate, RFC 9110 §5.6.7
  HttpBody body = HttpBody::kWhole;
};

// Appends the response to `out`. Framing headers among response.headers are dropped in favour of
// net's own; CR, LF and NUL in a header become spaces, so that no value can end its line.
// A body that is not kWhole is left out: append_piece() and append_end() write it.
void encode_http(const wire::HttpResponse& response, const HttpFraming& framing, std::string& out);
// A piece of the body; nothing for an empty one, which would be the end.
void append_piece(std::string_view piece, HttpBody framing, std::string& out);
void append_end(HttpBody framing, std::string& out);

// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::int64_t unix_seconds);

}  // namespace berth::net
