#include "management/member_passwords.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::management {
namespace {

using domain::Enrollment;
using domain::EnrollmentEdit;
using domain::MemberPasswords;
using domain::MemberPasswordsEdit;
using std::chrono::seconds;

constexpr std::size_t kIdDigitBytes = domain::kObjectIdSize / 2;
constexpr std::size_t kIdShownMax = 64;

Error invalid(std::string what, std::string mend) {
  return {ErrorKind::kInvalid, std::move(what), std::move(mend)};
}

std::string context_of(const Enrollment& group) {
  return domain::key_context(group.scope, group.kind, group.id);
}

bool is_printable(const Secret& secret) {
  const std::string_view text = secret.text();
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

Result<void> check_secret(const Secret& secret) {
  const std::string mend = fmt::format(
      "give 1 to {} printable ASCII characters, as the devices have it", kDerivationSecretMax);
  if (secret.size() > kDerivationSecretMax) {
    return Fail(invalid(fmt::format("derivationSecret has {} characters", secret.size()), mend));
  }
  if (is_printable(secret)) return {};
  return Fail(invalid("derivationSecret has characters that are not printable ASCII", mend));
}

// A new secret replaces the one before at once: what is derived from that is not good any more.
Result<void> edit_secret(const Call& call, Enrollment& group, const std::optional<Secret>& given,
                         Differences& changed) {
  auto& passwords = std::get<MemberPasswords>(group.attestation);
  if (!given) return {};
  if (given->empty()) {
    if (passwords.derivation_secret) changed.note("derivationSecret", "set", "none");
    passwords.derivation_secret.reset();
    return {};
  }
  Result<void> valid = check_secret(*given);
  if (!valid) return valid;
  const std::string context = context_of(group);
  if (passwords.derivation_secret) {
    BERTH_TRY(const Secret present, call.ports.vault.open(*passwords.derivation_secret, context));
    if (present.equals(*given)) return {};
  }
  passwords.derivation_secret = call.ports.vault.seal(*given, context);
  changed.note("derivationSecret");
  return {};
}

Result<void> edit_reissue(MemberPasswords& passwords, const std::optional<domain::Reissue>& given,
                          Differences& changed) {
  if (!given || *given == passwords.reissue) return {};
  if (*given == domain::Reissue::kSame) {
    return Fail(
        invalid("reissue is 'same', and a device's password is not kept in a form that "
                "could be shown again",
                "use 'new' or 'refused'"));
  }
  changed.note("reissue", to_string(passwords.reissue), to_string(*given));
  passwords.reissue = *given;
  return {};
}

Result<void> edit_guessing(MemberPasswords& passwords, const MemberPasswordsEdit& edit,
                           Differences& changed) {
  if (edit.guesses_max) {
    if (*edit.guesses_max < 1 || *edit.guesses_max > kGuessesMax) {
      return Fail(invalid(fmt::format("guessesMax is {}", *edit.guesses_max),
                          fmt::format("give 1 to {} wrong passwords in a row", kGuessesMax)));
    }
    changed.set("guessesMax", passwords.guesses_max, *edit.guesses_max);
  }
  if (!edit.lock_time || *edit.lock_time == passwords.lock_time) return {};
  const auto given = edit.lock_time->count();
  if (*edit.lock_time < seconds(1) || *edit.lock_time > kLockMax) {
    return Fail(invalid(
        fmt::format("lockSeconds is {}", given),
        fmt::format("give 1 to {} ({} days)", seconds(kLockMax).count(), kLockMax.count())));
  }
  changed.note("lockSeconds", std::to_string(passwords.lock_time.count()), std::to_string(given));
  passwords.lock_time = *edit.lock_time;
  return {};
}

}  // namespace

std::string made_up_password_group_id(Rng& rng) {
  return std::string(domain::kPasswordGroupPrefix) + rng.hex(kIdDigitBytes);
}

Result<domain::EnrollmentId> password_group_id(std::string_view given) {
  constexpr std::string_view kPrefix = domain::kPasswordGroupPrefix;
  const std::string id = base::ascii_lower(given);
  const bool good =
      id.starts_with(kPrefix) && domain::ObjectId::parse(id.substr(kPrefix.size())).has_value();
  if (good) return domain::EnrollmentId::parse(id);
  return Fail(invalid(fmt::format("id '{}' cannot be that of a group with member passwords",
                                  base::printable(given, kIdShownMax)),
                      fmt::format("give {} and {} hex digits, or leave it out to have one made",
                                  kPrefix, domain::kObjectIdSize)));
}

Result<void> edit_password_group(const Call& call, Enrollment& group, const EnrollmentEdit& edit,
                                 Differences& changed) {
  const bool is_new = group.version == 0;
  if (is_new) changed.note("attestation", "", attestation_name(group.attestation));
  if (!edit.passwords) return {};
  const MemberPasswordsEdit& given = *edit.passwords;
  Result<void> done = edit_secret(call, group, given.derivation_secret, changed);
  if (!done) return done;
  auto& passwords = std::get<MemberPasswords>(group.attestation);
  if (given.order && *given.order != passwords.order) {
    changed.note("order", to_string(passwords.order), to_string(*given.order));
    passwords.order = *given.order;
  }
  done = edit_reissue(passwords, given.reissue, changed);
  if (!done) return done;
  return edit_guessing(passwords, given, changed);
}

Result<domain::DerivationKeys> open_derivation_secret(const Call& call, const Enrollment& group) {
  const auto& passwords = std::get<MemberPasswords>(group.attestation);
  domain::DerivationKeys keys;
  if (!passwords.derivation_secret) return keys;
  BERTH_TRY(keys.secret, call.ports.vault.open(*passwords.derivation_secret, context_of(group)));
  return keys;
}

std::string password_problem(std::string_view member, const Secret& password) {
  std::string what;
  if (password.size() < kMemberPasswordMin || password.size() > kMemberPasswordMax) {
    what = fmt::format("{} has {} characters", member, password.size());
  } else if (!is_printable(password)) {
    what = fmt::format("{} has characters that are not printable ASCII", member);
  } else {
    return what;
  }
  return fmt::format("{}; give {} to {} printable ASCII characters", what, kMemberPasswordMin,
                     kMemberPasswordMax);
}

}  // namespace berth::management
