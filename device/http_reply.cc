#include "device/http_reply.h"

#include "base/codec.h"

#include <charconv>

namespace berth::device {
namespace {

constexpr int kInterimMax = 8;

std::optional<std::size_t> number(std::string_view text, int base) {
  std::size_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  const bool whole = error == std::errc() && stop == end && !text.empty();
  return whole && value <= kReplyBytesMax ? std::optional(value) : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

struct Head {
  int status = 0;
  std::size_t length = 0;
  bool chunked = false;
  bool closes = false;
};

// Everything up to the empty line; false when it is no head of a response.
bool read_head(std::string_view text, Head& head) {
  const std::size_t first = text.find("\r\n");
  const std::string_view line = text.substr(0, first);
  if (!line.starts_with("HTTP/1.1 ") || line.size() < 12) return false;
  const std::optional<std::size_t> status = number(line.substr(9, 3), 10);
  if (!status || *status < 100) return false;
  head.status = static_cast<int>(*status);
  text.remove_prefix(first + 2);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    const std::string_view header = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    const std::size_t colon = header.find(':');
    if (colon == header.npos) return false;
    const std::string_view name = header.substr(0, colon);
    const std::string_view value = trimmed(header.substr(colon + 1));
    if (base::equals_ignoring_case(name, "content-length")) {
      const std::optional<std::size_t> length = number(value, 10);
      if (!length) return false;
      head.length = *length;
    } else if (base::equals_ignoring_case(name, "transfer-encoding")) {
      head.chunked = base::equals_ignoring_case(value, "chunked");
      if (!head.chunked) return false;
    } else if (base::equals_ignoring_case(name, "connection")) {
      head.closes = base::equals_ignoring_case(value, "close");
    }
  }
  return true;
}

// RFC 9112 §7.1, trailers skipped.
Reading read_chunks(std::string_view text, HttpReply& reply) {
  std::size_t at = 0;
  std::string body;
  for (;;) {
    const std::size_t end = text.find("\r\n", at);
    if (end == text.npos) return text.size() - at > 1024 ? Reading::kBroken : Reading::kMore;
    const std::string_view line = text.substr(at, end - at);
    const std::optional<std::size_t> size = number(trimmed(line.substr(0, line.find(';'))), 16);
    if (!size) return Reading::kBroken;
    at = end + 2;
    if (*size == 0) break;
    if (text.size() < at + *size + 2) return Reading::kMore;
    if (text.substr(at + *size, 2) != "\r\n") return Reading::kBroken;
    body.append(text.substr(at, *size));
    if (body.size() > kReplyBytesMax) return Reading::kBroken;
    at += *size + 2;
  }
  if (!text.substr(at).starts_with("\r\n")) {
    const std::size_t end = text.find("\r\n\r\n", at);
    if (end == text.npos) return Reading::kMore;
    at = end + 2;
  }
  reply.body = std::move(body);
  reply.consumed += at + 2;
  return Reading::kDone;
}

}  // namespace

Reading read_reply(std::string_view buffer, HttpReply& reply) {
  if (buffer.size() > kReplyBytesMax) return Reading::kBroken;
  HttpReply found;
  Head head;
  std::string_view rest = buffer;
  // Interim answers come before the real one (RFC 9110 §15.2).
  for (int interim = 0; head.status < 200; ++interim) {
    if (interim > kInterimMax) return Reading::kBroken;
    const std::size_t end = rest.find("\r\n\r\n");
    if (end == rest.npos) return Reading::kMore;
    head = Head();
    if (!read_head(rest.substr(0, end + 2), head)) return Reading::kBroken;
    rest.remove_prefix(end + 4);
    found.consumed += end + 4;
  }
  found.status = head.status;
  found.closes = head.closes;
  if (head.chunked) {
    const Reading reading = read_chunks(rest, found);
    if (reading == Reading::kDone) reply = std::move(found);
    return reading;
  }
  if (rest.size() < head.length) return Reading::kMore;
  found.body = rest.substr(0, head.length);
  found.consumed += head.length;
  reply = std::move(found);
  return Reading::kDone;
}

}  // namespace berth::device
