#include "attestation/credentials.h"

#include "base/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace berth::attestation {
namespace {

using domain::KeySlot;
using domain::Reason;
using hub::Authenticated;
using hub::ProofRefusal;

constexpr std::array kSlots = {KeySlot::kPrimary, KeySlot::kSecondary};

const domain::Sealed& seal_of(const domain::SymmetricKeys& keys, KeySlot slot) {
  return slot == KeySlot::kPrimary ? keys.primary : keys.secondary;
}

ProofRefusal key_unreadable(std::string_view whose, const Error& error) {
  log::error("connect.key_unreadable", {{"whose", std::string(whose)}, {"what", error.what}});
  return {Reason::kInternal, "keys that open under the server's master key",
          "a key that does not; the log has more"};
}

std::string credential_of(const KeyRing& ring, const std::string& fingerprint) {
  return std::string(ring.mark) + fingerprint;
}

}  // namespace

KeyRing ring_of(const domain::Device& device) {
  return {*device.keys, device_key_context(device.hub, device.id),
          fmt::format("device '{}'", device.id.text()), kOwnMark};
}

KeyRing ring_of(const domain::Hub& hub, const domain::HubPolicy& policy) {
  return {policy.keys, hub_policy_context(hub.name, policy.name),
          fmt::format("policy '{}' of hub '{}'", policy.name, hub.name.text()), kPolicyMark};
}

Result<Authenticated, ProofRefusal> verify(provisioning::Vault& vault, const KeyRing& ring,
                                           const std::string& what, const Verifies& verifies) {
  std::string tried;
  for (const KeySlot slot : kSlots) {
    Result<Secret> key = vault.open(seal_of(ring.keys, slot), ring.context);
    if (!key) return Fail(key_unreadable(ring.whose, key.error()));
    const std::string fingerprint = vault.fingerprint(key->bytes());
    if (verifies(*key)) {
      return Authenticated{fmt::format("{} key of {}", to_string(slot), ring.whose),
                           credential_of(ring, fingerprint),
                           {}};
    }
    tried += fmt::format("{}{} {}", tried.empty() ? "" : ", ", to_string(slot), fingerprint);
  }
  return Fail(ProofRefusal{Reason::kProofRejected,
                           fmt::format("{} with a key of {} ({})", what, ring.whose, tried),
                           "a signature that neither verifies"});
}

bool holds(provisioning::Vault& vault, const KeyRing& ring, const std::string& credential) {
  return std::any_of(kSlots.begin(), kSlots.end(), [&](KeySlot slot) {
    const Result<Secret> key = vault.open(seal_of(ring.keys, slot), ring.context);
    return key && credential_of(ring, vault.fingerprint(key->bytes())) == credential;
  });
}

Result<hub::SharedKey> primary_of(provisioning::Vault& vault, const KeyRing& ring) {
  BERTH_TRY(Secret key, vault.open(ring.keys.primary, ring.context));
  std::string credential = credential_of(ring, vault.fingerprint(key.bytes()));
  return hub::SharedKey{std::move(key), std::move(credential)};
}

std::string certificate_credential(provisioning::Vault& vault,
                                   std::span<const std::uint8_t> sha256) {
  return std::string(kCertificateMark) + vault.fingerprint(sha256);
}

std::string password_credential(provisioning::Vault& vault,
                                const domain::DevicePassword& password) {
  return std::string(kPasswordMark) + vault.fingerprint(password.digest);
}

}  // namespace berth::attestation
