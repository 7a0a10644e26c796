#include "dialects/console/console.h"

#include "dialects/console/negotiation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::dialects::console {
namespace {

constexpr std::string_view kRoot = "/console/";
constexpr std::string_view kAssets = "assets/";
constexpr std::string_view kText = "text/plain; charset=utf-8";

StepResult respond(wire::HttpResponse response) {
  StepResult result;
  result.actions.emplace_back(std::move(response));
  return result;
}

// RFC 9110 and the W3C's Content Security Policy 3, Fetch (CORP), HTML (COOP).
void add_common_headers(wire::HttpResponse& response) {
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.headers.push_back({"Referrer-Policy", "no-referrer"});
  response.headers.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
  response.headers.push_back({"Cross-Origin-Resource-Policy", "same-origin"});
}

wire::HttpResponse plain_text(int status, std::string body) {
  wire::HttpResponse response;
  response.status = status;
  response.headers.push_back({"Content-Type", std::string(kText)});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"Content-Security-Policy", "default-src 'none'; sandbox"});
  add_common_headers(response);
  response.body = std::move(body);
  return response;
}

wire::HttpResponse redirect_to_root() {
  wire::HttpResponse response = plain_text(302, std::string(kRoot) + "\n");
  response.headers.push_back({"Location", std::string(kRoot)});
  return response;
}

wire::HttpResponse not_built() {
  return plain_text(404,
                    "This program was built without its console. Everything the console does, the "
                    "command line does, too.\nTo have the console: ./dev build release\n");
}

wire::HttpResponse method_not_allowed() {
  wire::HttpResponse response = plain_text(405, "The console's files take GET and HEAD.\n");
  response.headers.push_back({"Allow", "GET, HEAD"});
  return response;
}

// Letters and digits of the request's id, which is random: 122 bits of a UUID.
std::string nonce_of(std::string_view request_id) {
  std::string nonce;
  for (const char c : request_id) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) nonce += c;
  }
  return nonce;
}

std::string content_security_policy(const std::string& nonce) {
  return fmt::format(
      "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{}'; img-src 'self' data:; "
      "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
      "frame-ancestors 'none'",
      nonce);
}

std::string with_nonce(std::string_view page, const std::string& nonce) {
  std::string filled;
  filled.reserve(page.size() + 256);
  for (;;) {
    const std::size_t at = page.find(kNonceMark);
    filled += page.substr(0, at);
    if (at == std::string_view::npos) return filled;
    filled += nonce;
    page.remove_prefix(at + kNonceMark.size());
  }
}

class Console final : public Dialect {
 public:
  explicit Console(std::span<const Asset> assets) : assets_(assets), index_(find(kIndexPath)) {}

  std::string_view name() const override { return "console"; }
  bool for_operators() const override { return true; }

  bool claims(const wire::Peer& peer, const wire::Request& request) const override {
    const auto* http = std::get_if<wire::HttpRequest>(&request);
    if (http == nullptr || peer.transport != wire::Transport::kHttps) return false;
    if (http->path == "/") return http->method == "GET" || http->method == "HEAD";
    return http->path == "/console" || http->path.starts_with(kRoot);
  }

  StepResult step(const wire::Peer&, Session&, Input input) const override {
    const auto* arrival = std::get_if<Arrival>(&input);
    const auto* request =
        arrival == nullptr ? nullptr : std::get_if<wire::HttpRequest>(&arrival->request);
    if (request == nullptr) return {};  // it has no commands, and was never connected to
    return respond(answer(*request, arrival->request_id));
  }

 private:
  const Asset* find(std::string_view path) const;
  wire::HttpResponse answer(const wire::HttpRequest& request, std::string_view request_id) const;
  wire::HttpResponse page(std::string_view request_id) const;
  static wire::HttpResponse file(const Asset& asset, const wire::HttpRequest& request);

  std::span<const Asset> assets_;
  const Asset* index_;  // null: there is no console in this program
};

const Asset* Console::find(std::string_view path) const {
  const auto found = std::find_if(assets_.begin(), assets_.end(),
                                  [&](const Asset& each) { return each.path == path; });
  return found == assets_.end() ? nullptr : &*found;
}

wire::HttpResponse Console::answer(const wire::HttpRequest& request,
                                   std::string_view request_id) const {
  if (request.method != "GET" && request.method != "HEAD") return method_not_allowed();
  if (!request.path.starts_with(kRoot)) return redirect_to_root();
  if (index_ == nullptr) return not_built();
  // Compared as sent: no file's name has a character that needs an escape, and nothing is looked
  // up but in this table, so there is no path to climb out of.
  const std::string_view path = std::string_view(request.path).substr(kRoot.size());
  const Asset* asset = find(path);
  if (asset != nullptr && asset != index_) return file(*asset, request);
  // A page that was left open asks for files of an older build: a page of HTML is no script.
  if (asset == nullptr && path.starts_with(kAssets)) {
    return plain_text(404, "There is no such file in this version of the console.\n");
  }
  return page(request_id);
}

wire::HttpResponse Console::page(std::string_view request_id) const {
  const std::string nonce = nonce_of(request_id);
  wire::HttpResponse response;
  response.headers.push_back({"Content-Type", std::string(index_->content_type)});
  response.headers.push_back({"Cache-Control", "no-store"});  // a nonce is good once
  response.headers.push_back({"Content-Security-Policy", content_security_policy(nonce)});
  response.headers.push_back({"X-Frame-Options", "DENY"});
  response.headers.push_back(
      {"Permissions-Policy",
       "camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-write=(self)"});
  add_common_headers(response);
  response.body = with_nonce(index_->plain, nonce);
  return response;
}

wire::HttpResponse Console::file(const Asset& asset, const wire::HttpRequest& request) {
  const std::string* encodings = request.header("accept-encoding");
  const bool zipped = !asset.gzip.empty() && encodings != nullptr && accepts_gzip(*encodings);
  const std::string etag = fmt::format("\"{}{}\"", asset.etag, zipped ? "-gzip" : "");
  wire::HttpResponse response;
  response.headers.push_back({"ETag", etag});
  response.headers.push_back({"Cache-Control", asset.immutable
                                                   ? "public, max-age=31536000, immutable"
                                                   : "public, max-age=0, must-revalidate"});
  if (!asset.gzip.empty()) response.headers.push_back({"Vary", "Accept-Encoding"});
  add_common_headers(response);
  const std::string* seen = request.header("if-none-match");
  if (seen != nullptr && names_etag(*seen, etag)) {
    response.status = 304;
    return response;
  }
  response.headers.push_back({"Content-Type", std::string(asset.content_type)});
  // A picture opened by itself is a document: it may do nothing, either.
  response.headers.push_back({"Content-Security-Policy", "default-src 'none'; sandbox"});
  if (zipped) response.headers.push_back({"Content-Encoding", "gzip"});
  response.body = std::string(zipped ? asset.gzip : asset.plain);
  return response;
}

}  // namespace

std::unique_ptr<Dialect> make_console(std::span<const Asset> assets) {
  return std::make_unique<Console>(assets);
}

}  // namespace berth::dialects::console
