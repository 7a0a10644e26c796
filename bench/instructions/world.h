// A whole server without its sockets, for counting: real dialects, brains, store (SQLite in a file,
// with its writer thread) and event log behind the real router, with a clock that moves when told
// and randomness that repeats itself.
//
// Thread rule: everything from one thread, on which its io_context runs. Owns all it makes, in a
// directory of its caller's.
#pragma once

#include "app/certificate_desk.h"
#include "app/code_desk.h"
#include "app/conversation.h"
#include "app/live.h"
#include "app/metrics.h"
#include "app/password_check.h"
#include "app/program.h"
#include "app/waiting.h"
#include "attestation/device_key.h"
#include "base/clock.h"
#include "base/rng.h"
#include "config/config.h"
#include "hub/hub.h"
#include "management/management.h"
#include "provisioning/provisioning.h"
#include "store/rocksdb/open.h"
#include "store/store.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::bench {

// Nobody is to be refused while we count; keeps why somebody was.
class Complaints final : public provisioning::RefusalSink, public hub::Refusals {
 public:
  void refused(domain::Claim claim, domain::Trail trail) override;
  void connection_refused(domain::Claim claim, domain::Trail trail,
                          std::optional<domain::Device> device) override;
  const std::string& first() const { return first_; }

 private:
  std::string first_;
};

class World final : public app::Surroundings {
 public:
  // `directory` is there and empty.
  static Result<std::unique_ptr<World>> make(const std::filesystem::path& directory);
  ~World() override;

  net::Handler& router() { return *router_; }
  base::FakeClock& clock() { return clock_; }
  Rng& rng() { return rng_; }
  const Complaints& complaints() const { return complaints_; }
  // The scope that a first start makes.
  const std::string& scope() const { return scope_; }

  // Runs the coroutine to its end.
  template <class T>
  T run(Task<T> task) {
    auto done = boost::asio::co_spawn(context_, std::move(task), boost::asio::use_future);
    context_.restart();
    context_.run();
    return done.get();
  }

  // What an operator asks of /api/v1, and the body of the answer; an error when it is not a good
  // one.
  Result<std::string> operate(std::string method, std::string path, std::string body = {});
  // Text member `name` of what operate("GET", path) answers.
  Result<std::string> text_of(const std::string& path, std::string_view name);

  app::Brains brains_here() override { return {*provisioning_, *management_, *hub_}; }
  net::Executor executor_here() override { return context_.get_executor(); }
  Task<dialects::Inspection> inspect(dialects::Inspect::What what) override;
  void names_may_have_changed() override {}
  app::LiveFeed& live() override { return live_; }
  hub::Waiting& waiting() override { return waiting_; }

 private:
  World() = default;
  Result<void> open_keeping(const std::filesystem::path& directory);
  Result<void> start_hub();
  Result<void> make_brains(const std::filesystem::path& directory);
  Result<void> begin();

  boost::asio::io_context context_{1};
  base::FakeClock clock_;
  base::SeededRng rng_{20'260'101};
  config::Config config_;
  Complaints complaints_;
  app::Metrics metrics_;
  app::LiveFeed live_;
  app::TimerWaiting waiting_;
  boost::asio::thread_pool worker_{1};
  std::unique_ptr<provisioning::Vault> vault_;
  std::optional<app::ArgonPasswords> passwords_;
  std::optional<app::CredentialDesk> code_desk_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::rocksdb::Log> log_;
  std::optional<attestation::DeviceKeyAuthenticator> authenticator_;
  std::optional<hub::Hub> hub_;
  std::optional<app::Observers> observers_;
  std::shared_ptr<const crypto::Authority> authority_;
  std::optional<app::CertificateDesk> certificate_desk_;
  std::vector<std::unique_ptr<provisioning::Attestor>> attestors_;
  std::vector<std::unique_ptr<provisioning::Allocator>> allocators_;
  std::vector<std::unique_ptr<provisioning::Issuer>> issuers_;
  std::optional<provisioning::Provisioning> provisioning_;
  std::optional<management::Management> management_;
  std::vector<std::unique_ptr<dialects::Dialect>> dialects_;
  std::optional<app::Router> router_;
  std::string token_;
  std::string scope_;
};

}  // namespace berth::bench
