#include "provisioning/scope_cache.h"

#include <algorithm>
#include <utility>

namespace berth::provisioning {

ScopeCache::ScopeCache(RegistrationStore& store, std::size_t scopes_max)
    : store_(store), scopes_max_(std::max<std::size_t>(1, scopes_max)) {}

Task<Result<std::shared_ptr<const ScopeSnapshot>>> ScopeCache::get(domain::ScopeId scope,
                                                                   std::uint64_t version) {
  const auto found = by_scope_.find(scope.text());
  if (found != by_scope_.end() && found->second->snapshot->catalog_version == version) {
    entries_.splice(entries_.begin(), entries_, found->second);
    co_return found->second->snapshot;
  }
  Result<ScopeSnapshot> read = co_await store_.scope_snapshot(scope);
  if (!read) co_return Fail(std::move(read).error());
  auto snapshot = std::make_shared<const ScopeSnapshot>(*std::move(read));
  put(scope.text(), snapshot);
  co_return snapshot;
}

void ScopeCache::put(const std::string& scope, std::shared_ptr<const ScopeSnapshot> snapshot) {
  // Another attempt may have put it there while this one waited for the store.
  const auto found = by_scope_.find(scope);
  if (found != by_scope_.end()) {
    entries_.erase(found->second);
    by_scope_.erase(found);
  }
  if (entries_.size() >= scopes_max_) {
    by_scope_.erase(entries_.back().scope);
    entries_.pop_back();
  }
  entries_.push_front({scope, std::move(snapshot)});
  by_scope_.emplace(scope, entries_.begin());
}

}  // namespace berth::provisioning
