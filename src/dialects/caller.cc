#include "dialects/caller.h"

#include "base/codec.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace berth::dialects {
namespace {

constexpr std::size_t kTokenBytesMax = 256;
constexpr std::string_view kAttributes = "Path=/; Secure; HttpOnly; SameSite=Strict";

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

Secret bearer_token(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  const bool bearer = header.size() > kScheme.size() && header.size() <= kTokenBytesMax &&
                      base::equals_ignoring_case(header.substr(0, kScheme.size()), kScheme);
  return bearer ? Secret::from_text(header.substr(kScheme.size())) : Secret();
}

// Calls `found` with each value that one Cookie header has for the session.
template <class Found>
void each_session(std::string_view header, Found found) {
  while (!header.empty()) {
    const std::size_t end = header.find(';');
    const std::string_view pair = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (trimmed(pair.substr(0, equals)) == kSessionCookie) found(trimmed(pair.substr(equals + 1)));
  }
}

Secret cookie_token(const wire::HttpRequest& request) {
  std::optional<std::string_view> value;
  bool ambiguous = false;
  const auto found = [&](std::string_view given) {
    ambiguous = ambiguous || (value && *value != given);
    value = given;
  };
  for (const wire::Header& header : request.headers) {
    if (header.name == "cookie") each_session(header.value, found);
  }
  if (!value || ambiguous || value->size() > kTokenBytesMax) return Secret();
  return Secret::from_text(*value);
}

auto foreign(std::string what) {
  return Fail(ErrorKind::kForbidden, std::move(what),
              "use the console of this server, or send a token instead of the cookie");
}

}  // namespace

Caller read_caller(const wire::HttpRequest& request) {
  if (const std::string* header = request.header("authorization")) {
    return {bearer_token(*header), false};
  }
  Caller caller{cookie_token(request), false};
  caller.by_cookie = !caller.token.empty();
  return caller;
}

Result<void> check_own_page(const wire::HttpRequest& request, const Caller& caller) {
  if (request.method == "GET" || request.method == "HEAD") return {};
  if (!caller.by_cookie && !caller.token.empty()) return {};
  if (const std::string* site = request.header("sec-fetch-site")) {
    if (*site != "same-origin") return foreign("the request comes from a page of another origin");
  }
  if (const std::string* origin = request.header("origin")) {
    const std::string* host = request.header("host");
    const bool ours = host != nullptr && base::equals_ignoring_case(*origin, "https://" + *host);
    if (!ours) return foreign("Origin names another place than Host");
  }
  if (!caller.by_cookie) return {};
  const std::string* mark = request.header(kConsoleHeader);
  if (mark != nullptr && *mark == "1") return {};
  return foreign("a change by cookie lacks the header X-Berth-Console: 1");
}

std::string session_cookie(const Secret& token, std::chrono::seconds lifetime) {
  return fmt::format("{}={}; {}; Max-Age={}", kSessionCookie, token.text(), kAttributes,
                     lifetime.count());
}

std::string no_session_cookie() {
  return fmt::format("{}=; {}; Max-Age=0", kSessionCookie, kAttributes);
}

}  // namespace berth::dialects
