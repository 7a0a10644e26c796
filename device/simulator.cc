#include "berth/device/simulator.h"

#include "base/codec.h"
#include "berth/device/hub_connection.h"
#include "device/endpoints.h"
#include "device/mqtt_registration.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include <array>
#include <csignal>
#include <cstdio>
#include <tuple>

namespace berth::device {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kGoodbyeMax{2};
constexpr std::chrono::seconds kPauseMax{30};
constexpr unsigned kAttemptsMax = 10;  // to connect again, in a row

std::string_view to_string(DeviceKey key) {
  return key == DeviceKey::kPrimary ? "primary" : "secondary";
}

// The whole life, on one io_context.
class Simulation final : public HubListener {
 public:
  Simulation(const SimulationOptions& options, SimulationObserver& observer, const Clock& clock,
             const TlsContext& tls)
      : options_(options), observer_(observer), clock_(clock), tls_(tls) {}

  Result<SimulationReport> run();

  void on_desired(std::uint64_t version, const std::string& patch) override;
  MethodAnswer on_method(const std::string& name, const std::string& payload) override;
  void on_message(const CloudMessage& message) override;
  void on_closed(const HubError& error) override;

 private:
  Task<void> live();
  Task<Result<void>> provision();
  Task<Result<Registered, RegistrationError>> register_with(DeviceKey key);
  Task<Result<void>> enter();
  Task<Result<void, HubError>> greet();
  Task<Result<void>> work();
  Task<Result<void>> return_after(std::string why);
  Task<void> send_one();
  Task<void> report_desired();
  Task<void> wait_until(Instant due);
  void stop_on_signals();
  void say(const std::string& line) { observer_.say(line); }
  bool is_finished() const {
    return stopping_ || (options_.messages > 0 && report_.acknowledged >= options_.messages);
  }

  const SimulationOptions& options_;
  SimulationObserver& observer_;
  const Clock& clock_;
  const TlsContext& tls_;
  asio::io_context context_{1};
  asio::signal_set signals_{context_};
  asio::steady_timer pause_{context_};
  asio::steady_timer goodbye_{context_};
  DeviceSettings settings_;
  std::unique_ptr<HubConnection> hub_;
  std::string lost_;                      // why the connection ended by itself
  std::optional<std::uint64_t> desired_;  // a version that was not reported back yet
  Instant renew_at_;
  SimulationReport report_;
  Result<void> outcome_;
  bool stopping_ = false;
  bool greeted_ = false;
};

void Simulation::on_desired(std::uint64_t version, const std::string& patch) {
  say("desired change, version " + std::to_string(version) + ": " + patch);
  desired_ = version;
  pause_.cancel();
}

MethodAnswer Simulation::on_method(const std::string& name, const std::string& payload) {
  boost::system::error_code bad;
  json::value echo = payload.empty() ? json::value() : json::parse(payload, bad);
  if (bad) echo = payload;
  say("method " + name + " called with " + (payload.empty() ? "nothing" : payload) +
      "; answered 200");
  return {200, json::serialize(json::object{{"method", name}, {"echo", std::move(echo)}})};
}

void Simulation::on_message(const CloudMessage& message) {
  std::string line = "message from the cloud: " + message.body;
  for (const auto& [key, value] : message.properties) line += " [" + key + "=" + value + "]";
  if (message.redelivered) line += " (again)";
  say(line);
}

void Simulation::on_closed(const HubError& error) {
  lost_ = error.what;
  pause_.cancel();
}

// Once: orderly. When that takes too long: at once.
void Simulation::stop_on_signals() {
  signals_.add(SIGINT);
  signals_.add(SIGTERM);
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    stopping_ = true;
    report_.interrupted = true;
    pause_.cancel();
    goodbye_.expires_after(kGoodbyeMax);
    goodbye_.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled) context_.stop();
    });
  });
}

Result<SimulationReport> Simulation::run() {
  stop_on_signals();
  Task<void> life = live();
  asio::co_spawn(context_, std::move(life), asio::detached);
  context_.run();
  if (!outcome_ && !report_.interrupted) return Fail(std::move(outcome_).error());
  return report_;
}

Task<void> Simulation::live() {
  if (options_.settings) {
    settings_.hub = options_.settings->hub;
    settings_.device_id = options_.settings->device_id;
    settings_.primary = options_.settings->primary.clone();
    settings_.secondary = options_.settings->secondary.clone();
  } else {
    outcome_ = co_await provision();
  }
  if (outcome_ && !stopping_) outcome_ = co_await enter();
  if (outcome_ && !stopping_) outcome_ = co_await work();
  if (hub_) co_await hub_->disconnect();
  boost::system::error_code ignored;
  signals_.cancel(ignored);
  goodbye_.cancel();
}

Task<Result<Registered, RegistrationError>> Simulation::register_with(DeviceKey key) {
  const DeviceSecrets& secrets = options_.secrets;
  const bool by_mqtt = options_.provision_over == ProvisionOver::kMqtt;
  const std::uint16_t port =
      by_mqtt ? options_.mqtt_port.value_or(kHubPort) : options_.https_port.value_or(secrets.port);
  Server server;
  server.name = secrets.host;
  boost::system::error_code bad;
  const asio::ip::address address = asio::ip::make_address(options_.address, bad);
  std::vector<asio::ip::tcp::endpoint> endpoints;
  if (!bad) {
    endpoints.emplace_back(address, port);
  } else {
    auto found = co_await find_endpoints(secrets.host, port);
    if (!found) co_return Fail(std::move(found).error());
    endpoints = *std::move(found);
  }
  Credentials credentials;
  credentials.id_scope = secrets.id_scope;
  credentials.registration_id = secrets.registration_id;
  credentials.key =
      key == DeviceKey::kPrimary ? secrets.primary_key.clone() : secrets.secondary_key.clone();
  RegistrationOptions how;
  how.timeout = options_.timeout;
  how.poll_delay = options_.poll_delay;
  if (by_mqtt) {
    const MqttClient::Target target{endpoints, secrets.host, options_.timeout};
    Result<Registered, RegistrationError> done =
        co_await register_over_mqtt(tls_, target, credentials, how, clock_);
    co_return done;
  }
  RegistrationError last;
  for (const asio::ip::tcp::endpoint& endpoint : endpoints) {
    server.endpoint = endpoint;
    RegistrationClient client(context_.get_executor(), tls_, server, clock_);
    Result<Registered, RegistrationError> done = co_await client.run(credentials, how);
    if (done) co_return done;
    last = std::move(done).error();
    if (last.trouble != Trouble::kConnect) break;
  }
  co_return Fail(std::move(last));
}

// Whether another key may help.
bool refuses_key(const RegistrationError& error) {
  constexpr int kConnectNotAuthorized = 5;  // of CONNACK
  return error.trouble == Trouble::kRefused &&
         (error.status == 401 || error.status == 403 || error.status == kConnectNotAuthorized);
}

Error provisioning_failed(const SimulationOptions& options, const RegistrationError& error) {
  const DeviceSecrets& secrets = options.secrets;
  const std::string where =
      secrets.host + ":" + std::to_string(options.https_port.value_or(secrets.port));
  switch (error.trouble) {
    case Trouble::kRefused:
    case Trouble::kFailed:
      return {ErrorKind::kUnauthenticated,
              where + " refused to register " + secrets.registration_id + ": " + error.what,
              "berth trail explain " + secrets.registration_id};
    case Trouble::kConnect:
    case Trouble::kTls:
    case Trouble::kResumed:
    case Trouble::kTimeout:
    case Trouble::kClosed:
    case Trouble::kProtocol:
      break;
  }
  return {ErrorKind::kUnavailable, "provisioning at " + where + " failed: " + error.what,
          error.trouble == Trouble::kTls ? "name the server's CA with --ca"
                                         : "check that the server runs and the endpoint is its"};
}

Task<Result<void>> Simulation::provision() {
  const DeviceSecrets& secrets = options_.secrets;
  RegistrationError last;
  for (const DeviceKey key : options_.keys) {
    if (key == DeviceKey::kSecondary && secrets.secondary_key.empty()) continue;
    if (key == DeviceKey::kPrimary && secrets.primary_key.empty()) continue;
    const std::string name(to_string(key));
    say("provisioning " + secrets.registration_id + " at " + secrets.host + " with its " + name +
        " key" + (options_.provision_over == ProvisionOver::kMqtt ? ", over MQTT" : ""));
    Result<Registered, RegistrationError> done = co_await register_with(key);
    if (done) {
      say("assigned to hub " + done->hub + " as device " + done->device_id + " (" + name + " key)");
      settings_.hub = done->hub;
      settings_.device_id = done->device_id;
      if (!secrets.primary_key.empty()) {
        settings_.primary = connection_string(
            done->hub, done->device_id, base::base64_encode_secret(secrets.primary_key.bytes()));
      }
      if (!secrets.secondary_key.empty()) {
        settings_.secondary = connection_string(
            done->hub, done->device_id, base::base64_encode_secret(secrets.secondary_key.bytes()));
      }
      co_return observer_.keep(settings_);
    }
    last = std::move(done).error();
    if (!refuses_key(last)) break;
    say("the " + name + " key was refused: " + last.what);
  }
  if (last.what.empty()) {
    co_return Fail(ErrorKind::kInvalid, "the secrets hold none of the keys that were to be tried",
                   "make them with `berth key derive --out FILE`");
  }
  co_return Fail(provisioning_failed(options_, last));
}

Error connecting_failed(const std::string& registration_id, const HubError& error) {
  if (error.trouble == Trouble::kRefused) {
    return {ErrorKind::kUnauthenticated, error.what, "berth trail explain " + registration_id};
  }
  return {ErrorKind::kUnavailable, "the hub cannot be reached: " + error.what,
          error.trouble == Trouble::kTls
              ? "name the server's CA with --ca"
              : "check that the server runs; --mqtt-port names another port than 8883"};
}

// Connects with the first key that is accepted.
Task<Result<void>> Simulation::enter() {
  HubError last;
  HubOptions how;
  how.port = options_.mqtt_port;
  how.timeout = options_.timeout;
  how.token_lifetime = options_.token_lifetime;
  how.agent = "berth simulate device";
  boost::system::error_code bad;
  const asio::ip::address address = asio::ip::make_address(options_.address, bad);
  if (!bad) how.address = address;
  for (const DeviceKey key : options_.keys) {
    const Secret& text = key == DeviceKey::kPrimary ? settings_.primary : settings_.secondary;
    if (text.empty()) continue;
    const std::string name(to_string(key));
    Result<ConnectionString> to = parse_connection_string(text.text());
    if (!to) co_return Fail(std::move(to).error());
    lost_.clear();
    hub_ = std::make_unique<HubConnection>(context_.get_executor(), tls_, clock_, *this);
    Result<bool, HubError> connected = co_await hub_->connect(*to, how);
    if (connected) {
      renew_at_ = clock_.monotonic() + options_.token_lifetime * 3 / 4;
      say("connected to " + to->host + " with the " + name + " connection string" +
          (*connected ? "; the hub remembers the session" : ""));
      Result<void, HubError> greeted = co_await greet();
      if (!greeted && greeted.error().trouble == Trouble::kRefused) {
        say("the hub refused a request: " + greeted.error().what);
      } else if (!greeted && lost_.empty()) {
        lost_ = greeted.error().what;
      }
      co_return Result<void>();
    }
    last = std::move(connected).error();
    if (last.trouble != Trouble::kRefused) break;
    say("the " + name + " connection string was refused: " + last.what);
  }
  if (last.what.empty()) {
    co_return Fail(ErrorKind::kInvalid, "the settings hold no connection string to try",
                   "delete the file to provision the device again");
  }
  co_return Fail(connecting_failed(options_.secrets.registration_id, last));
}

// What every device does first: listen, read what it should be, say what it is.
Task<Result<void, HubError>> Simulation::greet() {
  std::vector<Channel> channels{Channel::kDesired, Channel::kMethods, Channel::kMessages};
  Result<void, HubError> subscribed = co_await hub_->subscribe(std::move(channels));
  if (!subscribed) co_return subscribed;
  Result<std::string, HubError> twin = co_await hub_->twin();
  if (!twin) co_return Fail(std::move(twin).error());
  boost::system::error_code bad;
  const json::value value = json::parse(*twin, bad);
  const json::object* object = bad ? nullptr : value.if_object();
  const json::value* desired = object == nullptr ? nullptr : object->if_contains("desired");
  say("desired twin: " + (desired == nullptr ? *twin : json::serialize(*desired)));
  if (greeted_) co_return Result<void, HubError>();
  const std::string patch = json::serialize(json::object{
      {"simulator", {{"program", "berth"}, {"startedAt", base::format_utc(clock_.wall(), 0)}}}});
  Result<std::uint64_t, HubError> reported = co_await hub_->report(patch);
  if (!reported) co_return Fail(std::move(reported).error());
  greeted_ = true;
  say("reported its state, version " + std::to_string(*reported));
  co_return Result<void, HubError>();
}

Task<void> Simulation::wait_until(Instant due) {
  const std::chrono::nanoseconds left = due - clock_.monotonic();
  if (left.count() <= 0) co_return;
  pause_.expires_after(left);
  const std::tuple<boost::system::error_code> waited = co_await pause_.async_wait(kAwait);
  static_cast<void>(waited);
}

// A plausible sensor, the same in every run.
Task<void> Simulation::send_one() {
  const std::uint64_t number = report_.acknowledged + 1;
  const std::uint64_t phase = number % 40;
  const std::uint64_t tenths = 200 + (phase < 20 ? phase : 40 - phase);
  std::array<char, 96> body{};
  std::snprintf(body.data(), body.size(), R"({"messageNumber":%llu,"temperature":%llu.%llu})",
                static_cast<unsigned long long>(number),
                static_cast<unsigned long long>(tenths / 10),
                static_cast<unsigned long long>(tenths % 10));
  Telemetry telemetry;
  telemetry.body = body.data();
  telemetry.properties = {{"$.ct", "application/json"},
                          {"$.ce", "utf-8"},
                          {"$.mid", std::to_string(number)},
                          {"temperatureAlert", tenths > 215 ? "true" : "false"}};
  Result<void, HubError> sent = co_await hub_->send(std::move(telemetry));
  if (sent) {
    observer_.progress(++report_.acknowledged);
  } else if (lost_.empty()) {
    lost_ = sent.error().what;
  }
}

// Tells the operator which desired version the device knows.
Task<void> Simulation::report_desired() {
  const std::uint64_t version = *std::exchange(desired_, std::nullopt);
  const std::string patch =
      json::serialize(json::object{{"simulator", {{"desiredVersion", version}}}});
  Result<std::uint64_t, HubError> reported = co_await hub_->report(patch);
  if (!reported) say("the report was not taken: " + reported.error().what);
}

// After a loss: again and again, more and more slowly. A refusal ends it.
Task<Result<void>> Simulation::return_after(std::string why) {
  say("the connection was lost: " + why + "; connecting again");
  std::chrono::seconds pause{1};
  Result<void> entered;
  for (unsigned attempt = 0; attempt < kAttemptsMax && !stopping_; ++attempt) {
    co_await wait_until(clock_.monotonic() + pause);
    pause = std::min(pause * 2, kPauseMax);
    if (stopping_) break;
    entered = co_await enter();
    if (entered || entered.error().kind != ErrorKind::kUnavailable) break;
    say(entered.error().what);
  }
  co_return entered;
}

Task<Result<void>> Simulation::work() {
  Instant next = clock_.monotonic();
  while (!is_finished()) {
    if (!lost_.empty()) {
      std::string why = std::exchange(lost_, {});
      Result<void> back = co_await return_after(std::move(why));
      if (!back) co_return back;
    }
    const Instant now = clock_.monotonic();
    if (now >= renew_at_) {
      co_await hub_->disconnect();
      Result<void> renewed = co_await enter();
      if (!renewed) co_return renewed;
    } else if (desired_ && lost_.empty()) {
      co_await report_desired();
    } else if (now >= next && lost_.empty()) {
      next = now + options_.interval;
      co_await send_one();
    } else {
      const Instant due = std::min(next, renew_at_);
      co_await wait_until(due);
    }
  }
  co_return Result<void>();
}

}  // namespace

Result<SimulationReport> simulate_device(const SimulationOptions& options,
                                         SimulationObserver& observer, const Clock& clock) {
  BERTH_TRY(const TlsContext tls, TlsContext::trusting(options.ca));
  boost::system::error_code bad;
  if (!options.address.empty()) asio::ip::make_address(options.address, bad);
  if (bad) {
    return Fail(ErrorKind::kInvalid, "`" + base::printable(options.address) + "` is no IP address",
                "give one like 127.0.0.1");
  }
  Simulation simulation(options, observer, clock, tls);
  return simulation.run();
}

}  // namespace berth::device
