#include "app/program.h"

#include "app/files.h"
#include "app/seal_check.h"
#include "app/serve.h"
#include "base/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include <unistd.h>

namespace berth::app {
namespace {

namespace asio = boost::asio;

// Standard ports; where they may not be bound without a privilege, the next best.
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint16_t kHttpsPortUnprivileged = 8443;
constexpr std::uint16_t kMqttPort = 8883;
constexpr int kPrivateMode = 0600;
constexpr const char* kOperatorListener = "admin";
constexpr const char* kPlainHttp = "http";
constexpr const char* kPlainMqtt = "mqtt-plain";
constexpr std::uint32_t kNamesPage = 1000;
constexpr std::uint64_t kCertificateCheckSeconds = 3600;
// A device that was switched off is to be gone within a second.
constexpr std::chrono::milliseconds kHubChoresEvery{250};

// Runs a coroutine on the first core and waits for it; for start-up only.
template <class T>
T run_now(net::Engine& engine, Task<T> task) {
  return asio::co_spawn(engine.executor(0), std::move(task), asio::use_future).get();
}

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return base::ascii_lower(name.data());
}

net::Limits net_limits(const config::Net& net) {
  net::Limits limits;
  limits.connections_total = net.connections_max;
  limits.connections_per_source = net.connections_per_source_max;
  limits.header_bytes = net.header_bytes_max;
  limits.body_bytes = net.body_bytes_max;
  limits.mqtt_packet_bytes = net.packet_bytes_max;
  limits.first_byte = net.first_byte_timeout;
  limits.handshake = net.handshake_timeout;
  limits.authenticate = net.authenticate_timeout;
  limits.request = net.request_timeout;
  limits.http_idle = net.idle_timeout;
  limits.write_stall = net.write_timeout;
  limits.in_flight_per_core = net.in_flight_max;
  limits.outgoing_queue_count = net.outgoing_queue_count_max;
  return limits;
}

provisioning::Settings provisioning_settings(const config::Provisioning& from) {
  provisioning::Settings settings;
  settings.failures_per_source_max = static_cast<std::uint32_t>(from.failures_per_source_max);
  settings.failures_refilled_per_second = from.failures_refilled_per_second;
  settings.sources_tracked_max = from.sources_tracked_max;
  settings.payload_bytes_max = from.payload_bytes_max;
  settings.scopes_cached_max = from.scopes_cached_max;
  settings.admission.wait_max = from.wait_max;
  settings.admission.at_once_max = static_cast<std::uint32_t>(from.registrations_at_once_max);
  settings.admission.at_once_min =
      std::min(settings.admission.at_once_min, settings.admission.at_once_max);
  return settings;
}

}  // namespace

Result<std::unique_ptr<Program>> Program::start(const config::Config& config,
                                                std::span<const dialects::console::Asset> console) {
  Result<DataDirectory> data = DataDirectory::open(config.data);
  if (!data) return Fail(std::move(data).error());
  std::unique_ptr<Program> program(new Program(config, *std::move(data), console));
  program->engine_.start();
  using Stage = Result<void> (Program::*)();
  for (const Stage stage :
       {&Program::open_vault, &Program::open_store, &Program::open_log, &Program::start_hub,
        &Program::first_start, &Program::open_certificates, &Program::listen}) {
    Result<void> done = (program.get()->*stage)();
    if (!done) return Fail(std::move(done).error());
  }
  return program;
}

Program::Program(const config::Config& config, DataDirectory data,
                 std::span<const dialects::console::Asset> console)
    : config_(config),
      console_(console),
      started_at_(clock_.wall()),
      data_(std::move(data)),
      hosts_(config.host),
      engine_(config.threads) {
  if (hosts_.empty()) hosts_.push_back(machine_name());
}

Program::~Program() { stop(); }

Result<void> Program::open_vault() {
  std::optional<Secret> from_environment;
  if (!config_.master_key.empty()) from_environment = config_.master_key.clone();
  BERTH_TRY(const Secret key,
            load_master_key(config_.master_key_file, from_environment, true, rng_));
  BERTH_TRY(vault_, make_vault(key, rng_));
  passwords_.emplace(ArgonPasswords::Tools{password_worker_, *vault_, rng_, clock_});
  code_desk_.emplace(password_worker_, rng_);
  return {};
}

Result<void> Program::open_store() {
  store::StoreOptions options;
  options.url = config_.store;
  options.refused_trails_max = config_.trail.refused_count_max;
  options.assigned_trails_max = config_.trail.assigned_count_max;
  options.postgres_connections = config_.postgres.connections;
  BERTH_TRY(store_, store::open(std::move(options), clock_));
  log::info("store.open", {{"store", store::describe(config_.store)}});
  start_explainer();
  return {};
}

Result<void> Program::open_log() {
  const config::Telemetry& telemetry = config_.telemetry;
  BERTH_TRY(sinks_, make_sinks(config_, clock_));
  store::rocksdb::LogOptions options;
  options.directory = telemetry.directory.string();
  options.partitions = static_cast<std::uint32_t>(telemetry.partitions);
  options.bytes_max = telemetry.hub_bytes_max;
  options.age_max = std::chrono::duration_cast<std::chrono::seconds>(telemetry.age_max);
  for (const std::unique_ptr<hub::EventSink>& sink : sinks_) options.sinks.push_back(sink.get());
  options.sinks.push_back(&live_);
  BERTH_TRY(log_, store::rocksdb::open(std::move(options), clock_));
  return {};
}

Result<void> Program::start_hub() {
  hub::Settings settings;
  BERTH_TRY(settings.node, data_.node_id(rng_));
  settings.failures.failures_max = static_cast<std::uint32_t>(config_.hub.failures_per_source_max);
  settings.failures.refilled_per_second = config_.hub.failures_refilled_per_second;
  settings.queue_depth_max = config_.hub.messages_waiting_max;
  settings.records_per_device_max = config_.hub.records_per_device_max;
  settings.account_guesses_max = static_cast<std::uint32_t>(config_.hub.account_guesses_max);
  settings.account_lock_time =
      std::chrono::duration_cast<std::chrono::seconds>(config_.hub.account_lock_time);
  authenticator_.emplace(*vault_, key_settings(config_));
  refusals_.emplace(*explainer_, live_);
  const hub::Ports ports{store_->devices(),
                         *log_,
                         *authenticator_,
                         *refusals_,
                         waiting_,
                         clock_,
                         rng_,
                         store_->data_records(),
                         store_->identities(),
                         *passwords_,
                         &live_};
  hub_.emplace(ports, std::move(settings));
  observers_.emplace(metrics_, live_, *hub_);
  Result<void> started = run_now(engine_, hub_->start());
  if (started) asio::co_spawn(hub_worker_, do_hub_chores(), asio::detached);
  return started;
}

void Observers::attempt_finished(const domain::Trail& trail) {
  metrics_.attempt_finished(trail);
  const bool assigned = trail.outcome == domain::TrailOutcome::kAssigned;
  const bool registers = trail.operation == "register";
  // A good poll is part of a registration that was told already.
  if (registers || !assigned) live_.attempt_finished(trail);
  if (!assigned || !registers) return;
  hub_.identity_changed(domain::HubName::trusted(trail.hub),
                        domain::DeviceId::trusted(trail.device_id));
}

void Program::start_explainer() {
  provisioning::Explainer::Ports ports{store_->registrations(), clock_,
                                       make_attestors(*vault_, rng_, config_)};
  provisioning::ExplainSettings settings;
  settings.queue_count_max = config_.trail.explain_queue_count_max;
  explainer_ = std::make_unique<provisioning::Explainer>(std::move(ports), settings, [this] {
    asio::co_spawn(worker_, explainer_->drain(), asio::detached);
  });
  asio::co_spawn(worker_, do_chores(), asio::detached);
}

Task<void> Program::do_chores() {
  for (std::uint64_t second = 1;; ++second) {
    chores_due_.expires_after(std::chrono::seconds(1));
    boost::system::error_code ignored;
    co_await chores_due_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_await explainer_->drain();
    if (stopping_) co_return;
    spare_memory_.look(clock_.monotonic());
    if (second % kCertificateCheckSeconds == 0) co_await cover_names();
  }
}

Task<void> Program::do_hub_chores() {
  while (!hub_stopping_) {
    hub_chores_due_.expires_after(kHubChoresEvery);
    boost::system::error_code ignored;
    co_await hub_chores_due_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (hub_stopping_) co_return;
    co_await hub_->do_chores();
  }
}

Brains Program::brains_here() {
  // Connections live on the engine's threads, so there is always a core here.
  Core& core = *cores_[net::Engine::current().value_or(0)];
  return {*core.provisioning, *core.management, *hub_};
}

net::Executor Program::executor_here() {
  return engine_.executor(net::Engine::current().value_or(0));
}

Result<void> Program::make_cores() {
  BERTH_TRY(dialects_, make_dialects(config_.dialects_off, console_));
  device_keys_.emplace(*hub_, *this);
  management::Settings management_settings;
  management_settings.server_host = hosts_.front();
  management_settings.https_port = &https_port_;
  management_settings.tokens_ended = &tokens_ended_;
  management_settings.version = kVersion;
  management_settings.started_at = started_at_;
  for (std::size_t i = 0; i < engine_.size(); ++i) {
    auto core = std::make_unique<Core>(server_, i);
    core->attestors = make_attestors(*vault_, rng_, config_);
    core->allocators = make_allocators();
    core->issuers = make_issuers({*vault_, rng_, clock_, authority_});
    const provisioning::Ports ports{
        store_->registrations(), *explainer_,      *observers_,   clock_,         rng_,
        core->attestors,         core->allocators, core->issuers, &core->pressure};
    core->provisioning.emplace(ports, provisioning_settings(config_.provisioning));
    core->management.emplace(management::Ports{store_->catalog(), *vault_, *hub_, clock_, rng_,
                                               *passwords_, *certificate_desk_, store_->codes(),
                                               *code_desk_, store_->fleet(), *passwords_},
                             management_settings);
    cores_.push_back(std::move(core));
  }
  const std::string operator_listener = config_.admin_port ? kOperatorListener : "";
  router_.emplace(Router::Parts{dialects_, *this, clock_, rng_, operator_listener,
                                config_.net.http_unframed_delete});
  return {};
}

Result<void> Program::first_start() {
  BERTH_TRY(authority_, open_authority(data_.path(), clock_, rng_));
  certificate_desk_.emplace(authority_, *vault_, rng_, clock_);
  Result<void> cores = make_cores();
  if (!cores) return cores;
  Result<void> sealed_by_us = run_now(engine_, check_seals(store_->catalog(), *vault_));
  if (!sealed_by_us) return sealed_by_us;
  management::Management& management = *cores_.front()->management;
  Result<void> scope = run_now(engine_, management.create_first_scope());
  if (!scope) return scope;
  Result<void> completed = run_now(engine_, management.complete_hubs());
  if (!completed) return completed;
  hub_->hubs_changed();

  domain::Page one;
  one.limit = 1;
  auto tokens = run_now(engine_, store_->catalog().list_tokens(one));
  if (!tokens) return Fail(std::move(tokens).error());
  if (!tokens->items.empty()) return {};
  Result<domain::NewToken> token = run_now(engine_, management.create_first_token());
  if (!token) return Fail(std::move(token).error());
  first_start_ = true;
  return write_file(data_.token_file(), token->secret.text(), kPrivateMode);
}

Result<void> Program::open_certificates() {
  std::vector<std::string> names = hosts_;
  for (const char* name : {"localhost", "127.0.0.1", "::1"}) names.emplace_back(name);
  const CertificateOptions options{data_.path(), config_.tls.certificate_file, config_.tls.key_file,
                                   authority_, names_not_asked_for_certificates(config_)};
  BERTH_TRY(certificates_,
            Certificates::open(options, std::move(names), net_limits(config_.net), clock_, rng_));
  run_now(engine_, cover_names());
  return {};
}

Task<void> Program::cover_names() {
  std::vector<std::string> names;
  domain::Page page;
  page.limit = kNamesPage;
  do {
    auto scopes = co_await store_->catalog().list_scopes(page);
    if (!scopes) break;
    for (const domain::Scope& scope : scopes->items) {
      if (!scope.service_host.empty()) names.push_back(scope.service_host);
    }
    page.cursor = scopes->next_cursor;
  } while (!page.cursor.empty());
  do {
    auto hubs = co_await store_->catalog().list_hubs(page);
    if (!hubs) break;
    for (const domain::Hub& hub : hubs->items) names.push_back(hub.host);
    page.cursor = hubs->next_cursor;
  } while (!page.cursor.empty());

  asio::post(worker_, [this, names = std::move(names)] {
    Result<void> covered = certificates_->cover(names);
    if (covered) return;
    log::error("certificate.not_reissued",
               {{"what", covered.error().what}, {"mend", covered.error().mend}});
  });
}

void Program::names_may_have_changed() {
  Task<void> job = cover_names();
  asio::co_spawn(engine_.executor(0), std::move(job), asio::detached);
}

void Program::reload() { names_may_have_changed(); }

std::vector<net::Listener> Program::listeners(std::uint16_t https_port) {
  const std::string address = config_.listen == "*" ? std::string() : config_.listen;
  net::Listener https;
  https.name = "https";
  https.address = address;
  https.port = https_port;
  https.tls = certificates_->tls();
  https.upgrades = websocket_upgrades();
  net::Listener mqtt;
  mqtt.name = "mqtt";
  mqtt.address = address;
  mqtt.port = config_.mqtt_port.value_or(kMqttPort);
  mqtt.protocol = net::Protocol::kMqtt;
  mqtt.tls = certificates_->tls();
  mqtt.psk = &*device_keys_;
  std::vector<net::Listener> all;
  if (config_.admin_port) {
    net::Listener operators = https;
    operators.name = kOperatorListener;
    operators.address = config_.admin_listen;
    operators.port = *config_.admin_port;
    operators.upgrades.clear();
    all.push_back(std::move(operators));
  }
  all.push_back(std::move(https));
  all.push_back(std::move(mqtt));
  const auto add_plain = [&](std::string name, net::Protocol protocol, std::uint16_t port) {
    net::Listener plain;
    plain.name = std::move(name);
    plain.address = address;
    plain.port = port;
    plain.protocol = protocol;
    if (protocol == net::Protocol::kHttp) plain.upgrades = websocket_upgrades();
    all.push_back(std::move(plain));
  };
  if (config_.http_port) add_plain(kPlainHttp, net::Protocol::kHttp, *config_.http_port);
  if (config_.mqtt_plain_port) {
    add_plain(kPlainMqtt, net::Protocol::kMqtt, *config_.mqtt_plain_port);
  }
  return all;
}

Result<void> Program::listen_on(std::uint16_t https_port) {
  server_ = std::make_unique<net::Server>(
      net::Server::Parts{engine_, *router_, clock_, net_limits(config_.net), &rng_});
  return server_->start(listeners(https_port));
}

Result<void> Program::listen() {
  Result<void> listening = listen_on(config_.https_port.value_or(kHttpsPort));
  if (!listening && !config_.https_port && listening.error().kind == ErrorKind::kForbidden) {
    log::info("port.fallback", {{"wanted", "443"},
                                {"used", "8443"},
                                {"mend", "run as root or grant CAP_NET_BIND_SERVICE for 443"}});
    listening = listen_on(kHttpsPortUnprivileged);
  }
  if (!listening) return listening;
  for (const net::Bound& bound : server_->bound()) {
    log::info("listening", {{"listener", bound.name}, {"port", std::to_string(bound.port)}});
    if (bound.name != kPlainHttp && bound.name != kPlainMqtt) continue;
    log::warn("listening.plain",
              {{"listener", bound.name},
               {"port", std::to_string(bound.port)},
               {"what", "everybody on the way can read and change what is said on this port"},
               {"serves", "devices of products whose firmware has no TLS, and nothing else"}});
  }
  https_port_ = port_of("https");
  // Where the command line finds the admin API.
  const std::uint16_t port = port_of(config_.admin_port ? kOperatorListener : "https");
  // Berth's own certificate always names localhost; somebody else's need not.
  const std::string host = config_.tls.certificate_file.empty() ? "localhost" : hosts_.front();
  DataDirectory::Addresses addresses;
  addresses.url = fmt::format("https://{}:{}", host, port);
  addresses.mqtt_url = fmt::format("mqtts://{}:{}", host, port_of("mqtt"));
  if (config_.http_port)
    addresses.http_url = fmt::format("http://{}:{}", host, port_of(kPlainHttp));
  if (config_.mqtt_plain_port) {
    addresses.mqtt_plain_url = fmt::format("mqtt://{}:{}", host, port_of(kPlainMqtt));
  }
  Result<void> announced = data_.announce(addresses);
  announced_ = announced.has_value();
  return announced;
}

std::uint16_t Program::port_of(std::string_view listener) const {
  for (const net::Bound& bound : server_->bound()) {
    if (bound.name == listener) return bound.port;
  }
  return 0;
}

bool Program::stop() {
  if (stopped_) return true;
  stopped_ = true;
  bool whole = true;
  if (hub_) hub_->stop();
  if (log_) log_->end_waiting();
  if (server_) {
    whole = server_->drain(config_.net.drain_timeout);
    server_->stop();
  }
  if (explainer_) {
    explainer_->stop();
    // The chores end with one last drain, so that no refusal is lost.
    asio::post(worker_, [this] {
      stopping_ = true;
      chores_due_.cancel();
    });
  }
  asio::post(hub_worker_, [this] {
    hub_stopping_ = true;
    hub_chores_due_.cancel();
  });
  worker_.join();
  hub_worker_.join();
  password_worker_.join();
  if (log_) log_->close();
  if (store_) store_->close();
  engine_.stop();
  return whole;
}

}  // namespace berth::app
