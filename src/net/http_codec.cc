#include "net/http_codec.h"

#include "base/check.h"
#include "base/codec.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace berth::net {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

// A declared length is not yet a reason to hold that much memory.
constexpr std::size_t kReserveMax = 8 * 1024;
// Empty lines before a request line that RFC 9112 §2.2 asks to overlook, in bytes.
constexpr std::size_t kLeadingBlankMax = 8;
// What a device's HTTP client sends with a request, with some to spare.
constexpr std::size_t kUsualHeaders = 12;
// The end of a chunked body, "0", and two line ends. Until it is through at least that much must
// follow, and the parser asserts (in every build) that it never sees the end in smaller pieces.
constexpr std::size_t kChunkedRestMin = 5;

constexpr std::string_view kBodyTooLarge = "request body over the limit";

HttpFault fault_of(const beast::error_code& code) {
  if (code == http::error::body_limit) return {413, kBodyTooLarge};
  if (code == http::error::header_limit) return {431, "request header over the limit"};
  if (code == http::error::bad_version) return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  if (code == http::error::bad_transfer_encoding) {
    return {400, "transfer coding given twice or together with a content length"};
  }
  if (code == http::error::bad_content_length || code == http::error::multiple_content_length) {
    return {400, "content length is not one number"};
  }
  if (code == http::error::bad_chunk || code == http::error::bad_chunk_extension) {
    return {400, "chunked body is malformed"};
  }
  return {400, "not a well-formed HTTP/1.1 request"};
}

// Origin form or absolute form into path and query; false for anything else.
bool split_target(std::string_view target, wire::HttpRequest& request) {
  if (!target.starts_with('/') && target != "*") {
    const std::size_t scheme = target.find("://");
    const std::string_view name = target.substr(0, scheme);
    if (scheme == std::string_view::npos ||
        (!base::equals_ignoring_case(name, "http") && !base::equals_ignoring_case(name, "https"))) {
      return false;
    }
    const std::size_t end = target.find_first_of("/?", scheme + 3);
    target = end == std::string_view::npos ? "" : target.substr(end);
  }
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (request.path.empty()) request.path = "/";
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  return true;
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

bool is_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

// Whether this is or may become the next request: a method and a blank, or as much of a method as
// has arrived (they are written in capitals). Blank lines may come before it.
bool begins_request(std::string_view bytes) {
  while (!bytes.empty() && (bytes[0] == '\r' || bytes[0] == '\n')) bytes.remove_prefix(1);
  const auto end = std::find_if_not(bytes.begin(), bytes.end(), is_token);
  if (end != bytes.end()) return end != bytes.begin() && *end == ' ';
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

// Collects straight into a wire::HttpRequest. One parser reads one request.
class HttpDecoder::Parser final : public http::basic_parser<true> {
 public:
  wire::HttpRequest request;
  HttpFault fault;
  int version = 11;
  bool faulted = false;
  bool expects_continue = false;
  bool headers_reported = false;
  bool begun = false;
  bool allowed = false;   // it was said what the body may be
  bool unframed = false;  // the body had no length of its own: nothing can follow it
  std::size_t header_bytes = 0;
  std::size_t blank_bytes = 0;

  // Its bodies are of no length in HTTP, but a vendor's client writes one.
  bool may_be_unframed() const { return request.method == "DELETE" && !framed_; }
  std::size_t faults(int status, std::string_view why) {
    fault = {status, why};
    faulted = true;
    return 0;
  }

 private:
  void fail(int status, std::string_view why, beast::error_code& code) {
    faults(status, why);
    code = http::error::bad_value;
  }

  void on_request_impl(http::verb, beast::string_view method, beast::string_view target,
                       int sent_version, beast::error_code& code) override {
    version = sent_version;
    request.method = view(method);
    request.headers.reserve(kUsualHeaders);
    if (!split_target(view(target), request)) {
      fail(400, "request target is neither a path nor an http URL", code);
    }
  }

  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}

  void on_field_impl(http::field field, beast::string_view name, beast::string_view value,
                     beast::error_code& code) override {
    if (headers_complete_) return;  // a trailer
    if (field == http::field::host) ++hosts_;
    if (field == http::field::content_length || field == http::field::transfer_encoding) {
      framed_ = true;
    }
    if (field == http::field::transfer_encoding &&
        !base::equals_ignoring_case(view(value), "chunked")) {
      return fail(501, "no transfer coding but chunked is understood", code);
    }
    if (field == http::field::expect) {
      if (!base::equals_ignoring_case(view(value), "100-continue")) {
        return fail(417, "no expectation but 100-continue can be met", code);
      }
      expects_continue = true;
    }
    request.headers.push_back({base::ascii_lower(view(name)), std::string(view(value))});
  }

  void on_header_impl(beast::error_code& code) override {
    headers_complete_ = true;
    if (version != 10 && version != 11) {
      return fail(505, "only HTTP/1.0 and HTTP/1.1 are spoken here", code);
    }
    if (version == 11 ? hosts_ != 1 : hosts_ > 1) {
      return fail(400, "exactly one Host header is needed", code);
    }
    if (version == 10 && chunked()) fail(400, "HTTP/1.0 has no chunked bodies", code);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                         beast::error_code&) override {
    if (length) request.body.reserve(std::min<std::uint64_t>(*length, kReserveMax));
  }

  std::size_t on_body_impl(beast::string_view body, beast::error_code&) override {
    request.body += view(body);
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body,
                                 beast::error_code&) override {
    request.body += view(body);
    return body.size();
  }

  void on_finish_impl(beast::error_code&) override {}

  int hosts_ = 0;
  bool headers_complete_ = false;
  bool framed_ = false;
};

HttpDecoder::HttpDecoder(HttpLimits limits) : limits_(limits) { reset(); }

HttpDecoder::~HttpDecoder() = default;

void HttpDecoder::reset() {
  parser_ = std::make_unique<Parser>();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  // Narrowed by allow(), before any byte of the body is read.
  parser_->body_limit(std::max(limits_.body_bytes, limits_.large_body_bytes));
}

std::size_t HttpDecoder::allow(const wire::BodyRules& rules, std::string_view behind) {
  BERTH_CHECK(parser_->headers_reported && !parser_->allowed);
  parser_->allowed = true;
  const std::size_t most = rules.bytes_max == 0
                               ? limits_.body_bytes
                               : std::min(rules.bytes_max, limits_.large_body_bytes);
  if (parser_->is_done()) {
    if (!rules.unframed_delete || !parser_->may_be_unframed() || begins_request(behind)) return 0;
    parser_->unframed = true;
    if (behind.size() > most) return parser_->faults(413, kBodyTooLarge);
    parser_->request.body = behind;
    return behind.size();
  }
  parser_->body_limit(most);
  const boost::optional<std::uint64_t> length = parser_->content_length();
  if (length && *length > most) parser_->faults(413, kBodyTooLarge);
  return 0;
}

HttpDecoder::Progress HttpDecoder::feed(std::string_view bytes) {
  std::size_t consumed = 0;
  if (parser_->headers_reported && !parser_->allowed) allow({}, {});
  if (parser_->faulted) return {State::kBroken, 0};
  while (!parser_->begun && consumed < bytes.size()) {
    if (bytes[consumed] != '\r' && bytes[consumed] != '\n') {
      parser_->begun = true;
    } else if (++parser_->blank_bytes > kLeadingBlankMax) {
      parser_->fault = {400, "not a well-formed HTTP/1.1 request"};
      parser_->faulted = true;
      return {State::kBroken, consumed};
    } else {
      ++consumed;
    }
  }
  while (consumed < bytes.size() && !parser_->is_done()) {
    beast::error_code code;
    const auto rest = bytes.substr(consumed);
    if (parser_->headers_reported && parser_->chunked() && rest.size() < kChunkedRestMin) break;
    const std::size_t used = parser_->put(boost::asio::buffer(rest.data(), rest.size()), code);
    consumed += used;
    if (!parser_->headers_reported) {
      // The parser lets a little more pass than it was told.
      parser_->header_bytes += used;
      if (parser_->header_bytes > limits_.header_bytes) code = http::error::header_limit;
    }
    if (code == http::error::need_more) {
      // The parser wants whole lines; a header has its limit there, chunk lines have it here.
      if (rest.size() - used <= limits_.header_bytes) return {State::kNeedMore, consumed};
      code = http::error::header_limit;
    }
    if (code) {
      if (!parser_->faulted) parser_->fault = fault_of(code);
      parser_->faulted = true;
      return {State::kBroken, consumed};
    }
    if (parser_->is_header_done() && !parser_->headers_reported) {
      parser_->headers_reported = true;
      parser_->eager(true);
      const bool asks =
          !parser_->is_done() || (parser_->may_be_unframed() && consumed < bytes.size());
      if (asks) return {State::kHeaders, consumed};
    }
  }
  return {parser_->is_done() ? State::kComplete : State::kNeedMore, consumed};
}

const HttpFault& HttpDecoder::fault() const { return parser_->fault; }
const wire::HttpRequest& HttpDecoder::header() const { return parser_->request; }
bool HttpDecoder::expects_continue() const {
  return parser_->expects_continue && parser_->version == 11 && !parser_->faulted &&
         !parser_->is_done();
}
bool HttpDecoder::keep_alive() const { return !parser_->unframed && parser_->keep_alive(); }
bool HttpDecoder::http_1_0() const { return parser_->version == 10; }
bool HttpDecoder::wants_upgrade() const { return parser_->upgrade(); }

wire::HttpRequest HttpDecoder::take() {
  BERTH_CHECK(parser_->is_done());
  return std::move(parser_->request);
}

namespace {

constexpr std::array<std::string_view, 5> kOwnHeaders = {"content-length", "date", "connection",
                                                         "transfer-encoding", "keep-alive"};

bool is_own_header(std::string_view name) {
  return std::any_of(kOwnHeaders.begin(), kOwnHeaders.end(),
                     [&](std::string_view own) { return base::equals_ignoring_case(own, name); });
}

void put_clean(std::string& out, std::string_view text) {
  const std::size_t begin = out.size();
  out += text;
  const auto clean = [](char c) { return c == '\r' || c == '\n' || c == '\0' ? ' ' : c; };
  std::transform(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
                 out.begin() + static_cast<std::ptrdiff_t>(begin), clean);
}

void put_number(std::string& out, std::size_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

// At least what the response takes.
std::size_t encoded_size_max(const wire::HttpResponse& response) {
  std::size_t size = 256 + response.body.size();  // the lines that are net's own
  for (const wire::Header& each : response.headers)
    size += each.name.size() + each.value.size() + 4;
  return size;
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

void encode_http(const wire::HttpResponse& response, const HttpFraming& framing, std::string& out) {
  // Interim answers are net's own business; a dialect that gives one has a bug.
  const int status = response.status >= 200 && response.status <= 999 ? response.status : 500;
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
  out.reserve(out.size() + encoded_size_max(response));
  out += "HTTP/1.1 ";
  put_number(out, static_cast<std::size_t>(status));
  out += ' ';
  out += view(reason);
  out += "\r\n";
  // Before all others and spelled just so: small clients look for these very bytes, and would find
  // them in a longer name or in a value, too.
  const bool whole = framing.body == HttpBody::kWhole;
  if (has_body(status) && whole) {
    out += "Content-Length: ";
    put_number(out, response.body.size());
    out += "\r\n";
  }
  if (framing.body == HttpBody::kChunked) out += "Transfer-Encoding: chunked\r\n";
  for (const wire::Header& header : response.headers) {
    if (header.name.empty() || is_own_header(header.name)) continue;
    put_clean(out, header.name);
    out += ": ";
    put_clean(out, header.value);
    out += "\r\n";
  }
  out += "Date: ";
  out += framing.date;
  out +=
      framing.keep_alive ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n";
  if (has_body(status) && whole && !framing.head) out += response.body;
}

void append_piece(std::string_view piece, HttpBody framing, std::string& out) {
  if (piece.empty()) return;
  const bool chunked = framing == HttpBody::kChunked;
  if (chunked) fmt::format_to(std::back_inserter(out), "{:x}\r\n", piece.size());
  out += piece;
  if (chunked) out += "\r\n";
}

void append_end(HttpBody framing, std::string& out) {
  if (framing == HttpBody::kChunked) out += "0\r\n\r\n";
}

std::string http_date(std::int64_t unix_seconds) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t time = unix_seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                     kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace berth::net
