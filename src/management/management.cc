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

// Whether tokens or sessions are no more when the command has succeeded.
bool ends_tokens(const Actor& actor, const domain::ManagementCommand& command) {
  if (std::holds_alternative<domain::DeleteToken>(command) ||
      std::holds_alternative<domain::UpdateOperator>(command) ||
      std::holds_alternative<domain::DeleteOperator>(command)) {
    return true;
  }
  const bool of_session = std::holds_alternative<domain::ChangePassword>(command) ||
                          std::holds_alternative<domain::SignIn>(command) ||
                          std::holds_alternative<domain::SignOut>(command);
  return of_session && !actor.operator_name.empty();
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
  const bool ends = ends_tokens(*actor, command);
  const Call call{state_->ports, *actor};
  Answer answer = co_await dispatch(call, std::move(command));
  if (ends) state_->tokens.forget();
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
