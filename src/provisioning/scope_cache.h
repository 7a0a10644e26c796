// What changes rarely about a scope, kept until its catalog version changes. Bounded: the scope
// used longest ago leaves.
//
// Room provisioning. Thread rule: one per io_context, used by it alone; a snapshot handed out stays
// good for as long as it is held.
#pragma once

#include "provisioning/ports/registrations.h"

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace berth::provisioning {

class ScopeCache {
 public:
  ScopeCache(RegistrationStore& store, std::size_t scopes_max);

  // The snapshot of a scope whose dossier says `version`; read from the store unless it is here.
  // Errors: those of RegistrationStore::scope_snapshot.
  Task<Result<std::shared_ptr<const ScopeSnapshot>>> get(domain::ScopeId scope,
                                                         std::uint64_t version);

 private:
  struct Entry {
    std::string scope;
    std::shared_ptr<const ScopeSnapshot> snapshot;
  };
  using Entries = std::list<Entry>;  // most recently used first

  void put(const std::string& scope, std::shared_ptr<const ScopeSnapshot> snapshot);

  RegistrationStore& store_;
  std::size_t scopes_max_;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_scope_;
};

}  // namespace berth::provisioning
