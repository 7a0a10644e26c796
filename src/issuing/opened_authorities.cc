#include "issuing/opened_authorities.h"

#include "crypto/certificate.h"

#include <algorithm>
#include <string>
#include <utility>

namespace berth::issuing {
namespace {

bool same(const domain::IssuingAuthority& a, const domain::IssuingAuthority& b) {
  return a.key == b.key && a.certificate == b.certificate && a.root == b.root;
}

Result<crypto::Authority> load(provisioning::Vault& vault, const domain::ScopeId& scope,
                               const domain::IssuingAuthority& kept) {
  BERTH_TRY(const Secret key, vault.open(kept.key, domain::issuing_context(scope)));
  std::string chain = crypto::certificate_pem(kept.certificate);
  if (!kept.root.empty() && kept.root != kept.certificate) {
    chain += crypto::certificate_pem(kept.root);
  }
  return crypto::Authority::load(chain, key);
}

}  // namespace

Result<const crypto::Authority*> OpenedAuthorities::open(const domain::Scope& scope) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& each) { return each.scope == scope.id; });
  if (found != entries_.end()) {
    if (scope.issuing_authority && same(found->kept, *scope.issuing_authority)) {
      entries_.splice(entries_.begin(), entries_, found);
      return &found->opened;
    }
    entries_.erase(found);
  }
  if (!scope.issuing_authority) {
    return Fail(ErrorKind::kPreconditionFailed, "the scope has no issuing CA",
                "switch the enrollment's issuance off and on again: that makes one");
  }
  BERTH_TRY(crypto::Authority opened, load(vault_, scope.id, *scope.issuing_authority));
  if (entries_.size() >= count_max_) entries_.pop_back();
  entries_.push_front(Entry{scope.id, *scope.issuing_authority, std::move(opened)});
  return &entries_.front().opened;
}

}  // namespace berth::issuing
