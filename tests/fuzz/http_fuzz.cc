// rooms: net
// HTTP bytes at the decoder. The same stream gives the same requests whether it comes at once or in
// pieces (a fault may show earlier when more is there to see); a request that is accepted keeps
// within the limits and has the parts that the rooms above rely on; a body without a length is the
// last of its connection and never the next request; a response made of its parts is one response,
// whatever is in them.
#include "base/check.h"
#include "base/codec.h"
#include "net/http_codec.h"
#include "net/websocket.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace berth;
using net::HttpDecoder;
using net::HttpLimits;

constexpr HttpLimits kLimits{.header_bytes = 1024, .body_bytes = 512};
constexpr std::size_t kRequestsMax = 32;

std::string text_of(const wire::HttpRequest& request) {
  std::string text = request.method + " " + request.path + "?" + request.query + "\n";
  for (const wire::Header& header : request.headers) {
    text += header.name + ":" + header.value + "\n";
  }
  return text + "\n" + request.body;
}

void check_request(const wire::HttpRequest& request) {
  BERTH_CHECK(!request.method.empty());
  BERTH_CHECK(request.path == "*" || request.path.starts_with('/'));
  BERTH_CHECK(request.path.find('?') == std::string::npos);
  BERTH_CHECK(request.body.size() <= kLimits.body_bytes);
  std::size_t sum = request.method.size() + request.path.size() + request.query.size();
  for (const wire::Header& header : request.headers) {
    BERTH_CHECK(!header.name.empty());
    BERTH_CHECK(header.name == base::ascii_lower(header.name));
    BERTH_CHECK(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    sum += header.name.size() + header.value.size();
  }
  // An empty path becomes "/".
  BERTH_CHECK(sum <= kLimits.header_bytes + 1);
}

void check_upgrade(const wire::HttpRequest& request) {
  const std::vector<net::Upgrade> table = {{"/", "mqtt"}, {"/mqtt", "mqtt"}};
  const net::UpgradeMatch match = net::match_upgrade(request, table);
  const bool accepted = match.kind == net::UpgradeMatch::Kind::kAccepted;
  BERTH_CHECK(accepted == base::equals_ignoring_case(match.subprotocol, "mqtt"));
}

void check_response(const wire::HttpRequest& request) {
  wire::HttpResponse response;
  for (const wire::Header& header : request.headers) {
    response.headers.push_back({"x-" + header.name, header.value + "\r\nx-evil: 1\r\n\r\n"});
  }
  response.headers.push_back({request.path, request.body});
  response.body = request.body;
  std::string out;
  net::encode_http(response, {.date = "now"}, out);
  const std::size_t end = out.find("\r\n\r\n");
  BERTH_CHECK(out.size() - end - 4 == response.body.size());
  const auto lines = std::count(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(end), '\n');
  // The status line, Content-Length, Date, Connection: the last one has its end after `end`.
  BERTH_CHECK(static_cast<std::size_t>(lines) <= response.headers.size() + 3);
}

// The requests that the bytes hold, as text, when they come `piece` bytes at a time.
std::string read_all(std::string_view bytes, std::size_t piece) {
  HttpDecoder decoder(kLimits);
  std::string meaning;
  std::string unread;
  std::size_t requests = 0;
  bool more = true;
  while (more && requests < kRequestsMax) {
    const HttpDecoder::Progress progress = decoder.feed(unread);
    BERTH_CHECK(progress.consumed <= unread.size());
    unread.erase(0, progress.consumed);
    switch (progress.state) {
      case HttpDecoder::State::kNeedMore:
        BERTH_CHECK(unread.size() <= kLimits.header_bytes + 1);
        more = !bytes.empty();
        unread += bytes.substr(0, piece);
        bytes.remove_prefix(std::min(piece, bytes.size()));
        break;
      case HttpDecoder::State::kHeaders:
        break;
      case HttpDecoder::State::kComplete: {
        const bool keep_alive = decoder.keep_alive();
        const wire::HttpRequest request = decoder.take();
        check_request(request);
        check_upgrade(request);
        check_response(request);
        meaning += text_of(request) + (keep_alive ? "\nkeep\n" : "\nclose\n");
        ++requests;
        more = keep_alive;
        decoder.reset();
        break;
      }
      case HttpDecoder::State::kBroken:
        BERTH_CHECK(decoder.fault().status >= 400 && !decoder.fault().why.empty());
        return meaning;
    }
  }
  return meaning;
}

// The same for what comes at once, where DELETE may have a body without a length.
void read_unframed(std::string_view bytes) {
  HttpDecoder decoder(kLimits);
  for (std::size_t requests = 0; requests < kRequestsMax;) {
    const HttpDecoder::Progress progress = decoder.feed(bytes);
    bytes.remove_prefix(progress.consumed);
    switch (progress.state) {
      case HttpDecoder::State::kNeedMore:
      case HttpDecoder::State::kBroken:
        return;
      case HttpDecoder::State::kHeaders: {
        const std::size_t taken = decoder.allow({.unframed_delete = true}, bytes);
        BERTH_CHECK(taken == 0 || taken == bytes.size());
        if (taken == 0) break;
        BERTH_CHECK(decoder.header().method == "DELETE" && !decoder.keep_alive());
        BERTH_CHECK(decoder.header().header("content-length") == nullptr);
        BERTH_CHECK(!bytes.starts_with("GET ") && !bytes.starts_with("DELETE "));
        bytes = {};
        break;
      }
      case HttpDecoder::State::kComplete:
        if (!decoder.keep_alive()) return;
        check_request(decoder.take());
        decoder.reset();
        ++requests;
        break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = read_all(bytes, std::max<std::size_t>(size, 1));
  BERTH_CHECK(read_all(bytes, 1) == whole);
  BERTH_CHECK(read_all(bytes, 7) == whole);
  read_unframed(bytes);
  return 0;
}
