#include "issuing/password.h"

#include "issuing/retired_certificates.h"
#include "issuing/retired_passwords.h"

#include <string_view>
#include <utility>

namespace berth::issuing {
namespace {

// Letters and digits need no quoting in JSON, shells, topics and headers; the bounds that clients
// set to it are 4 and 127 characters.
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kCharacters = 24;

Secret make_password(Rng& rng) {
  Secret password = Secret::of_size(kCharacters);
  for (std::uint8_t& each : password.mutable_bytes()) {
    each = static_cast<std::uint8_t>(kAlphabet[rng.below(kAlphabet.size())]);
  }
  return password;
}

}  // namespace

bool Password::issues_for(const domain::Enrollment& enrollment, const domain::Claim&) const {
  return std::holds_alternative<domain::MemberPasswords>(enrollment.attestation);
}

Result<domain::Credential, provisioning::Refusal> Password::issue(
    const provisioning::IssueInput& input, domain::Device& device) {
  Secret password = make_password(rng_);
  device.keys.reset();
  device.certificate.reset();
  device.password.emplace();
  device.password->digest =
      vault_.digest(password.bytes(), domain::device_password_purpose(device.id));
  device.awaits_activation = true;
  if (input.for_controller) device.role = domain::DeviceRole::kController;
  if (input.before != nullptr) {
    device.password->retired = retire_passwords(*input.before, device);
    device.retired_certificates = retire_certificates(*input.before, device);
  }
  return domain::Credential{domain::IssuedPassword{std::move(password)}};
}

}  // namespace berth::issuing
