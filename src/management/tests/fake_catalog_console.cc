// Templates, approvals and operators of the catalog in memory.
#include "management/tests/fake_catalog.h"
#include "management/tests/fake_tables.h"

namespace berth::management::testing {

using domain::Listing;
using domain::Page;

Result<std::uint64_t> FakeCatalog::write(const PutTemplate& change,
                                         const Expectation& expectation) {
  return put(templates, Pair(change.record.scope.text(), change.record.id), change.record,
             expectation);
}
Result<std::uint64_t> FakeCatalog::write(const RemoveTemplate& change,
                                         const Expectation& expectation) {
  for (auto& [key, each] : registrations) {
    if (each.scope == change.scope && each.template_id == change.id) each.template_id.clear();
  }
  return remove(templates, Pair(change.scope.text(), change.id), expectation);
}
Result<std::uint64_t> FakeCatalog::write(const PutApproval& change,
                                         const Expectation& expectation) {
  const Pair key(change.scope.text(), change.id.key());
  BERTH_TRY(domain::Registration record, find(registrations, key));
  record.approval = change.approval;
  const auto device = devices.find(Pair(record.hub.text(), record.device_id.text()));
  if (device != devices.end()) {
    device->second.enabled = change.approval != domain::Approval::kBlocked;
  }
  return put(registrations, key, record, expectation);
}

void FakeCatalog::end_sessions(const std::string& operator_name, const std::string& except) {
  std::erase_if(tokens, [&](const auto& each) {
    return each.second.operator_name == operator_name && each.first != except;
  });
}
Result<void> FakeCatalog::make_way_for_session(const PutToken& change) {
  const auto found = operators.find(change.record.operator_name);
  if (found == operators.end()) return Fail(ErrorKind::kNotFound, "it is not there");
  domain::Operator& who = found->second;
  if (who.version != change.operator_version) {
    return Fail(ErrorKind::kPreconditionFailed, "it has another version");
  }
  if (who.guesses.locked_until > change.record.created_at) {
    return Fail(ErrorKind::kTooMany, "it is locked");
  }
  who.guesses = {};
  const auto old = tokens.find(change.in_place_of);
  if (old != tokens.end() && !old->second.operator_name.empty()) tokens.erase(old);
  return {};
}
Result<std::uint64_t> FakeCatalog::write(const PutOperator& change,
                                         const Expectation& expectation) {
  domain::Operator record = change.record;
  const auto stored = operators.find(record.name);
  if (stored != operators.end()) {
    record.created_at = stored->second.created_at;
    if (record.guesses != domain::Guesses()) record.guesses = stored->second.guesses;
  }
  Result<std::uint64_t> version = put(operators, record.name, record, expectation);
  if (version && change.ends_sessions) end_sessions(record.name, change.except_token);
  return version;
}
Result<std::uint64_t> FakeCatalog::write(const RemoveOperator& change,
                                         const Expectation& expectation) {
  Result<std::uint64_t> gone = remove(operators, change.name, expectation);
  if (gone) end_sessions(change.name, "");
  return gone;
}

Task<Result<domain::Template>> FakeCatalog::get_template(std::string scope, std::string id) {
  co_return find(templates, Pair(scope, id));
}
Task<Result<Listing<domain::Template>>> FakeCatalog::list_templates(std::string scope, Page page) {
  co_return page_of(templates, page, [&](const auto& each) { return each.scope.text() == scope; });
}
Task<Result<domain::Operator>> FakeCatalog::get_operator(std::string name) {
  Result<void> up = working();
  if (!up) co_return Fail(std::move(up).error());
  co_return find(operators, name);
}
Task<Result<Listing<domain::Operator>>> FakeCatalog::list_operators(Page page) {
  Result<void> up = working();
  if (!up) co_return Fail(std::move(up).error());
  co_return page_of(operators, page, kAll);
}
Task<Result<domain::Guesses>> FakeCatalog::operator_guessed_wrong(std::string name, TimePoint at) {
  const auto found = operators.find(name);
  if (found == operators.end()) co_return Fail(ErrorKind::kNotFound, "it is not there");
  domain::Guesses& guesses = found->second.guesses;
  if (guesses.locked_until && *guesses.locked_until > at) co_return guesses;
  guesses.wrong = guesses.locked_until ? 1 : guesses.wrong + 1;
  guesses.locked_until.reset();
  if (guesses.wrong >= domain::kSignInGuessesMax) guesses.locked_until = at + domain::kSignInLock;
  co_return guesses;
}

}  // namespace berth::management::testing
