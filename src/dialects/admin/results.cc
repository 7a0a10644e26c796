#include "dialects/admin/results.h"

#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"
#include "dialects/admin/problem.h"
#include "dialects/caller.h"
#include "domain/event_json.h"
#include "domain/json_text.h"

#include <fmt/format.h>

#include <type_traits>

namespace berth::dialects::admin {
namespace {

namespace json = boost::json;

template <class T>
json::object to_json(const domain::Listing<T>& listing) {
  json::array items;
  for (const T& each : listing.items) items.push_back(admin::to_json(each));
  json::object out;
  out["items"] = std::move(items);
  out["nextCursor"] = text_or_null(listing.next_cursor);
  return out;
}

// The log has no end, so there always is a cursor.
json::object to_json(const domain::EventPage& page) {
  json::array items;
  for (const domain::StoredEvent& each : page.events) {
    items.push_back(domain::event_json(each.event, each.position));
  }
  json::object out;
  out["items"] = std::move(items);
  out["nextCursor"] = text(page.cursor);
  out["gap"] = page.gap;
  return out;
}

json::object to_json(const domain::Done&) { return {}; }

// Never an answer of its own: its route goes on with it, or another dialect has it.
json::object to_json(const domain::Vouched&) { return {}; }
json::object to_json(const domain::PickedUp&) { return {}; }
json::object to_json(const domain::ClaimRedeemed&) { return {}; }
json::object to_json(const domain::Following&) { return {}; }

struct ToJson {
  json::object operator()(const domain::Done& done) const { return to_json(done); }
  json::object operator()(const domain::EventPage& page) const { return to_json(page); }
  json::object operator()(const domain::Vouched& vouched) const { return to_json(vouched); }
  json::object operator()(const domain::PickedUp& taken) const { return to_json(taken); }
  json::object operator()(const domain::ClaimRedeemed& done) const { return to_json(done); }
  json::object operator()(const domain::Following& following) const { return to_json(following); }
  template <class T>
  json::object operator()(const domain::Listing<T>& listing) const {
    return to_json(listing);
  }
  template <class T>
  json::object operator()(const T& record) const {
    return admin::to_json(record);
  }
};

// The record's ETag with its quotes; empty for results that have none.
std::string quoted(std::uint64_t version) { return fmt::format("\"{}\"", version); }

struct Etag {
  std::string operator()(const domain::DeviceView& view) const {
    return quoted(view.device.version);
  }
  std::string operator()(const domain::MemberView& view) const {
    return quoted(view.member.version);
  }
  std::string operator()(const domain::Twin& twin) const { return quoted(twin.etag); }
  template <class T>
  std::string operator()(const T& record) const {
    if constexpr (requires { record.version + 1; }) {
      return quoted(record.version);
    } else {
      return {};
    }
  }
};

// Its name in the collection's path; empty for what has no path of its own.
struct NameOf {
  std::string operator()(const domain::Scope& scope) const { return scope.id.text(); }
  std::string operator()(const domain::Hub& hub) const { return hub.name.text(); }
  std::string operator()(const domain::Enrollment& enrollment) const {
    return enrollment.id.text();
  }
  std::string operator()(const domain::DeviceView& view) const { return view.device.id.text(); }
  std::string operator()(const domain::Account& account) const { return account.email; }
  std::string operator()(const domain::Operator& who) const { return who.name; }
  std::string operator()(const domain::CaCertificate& ca) const { return ca.name; }
  std::string operator()(const domain::RevokedCertificate& revoked) const {
    return base::hex_encode(revoked.sha256);
  }
  std::string operator()(const domain::NewCode& made) const { return made.code.id; }
  template <class T>
  std::string operator()(const T&) const {
    return {};
  }
};

}  // namespace

wire::HttpResponse render(const domain::ManagementResult& result, int status,
                          std::string_view path) {
  wire::HttpResponse response;
  response.status = status;
  const std::string etag = std::visit(Etag(), result);
  if (!etag.empty()) response.headers.push_back({"ETag", etag});
  const std::string name = std::visit(NameOf(), result);
  if (status == 201 && !name.empty()) {
    response.headers.push_back(
        {"Location", fmt::format("{}/{}", path, base::percent_encode(name))});
  }
  if (const auto* begun = std::get_if<domain::NewSession>(&result)) {
    response.headers.push_back(
        {"Set-Cookie", session_cookie(begun->secret, domain::kSessionLifetime)});
  }
  const bool has_body = status != 204;
  if (has_body) response.body = domain::to_json_text(std::visit(ToJson(), result));
  add_common_headers(response, has_body ? "application/json" : "");
  return response;
}

wire::HttpResponse render(const Inspection& inspection, Inspect::What what) {
  wire::HttpResponse response;
  response.status = inspection.healthy ? 200 : 503;
  if (what == Inspect::What::kMetrics) {
    response.body = inspection.text;
    add_common_headers(response, "text/plain; version=0.0.4; charset=utf-8");
    return response;
  }
  json::object body;
  body["status"] = inspection.healthy ? "ok" : "unavailable";
  body["detail"] = text(inspection.text);
  response.body = domain::to_json_text(body);
  add_common_headers(response, "application/json");
  return response;
}

bool matches(std::string_view if_none_match, const domain::ManagementResult& result) {
  const std::string etag = std::visit(Etag(), result);
  if (etag.empty() || if_none_match.empty()) return false;
  while (!if_none_match.empty()) {
    const std::size_t end = if_none_match.find(',');
    std::string_view each = if_none_match.substr(0, end);
    if_none_match.remove_prefix(end == std::string_view::npos ? if_none_match.size() : end + 1);
    while (each.starts_with(' ')) each.remove_prefix(1);
    while (each.ends_with(' ')) each.remove_suffix(1);
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each == "*" || each == etag) return true;
  }
  return false;
}

wire::HttpResponse not_modified(const domain::ManagementResult& result) {
  wire::HttpResponse response;
  response.status = 304;
  response.headers.push_back({"ETag", std::visit(Etag(), result)});
  add_common_headers(response, "");
  return response;
}

}  // namespace berth::dialects::admin
