// Hashes and checks the passwords that people chose, on workers, because each takes about 25 ms and
// 19 MiB on purpose. Clients that send the password with every request would pay that every time,
// so what was right is remembered for a short while: as a keyed digest of the password and of what
// is stored of it, so a changed password is never taken for the old one.
//
// Room app. Ownership: the pool is its caller's, who ends it before this goes (and while the
// executors of those who wait are still there). Thread rule: any thread.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "hub/ports/password_check.h"
#include "management/ports/password_hasher.h"
#include "provisioning/ports/vault.h"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace berth::app {

struct PasswordCheckLimits {
  std::size_t waiting_max = 64;  // those being worked on included
  std::size_t remembered_max = 1'000;
  std::chrono::seconds remembered_for{300};
};

class ArgonPasswords final : public hub::PasswordCheck, public management::PasswordHasher {
 public:
  struct Tools {
    boost::asio::thread_pool& workers;
    provisioning::Vault& vault;
    Rng& rng;  // of any thread
    const Clock& clock;
  };
  explicit ArgonPasswords(Tools tools, PasswordCheckLimits limits = {});

  Task<Result<bool>> matches(SharedSecret password, std::string stored) override;
  Task<Result<std::string>> hash(SharedSecret password) override;

 private:
  std::string key_of(const Secret& password, const std::string& stored);
  bool remembers(const std::string& key);
  void remember(std::string key);

  Tools tools_;
  PasswordCheckLimits limits_;
  const std::string nobodys_;  // what is checked when there is no account
  std::shared_ptr<std::atomic<std::size_t>> waiting_;

  std::mutex mutex_;                                // guards what follows
  std::unordered_map<std::string, Instant> until_;  // what was right, by key
  std::deque<std::string> oldest_first_;            // the keys
};

}  // namespace berth::app
