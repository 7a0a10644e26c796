#include "dialects/central/central.h"

#include "dialects/caller.h"
#include "dialects/central/replies.h"
#include "dialects/central/requests.h"

#include <utility>

namespace berth::dialects::central {
namespace {

constexpr std::string_view kClaims = "/claim/";
constexpr std::string_view kEnvelopes = "/c/";

enum class Question { kCredentials, kNumber, kPickup, kClaim };

// The note a command carries.
struct Pending {
  Question question = Question::kNumber;
  WantedKinds kinds;
};

StepResult respond(wire::HttpResponse response) {
  StepResult result;
  result.actions.emplace_back(std::move(response));
  return result;
}

StepResult ask(domain::Caller caller, domain::ManagementCommand command, Pending pending) {
  StepResult result;
  result.commands.push_back({Manage{std::move(caller), std::move(command)}, pending});
  return result;
}

// Of whoever holds a code: no token is asked for, and none is looked at.
domain::Caller holder(const wire::Peer& peer) { return {Secret(), peer.address}; }

StepResult arrive_creds(const wire::Peer& peer, wire::HttpRequest& request) {
  if (request.method != "POST") return respond(method_not_allowed("POST"));
  Caller caller = read_caller(request);
  if (caller.token.empty()) {
    return respond(refused({ErrorKind::kUnauthenticated, "nobody is signed in",
                            "sign in to the console, or send a token: Authorization: Bearer …"}));
  }
  Result<void> own = check_own_page(request, caller);
  if (!own) return respond(refused(own.error()));
  auto read = read_credentials(request);
  if (std::holds_alternative<InvalidBody>(read)) return respond(invalid_body());
  if (const Error* error = std::get_if<Error>(&read)) return respond(refused(*error));
  auto& wanted = std::get<CredentialsRequest>(read);
  if (!wanted.kinds.qr && !wanted.kinds.number) return respond(nothing_made());
  return ask({std::move(caller.token), peer.address}, std::move(wanted.command),
             {Question::kCredentials, wanted.kinds});
}

StepResult arrive_number(const wire::Peer& peer, const wire::HttpRequest& request) {
  if (request.method != "GET") return respond(method_not_allowed("GET"));
  return ask(holder(peer), domain::PickUp{domain::PickupKind::kNumber, read_number(request)},
             {Question::kNumber, {}});
}

StepResult arrive_pickup(const wire::Peer& peer, wire::HttpRequest& request) {
  if (request.method != "POST") return respond(method_not_allowed("POST"));
  Result<Secret> typed = read_pickup(request);
  if (!typed) return respond(problem(typed.error()));
  return ask(holder(peer), domain::PickUp{domain::PickupKind::kLetters, *std::move(typed)},
             {Question::kPickup, {}});
}

StepResult arrive_claim(const wire::Peer& peer, wire::HttpRequest& request) {
  if (request.method == "GET") return respond(page(Page::kClaim));
  if (request.method != "POST") return respond(method_not_allowed("GET, POST"));
  const std::string id = request.path.substr(kClaims.size());
  Result<domain::RedeemClaim> claim = read_claim(request, id);
  if (!claim) return respond(problem(claim.error()));
  return ask(holder(peer), *std::move(claim), {Question::kClaim, {}});
}

StepResult arrive(const wire::Peer& peer, wire::HttpRequest& request) {
  if (request.path == "/creds") return arrive_creds(peer, request);
  if (request.path == "/numeric") return arrive_number(peer, request);
  if (request.path == "/pickup") return arrive_pickup(peer, request);
  if (request.path.starts_with(kClaims)) return arrive_claim(peer, request);
  if (request.method != "GET") return respond(method_not_allowed("GET"));
  return respond(page(Page::kEnvelope));
}

Error not_ours() {
  return {ErrorKind::kInternal, "the answer does not belong to this request", ""};
}

wire::HttpResponse answer_of(const Pending& pending, const domain::ManagementResult& result) {
  if (const auto* code = std::get_if<domain::NewCode>(&result)) return made(*code, pending.kinds);
  if (const auto* done = std::get_if<domain::ClaimRedeemed>(&result)) return redeemed(*done);
  const auto* taken = std::get_if<domain::PickedUp>(&result);
  if (taken == nullptr) return problem(not_ours());
  if (pending.question == Question::kNumber) return number_resolved(taken->content);
  return picked_up(*taken);
}

wire::HttpResponse failure_of(const Pending& pending, const Error& error) {
  switch (pending.question) {
    case Question::kCredentials:
      return refused(error);
    case Question::kNumber:
      // The old apps look at nothing but the text.
      return error.kind == ErrorKind::kNotFound ? no_such_number() : refused(error);
    case Question::kPickup:
    case Question::kClaim:
      break;
  }
  return problem(error);
}

StepResult answer(Answer given) {
  const auto* pending = std::any_cast<Pending>(&given.correlation);
  const auto* managed = std::get_if<Result<domain::ManagementResult>>(&given.body);
  if (pending == nullptr) return {};  // not ours
  if (managed == nullptr) return respond(problem(not_ours()));
  if (!*managed) return respond(failure_of(*pending, managed->error()));
  return respond(answer_of(*pending, **managed));
}

bool is_portal(std::string_view path) { return path == "/creds"; }
bool is_for_holders(std::string_view path) {
  return path == "/numeric" || path == "/pickup" || path.starts_with(kClaims) ||
         path.starts_with(kEnvelopes);
}

class Central final : public Dialect {
 public:
  explicit Central(bool portal) : portal_(portal) {}

  std::string_view name() const override { return portal_ ? "central-portal" : "central"; }
  bool for_operators() const override { return portal_; }

  // Never on plain listeners: what is said here are keys.
  bool claims(const wire::Peer& peer, const wire::Request& request) const override {
    const auto* http = std::get_if<wire::HttpRequest>(&request);
    if (http == nullptr || peer.transport != wire::Transport::kHttps) return false;
    return portal_ ? is_portal(http->path) : is_for_holders(http->path);
  }

  StepResult step(const wire::Peer& peer, Session&, Input input) const override {
    if (auto* arrival = std::get_if<Arrival>(&input)) {
      auto* request = std::get_if<wire::HttpRequest>(&arrival->request);
      return request == nullptr ? StepResult() : arrive(peer, *request);
    }
    auto* given = std::get_if<Answer>(&input);
    return given == nullptr ? StepResult() : answer(std::move(*given));
  }

 private:
  const bool portal_;
};

}  // namespace

std::unique_ptr<Dialect> make_central() { return std::make_unique<Central>(false); }
std::unique_ptr<Dialect> make_central_portal() { return std::make_unique<Central>(true); }

}  // namespace berth::dialects::central
