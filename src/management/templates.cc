// Device templates: the models that devices are assigned to by the id they name.
#include "domain/model_id.h"
#include "management/changes.h"
#include "management/lookup.h"
#include "management/template_edit.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::management {
namespace {

using domain::Template;

constexpr std::uint32_t kPageMax = 50;  // a model may be large

Act template_act(std::string_view action, const Template& record, std::string detail = "{}") {
  return {action, record.scope.text(), record.id, std::move(detail)};
}

Task<Result<Template>> find_template(const Call& call, std::string scope, std::string id) {
  Result<domain::Scope> owner = co_await find_scope(call, std::move(scope));
  if (!owner) co_return Fail(std::move(owner).error());
  Result<void> named = domain::check_model_id(id);
  if (named) {
    Result<Template> found = co_await call.ports.catalog.get_template(owner->id.text(), id);
    const bool there = found || found.error().kind != ErrorKind::kNotFound;
    if (there) co_return found;
  }
  co_return Fail(
      ErrorKind::kNotFound,
      fmt::format("scope '{}' has no template '{}'", owner->id.text(), base::printable(id, 128)),
      "list them: berth template list --id-scope " + owner->id.text());
}

}  // namespace

Task<Answer> run(const Call& call, domain::CreateTemplate command) {
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  Template record;
  record.scope = scope->id;
  Result<void> named = name_template(record, command.edit);
  if (!named) co_return Fail(std::move(named).error());
  BERTH_CO_TRY(const Differences changed, edit_template(record, command.edit));
  record.created_at = record.updated_at = call.ports.clock.wall();
  auto change = make_change(call, PutTemplate{record}, MustNotExist{},
                            template_act("template.create", record, changed.text()));
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  record.version = *version;
  co_return record;
}

Task<Answer> run(const Call& call, domain::GetTemplate command) {
  Result<Template> found =
      co_await find_template(call, std::move(command.scope), std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  co_return *std::move(found);
}

Task<Answer> run(const Call& call, domain::ListTemplates command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  page.limit = std::min(page.limit, kPageMax);
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  Result<domain::Listing<Template>> list =
      co_await call.ports.catalog.list_templates(scope->id.text(), std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::UpdateTemplate command) {
  for (int attempt = 1;; ++attempt) {
    Result<Template> found = co_await find_template(call, command.scope, command.id);
    if (!found) co_return Fail(std::move(found).error());
    Result<void> current = check_version(command.precondition, found->version);
    if (!current) co_return Fail(std::move(current).error());
    BERTH_CO_TRY(const Differences changed, edit_template(*found, command.edit));
    if (changed.empty()) co_return *std::move(found);
    found->updated_at = call.ports.clock.wall();
    auto change = make_change(call, PutTemplate{*found}, MustBeVersion{found->version},
                              template_act("template.update", *found, changed.text()));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      found->version = *version;
      co_return *std::move(found);
    }
    if (!may_retry(version.error(), command.precondition, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::DeleteTemplate command) {
  Result<Template> found =
      co_await find_template(call, std::move(command.scope), std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  auto change = make_change(call, RemoveTemplate{found->scope, found->id},
                            expected(command.precondition, MustExist{}),
                            template_act("template.delete", *found));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  co_return domain::Done{};
}

Task<Answer> run(const Call&, domain::CheckModel command) {
  co_return model_check(domain::check_model(command.model));
}

}  // namespace berth::management
