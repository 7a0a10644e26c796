#include "attestation/member_passwords.h"

#include "attestation/device_password_rivals.h"
#include "attestation/member_password_rivals.h"
#include "attestation/passwords.h"
#include "attestation/signature_rules.h"
#include "attestation/voucher.h"
#include "base/log.h"

#include <fmt/format.h>

#include <utility>

namespace berth::attestation {
namespace {

using domain::MemberPasswords;
using domain::Password;
using domain::PasswordUse;
using domain::Reason;
using domain::Voucher;
using provisioning::Attested;
using provisioning::AttestInput;
using provisioning::Refusal;

std::string member_text(const domain::Enrollment& group, std::string_view name) {
  return fmt::format("'{}' of group '{}'", base::printable(name, 64), group.id.text());
}

Refusal mismatch(std::string expected, std::string received) {
  return {Reason::kAttestationMismatch, std::move(expected), std::move(received), {}};
}

// Whether that kind of proof is one for that kind of claim: who knows the control password of a
// member must not register as the member, nor the other way round.
std::optional<Refusal> misused(const domain::Claim& claim) {
  const PasswordUse use = claim.controller ? PasswordUse::kControl : PasswordUse::kEnroll;
  if (const auto* password = std::get_if<Password>(&claim.evidence)) {
    if (password->use == use) return std::nullopt;
    return mismatch(fmt::format("the {}", name_of(use)),
                    fmt::format("one sent as {}", name_of(password->use)));
  }
  if (!std::holds_alternative<Voucher>(claim.evidence)) {
    return mismatch(fmt::format("the {}", name_of(use)), "another kind of proof");
  }
  if (!claim.controller) return std::nullopt;
  return mismatch(fmt::format("the {}", name_of(use)), "an operator's word for the member itself");
}

std::optional<Refusal> locked(const domain::Member& member, PasswordUse use, TimePoint now) {
  const domain::Guesses& guesses = guesses_of(member, use);
  if (!guesses.locked_until || *guesses.locked_until <= now) return std::nullopt;
  return Refusal{Reason::kMemberLocked,
                 fmt::format("an {} that is not locked", name_of(use)),
                 fmt::format("one that is locked until {}, after {} wrong ones in a row",
                             base::format_utc(*guesses.locked_until, 0), guesses.wrong),
                 {}};
}

bool has_credentials(const domain::Claim& claim) {
  return claim.controller && !claim.controller->device.empty() && claim.controller->password;
}

}  // namespace

MemberPasswordAttestor::MemberPasswordAttestor(provisioning::Vault& vault,
                                               SymmetricKeySettings settings)
    : vault_(vault), keys_(vault, settings.keys_cached_max) {}

bool MemberPasswordAttestor::reads(const domain::Evidence& evidence) const {
  return std::holds_alternative<Password>(evidence) || std::holds_alternative<Voucher>(evidence);
}

Result<Attested, Refusal> MemberPasswordAttestor::attest(const AttestInput& input) {
  std::optional<Refusal> wrong_kind = misused(input.claim);
  if (wrong_kind) return Fail(*std::move(wrong_kind));
  for (std::size_t i = 0; i < input.candidates.size(); ++i) {
    const domain::Enrollment& group = *input.candidates[i];
    const auto* passwords = std::get_if<MemberPasswords>(&group.attestation);
    if (passwords == nullptr) continue;
    if (input.member == nullptr) {
      return Fail(Refusal{Reason::kMemberUnknown,
                          fmt::format("a name that group '{}' lists", group.id.text()),
                          "one that it does not",
                          {}});
    }
    const Place place{group, *passwords, *input.member};
    const auto* password = std::get_if<Password>(&input.claim.evidence);
    std::optional<Refusal> refused;
    if (password != nullptr) refused = locked(place.member, password->use, input.now);
    if (refused) return Fail(*std::move(refused));
    Proof proof = password != nullptr
                      ? check_password(place, *password)
                      : check_voucher(place, std::get<Voucher>(input.claim.evidence), input.now);
    if (!proof) return Fail(std::move(proof).error());
    Attested attested{i, domain::KeySlot::kPrimary, input.registration.text(), *std::move(proof)};
    refused = check_controller(input, group, attested);
    if (refused) return Fail(*std::move(refused));
    return attested;
  }
  return Fail(mismatch("another kind of proof", "a password"));
}

MemberPasswordAttestor::Proof MemberPasswordAttestor::check_password(const Place& place,
                                                                     const Password& password) {
  const base::Bytes& own = own_password(place.member, password.use);
  const std::string who = member_text(place.group, place.member.name.text());
  if (own.empty()) return check_derived(place, password);
  const std::string purpose = purpose_of(place.member, password.use);
  const std::string detail = fmt::format("own {} of {}", name_of(password.use), who);
  if (is_digest_of(vault_, own, password.text->text(), purpose)) return detail;
  const base::Bytes received = vault_.digest(password.text->bytes(), purpose);
  return Fail(Refusal{Reason::kProofRejected,
                      fmt::format("{} (digest {})", detail, short_digest(own)),
                      fmt::format("another (digest {})", short_digest(received)),
                      {}});
}

MemberPasswordAttestor::Proof MemberPasswordAttestor::check_derived(const Place& place,
                                                                    const Password& password) {
  const std::string& name = place.member.name.text();
  const std::string who = member_text(place.group, name);
  if (!place.passwords.derivation_secret) {
    return Fail(Refusal{Reason::kProofRejected,
                        fmt::format("the {} of {}", name_of(password.use), who),
                        "a password, but the serial has none and its group derives none",
                        {}});
  }
  const Result<const OpenedKeys*> opened = keys_.open(place.group, place.passwords);
  if (!opened) {
    log::error("attest.secret_unreadable",
               {{"enrollment", place.group.id.text()}, {"what", opened.error().what}});
    return Fail(Refusal{Reason::kInternal,
                        "a derivation secret that opens under the server's master key",
                        "one that does not; the log has more",
                        {}});
  }
  const Secret right =
      derived_password({(*opened)->primary.text(), place.passwords.order}, name, password.use);
  const std::string detail =
      fmt::format("{} of {}, derived from the group's secret", name_of(password.use), who);
  if (right.equals(*password.text)) return detail;
  return Fail(
      Refusal{Reason::kProofRejected,
              fmt::format("{} (fingerprint {})", detail, vault_.fingerprint(right.bytes())),
              fmt::format("another (fingerprint {})", vault_.fingerprint(password.text->bytes())),
              {}});
}

MemberPasswordAttestor::Proof MemberPasswordAttestor::check_voucher(const Place& place,
                                                                    const Voucher& voucher,
                                                                    TimePoint now) {
  const std::optional<VoucherParts> parts = parse_voucher(voucher.text);
  const std::string who = member_text(place.group, place.member.name.text());
  const std::string expected = fmt::format("an operator's word for {}", who);
  if (!parts) {
    return Fail(Refusal{Reason::kProofMalformed, expected, "a text that is none", {}});
  }
  const std::string message = voucher_message(place.group.scope, place.group.id, place.member.name,
                                              parts->expires_at_seconds, parts->actor);
  const std::string purpose(domain::kVoucherPurpose);
  if (!is_digest_of(vault_, parts->digest, message, purpose)) {
    return Fail(Refusal{Reason::kProofRejected, expected, "one for something else", {}});
  }
  if (parts->expires_at_seconds <= base::to_unix_seconds(now)) {
    return Fail(
        Refusal{Reason::kProofExpired,
                fmt::format("{} that is good at {} (this server's time)", expected,
                            base::format_utc(now, 0)),
                fmt::format("one that was good until {}", seconds_text(parts->expires_at_seconds)),
                {}});
  }
  return fmt::format("{} vouches for {}", base::printable(parts->actor, 64), who);
}

bool MemberPasswordAttestor::proves_device(const AttestInput& input,
                                           const domain::Enrollment& group) {
  if (input.controller == nullptr || !input.controller->password) return false;
  const domain::Device& device = *input.controller;
  return device.enabled && device.scope == group.scope &&
         is_digest_of(vault_, device.password->digest, input.claim.controller->password->text(),
                      device_password_purpose(device.id));
}

std::optional<Refusal> MemberPasswordAttestor::check_controller(const AttestInput& input,
                                                                const domain::Enrollment& group,
                                                                Attested& attested) {
  if (!has_credentials(input.claim)) return std::nullopt;
  if (!proves_device(input, group)) {
    attested.detail += "; what it sent as a controller's is not good and does not count";
    return std::nullopt;
  }
  const domain::Device& device = *input.controller;
  if (device.role != domain::DeviceRole::kController) {
    return Refusal{Reason::kNotPermitted,
                   "the password of a controller, or none",
                   fmt::format("that of {} '{}'", to_string(device.role), device.id.text()),
                   {}};
  }
  attested.as_controller = true;
  attested.detail += fmt::format(", and the password of controller '{}'", device.id.text());
  return std::nullopt;
}

std::vector<domain::Finding> MemberPasswordAttestor::rivals(const provisioning::RivalInput& input,
                                                            std::size_t budget) {
  return test_member_password_rivals(input, {vault_, keys_, budget});
}

std::vector<domain::Finding> MemberPasswordAttestor::connection_rivals(
    const provisioning::ConnectionInput& input, std::size_t budget) {
  return test_device_password_rivals(input, {vault_, keys_, budget});
}

}  // namespace berth::attestation
