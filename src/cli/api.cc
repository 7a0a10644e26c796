#include "cli/api.h"

#include "base/codec.h"

#include <boost/json.hpp>

namespace berth::cli {
namespace {

constexpr std::size_t kShownMax = 2000;

// The version as an If-Match header; people may give it with or without quotes.
std::optional<std::string> quoted(std::optional<std::string> etag) {
  if (!etag || etag->empty() || etag->starts_with('"') || *etag == "*") return etag;
  return "\"" + *etag + "\"";
}

std::string default_mend(int status) {
  switch (status) {
    case 401:
      return "give a valid token with --token or BERTH_TOKEN; the first one is in DATA/admin.token";
    case 403:
      return "use a token with a greater role; an admin makes one with `berth token create`";
    case 412:
      return "read it again, then repeat with the new --etag, or leave --etag out";
    default:
      return {};
  }
}

Failure refused(const HttpReply& reply, const std::string& url) {
  Failure failure;
  boost::system::error_code bad;
  const json::value problem = json::parse(reply.body, bad);
  const std::string status = std::to_string(reply.status);
  if (bad || !problem.is_object() || member_text(problem, "detail").empty()) {
    failure.what = url + " answered " + status + " in a way that is not Berth's";
    failure.mend = "check that --url is a Berth server's HTTPS port, with no proxy between";
    if (reply.status > 501) failure.kind = ErrorKind::kUnavailable;
    return failure;
  }
  failure.what = base::printable(member_text(problem, "detail"), kShownMax);
  failure.mend = base::printable(member_text(problem, "mend"), kShownMax);
  if (failure.mend.empty()) failure.mend = default_mend(reply.status);
  failure.why = "the server answered " + status + " " +
                base::printable(member_text(problem, "code")) + ", request " +
                base::printable(member_text(problem, "requestId"));
  failure.problem = reply.body;
  failure.kind = reply.status == 404 ? ErrorKind::kNotFound : ErrorKind::kInvalid;
  if (reply.status == 401) failure.kind = ErrorKind::kUnauthenticated;
  if (reply.status == 429 || reply.status > 501) failure.kind = ErrorKind::kUnavailable;
  return failure;
}

}  // namespace

std::string path_of(std::initializer_list<std::string_view> parts) {
  std::string path = "/api/v1";
  for (const std::string_view part : parts) path += "/" + base::percent_encode(part);
  return path;
}

std::string with_query(std::string path,
                       const std::vector<std::pair<std::string, std::string>>& query) {
  char separator = '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    path += separator + name + "=" + base::percent_encode(value);
    separator = '&';
  }
  return path;
}

Try<Answer> Api::call(HttpCall call) {
  call.if_match = quoted(std::move(call.if_match));
  BERTH_TRY(const HttpReply reply, transport_->send(call));
  if (reply.status < 200 || reply.status > 299) return Fail(refused(reply, url_));
  Answer answer;
  answer.text = reply.body;
  if (reply.body.empty()) return answer;
  boost::system::error_code bad;
  answer.value = json::parse(reply.body, bad);
  if (bad) {
    return Refuse(url_ + " answered with something that is not JSON",
                  base::printable(reply.content_type),
                  "check that --url is a Berth server's HTTPS port, with no proxy between");
  }
  return answer;
}

Try<Answer> Api::get(const std::string& target) {
  HttpCall call;
  call.target = target;
  return this->call(std::move(call));
}

Try<void> Api::follow(const std::string& target, std::function<bool(std::string_view)> pieces) {
  HttpCall call;
  call.target = target;
  call.pieces = std::move(pieces);
  BERTH_TRY(const HttpReply reply, transport_->send(call));
  if (reply.status != 200) return Fail(refused(reply, url_));
  return {};
}

Try<Answer> Api::post(const std::string& target, const json::value& body,
                      std::optional<std::string> etag) {
  return call({"POST", target, json::serialize(body), std::move(etag), false});
}

Try<Answer> Api::patch(const std::string& target, const json::value& body,
                       std::optional<std::string> etag) {
  return call({"PATCH", target, json::serialize(body), std::move(etag), false});
}

Try<Answer> Api::put(const std::string& target, const json::value& body,
                     std::optional<std::string> etag) {
  return call({"PUT", target, json::serialize(body), std::move(etag), false});
}

Try<void> Api::remove(const std::string& target, std::optional<std::string> etag) {
  BERTH_STEP(call({"DELETE", target, std::nullopt, std::move(etag), false}));
  return {};
}

Try<Answer> Api::act(const std::string& target, std::optional<std::string> etag) {
  return call({"POST", target, std::nullopt, std::move(etag), false});
}

const json::value* member(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

std::string member_text(const json::value& value, std::string_view name) {
  const json::value* found = member(value, name);
  if (found == nullptr || found->is_null()) return {};
  if (const json::string* text = found->if_string()) return std::string(*text);
  return json::serialize(*found);
}

}  // namespace berth::cli
