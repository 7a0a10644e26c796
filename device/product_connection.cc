#include "berth/device/product_connection.h"

#include "base/codec.h"
#include "berth/device/registration.h"
#include "crypto/hmac.h"
#include "device/endpoints.h"
#include "device/mqtt_client.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>
#include <memory>
#include <tuple>

namespace berth::device {
namespace {

namespace asio = boost::asio;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kGoodbyeMax{2};
constexpr std::chrono::hours kPasswordLifetime{1};
constexpr std::string_view kAppId = "21010406";  // as the vendor's C devices say; nobody checks it
constexpr std::size_t kConnectionIdSize = 5;
constexpr std::size_t kShownMax = 200;

// What proves the device to the server.
enum class Proof { kSharedKey, kPassword, kCertificate };

Proof proof_of(const DeviceInfo& device, const ProductConnectionOptions& options) {
  if (device.mode == AuthMode::kCertificate) return Proof::kCertificate;
  return options.plain || options.with_password ? Proof::kPassword : Proof::kSharedKey;
}

std::string_view described(Proof proof) {
  switch (proof) {
    case Proof::kSharedKey:
      return "its secret as the shared key of TLS";
    case Proof::kPassword:
      return "a password made of its secret";
    case Proof::kCertificate:
      return "its certificate";
  }
  return "";
}

Result<TlsContext> tls_of(Proof proof, const RegisteredDevice& device,
                          const ProductConnectionOptions& options) {
  if (options.plain) return TlsContext::none();
  if (proof == Proof::kSharedKey) {
    std::optional<Secret> key = base::base64_decode_secret(device.credential.device_secret.text());
    if (!key) return Fail(ErrorKind::kInvalid, "the device's secret is not Base64", "");
    return TlsContext::sharing(device.info.client_id(), *std::move(key));
  }
  BERTH_TRY(TlsContext context, TlsContext::trusting(options.ca));
  if (proof == Proof::kCertificate) {
    Result<void> shown =
        context.present(device.credential.certificate_pem, device.credential.key_pem);
    if (!shown) return Fail(std::move(shown).error());
  }
  return context;
}

// §7.2: "<ClientID>;<application>;<connection>;<expiry>"
std::string user_name_of(const DeviceInfo& device, TimePoint now, Rng& rng) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string name = device.client_id() + ";" + std::string(kAppId) + ";";
  for (std::size_t i = 0; i < kConnectionIdSize; ++i)
    name += kAlphabet[rng.below(kAlphabet.size())];
  return name + ";" + std::to_string(base::to_unix_seconds(now + kPasswordLifetime));
}

// The whole connection, on one io_context.
class Connection {
 public:
  Connection(const DeviceInfo& device, const ProductConnectionOptions& options,
             ProductConnectionObserver& observer, const TlsContext& tls)
      : device_(device),
        options_(options),
        observer_(observer),
        proof_(proof_of(device, options)),
        client_(context_.get_executor(), tls, handlers()) {}

  Result<void> run(wire::MqttConnect packet);

 private:
  MqttClient::Handlers handlers();
  Task<void> live(wire::MqttConnect packet);
  Task<Result<void>> enter(wire::MqttConnect packet);
  Task<Result<void>> listen();
  Task<Result<void>> publish();
  Task<void> wait_for_end();
  void stop_on_signals();
  Error connecting_failed(const RegistrationError& error) const;
  Error lost(const RegistrationError& error) const;
  std::string topic_of(const std::string& name) const;
  std::string where() const { return options_.host + ":" + std::to_string(options_.port); }

  const DeviceInfo& device_;
  const ProductConnectionOptions& options_;
  ProductConnectionObserver& observer_;
  const Proof proof_;
  asio::io_context context_{1};
  asio::signal_set signals_{context_};
  asio::steady_timer end_{context_};
  asio::steady_timer goodbye_{context_};
  std::optional<RegistrationError> lost_;
  Result<void> outcome_;
  bool stopping_ = false;
  MqttClient client_;  // last: its handlers use the rest
};

MqttClient::Handlers Connection::handlers() {
  MqttClient::Handlers made;
  made.on_publish = [this](const wire::MqttPublish& message) {
    observer_.say("received " + message.topic + ": " + message.payload);
  };
  made.on_closed = [this](const RegistrationError& error) {
    lost_ = error;
    end_.cancel();
  };
  return made;
}

// Once: orderly. When that takes too long: at once.
void Connection::stop_on_signals() {
  signals_.add(SIGINT);
  signals_.add(SIGTERM);
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    stopping_ = true;
    end_.cancel();
    if (!client_.is_open()) client_.close();
    goodbye_.expires_after(kGoodbyeMax);
    goodbye_.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled) context_.stop();
    });
  });
}

Result<void> Connection::run(wire::MqttConnect packet) {
  stop_on_signals();
  Task<void> life = live(std::move(packet));
  asio::co_spawn(context_, std::move(life), asio::detached);
  context_.run();
  if (stopping_) return {};
  return std::move(outcome_);
}

Task<void> Connection::live(wire::MqttConnect packet) {
  outcome_ = co_await enter(std::move(packet));
  if (outcome_) outcome_ = co_await listen();
  if (outcome_ && options_.message) outcome_ = co_await publish();
  if (outcome_ && !options_.once) co_await wait_for_end();
  if (outcome_ && lost_) outcome_ = Fail(lost(*lost_));
  co_await client_.disconnect();
  boost::system::error_code ignored;
  signals_.cancel(ignored);
  goodbye_.cancel();
}

Task<Result<void>> Connection::enter(wire::MqttConnect packet) {
  MqttClient::Target target;
  target.name = options_.host;
  target.timeout = options_.timeout;
  auto endpoints = co_await find_endpoints(options_.host, options_.port);
  if (!endpoints) co_return Fail(connecting_failed(endpoints.error()));
  target.endpoints = *std::move(endpoints);
  MqttResult<wire::MqttConnack> connack = co_await client_.connect(target, std::move(packet));
  if (!connack) co_return Fail(connecting_failed(connack.error()));
  observer_.say("connected to " + where() + " as " + device_.client_id() + " with " +
                std::string(described(proof_)) + (options_.plain ? ", without TLS" : ""));
  co_return Result<void>();
}

// One by one: a product may not allow each of them.
Task<Result<void>> Connection::listen() {
  for (const std::string name : {"control", "data"}) {
    const std::string topic = topic_of(name);
    std::vector<wire::MqttSubscription> subscriptions{{topic, 1}};
    MqttResult<void> heard = co_await client_.subscribe(std::move(subscriptions));
    if (heard) {
      observer_.say("listening to " + topic);
    } else if (heard.error().trouble == Trouble::kRefused) {
      observer_.say("the server does not let this device listen to " + topic +
                    ": the product's topics do not allow it");
    } else {
      co_return Fail(lost(heard.error()));
    }
  }
  co_return Result<void>();
}

Task<Result<void>> Connection::publish() {
  wire::MqttPublish message;
  message.topic = topic_of(options_.topic);
  message.payload = *options_.message;
  message.qos = 1;
  const std::string topic = message.topic;
  MqttResult<void> sent = co_await client_.publish(std::move(message));
  if (sent) {
    observer_.say("the server acknowledged the message to " + topic);
    co_return Result<void>();
  }
  co_return Fail(ErrorKind::kForbidden,
                 "the server did not acknowledge the message to " + topic + ": " +
                     base::printable(sent.error().what, kShownMax),
                 "check that the product's topics let devices publish there");
}

// Until a signal, or the end of the connection.
Task<void> Connection::wait_for_end() {
  if (stopping_ || lost_) co_return;
  end_.expires_at(asio::steady_timer::time_point::max());
  const std::tuple<boost::system::error_code> waited = co_await end_.async_wait(kAwait);
  static_cast<void>(waited);
}

// "control" is the device's own, "$sys/…" and "P/D/custom" are whole.
std::string Connection::topic_of(const std::string& name) const {
  if (name.find('/') != name.npos) return name;
  return device_.product_id + "/" + device_.device_name + "/" + name;
}

Error Connection::lost(const RegistrationError& error) const {
  return {ErrorKind::kUnavailable,
          "the connection to " + where() + " was lost: " + base::printable(error.what, kShownMax),
          "`berth trail explain " + device_.client_id() +
              "` on the server's machine says why, if the server ended it"};
}

Error Connection::connecting_failed(const RegistrationError& error) const {
  const std::string what = base::printable(error.what, kShownMax);
  const std::string explain =
      "`berth trail explain " + device_.client_id() + "` on the server's machine says why";
  switch (error.trouble) {
    case Trouble::kRefused:
      return {
          ErrorKind::kUnauthenticated,
          where() + " refused device " + device_.client_id() + " (CONNACK " +
              std::to_string(error.status) + "): " + what,
          "most likely the device's credential is another one now, or the device is disabled; " +
              explain};
    case Trouble::kTls:
    case Trouble::kClosed:
      if (proof_ == Proof::kPassword) break;
      return {ErrorKind::kUnauthenticated, where() + " ended the TLS handshake: " + what,
              std::string(proof_ == Proof::kSharedKey
                              ? "most likely the server has another secret for this device, or "
                                "does not know it; "
                              : "the server's certificate needs --ca-file, or the device's own is "
                                "another one now; ") +
                  explain};
    case Trouble::kConnect:
    case Trouble::kResumed:
    case Trouble::kTimeout:
    case Trouble::kProtocol:
    case Trouble::kFailed:
      break;
  }
  return {ErrorKind::kUnavailable, where() + " cannot be reached: " + what,
          error.trouble == Trouble::kTls
              ? "name the server's CA with --ca-file; a port without TLS needs --plain"
              : "check that the server runs and that the port is the one for MQTT" +
                    std::string(options_.plain ? " without TLS" : "")};
}

}  // namespace

Secret product_password(PasswordMac mac, const Secret& device_key, std::string_view user_name) {
  if (mac == PasswordMac::kSha1) {
    return Secret::from_text(base::hex_encode(crypto::hmac_sha1(device_key.bytes(), user_name)) +
                             ";hmacsha1");
  }
  return Secret::from_text(base::hex_encode(crypto::hmac_sha256(device_key.bytes(), user_name)) +
                           ";hmacsha256");
}

Result<void> connect_product_device(const RegisteredDevice& device,
                                    const ProductConnectionOptions& options,
                                    ProductConnectionObserver& observer, const Clock& clock,
                                    Rng& rng) {
  const Proof proof = proof_of(device.info, options);
  if (proof == Proof::kCertificate && (options.plain || options.with_password)) {
    return Fail(
        ErrorKind::kInvalid,
        "a device of mode CERT has no secret: without TLS, or by password, nothing proves it",
        "leave out --plain and --password");
  }
  BERTH_TRY(const TlsContext tls, tls_of(proof, device, options));
  wire::MqttConnect packet;
  packet.client_id = device.info.client_id();
  packet.user_name = user_name_of(device.info, clock.wall(), rng);
  packet.keep_alive_seconds = static_cast<std::uint16_t>(
      std::clamp<std::chrono::seconds::rep>(options.keep_alive.count(), 0, 0xffff));
  if (proof == Proof::kPassword) {
    const std::optional<Secret> key =
        base::base64_decode_secret(device.credential.device_secret.text());
    if (!key) return Fail(ErrorKind::kInvalid, "the device's secret is not Base64", "");
    packet.password = product_password(options.mac, *key, *packet.user_name);
  }
  Connection connection(device.info, options, observer, tls);
  return connection.run(std::move(packet));
}

}  // namespace berth::device
