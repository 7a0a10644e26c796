#include "attestation/key_cache.h"

#include <utility>

namespace berth::attestation {
namespace {

std::string context_of(const domain::Enrollment& enrollment) {
  return domain::key_context(enrollment.scope, enrollment.kind, enrollment.id);
}

}  // namespace

KeyCache::KeyCache(provisioning::Vault& vault, std::size_t count_max)
    : vault_(vault), count_max_(count_max == 0 ? 1 : count_max) {}

Result<const OpenedKeys*> KeyCache::open(const domain::Enrollment& enrollment,
                                         const domain::SymmetricKeys& keys) {
  std::string context = context_of(enrollment);
  const auto found = by_context_.find(context);
  if (found != by_context_.end()) {
    const Entries::iterator entry = found->second;
    if (entry->primary == keys.primary && entry->secondary == keys.secondary) {
      entries_.splice(entries_.begin(), entries_, entry);
      return &entry->opened;
    }
    entries_.erase(entry);
    by_context_.erase(found);
  }
  BERTH_TRY(Secret primary, vault_.open(keys.primary, context));
  BERTH_TRY(Secret secondary, vault_.open(keys.secondary, context));
  if (entries_.size() >= count_max_) {
    by_context_.erase(entries_.back().context);
    entries_.pop_back();
  }
  entries_.push_front(
      Entry{context, keys.primary, keys.secondary, {std::move(primary), std::move(secondary)}});
  by_context_.emplace(std::move(context), entries_.begin());
  return &entries_.front().opened;
}

Result<Secret> KeyCache::open_retired(const domain::Enrollment& enrollment,
                                      const domain::RetiredKey& key) {
  return vault_.open(key.key, context_of(enrollment));
}

}  // namespace berth::attestation
