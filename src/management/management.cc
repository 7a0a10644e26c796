#include "management/management.h"

#include "base/log.h"
#include "management/authorise.h"
#include "management/changes.h"
#include "management/first_start.h"
#include "management/token_check.h"
#include "management/use_cases.h"

namespace berth::management {

struct Management::State {
  State(const Ports& given_ports, Settings given)
      : settings(std::move(given)),
        code_tries(settings.code_tries),
        sign_ins(settings.sign_ins),
        ports{given_ports, settings, code_tries, sign_ins},
        tokens(ports, settings.guesses) {}

  const Settings settings;
  SourceBudget code_tries;
  SourceBudget sign_ins;
  const Means ports;
  TokenCheck tokens;
};

Management::Management(const Ports& ports, Settings settings)
    : state_(std::make_unique<State>(ports, std::move(settings))) {}

Management::~Management() = default;

namespace {

// Tokens that are no more when a command has succeeded.
struct Ending {
  std::string token_id;       // empty: none by id
  std::string operator_name;  // all sessions of this one, but `except`
  std::string except;
};

Ending ending_of(const Actor& actor, const domain::ManagementCommand& command) {
  if (const auto* c = std::get_if<domain::DeleteToken>(&command)) return {c->id, "", ""};
  if (const auto* c = std::get_if<domain::UpdateOperator>(&command)) {
    return {"", base::ascii_lower(c->name), ""};
  }
  if (const auto* c = std::get_if<domain::DeleteOperator>(&command)) {
    return {"", base::ascii_lower(c->name), ""};
  }
  if (actor.operator_name.empty()) return {};
  if (std::holds_alternative<domain::ChangePassword>(command)) {
    return {"", actor.operator_name, actor.token_id};
  }
  const bool ends_itself = std::holds_alternative<domain::SignIn>(command) ||
                           std::holds_alternative<domain::SignOut>(command);
  return ends_itself ? Ending{actor.token_id, "", ""} : Ending();
}

}  // namespace

static Task<Answer> dispatch(const Call& call, domain::ManagementCommand command) {
  const auto start = [&call](auto& one) { return run(call, std::move(one)); };
  Answer answer = co_await std::visit(start, command);
  co_return answer;
}

Task<Answer> Management::handle(domain::Caller caller, domain::ManagementCommand command) {
  const bool for_anybody = requirement(command).reach == Reach::kAnybody;
  Actor nobody;
  nobody.source = caller.source;
  Result<Actor> actor = nobody;
  if (!for_anybody || !caller.token.empty()) {
    actor = co_await state_->tokens.check(std::move(caller));
  }
  if (!actor && for_anybody) actor = nobody;
  if (!actor) co_return Fail(std::move(actor).error());
  Result<void> allowed = authorise(*actor, command);
  if (!allowed) {
    log::info("admin.forbidden", {{"token", actor->token_id}, {"source", actor->source}});
    co_return Fail(std::move(allowed).error());
  }
  const Ending ending = ending_of(*actor, command);
  const Call call{state_->ports, *actor};
  Answer answer = co_await dispatch(call, std::move(command));
  state_->tokens.forget(ending.token_id);
  state_->tokens.forget_sessions(ending.operator_name, ending.except);
  co_return answer;
}

Task<Result<domain::NewToken>> Management::create_first_token() {
  Result<domain::NewToken> made = co_await make_first_token(state_->ports);
  co_return made;
}

Task<Result<void>> Management::create_first_scope() {
  Result<void> made = co_await make_first_scope(state_->ports);
  co_return made;
}

Task<Result<void>> Management::complete_hubs() {
  Result<void> done = co_await add_missing_policies(state_->ports);
  co_return done;
}

}  // namespace berth::management
