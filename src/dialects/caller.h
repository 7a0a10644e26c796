// Who sends a request, as its header says: a token of the Authorization header, or of the cookie
// that a browser keeps while somebody is signed in. What comes by cookie may have been sent by a
// page of another site, so that a change must show that it was not.
//
// Room dialects, for all that serve operators over HTTP. Nothing here knows whether a token is
// good: management does. Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "wire/http.h"

#include <chrono>
#include <string>

namespace berth::dialects {

// Browsers take it only over TLS, for this host alone and for all its paths (RFC 6265bis §4.1.3.2).
inline constexpr const char* kSessionCookie = "__Host-berth-session";
// What a page of ours adds to whatever changes something; another site's cannot.
inline constexpr const char* kConsoleHeader = "x-berth-console";  // "1"

struct Caller {
  Secret token;  // empty: none was presented
  bool by_cookie = false;
};
// The Authorization header counts alone if there is one (RFC 6750 §2.1; the scheme's case does not
// matter). Several cookies of the name that differ are none.
Caller read_caller(const wire::HttpRequest& request);

// kForbidden when a browser may have been made to send the request by a page of another site; of
// requests that come neither by cookie nor from a browser nothing is asked.
Result<void> check_own_page(const wire::HttpRequest& request, const Caller& caller);

// Values of Set-Cookie.
std::string session_cookie(const Secret& token, std::chrono::seconds lifetime);
std::string no_session_cookie();

}  // namespace berth::dialects
