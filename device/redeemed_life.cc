#include "berth/device/redeemed_life.h"

#include "base/codec.h"
#include "berth/device/connection_string.h"
#include "berth/device/hub_connection.h"
#include "device/endpoints.h"
#include "device/mqtt_registration.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <memory>
#include <vector>

namespace berth::device {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::string_view kAgent = "berth device redeem";

bool is_refusal(const RegistrationError& error) {
  return error.trouble == Trouble::kRefused || error.trouble == Trouble::kFailed;
}

// From its registration to its only message, on one io_context.
class Life final : public HubListener {
 public:
  Life(const RedeemedDevice& device, const RedeemedLifeOptions& options, CodeObserver& observer,
       const Clock& clock, const TlsContext& tls)
      : device_(device), options_(options), observer_(observer), clock_(clock), tls_(tls) {}

  Result<RedeemedLifeReport> run() {
    Task<void> life = live();
    asio::co_spawn(context_, std::move(life), asio::detached);
    context_.run();
    if (!outcome_) return Fail(std::move(outcome_).error());
    return report_;
  }

  void on_desired(std::uint64_t, const std::string&) override {}
  MethodAnswer on_method(const std::string&, const std::string&) override { return {404, "{}"}; }
  void on_message(const CloudMessage& message) override {
    observer_.say("message from the cloud: " + base::printable(message.body));
  }
  void on_closed(const HubError&) override {}

 private:
  Task<void> live();
  Task<Result<void>> provision();
  Task<Result<Registered, RegistrationError>> register_at(
      std::vector<asio::ip::tcp::endpoint> endpoints);
  Task<Result<void>> visit();
  std::uint16_t service_port() const;
  Error failed(const std::string& where, const RegistrationError& error) const;

  const RedeemedDevice& device_;
  const RedeemedLifeOptions& options_;
  CodeObserver& observer_;
  const Clock& clock_;
  const TlsContext& tls_;
  asio::io_context context_{1};
  std::unique_ptr<HubConnection> hub_;
  RedeemedLifeReport report_;
  Result<void> outcome_;
};

std::uint16_t Life::service_port() const {
  return options_.provision_over == ProvisionOver::kMqtt ? options_.mqtt_port.value_or(kHubPort)
                                                         : device_.service.port;
}

Error Life::failed(const std::string& where, const RegistrationError& error) const {
  const std::string what = base::printable(error.what);
  if (is_refusal(error)) {
    return {ErrorKind::kUnauthenticated,
            where + " refused the device " + base::printable(device_.device_id) + ": " + what,
            "berth trail explain " + base::printable(device_.device_id)};
  }
  return {ErrorKind::kUnavailable, where + ": " + what,
          error.trouble == Trouble::kTls ? "name the server's CA with --ca"
                                         : "check that the server runs and the endpoint is its"};
}

Task<void> Life::live() {
  outcome_ = co_await provision();
  if (outcome_ && options_.connects) outcome_ = co_await visit();
  if (hub_) co_await hub_->disconnect();
}

Task<Result<void>> Life::provision() {
  const std::string where = device_.service.host + ":" + std::to_string(service_port());
  const bool by_mqtt = options_.provision_over == ProvisionOver::kMqtt;
  observer_.say("registering " + device_.device_id + " at " + where + " over " +
                (by_mqtt ? "MQTT" : "HTTPS") + " with its " +
                (device_.key.empty() ? "certificate" : "key"));
  std::vector<asio::ip::tcp::endpoint> endpoints;
  boost::system::error_code bad;
  const asio::ip::address address = asio::ip::make_address(options_.address, bad);
  if (!bad) {
    endpoints.emplace_back(address, service_port());
  } else {
    auto found = co_await find_endpoints(device_.service.host, service_port());
    if (!found) co_return Fail(failed(where, found.error()));
    endpoints = *std::move(found);
  }
  Result<Registered, RegistrationError> done = co_await register_at(std::move(endpoints));
  if (!done) co_return Fail(failed(where, done.error()));
  report_.hub = std::move(done->hub);
  report_.device_id = std::move(done->device_id);
  observer_.say("assigned to hub " + report_.hub + " as device " + report_.device_id);
  co_return Result<void>();
}

Task<Result<Registered, RegistrationError>> Life::register_at(
    std::vector<asio::ip::tcp::endpoint> endpoints) {
  Credentials who;
  who.id_scope = device_.id_scope;
  who.registration_id = device_.device_id;
  if (!device_.key.empty()) {
    // live_as() has made sure that it is base64.
    who.key = base::base64_decode_secret(device_.key.text()).value_or(Secret());
  }
  RegistrationOptions how;
  how.timeout = options_.timeout;
  how.poll_delay = options_.poll_delay;
  if (!device_.model_id.empty()) {
    how.payload = json::serialize(json::object{{"modelId", device_.model_id}});
  }
  if (options_.provision_over == ProvisionOver::kMqtt) {
    const MqttClient::Target target{std::move(endpoints), device_.service.host, options_.timeout};
    Result<Registered, RegistrationError> done =
        co_await register_over_mqtt(tls_, target, who, how, clock_);
    co_return done;
  }
  RegistrationError last;
  for (const asio::ip::tcp::endpoint& endpoint : endpoints) {
    const Server server{endpoint, device_.service.host};
    RegistrationClient client(context_.get_executor(), tls_, server, clock_);
    Result<Registered, RegistrationError> done = co_await client.run(who, how);
    if (done) co_return done;
    last = std::move(done).error();
    if (last.trouble != Trouble::kConnect) break;
  }
  co_return Fail(std::move(last));
}

Task<Result<void>> Life::visit() {
  ConnectionString to;
  to.host = report_.hub;
  to.device_id = report_.device_id;
  to.by_certificate = device_.key.empty();
  if (!to.by_certificate) {
    to.key = base::base64_decode_secret(device_.key.text()).value_or(Secret());
  }
  HubOptions how;
  how.port = options_.mqtt_port;
  how.timeout = options_.timeout;
  how.agent = kAgent;
  how.model_id = device_.model_id;
  boost::system::error_code bad;
  const asio::ip::address address = asio::ip::make_address(options_.address, bad);
  if (!bad) how.address = address;
  hub_ = std::make_unique<HubConnection>(context_.get_executor(), tls_, clock_, *this);
  Result<bool, HubError> connected = co_await hub_->connect(to, how);
  if (!connected) co_return Fail(failed("the hub " + report_.hub, connected.error()));
  observer_.say("connected to hub " + report_.hub);
  Telemetry telemetry;
  telemetry.body =
      json::serialize(json::object{{"redeemed", true}, {"at", base::format_utc(clock_.wall(), 0)}});
  telemetry.properties = {{"$.ct", "application/json"}, {"$.ce", "utf-8"}};
  Result<void, HubError> sent = co_await hub_->send(std::move(telemetry));
  if (!sent) co_return Fail(failed("the hub " + report_.hub, sent.error()));
  report_.sent = true;
  observer_.say("sent a message, which the hub acknowledged");
  co_return Result<void>();
}

}  // namespace

Result<RedeemedLifeReport> live_as(const RedeemedDevice& device, const RedeemedLifeOptions& options,
                                   CodeObserver& observer, const Clock& clock) {
  if (device.service.host.empty()) {
    return Fail(ErrorKind::kInvalid, "the code does not say where the device registers",
                "name the server");
  }
  if (!device.key.empty() && !base::base64_decode_secret(device.key.text())) {
    return Fail(ErrorKind::kInvalid, "the device's key in the code is not base64",
                "ask for a new code");
  }
  BERTH_TRY(TlsContext tls, TlsContext::trusting(options.ca));
  if (device.key.empty()) {
    const Result<void> shown = tls.present(device.certificate_pem, device.key_pem);
    if (!shown) return Fail(Error(shown.error()));
  }
  Life life(device, options, observer, clock, tls);
  return life.run();
}

}  // namespace berth::device
