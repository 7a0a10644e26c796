#include "app/password_check.h"

#include "app/on_worker.h"
#include "crypto/argon2.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace berth::app {
namespace {

constexpr std::string_view kKeyPurpose = "account-password-checked";

auto too_many(std::size_t max) {
  return Fail(ErrorKind::kUnavailable,
              "too many passwords wait to be checked already (" + std::to_string(max) + ")",
              "try again in a moment");
}

}  // namespace

ArgonPasswords::ArgonPasswords(Tools tools, PasswordCheckLimits limits)
    : tools_(tools),
      limits_(limits),
      nobodys_(crypto::unmatchable_password(tools.rng)),
      waiting_(std::make_shared<std::atomic<std::size_t>>(0)) {}

Task<Result<bool>> ArgonPasswords::matches(SharedSecret password, std::string stored) {
  const bool known = !stored.empty();
  std::string key = key_of(*password, stored);
  if (known && remembers(key)) co_return true;
  std::optional<Place> place = Place::take(waiting_, limits_.waiting_max);
  if (!place) co_return too_many(limits_.waiting_max);
  auto work = [place = *std::move(place), password = std::move(password),
               against = known ? std::move(stored) : nobodys_]() mutable {
    const Place held = std::move(place);  // given back before whoever waits goes on
    return crypto::verify_password(against, *password);
  };
  Result<bool> right = co_await on_worker<bool>(tools_.workers, std::move(work));
  if (right && *right) remember(std::move(key));
  co_return right;
}

Task<Result<std::string>> ArgonPasswords::hash(SharedSecret password) {
  std::optional<Place> place = Place::take(waiting_, limits_.waiting_max);
  if (!place) co_return too_many(limits_.waiting_max);
  auto work = [place = *std::move(place), password = std::move(password),
               &rng = tools_.rng]() mutable {
    const Place held = std::move(place);
    return crypto::hash_password(*password, rng);
  };
  Result<std::string> hashed = co_await on_worker<std::string>(tools_.workers, std::move(work));
  co_return hashed;
}

std::string ArgonPasswords::key_of(const Secret& password, const std::string& stored) {
  // The size comes first, so that no other pair makes the same bytes.
  const std::string front = std::to_string(stored.size()) + ':' + stored;
  Secret both = Secret::of_size(front.size() + password.size());
  const auto end = std::copy(front.begin(), front.end(), both.mutable_bytes().begin());
  std::copy(password.bytes().begin(), password.bytes().end(), end);
  const base::Bytes digest = tools_.vault.digest(both.bytes(), kKeyPurpose);
  return {digest.begin(), digest.end()};
}

bool ArgonPasswords::remembers(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = until_.find(key);
  return found != until_.end() && tools_.clock.monotonic() < found->second;
}

void ArgonPasswords::remember(std::string key) {
  const Instant now = tools_.clock.monotonic();
  const std::lock_guard lock(mutex_);
  while (!oldest_first_.empty()) {
    const auto oldest = until_.find(oldest_first_.front());
    if (oldest->second > now && until_.size() < limits_.remembered_max) break;
    until_.erase(oldest);
    oldest_first_.pop_front();
  }
  // When two were checked at the same time, the first counts.
  if (!until_.emplace(key, now + limits_.remembered_for).second) return;
  oldest_first_.push_back(std::move(key));
}

}  // namespace berth::app
