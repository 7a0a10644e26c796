// Groups whose members have passwords: how these are derived and guarded.
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

#include <string.h>

namespace berth::dialects::admin {
namespace {

// Management has the exact rules; these only bound what is read.
constexpr std::int64_t kCountMax = 1'000'000;
constexpr std::int64_t kSecondsMax = 366LL * 24 * 3600;

}  // namespace

std::optional<Secret> read_secret_text(JsonFields& fields, std::string_view name) {
  constexpr TextRule kSecretRule{0, 256, true};
  std::optional<std::string> given = fields.text(name, kSecretRule);
  if (!given) return std::nullopt;
  Secret secret = Secret::from_text(*given);
  ::explicit_bzero(given->data(), given->size());
  return secret;
}

std::optional<domain::MemberPasswordsEdit> read_passwords(JsonFields& attestation) {
  domain::MemberPasswordsEdit edit;
  edit.derivation_secret = read_secret_text(attestation, "derivationSecret");
  edit.order =
      attestation.word("order", domain::parse_derivation_order, "secret_first or name_first");
  if (const auto count = attestation.integer("guessesMax", 0, kCountMax)) {
    edit.guesses_max = static_cast<std::uint32_t>(*count);
  }
  if (const auto time = attestation.integer("lockSeconds", 0, kSecondsMax)) {
    edit.lock_time = std::chrono::seconds(*time);
  }
  const bool given = edit.derivation_secret || edit.order || edit.guesses_max || edit.lock_time;
  return given ? std::optional(std::move(edit)) : std::nullopt;
}

boost::json::object passwords_json(const domain::MemberPasswords& passwords) {
  boost::json::object out;
  out["derived"] = passwords.derivation_secret.has_value();
  out["order"] = text(to_string(passwords.order));
  out["reissue"] = text(to_string(passwords.reissue));
  out["guessesMax"] = passwords.guesses_max;
  out["lockSeconds"] = passwords.lock_time.count();
  out["devicePrefix"] = text(passwords.device_prefix);
  return out;
}

boost::json::object guesses_json(const domain::Guesses& guesses) {
  boost::json::object out;
  out["wrong"] = guesses.wrong;
  out["lockedUntil"] = nullptr;
  if (guesses.locked_until) out["lockedUntil"] = time(*guesses.locked_until);
  return out;
}

boost::json::object to_json(const domain::DerivationKeys& keys) {
  boost::json::object out;
  out["derivationSecret"] = nullptr;
  if (keys.secret) out["derivationSecret"] = text(keys.secret->text());
  return out;
}

}  // namespace berth::dialects::admin
