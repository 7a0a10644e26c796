#include "management/operator_password.h"

#include "base/log.h"
#include "management/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace berth::management {
namespace {

constexpr std::size_t kNameMax = 64;

// Long enough, and still the first that are tried.
constexpr std::array<std::string_view, 24> kCommon{
    "123456789012",    "1234567890123",   "123456789123",     "1234567890ab",
    "qwertyuiop12",    "qwertyuiop123",   "qwertyuiopas",     "1qaz2wsx3edc",
    "1q2w3e4r5t6y",    "password1234",    "password12345",    "passwordpassword",
    "password123!",    "passw0rd1234",    "administrator",    "administrator1",
    "adminadminadmin", "letmeinletmein",  "changemechangeme", "iloveyou1234",
    "welcome12345",    "berthberthberth", "abcdefghijkl",     "correcthorsebatterystaple",
};

Error invalid(std::string what, std::string mend) {
  return {ErrorKind::kInvalid, std::move(what), std::move(mend)};
}

// Of UTF-8: all bytes but those that continue a character.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

bool is_common(std::string_view text) {
  const bool one_character = text.find_first_not_of(text.front()) == std::string_view::npos;
  return one_character || std::any_of(kCommon.begin(), kCommon.end(), [&](std::string_view each) {
           return base::equals_ignoring_case(text, each);
         });
}

}  // namespace

bool is_operator_name(std::string_view name) {
  constexpr std::string_view kMarks = "._-@+";
  if (name.empty() || name.size() > kNameMax) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

Result<void> check_new_password(std::string_view name, const Secret& password) {
  const std::string mend = fmt::format("give {} to {} characters that nobody guesses",
                                       domain::kPasswordMin, domain::kPasswordMax);
  const std::string_view text = password.text();
  if (!base::is_utf8(text)) return Fail(invalid("password is not UTF-8", mend));
  const std::size_t size = characters(text);
  if (size < domain::kPasswordMin || size > domain::kPasswordMax) {
    return Fail(invalid(fmt::format("password has {} characters", size), mend));
  }
  if (base::equals_ignoring_case(text, name)) {
    return Fail(invalid("password is the operator's name", mend));
  }
  if (is_common(text)) {
    return Fail(invalid("password is one of those that are tried first", mend));
  }
  return {};
}

Task<Result<std::string>> hash_new_password(const Call& call, std::string name,
                                            SharedSecret password) {
  Result<void> valid = check_new_password(name, *password);
  if (!valid) co_return Fail(std::move(valid).error());
  Result<std::string> hash = co_await call.ports.passwords.hash(std::move(password));
  co_return hash;
}

bool is_locked(const domain::Operator& who, TimePoint now) {
  return who.guesses.locked_until && *who.guesses.locked_until > now;
}

Error locked_error() {
  using std::chrono::duration_cast;
  const auto minutes = duration_cast<std::chrono::minutes>(domain::kSignInLock).count();
  return {ErrorKind::kTooMany, "too many wrong passwords in a row: the operator is locked",
          fmt::format("try again in {} minutes, or ask an admin for: berth operator update "
                      "--name NAME --enabled true",
                      minutes)};
}

Task<Result<void>> count_wrong_password(const Call& call, std::string name) {
  const TimePoint now = call.ports.clock.wall();
  Result<domain::Guesses> counted = co_await call.ports.catalog.operator_guessed_wrong(name, now);
  if (!counted && counted.error().kind == ErrorKind::kNotFound) co_return Result<void>();
  if (!counted) co_return Fail(std::move(counted).error());
  log::warn("admin.sign_in_refused", {{"operator", name}, {"source", call.actor.source}});
  // Only the last one: strangers must not be able to fill the audit.
  if (counted->locked_until != now + domain::kSignInLock) co_return Result<void>();
  Differences detail;
  detail.note("wrongPasswords", "0", std::to_string(counted->wrong));
  domain::AuditRecord record =
      audit_record(call, Act{"session.lock", "", std::move(name), detail.text()});
  Result<void> kept = co_await call.ports.catalog.append_audit(std::move(record));
  co_return kept;
}

}  // namespace berth::management
