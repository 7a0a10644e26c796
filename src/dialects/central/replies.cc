#include "dialects/central/replies.h"

#include "base/codec.h"
#include "domain/json_text.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <string>
#include <utility>

namespace berth::dialects::central {
namespace {

namespace json = boost::json;

constexpr const char* kJson = "application/json; charset=utf-8";  // as Express says it
constexpr const char* kProblem = "application/problem+json";
constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kText = "text/plain; charset=utf-8";

// No script, no style, no frame: there is nothing to protect it from then.
constexpr const char* kPolicy =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr std::string_view kPageHead =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta name=\"robots\" content=\"noindex\">\n";
constexpr std::string_view kClaimPage =
    "<title>A credential code</title>\n</head>\n<body>\n<main>\n"
    "<h1>This is a credential code for one device</h1>\n"
    "<p>It is not for this browser: open it with the app or the tool that is to become the device. "
    "It makes a key of its own and gets permission to connect.</p>\n"
    "<p>With the command line: copy the address of this page, whole, and run "
    "<code>berth device redeem</code> with it.</p>\n"
    "<p>The code is good once and only for a short time. If it was not you who used it, tell "
    "whoever gave it to you.</p>\n"
    "</main>\n</body>\n</html>\n";
constexpr std::string_view kEnvelopePage =
    "<title>A credential code</title>\n</head>\n<body>\n<main>\n"
    "<h1>This is a credential code for one device</h1>\n"
    "<p>It holds the key of the device, encrypted. Your browser has not sent it here: it is in the "
    "part of the address behind #.</p>\n"
    "<p>Open it with the app or the tool that is to become the device, and have the letters or the "
    "passphrase ready that you were given with it. With the command line: copy the address of this "
    "page, whole, and run <code>berth device redeem</code> with it.</p>\n"
    "<p>Keep the picture to yourself: it goes on holding the key after it was used.</p>\n"
    "</main>\n</body>\n</html>\n";

wire::HttpResponse respond(int status, const char* type, std::string body) {
  wire::HttpResponse response;
  response.status = status;
  response.headers.push_back({"Content-Type", type});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.headers.push_back({"Content-Security-Policy", kPolicy});
  response.headers.push_back({"Referrer-Policy", "no-referrer"});
  response.body = std::move(body);
  return response;
}

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid:
      return 400;
    case ErrorKind::kUnauthenticated:
      return 401;
    case ErrorKind::kForbidden:
      return 403;
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kConflict:
    case ErrorKind::kPreconditionFailed:
    case ErrorKind::kOffline:
      return 409;
    case ErrorKind::kTooLarge:
      return 413;
    case ErrorKind::kTooMany:
      return 429;
    case ErrorKind::kTimeout:
    case ErrorKind::kUnavailable:
      return 503;
    case ErrorKind::kInternal:
      return 500;
  }
  return 500;
}

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Invalid request";
    case 404:
      return "No such code";
    case 409:
      return "The code can no longer be used";
    case 413:
      return "Too large";
    case 503:
      return "Unavailable";
    default:
      return "Refused";
  }
}

json::string text(std::string_view value) { return json::string(value.data(), value.size()); }

}  // namespace

wire::HttpResponse made(const domain::NewCode& code, const WantedKinds& kinds) {
  // Written by hand, so that no document with a key in it is left behind in memory.
  std::string body = "{";
  if (kinds.qr) body.append("\"qrCode\":\"").append(code.png.text()).append("\"");
  if (kinds.qr && kinds.number) body += ',';
  if (kinds.number && code.number) body.append("\"numeric\":").append(code.number->text());
  body += '}';
  return respond(200, kJson, std::move(body));
}

wire::HttpResponse nothing_made() { return respond(200, kJson, "{}"); }

wire::HttpResponse invalid_body() { return respond(500, kHtml, "Invalid body"); }

wire::HttpResponse refused(const Error& error) {
  std::string body = error.what;
  if (!error.mend.empty()) body += "\n" + error.mend;
  wire::HttpResponse response = respond(status_of(error.kind), kText, body + "\n");
  if (error.kind == ErrorKind::kUnauthenticated) {
    response.headers.push_back({"WWW-Authenticate", "Bearer realm=\"berth\""});
  }
  return response;
}

wire::HttpResponse number_resolved(const Secret& code) {
  return respond(200, kHtml, std::string(code.text()));
}

wire::HttpResponse no_such_number() { return respond(404, kHtml, "-1"); }

wire::HttpResponse picked_up(const domain::PickedUp& taken) {
  const std::string content(taken.content.text());
  switch (taken.mode) {
    case domain::CodeMode::kEnvelope:
      return respond(200, kJson, content);
    case domain::CodeMode::kClaim:
    case domain::CodeMode::kCompatible:
      break;
  }
  return respond(200, kJson, domain::to_json_text(json::object{{"code", text(content)}}));
}

wire::HttpResponse redeemed(const domain::ClaimRedeemed& done) {
  json::object body;
  body["deviceId"] = text(done.device.text());
  body["scopeId"] = text(done.scope.text());
  body["registrationId"] = text(done.device.text());
  if (!done.model.empty()) body["modelId"] = text(done.model);
  body["endpoint"] = text(done.endpoint);
  if (!done.hub_host.empty()) body["hubHint"] = text(done.hub_host);
  return respond(201, kJson, domain::to_json_text(body));
}

wire::HttpResponse problem(const Error& error) {
  const int status = status_of(error.kind);
  const bool unknown = error.kind == ErrorKind::kNotFound;
  const bool silent = unknown || status >= 500;
  json::object body;
  body["title"] = text(title_of(status));
  body["status"] = status;
  if (unknown) body["detail"] = "it was mistyped, is used, or is over: ask for a new one";
  if (!silent) body["detail"] = text(error.what);
  if (!silent && !error.mend.empty()) body["mend"] = text(error.mend);
  return respond(status, kProblem, domain::to_json_text(body));
}

wire::HttpResponse page(Page which) {
  const std::string_view rest = which == Page::kClaim ? kClaimPage : kEnvelopePage;
  return respond(200, kHtml, std::string(kPageHead) + std::string(rest));
}

wire::HttpResponse method_not_allowed(std::string_view allow) {
  wire::HttpResponse response = respond(405, kText, fmt::format("this takes {}\n", allow));
  response.headers.push_back({"Allow", std::string(allow)});
  return response;
}

}  // namespace berth::dialects::central
