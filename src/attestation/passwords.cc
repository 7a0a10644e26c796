#include "attestation/passwords.h"

#include "base/codec.h"
#include "crypto/derived_password.h"

#include <algorithm>

namespace berth::attestation {

using domain::DerivationOrder;
using domain::PasswordUse;

bool is_digest_of(provisioning::Vault& vault, const base::Bytes& digest, std::string_view text,
                  const std::string& purpose) {
  const base::Bytes made = vault.digest(base::as_bytes(text), purpose);
  return !digest.empty() && base::equal_constant_time(made, digest);
}

const base::Bytes& own_password(const domain::Member& member, PasswordUse use) {
  return use == PasswordUse::kControl ? member.control_password : member.enroll_password;
}

const domain::Guesses& guesses_of(const domain::Member& member, PasswordUse use) {
  return use == PasswordUse::kControl ? member.control_guesses : member.enroll_guesses;
}

std::string purpose_of(const domain::Member& member, PasswordUse use) {
  return member_password_purpose(member.scope, member.group, member.name, use);
}

Secret derived_password(const Derivation& from, std::string_view name, PasswordUse use) {
  const bool enroll = use != PasswordUse::kControl;
  const bool secret_first = enroll == (from.order == DerivationOrder::kSecretFirst);
  return secret_first ? crypto::derive_password(from.secret, name)
                      : crypto::derive_password(name, from.secret);
}

DerivationOrder other_order(DerivationOrder order) {
  return order == DerivationOrder::kSecretFirst ? DerivationOrder::kNameFirst
                                                : DerivationOrder::kSecretFirst;
}

PasswordUse other_use(PasswordUse use) {
  return use == PasswordUse::kControl ? PasswordUse::kEnroll : PasswordUse::kControl;
}

std::string_view name_of(PasswordUse use) {
  switch (use) {
    case PasswordUse::kEnroll:
      return "enrol password";
    case PasswordUse::kControl:
      return "control password";
    case PasswordUse::kConnect:
      return "connection password";
    case PasswordUse::kAccount:
      return "account's password";
  }
  return "password";
}

std::string short_digest(std::span<const std::uint8_t> digest) {
  constexpr std::size_t kShownBytes = 6;
  return base::hex_encode(digest.first(std::min(digest.size(), kShownBytes)));
}

}  // namespace berth::attestation
