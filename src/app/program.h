// The running server: every part, made in order, and what ties them together. serve.cc starts it,
// waits for a signal and stops it.
//
// Room app. Thread rule: start() and stop() from the main thread; what it implements for the Router
// is called on the io_contexts. Owns everything it makes.
#pragma once

#include "app/authority.h"
#include "app/certificate_desk.h"
#include "app/certificates.h"
#include "app/code_desk.h"
#include "app/conversation.h"
#include "app/data_directory.h"
#include "app/device_keys.h"
#include "app/live.h"
#include "app/metrics.h"
#include "app/password_check.h"
#include "app/registry.h"
#include "app/spare_memory.h"
#include "app/vault.h"
#include "app/waiting.h"
#include "attestation/device_key.h"
#include "config/config.h"
#include "dialects/console/console.h"
#include "hub/hub.h"
#include "net/engine.h"
#include "net/server.h"
#include "provisioning/explain.h"
#include "store/rocksdb/open.h"
#include "store/store.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace berth::app {

// Everybody who hears of finished attempts: the metrics, those who follow live, and the hub, whose
// live connections may hold a credential that has just been replaced.
class Observers final : public provisioning::Observer {
 public:
  Observers(Metrics& metrics, LiveFeed& live, hub::Hub& hub)
      : metrics_(metrics), live_(live), hub_(hub) {}
  void attempt_finished(const domain::Trail& trail) override;

 private:
  Metrics& metrics_;
  LiveFeed& live_;
  hub::Hub& hub_;
};

// Hands connections that the hub refused to the explainer, and tells those who follow live.
class ExplainedRefusals final : public hub::Refusals {
 public:
  ExplainedRefusals(provisioning::Explainer& explainer, LiveFeed& live)
      : explainer_(explainer), live_(live) {}
  void connection_refused(domain::Claim claim, domain::Trail trail,
                          std::optional<domain::Device> device) override {
    live_.attempt_finished(trail);
    explainer_.connection_refused(std::move(claim), std::move(trail), std::move(device));
  }

 private:
  provisioning::Explainer& explainer_;
  LiveFeed& live_;
};

// What waits before provisioning hears of it: TLS handshakes.
class HandshakesWaiting final : public provisioning::Pressure {
 public:
  HandshakesWaiting(const std::unique_ptr<net::Server>& server, std::size_t core)
      : server_(server), core_(core) {}
  std::chrono::nanoseconds waiting() const override {
    return server_ ? server_->handshake_wait(core_) : std::chrono::nanoseconds(0);
  }

 private:
  const std::unique_ptr<net::Server>& server_;
  const std::size_t core_;
};

class Program final : public Surroundings {
 public:
  // A server that accepts connections; or why it cannot, and how to mend it.
  // `console` are the files of the web console; they must outlive it.
  static Result<std::unique_ptr<Program>> start(const config::Config& config,
                                                std::span<const dialects::console::Asset> console);
  ~Program() override;

  // Finishes what is under way within config.net.drain_timeout, then stops everything. True when
  // nothing had to be cut.
  bool stop();

  // Reads the certificate files again.
  void reload();

  // For the person who started it.
  std::string welcome() const;

  Brains brains_here() override;
  net::Executor executor_here() override;
  Task<dialects::Inspection> inspect(dialects::Inspect::What what) override;
  void names_may_have_changed() override;
  LiveFeed& live() override { return live_; }
  hub::Waiting& waiting() override { return waiting_; }

 private:
  // What one io_context has for itself.
  struct Core {
    Core(const std::unique_ptr<net::Server>& server, std::size_t index) : pressure(server, index) {}

    HandshakesWaiting pressure;
    std::vector<std::unique_ptr<provisioning::Attestor>> attestors;
    std::vector<std::unique_ptr<provisioning::Allocator>> allocators;
    std::vector<std::unique_ptr<provisioning::Issuer>> issuers;
    std::optional<provisioning::Provisioning> provisioning;
    std::optional<management::Management> management;
  };

  Program(const config::Config& config, DataDirectory data,
          std::span<const dialects::console::Asset> console);

  Result<void> open_vault();
  Result<void> open_store();
  Result<void> open_log();
  void start_explainer();
  Result<void> start_hub();
  // Once a second: counts of refusals reach the store, memory that a crowd left is looked for; once
  // an hour the certificate is looked at.
  Task<void> do_chores();
  // Several times a second: what the hub does by the clock.
  Task<void> do_hub_chores();
  Result<void> make_cores();
  Result<void> first_start();
  Result<void> open_certificates();
  Result<void> listen();
  Result<void> listen_on(std::uint16_t https_port);
  std::vector<net::Listener> listeners(std::uint16_t https_port);
  Task<void> cover_names();
  std::string metrics_text() const;
  std::uint16_t port_of(std::string_view listener) const;

  const config::Config& config_;
  const std::span<const dialects::console::Asset> console_;
  base::SystemClock clock_;
  base::SystemRng rng_;
  const TimePoint started_at_;
  DataDirectory data_;
  std::vector<std::string> hosts_;  // names of this server, the first is the one to tell people
  bool first_start_ = false;

  std::unique_ptr<provisioning::Vault> vault_;
  Metrics metrics_;
  LiveFeed live_;
  TimerWaiting waiting_;
  net::Engine engine_;
  // For what may take its time: explaining refusals, keys and files of certificates.
  boost::asio::thread_pool worker_{1};
  boost::asio::steady_timer chores_due_{worker_};
  bool stopping_ = false;     // belongs to worker_
  SpareMemory spare_memory_;  // so does this
  // For the hub's chores alone, which are quick and must not wait for the others.
  boost::asio::thread_pool hub_worker_{1};
  boost::asio::steady_timer hub_chores_due_{hub_worker_};
  bool hub_stopping_ = false;  // belongs to hub_worker_
  // For passwords that people chose, which take long.
  boost::asio::thread_pool password_worker_{1};
  std::optional<ArgonPasswords> passwords_;
  std::optional<CredentialDesk> code_desk_;
  std::optional<CertificateDesk> certificate_desk_;
  std::unique_ptr<store::Store> store_;
  std::vector<std::unique_ptr<hub::EventSink>> sinks_;
  std::unique_ptr<store::rocksdb::Log> log_;
  std::unique_ptr<provisioning::Explainer> explainer_;
  std::optional<attestation::DeviceKeyAuthenticator> authenticator_;
  std::optional<ExplainedRefusals> refusals_;
  std::optional<hub::Hub> hub_;
  std::optional<Observers> observers_;
  std::vector<std::unique_ptr<dialects::Dialect>> dialects_;
  std::vector<std::unique_ptr<Core>> cores_;
  std::optional<Router> router_;
  std::shared_ptr<const crypto::Authority> authority_;
  std::unique_ptr<Certificates> certificates_;
  std::optional<DeviceKeys> device_keys_;
  std::unique_ptr<net::Server> server_;
  // Where devices reach it; 0 until it listens.
  std::atomic<std::uint16_t> https_port_{0};
  std::atomic<std::uint64_t> tokens_ended_{0};  // counts, for all cores
  // Whether tools can find the server; /readyz says no before, so that waiting for it is enough.
  std::atomic<bool> announced_{false};
  bool stopped_ = false;
};

}  // namespace berth::app
