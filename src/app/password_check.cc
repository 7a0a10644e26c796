#include "app/password_check.h"

#include "crypto/argon2.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace berth::app {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kKeyPurpose = "account-password-checked";

// A place among those who wait, given back when it goes.
class Place {
 public:
  using Count = std::shared_ptr<std::atomic<std::size_t>>;

  static std::optional<Place> take(Count count, std::size_t max) {
    if (count->fetch_add(1) < max) return Place(std::move(count));
    count->fetch_sub(1);
    return std::nullopt;
  }
  Place(Place&&) = default;
  Place& operator=(Place&&) = delete;
  ~Place() {
    if (count_) count_->fetch_sub(1);
  }

 private:
  explicit Place(Count count) : count_(std::move(count)) {}

  Count count_;
};

// Runs the work on a worker and posts what came of it to whoever waits, whose executor is kept busy
// until then.
template <class T, class Work>
struct Submission {
  asio::thread_pool& workers;
  Work work;

  template <class Handler>
  void operator()(Handler&& handler) {
    auto executor = asio::prefer(asio::any_io_executor(asio::get_associated_executor(handler)),
                                 asio::execution::outstanding_work.tracked);
    asio::post(workers, [work = std::move(work), executor = std::move(executor),
                         handler = std::forward<Handler>(handler)]() mutable {
      const asio::any_io_executor there = std::move(executor);  // busy no longer than this
      Result<T> result = work();
      asio::post(there, [handler = std::move(handler), result = std::move(result)]() mutable {
        std::move(handler)(std::move(result));
      });
    });
  }
};

template <class T, class Work>
Task<Result<T>> run(asio::thread_pool& workers, Work work) {
  Submission<T, Work> submission{workers, std::move(work)};
  const asio::use_awaitable_t<> token;
  Result<T> result = co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Result<T>)>(
      std::move(submission), token);
  co_return result;
}

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
  Result<bool> right = co_await run<bool>(tools_.workers, std::move(work));
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
  Result<std::string> hashed = co_await run<std::string>(tools_.workers, std::move(work));
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
