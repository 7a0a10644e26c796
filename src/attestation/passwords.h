// What the passwords of a group's members and of devices are compared with: a keyed digest, or the
// text that a group's secret and a member's name make. Every comparison takes constant time.
//
// Room attestation. Thread rule: any thread; pure but for the vault.
#pragma once

#include "domain/records.h"
#include "provisioning/ports/vault.h"

#include <span>
#include <string>
#include <string_view>

namespace berth::attestation {

// False when `digest` is empty.
bool is_digest_of(provisioning::Vault& vault, const base::Bytes& digest, std::string_view text,
                  const std::string& purpose);

// The digest of a member's own password for that use; empty: it has none. kEnroll and kControl.
const base::Bytes& own_password(const domain::Member& member, domain::PasswordUse use);
const domain::Guesses& guesses_of(const domain::Member& member, domain::PasswordUse use);
std::string purpose_of(const domain::Member& member, domain::PasswordUse use);

// The text of a member that has no password of its own. kEnroll and kControl.
struct Derivation {
  std::string_view secret;
  domain::DerivationOrder order = domain::DerivationOrder::kSecretFirst;
};
Secret derived_password(const Derivation& from, std::string_view name, domain::PasswordUse use);

domain::DerivationOrder other_order(domain::DerivationOrder order);
domain::PasswordUse other_use(domain::PasswordUse use);  // of kEnroll and kControl

// "enrol password", "control password", "connection password", "account's password".
std::string_view name_of(domain::PasswordUse use);

// What a trail may show of a digest: its first 12 hex digits.
std::string short_digest(std::span<const std::uint8_t> digest);

}  // namespace berth::attestation
