#include "bench/instructions/world.h"

#include "app/authority.h"
#include "app/registry.h"
#include "app/vault.h"
#include "base/log.h"
#include "crypto/keyring.h"
#include "domain/reason.h"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace berth::bench {
namespace {

class NoOutbound final : public net::Outbound {
 public:
  bool post(wire::Actions) override { return false; }
};

std::string refusal_text(const domain::Trail& trail) {
  std::string text = trail.operation + " of '" + trail.registration_id + trail.device_id + "'";
  for (const domain::TrailStep& step : trail.steps) {
    if (!step.passed) text += "; " + step.detail + ": " + step.expected + " / " + step.received;
  }
  return text;
}

}  // namespace

void Complaints::refused(domain::Claim, domain::Trail trail) {
  if (first_.empty()) first_ = refusal_text(trail);
}

void Complaints::connection_refused(domain::Claim, domain::Trail trail,
                                    std::optional<domain::Device>) {
  if (first_.empty()) first_ = refusal_text(trail);
}

Result<std::unique_ptr<World>> World::make(const std::filesystem::path& directory) {
  log::set_level(log::Level::kWarn);
  std::unique_ptr<World> world(new World);
  Result<void> done = world->open_keeping(directory);
  if (done) done = world->start_hub();
  if (done) done = world->make_brains(directory);
  if (done) done = world->begin();
  if (!done) return Fail(std::move(done).error());
  return world;
}

World::~World() {
  if (hub_) hub_->stop();
  if (log_) log_->end_waiting();
  worker_.join();
  if (log_) log_->close();
  if (store_) store_->close();
}

Result<void> World::open_keeping(const std::filesystem::path& directory) {
  const Secret master_key = rng_.secret(crypto::kMasterKeyBytes);
  BERTH_TRY(vault_, app::make_vault(master_key, rng_));
  passwords_.emplace(app::ArgonPasswords::Tools{worker_, *vault_, rng_, clock_});
  code_desk_.emplace(worker_, rng_);
  store::StoreOptions options;
  options.url = "sqlite:" + (directory / "berth.db").string();
  BERTH_TRY(store_, store::open(std::move(options), clock_));
  store::rocksdb::LogOptions log_options;
  log_options.directory = (directory / "log").string();
  log_options.sinks.push_back(&live_);
  BERTH_TRY(log_, store::rocksdb::open(std::move(log_options), clock_));
  return {};
}

Result<void> World::start_hub() {
  hub::Settings settings;
  settings.node = "node-1";
  authenticator_.emplace(*vault_, app::key_settings(config_));
  const hub::Ports ports{store_->devices(),
                         *log_,
                         *authenticator_,
                         complaints_,
                         waiting_,
                         clock_,
                         rng_,
                         store_->data_records(),
                         store_->identities(),
                         *passwords_,
                         &live_};
  hub_.emplace(ports, std::move(settings));
  observers_.emplace(metrics_, live_, *hub_);
  return run(hub_->start());
}

Result<void> World::make_brains(const std::filesystem::path& directory) {
  BERTH_TRY(authority_, app::open_authority(directory, clock_, rng_));
  certificate_desk_.emplace(authority_, *vault_, rng_, clock_);
  BERTH_TRY(dialects_, app::make_dialects({}, {}));
  attestors_ = app::make_attestors(*vault_, rng_, config_);
  allocators_ = app::make_allocators();
  issuers_ = app::make_issuers({*vault_, rng_, clock_, authority_});
  const provisioning::Ports ports{store_->registrations(),
                                  complaints_,
                                  *observers_,
                                  clock_,
                                  rng_,
                                  attestors_,
                                  allocators_,
                                  issuers_};
  provisioning_.emplace(ports, provisioning::Settings{});
  management::Settings settings;
  settings.server_host = "localhost";
  settings.started_at = clock_.wall();
  management_.emplace(management::Ports{store_->catalog(), *vault_, *hub_, clock_, rng_,
                                        *passwords_, *certificate_desk_, store_->codes(),
                                        *code_desk_, store_->fleet(), *passwords_},
                      std::move(settings));
  router_.emplace(app::Router::Parts{dialects_, *this, clock_, rng_, ""});
  return {};
}

Result<void> World::begin() {
  Result<void> made = run(management_->create_first_scope());
  if (!made) return made;
  hub_->hubs_changed();
  BERTH_TRY(const domain::NewToken token, run(management_->create_first_token()));
  token_ = token.secret.text();
  BERTH_TRY(const std::string scopes, operate("GET", "/api/v1/scopes"));
  scope_ =
      boost::json::value_to<std::string>(boost::json::parse(scopes).at("items").at(0).at("id"));
  return {};
}

Result<std::string> World::operate(std::string method, std::string path, std::string body) {
  wire::Peer peer;
  peer.listener = "https";
  peer.address = "127.0.0.1";
  peer.tls_version = "TLSv1.3";
  wire::HttpRequest request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.headers = {{"host", "localhost"}, {"authorization", "Bearer " + token_}};
  if (!body.empty()) request.headers.push_back({"content-type", "application/json"});
  request.body = std::move(body);
  const std::string what = request.method + " " + request.path;
  NoOutbound nowhere;
  const std::unique_ptr<net::Conversation> conversation = router_->open(peer, nowhere);
  const wire::Actions actions = run(conversation->handle(std::move(request)));
  for (const wire::Action& action : actions) {
    const auto* response = std::get_if<wire::HttpResponse>(&action);
    if (response == nullptr) continue;
    if (response->status >= 200 && response->status < 300) return response->body;
    return Fail(ErrorKind::kInternal,
                fmt::format("{} was answered {}: {}", what, response->status, response->body));
  }
  return Fail(ErrorKind::kInternal, what + " was not answered");
}

Result<std::string> World::text_of(const std::string& path, std::string_view name) {
  BERTH_TRY(const std::string body, operate("GET", path));
  const boost::json::value value = boost::json::parse(body);
  const boost::json::value* found = value.as_object().if_contains(name);
  if (found == nullptr || !found->is_string()) {
    return Fail(ErrorKind::kInternal, fmt::format("{} has no text '{}': {}", path, name, body));
  }
  return boost::json::value_to<std::string>(*found);
}

Task<dialects::Inspection> World::inspect(dialects::Inspect::What) {
  co_return dialects::Inspection{true, ""};
}

}  // namespace berth::bench
