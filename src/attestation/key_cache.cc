#include "attestation/key_cache.h"

#include <utility>

namespace berth::attestation {
namespace {

const domain::Sealed kNone;

std::string context_of(const domain::Enrollment& enrollment) {
  return domain::key_context(enrollment.scope, enrollment.kind, enrollment.id);
}

}  // namespace

KeyCache::KeyCache(provisioning::Vault& vault, std::size_t count_max)
    : vault_(vault), count_max_(count_max == 0 ? 1 : count_max) {}

Result<const OpenedKeys*> KeyCache::open(const domain::Enrollment& enrollment,
                                         const domain::SymmetricKeys& keys) {
  return open(context_of(enrollment), keys.primary, keys.secondary);
}

Result<const OpenedKeys*> KeyCache::open(const domain::Enrollment& enrollment,
                                         const domain::ProductSecret& secret) {
  return open(context_of(enrollment), secret.current, secret.previous ? *secret.previous : kNone);
}

Result<const OpenedKeys*> KeyCache::open(const domain::Enrollment& enrollment,
                                         const domain::MemberPasswords& passwords) {
  return open(context_of(enrollment), *passwords.derivation_secret, kNone);
}

Result<const OpenedKeys*> KeyCache::open(std::string context, const domain::Sealed& primary_seal,
                                         const domain::Sealed& secondary_seal) {
  const auto found = by_context_.find(context);
  if (found != by_context_.end()) {
    const Entries::iterator entry = found->second;
    if (entry->primary == primary_seal && entry->secondary == secondary_seal) {
      entries_.splice(entries_.begin(), entries_, entry);
      return &entry->opened;
    }
    entries_.erase(entry);
    by_context_.erase(found);
  }
  BERTH_TRY(Secret primary, vault_.open(primary_seal, context));
  Secret secondary;
  if (!secondary_seal.bytes.empty()) {
    BERTH_TRY(secondary, vault_.open(secondary_seal, context));
  }
  if (entries_.size() >= count_max_) {
    by_context_.erase(entries_.back().context);
    entries_.pop_back();
  }
  entries_.push_front(
      Entry{context, primary_seal, secondary_seal, {std::move(primary), std::move(secondary)}});
  by_context_.emplace(std::move(context), entries_.begin());
  return &entries_.front().opened;
}

Result<Secret> KeyCache::open_retired(const domain::Enrollment& enrollment,
                                      const domain::RetiredKey& key) {
  return vault_.open(key.key, context_of(enrollment));
}

}  // namespace berth::attestation
