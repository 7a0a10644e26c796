#include "attestation/device_password_rivals.h"

#include "attestation/password_variants.h"
#include "attestation/passwords.h"
#include "attestation/rival_hypotheses.h"
#include "base/codec.h"
#include "base/nearest.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::attestation {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::Device;
using domain::MemberPasswords;
using domain::Password;
using domain::PasswordUse;
using domain::Reason;
using provisioning::ConnectionInput;

// Ids that differ by no more than this are taken for slips of the same one.
constexpr std::size_t kNearEditsMax = 2;

class RefusedDevice {
 public:
  RefusedDevice(const ConnectionInput& input, const Password& password, ProductRivalTools tools)
      : input_(input), received_(password.text->text()), tools_(tools) {}

  // Of a device that is known.
  Findings rejected(const Device& device) {
    device_ = &device;
    for (const auto hypothesis :
         {&RefusedDevice::replaced, &RefusedDevice::made_void, &RefusedDevice::spelled_otherwise,
          &RefusedDevice::of_member, &RefusedDevice::of_other_device}) {
      Findings findings = (this->*hypothesis)();
      if (!findings.empty()) return findings;
    }
    return {{Cause::kIssuedButOther, false,
             fmt::format("{}, and the device uses something else: its storage was overwritten, or "
                         "another device uses its id.",
                         issued_text()),
             register_again()}};
  }

  // Of one that is not: whose password it is.
  Findings unknown() {
    const std::string& sent = input_.claim.registration_id;
    const Device* owner = owner_among(input_.same_id);
    if (owner == nullptr) owner = owner_among(input_.same_hub);
    if (owner == nullptr) return {};
    const bool slip = base::edit_distance(owner->id.text(), sent) <= kNearEditsMax;
    return {{slip ? Cause::kIdSpelling : Cause::kKeyOfOtherDevice, true,
             fmt::format("The password is that of device '{}'; the device calls itself '{}'.",
                         owner->id.text(), base::printable(sent)),
             fmt::format("set the device id in the device to '{}'", owner->id.text())}};
  }

  Findings other_kind(const Device& device) {
    device_ = &device;
    if (device.password) return {};
    return {{Cause::kOtherCredentialKind, true,
             fmt::format("Device '{}' has {}, but it came with a password.", device.id.text(),
                         device.certificate ? "a certificate"
                         : device.keys      ? "a secret"
                                            : "no credential"),
             register_again()}};
  }

 private:
  bool spend() {
    if (tools_.budget == 0) return false;
    --tools_.budget;
    return true;
  }

  bool is_of(const Device& device, const base::Bytes& digest, std::string_view text) {
    return !digest.empty() && spend() &&
           is_digest_of(tools_.vault, digest, text, device_password_purpose(device.id));
  }

  const MemberPasswords* passwords_of(const domain::Enrollment& group) const {
    const bool own =
        device_->group && device_->group->key() == group.id.key() && device_->scope == group.scope;
    return own ? std::get_if<MemberPasswords>(&group.attestation) : nullptr;
  }
  // The group whose member it is, if it could be read.
  const domain::Enrollment* group() const {
    for (const auto list : {input_.candidates, input_.same_scope}) {
      const auto found = std::find_if(list.begin(), list.end(), [&](const auto& each) {
        return passwords_of(each) != nullptr;
      });
      if (found != list.end()) return &*found;
    }
    return nullptr;
  }
  // The name under which it is in the roster; empty for those that are not.
  std::string member_name() const {
    const auto& registration = input_.registration;
    return registration && registration->member ? registration->member->text() : std::string();
  }

  std::string register_again() const {
    const domain::Enrollment* of = group();
    const std::string name = member_name();
    if (of == nullptr || name.empty()) return mend::show_device(*device_);
    return mend::thing_serial("reset", *of, name);
  }

  std::string issued_text() const {
    return fmt::format("What device '{}' has now was issued at {}", device_->id.text(),
                       base::format_utc(device_->updated_at, 0));
  }

  Findings replaced() {
    for (const auto& [digest, at] : device_->password->retired) {
      if (!is_of(*device_, digest, received_)) continue;
      const bool is_void = device_->password->digest.empty();
      return {{Cause::kReissuedSince, true,
               fmt::format("The device uses the password that it had until {}: {}.",
                           base::format_utc(at, 0),
                           is_void ? "it was made void, and the device has to register again"
                                   : "it has been issued another since, and did not get or keep "
                                     "it"),
               is_void ? std::string("let the device register again with its enrol password")
                       : register_again()}};
    }
    return {};
  }

  Findings made_void() {
    if (!device_->password->digest.empty()) return {};
    return {{Cause::kReissuedSince, false,
             fmt::format("Device '{}' has no password that is good: an operator, or the account of "
                         "its scope, wants it to register again.",
                         device_->id.text()),
             "let the device register again with its enrol password"}};
  }

  Findings spelled_otherwise() {
    for (const PasswordVariant& variant : password_variants(received_)) {
      if (!is_of(*device_, device_->password->digest, variant.text.text())) continue;
      return {{Cause::kPasswordSpelling, true,
               fmt::format("It is the password of device '{}', sent {}.", device_->id.text(),
                           variant.slip),
               "let the device send its password exactly as it was issued"}};
    }
    return {};
  }

  bool is_of_member(const domain::Enrollment& of, const MemberPasswords& passwords,
                    PasswordUse use) {
    const domain::Member* member = input_.member;
    if (member != nullptr && !own_password(*member, use).empty()) {
      return spend() && is_digest_of(tools_.vault, own_password(*member, use), received_,
                                     purpose_of(*member, use));
    }
    if (!passwords.derivation_secret || !spend()) return false;
    const Result<const OpenedKeys*> opened = tools_.keys.open(of, passwords);
    if (!opened) return false;
    const Secret derived =
        derived_password({(*opened)->primary.text(), passwords.order}, member_name(), use);
    return derived.equals(base::as_bytes(received_));
  }

  Findings of_member() {
    const domain::Enrollment* of = group();
    if (of == nullptr || member_name().empty()) return {};
    for (const PasswordUse use : {PasswordUse::kEnroll, PasswordUse::kControl}) {
      if (!is_of_member(*of, *passwords_of(*of), use)) continue;
      return {{Cause::kPasswordOfOtherUse, true,
               fmt::format("What was sent is the {} of '{}'; device '{}' has to connect with the "
                           "password that it was issued when it registered.",
                           name_of(use), member_name(), device_->id.text()),
               "let the device keep what it was issued, and connect with that"}};
    }
    return {};
  }

  const Device* owner_among(std::span<const Device> devices) {
    for (const Device& other : devices) {
      if (other.password && is_of(other, other.password->digest, received_)) return &other;
    }
    return nullptr;
  }

  Findings of_other_device() {
    const Device* owner = owner_among(input_.same_id);
    if (owner == nullptr) owner = owner_among(input_.same_hub);
    if (owner == nullptr) return {};
    const std::string whose = owner->scope == device_->scope
                                  ? fmt::format("device '{}'", owner->id.text())
                                  : std::string("a device of another scope");
    return {{Cause::kKeyOfOtherDevice, true,
             fmt::format("The device has the password of {}, but calls itself '{}'.", whose,
                         device_->id.text()),
             "give each device its own password: two of them may share an image"}};
  }

  const ConnectionInput& input_;
  std::string_view received_;
  ProductRivalTools tools_;
  const Device* device_ = nullptr;
};

}  // namespace

std::vector<domain::Finding> test_device_password_rivals(const ConnectionInput& input,
                                                         ProductRivalTools tools) {
  const auto* password = std::get_if<Password>(&input.claim.evidence);
  if (password == nullptr || password->use != PasswordUse::kConnect) return {};
  RefusedDevice refused(input, *password, tools);
  if (input.device == nullptr) {
    return input.reason == Reason::kDeviceUnknown ? refused.unknown() : Findings{};
  }
  if (input.reason == Reason::kAttestationMismatch) return refused.other_kind(*input.device);
  if (input.reason != Reason::kProofRejected || !input.device->password) return {};
  return refused.rejected(*input.device);
}

}  // namespace berth::attestation
