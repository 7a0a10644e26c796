#include "dialects/admin/admin.h"

#include "dialects/admin/enrolling.h"
#include "dialects/admin/live_events.h"
#include "dialects/admin/nouns.h"
#include "dialects/admin/problem.h"
#include "dialects/admin/results.h"
#include "dialects/admin/routes.h"
#include "dialects/caller.h"
#include "domain/json_text.h"

#include <utility>

namespace berth::dialects::admin {
namespace {

// The note a command carries: what its answer needs to know of the request.
struct Pending {
  const Route* route = nullptr;
  std::string request_id;
  std::string path;           // as sent, for Location
  std::string if_none_match;  // of a GET
  bool by_cookie = false;
  std::optional<Enrolling> enrolling;
};

StepResult respond(wire::HttpResponse response) {
  StepResult result;
  result.actions.emplace_back(std::move(response));
  return result;
}

StepResult refuse(Problem problem, const std::string& request_id) {
  return respond(to_response(std::move(problem), request_id));
}

Error no_token() {
  return {ErrorKind::kUnauthenticated, "no token was presented",
          "sign in, or send the header: Authorization: Bearer TOKEN"};
}

// Whether a body, if there is one, is declared as JSON.
bool is_json(const wire::HttpRequest& request) {
  if (request.body.empty()) return true;
  const std::string* header = request.header("content-type");
  if (header == nullptr) return false;
  std::string_view type = std::string_view(*header).substr(0, header->find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  return base::equals_ignoring_case(type, "application/json");
}

// If-None-Match of a GET is answered here; of a creation `*` says what POST means anyway.
Result<void> check_if_none_match(const wire::HttpRequest& request) {
  const std::string* header = request.header("if-none-match");
  if (header == nullptr || request.method == "GET") return {};
  if (request.method == "POST" && *header == "*") return {};
  return Fail(ErrorKind::kInvalid, "If-None-Match is understood with GET, and as * with POST",
              "to change a thing only if nobody else did, send If-Match");
}

Error malformed_path() {
  return {ErrorKind::kInvalid, "an id in the path is not percent-encoded printable UTF-8",
          "encode ids as in /devices/pump%231"};
}

Error too_large(std::size_t bytes, std::size_t bytes_max) {
  return {ErrorKind::kTooLarge, "the body has " + std::to_string(bytes) + " bytes",
          "send at most " + std::to_string(bytes_max)};
}

Error not_ours() {
  return {ErrorKind::kInternal, "the answer does not belong to this request", ""};
}

// After signing out, and where a session is asked for that is none.
bool takes_cookie_back(const Pending& pending, bool nobody) {
  const auto* reader = std::get_if<Reader>(&pending.route->work);
  if (reader == nullptr) return false;
  if (*reader == &sign_out) return true;
  return *reader == &get_session && nobody && pending.by_cookie;
}

StepResult without_session(StepResult result, const Pending& pending, bool nobody) {
  if (!takes_cookie_back(pending, nobody)) return result;
  auto& response = std::get<wire::HttpResponse>(result.actions.front());
  response.headers.push_back({"Set-Cookie", no_session_cookie()});
  return result;
}

StepResult command(EnrollCommand next, Pending pending) {
  StepResult result;
  std::visit(
      [&](auto& body) {
        result.commands.push_back({std::move(body), std::move(pending)});
      },
      next);
  return result;
}

wire::HttpResponse json_response(const boost::json::object& body) {
  wire::HttpResponse response;
  response.body = domain::to_json_text(body);
  add_common_headers(response, "application/json");
  return response;
}

class Admin final : public Dialect {
 public:
  std::string_view name() const override { return "admin"; }
  bool for_operators() const override { return true; }

  bool claims(const wire::Peer& peer, const wire::Request& request) const override {
    const auto* http = std::get_if<wire::HttpRequest>(&request);
    if (http == nullptr || peer.transport != wire::Transport::kHttps) return false;
    const std::string_view path = http->path;
    return path == "/healthz" || path == "/readyz" || path == "/metrics" || path == "/api" ||
           path.starts_with("/api/");
  }

  wire::BodyRules body_rules(const wire::HttpRequest& header) const override {
    const Match found = match(header.method, header.path);
    const bool large = found.route != nullptr && found.route->body_bytes_max > kBodyBytesMax;
    wire::BodyRules rules;
    if (large) rules.bytes_max = found.route->body_bytes_max;
    return rules;
  }

  StepResult step(const wire::Peer& peer, Session&, Input input) const override {
    if (auto* arrival = std::get_if<Arrival>(&input)) return arrive(peer, std::move(*arrival));
    if (const auto* news = std::get_if<News>(&input)) return live_news(news->news);
    auto* given = std::get_if<Answer>(&input);
    return given == nullptr ? StepResult() : answer(peer, std::move(*given));
  }

 private:
  static StepResult arrive(const wire::Peer& peer, Arrival arrival);
  static StepResult manage(const wire::Peer& peer, wire::HttpRequest request, Match match,
                           Pending pending);
  static StepResult answer(const wire::Peer& peer, Answer answer);
  static StepResult go_on(const wire::Peer& peer, Answer answer, Pending pending);
};

StepResult Admin::arrive(const wire::Peer& peer, Arrival arrival) {
  auto* request = std::get_if<wire::HttpRequest>(&arrival.request);
  if (request == nullptr) return {};  // never claimed
  Match found = match(request->method, request->path);
  if (found.malformed) return refuse(to_problem(malformed_path()), arrival.request_id);
  if (found.route == nullptr) {
    Problem problem = found.allow.empty() ? no_such_route(request->path)
                                          : method_not_allowed(std::move(found.allow));
    return refuse(std::move(problem), arrival.request_id);
  }
  Pending pending;
  pending.route = found.route;
  pending.request_id = std::move(arrival.request_id);
  pending.path = request->path;
  if (const auto* what = std::get_if<Inspect::What>(&found.route->work)) {
    StepResult result;
    result.commands.push_back({Inspect{*what}, std::move(pending)});
    return result;
  }
  if (std::holds_alternative<Document>(found.route->work)) {
    wire::HttpResponse response;
    response.body = std::string(openapi_document());
    add_common_headers(response, "application/json");
    return respond(std::move(response));
  }
  return manage(peer, std::move(*request), std::move(found), std::move(pending));
}

StepResult Admin::manage(const wire::Peer& peer, wire::HttpRequest request, Match match,
                         Pending pending) {
  Caller caller = read_caller(request);
  pending.by_cookie = caller.by_cookie;
  const bool for_anybody = match.route->role == "anybody";
  if (caller.token.empty() && !for_anybody) {
    return without_session(refuse(to_problem(no_token()), pending.request_id), pending, true);
  }
  Result<void> own_page = check_own_page(request, caller);
  if (!own_page) return refuse(forgery(std::move(own_page).error()), pending.request_id);
  const std::size_t bytes_max = match.route->body_bytes_max;
  if (request.body.size() > bytes_max) {
    return refuse(to_problem(too_large(request.body.size(), bytes_max)), pending.request_id);
  }
  if (!is_json(request)) return refuse(unsupported_media_type(), pending.request_id);
  Result<void> conditions = check_if_none_match(request);
  if (!conditions) return refuse(to_problem(std::move(conditions).error()), pending.request_id);
  if (const std::string* etags = request.header("if-none-match")) pending.if_none_match = *etags;

  Incoming incoming(std::move(request), std::move(match.parameters), bytes_max);
  if (std::holds_alternative<Enroll>(match.route->work)) {
    Enrolling enrolling = read_enrolling(incoming);
    Result<void> read = incoming.finish();
    if (!read) return refuse(to_problem(std::move(read).error()), pending.request_id);
    enrolling.token = std::make_shared<const Secret>(std::move(caller.token));
    EnrollCommand first = begin_enrolling(enrolling, peer.address);
    pending.enrolling = std::move(enrolling);
    return command(std::move(first), std::move(pending));
  }
  domain::ManagementCommand command = std::get<Reader>(match.route->work)(incoming);
  Result<void> read = incoming.finish();
  if (!read) return refuse(to_problem(std::move(read).error()), pending.request_id);

  Manage body{{std::move(caller.token), peer.address}, std::move(command)};
  StepResult result;
  result.commands.push_back({std::move(body), std::move(pending)});
  return result;
}

// Of a member that is being registered for its device.
StepResult Admin::go_on(const wire::Peer& peer, Answer answer, Pending pending) {
  const std::string request_id = pending.request_id;
  if (auto* outcome = std::get_if<domain::Outcome>(&answer.body)) {
    Result<boost::json::object> made = enrolled(*pending.enrolling, std::move(*outcome));
    if (!made) return refuse(to_problem(std::move(made).error()), request_id);
    return respond(json_response(*made));
  }
  auto* managed = std::get_if<Result<domain::ManagementResult>>(&answer.body);
  if (managed == nullptr) return refuse(to_problem(not_ours()), request_id);
  Result<EnrollCommand> next =
      continue_enrolling(*pending.enrolling, peer.address, std::move(*managed));
  if (!next) return refuse(to_problem(std::move(next).error()), request_id);
  return command(*std::move(next), std::move(pending));
}

StepResult Admin::answer(const wire::Peer& peer, Answer answer) {
  auto* pending = std::any_cast<Pending>(&answer.correlation);
  if (pending == nullptr || pending->route == nullptr) return {};  // not ours
  if (pending->enrolling) {
    Pending under_way = std::move(*pending);
    return go_on(peer, std::move(answer), std::move(under_way));
  }
  if (const auto* inspection = std::get_if<Inspection>(&answer.body)) {
    const auto* what = std::get_if<Inspect::What>(&pending->route->work);
    return respond(render(*inspection, what == nullptr ? Inspect::What::kHealth : *what));
  }
  auto* managed = std::get_if<Result<domain::ManagementResult>>(&answer.body);
  if (managed == nullptr) return refuse(to_problem(not_ours()), pending->request_id);
  if (!*managed) {
    const bool nobody = managed->error().kind == ErrorKind::kUnauthenticated;
    StepResult refused = refuse(to_problem(std::move(*managed).error()), pending->request_id);
    return without_session(std::move(refused), *pending, nobody);
  }
  const domain::ManagementResult& result = **managed;
  if (std::holds_alternative<domain::Following>(result)) {
    StepResult begun;
    begun.actions.emplace_back(live_stream());
    return begun;
  }
  const bool is_get = pending->route->method == "GET";
  if (is_get && matches(pending->if_none_match, result)) return respond(not_modified(result));
  const auto* view = std::get_if<domain::SessionView>(&result);
  const bool nobody = view != nullptr && !view->who;
  StepResult rendered = respond(render(result, pending->route->status, pending->path));
  return without_session(std::move(rendered), *pending, nobody);
}

}  // namespace

std::unique_ptr<Dialect> make_admin() { return std::make_unique<Admin>(); }

}  // namespace berth::dialects::admin
