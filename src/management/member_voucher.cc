#include "management/member_voucher.h"

#include "management/changes.h"

#include <fmt/format.h>

namespace berth::management {

domain::Claim vouched_claim(const Call& call, const domain::Enrollment& group,
                            const domain::MemberName& name) {
  const std::string actor = actor_text(call.actor);
  const std::int64_t expires_at = base::to_unix_seconds(call.ports.clock.wall() + kVoucherTime);
  const std::string message =
      domain::voucher_message(group.scope, group.id, name, expires_at, actor);
  const base::Bytes digest =
      call.ports.vault.digest(base::as_bytes(message), domain::kVoucherPurpose);

  domain::Claim claim;
  claim.registration_id = domain::member_device_id(group.id, name);
  claim.membership = domain::Membership{group.id.text(), name.text()};
  claim.evidence =
      domain::Voucher{fmt::format("{}.{}.{}", expires_at, base::hex_encode(digest), actor)};
  claim.dialect = "admin";
  claim.transport = "https";  // operators have no other
  claim.source = call.actor.source;
  return claim;
}

}  // namespace berth::management
