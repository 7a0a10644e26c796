#include "berth/device/board.h"

#include "base/codec.h"
#include "berth/device/hub_connection.h"
#include "berth/device/registration.h"
#include "device/endpoints.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include <tuple>
#include <vector>

namespace berth::device {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

std::string_view to_line(RegistrationStage stage) {
  switch (stage) {
    case RegistrationStage::kConnected:
      return "Registration status: CONNECTED";
    case RegistrationStage::kRegistering:
      return "Registration status: REGISTERING";
    case RegistrationStage::kAssigning:
      return "Registration status: ASSIGNING";
  }
  return {};
}

bool is_refusal(const RegistrationError& error) {
  return error.trouble == Trouble::kRefused || error.trouble == Trouble::kFailed;
}

// Its life from reset to the last message, on one io_context.
class Board final : public HubListener {
 public:
  Board(const BoardOptions& options, BoardObserver& observer, const Clock& clock,
        const TlsContext& tls)
      : options_(options), observer_(observer), clock_(clock), tls_(tls) {}

  Result<BoardReport> run() {
    Task<void> life = live();
    asio::co_spawn(context_, std::move(life), asio::detached);
    context_.run();
    if (!outcome_) return Fail(std::move(outcome_).error());
    return report_;
  }

  void on_desired(std::uint64_t, const std::string&) override {}
  MethodAnswer on_method(const std::string&, const std::string&) override { return {404, "{}"}; }
  void on_message(const CloudMessage& message) override {
    observer_.say("message: " + message.body);
  }
  void on_closed(const HubError& error) override {
    lost_ = error.what;
    pause_.cancel();
  }

 private:
  Task<void> live();
  Task<Result<void>> provision();
  Task<Result<Registered, RegistrationError>> register_at(
      std::vector<asio::ip::tcp::endpoint> endpoints);
  Task<Result<void>> enter();
  Task<Result<void>> work();
  Task<Result<void, HubError>> send_one();
  Error failed(const std::string& where, const RegistrationError& error) const;

  const BoardOptions& options_;
  BoardObserver& observer_;
  const Clock& clock_;
  const TlsContext& tls_;
  asio::io_context context_{1};
  asio::steady_timer pause_{context_};
  std::unique_ptr<HubConnection> hub_;
  std::string lost_;
  BoardReport report_;
  Result<void> outcome_;
};

Task<void> Board::live() {
  if (!options_.mac.empty()) observer_.say("DevKit MAC Address: " + options_.mac);
  if (!options_.version.empty()) observer_.say("DevKit Firmware Version: " + options_.version);
  observer_.say("Registration id: " + options_.identity.registration_id);
  outcome_ = co_await provision();
  if (outcome_ && options_.messages > 0) outcome_ = co_await enter();
  if (outcome_ && hub_) outcome_ = co_await work();
  if (hub_) co_await hub_->disconnect();
}

Error Board::failed(const std::string& where, const RegistrationError& error) const {
  const std::string& id = options_.identity.registration_id;
  if (is_refusal(error)) {
    return {ErrorKind::kUnauthenticated, where + " refused the board " + id + ": " + error.what,
            "berth trail explain " + id};
  }
  return {ErrorKind::kUnavailable, where + ": " + error.what,
          error.trouble == Trouble::kTls ? "name the server's CA with --ca"
                                         : "check that the server runs and the endpoint is its"};
}

Task<Result<void>> Board::provision() {
  const std::string where = options_.host + ":" + std::to_string(options_.port);
  std::vector<asio::ip::tcp::endpoint> endpoints;
  boost::system::error_code bad;
  const asio::ip::address address = asio::ip::make_address(options_.address, bad);
  if (!bad) {
    endpoints.emplace_back(address, options_.port);
  } else {
    auto found = co_await find_endpoints(options_.host, options_.port);
    if (!found) co_return Fail(failed(where, found.error()));
    endpoints = *std::move(found);
  }
  Result<Registered, RegistrationError> done = co_await register_at(std::move(endpoints));
  if (!done) {
    observer_.say("Failure encountered on registration!");
    co_return Fail(failed(where, done.error()));
  }
  report_.hub = std::move(done->hub);
  report_.device_id = std::move(done->device_id);
  observer_.say("Registration Information received from service: " + report_.hub + "!");
  observer_.say("DPS connected!");
  co_return Result<void>();
}

Task<Result<Registered, RegistrationError>> Board::register_at(
    std::vector<asio::ip::tcp::endpoint> endpoints) {
  Credentials who;
  who.id_scope = options_.id_scope;
  who.registration_id = options_.identity.registration_id;
  RegistrationOptions how;
  how.timeout = options_.timeout;
  how.poll_delay = options_.poll_delay;
  how.on_stage = [this](RegistrationStage stage) { observer_.say(to_line(stage)); };
  RegistrationError last;
  for (const asio::ip::tcp::endpoint& endpoint : endpoints) {
    const Server server{endpoint, options_.host};
    RegistrationClient client(context_.get_executor(), tls_, server, clock_);
    Result<Registered, RegistrationError> done = co_await client.run(who, how);
    if (done) co_return done;
    last = std::move(done).error();
    if (last.trouble != Trouble::kConnect) break;
  }
  co_return Fail(std::move(last));
}

Task<Result<void>> Board::enter() {
  ConnectionString to;
  to.host = report_.hub;
  to.device_id = report_.device_id;
  to.by_certificate = true;
  HubOptions how;
  how.port = options_.mqtt_port;
  how.timeout = options_.timeout;
  how.agent = "berth simulate devkit";
  boost::system::error_code bad;
  const asio::ip::address address = asio::ip::make_address(options_.address, bad);
  if (!bad) how.address = address;
  hub_ = std::make_unique<HubConnection>(context_.get_executor(), tls_, clock_, *this);
  Result<bool, HubError> connected = co_await hub_->connect(to, how);
  if (!connected) co_return Fail(failed("the hub", connected.error()));
  observer_.say("connected to " + report_.hub + " as device " + report_.device_id);
  std::vector<Channel> channels{Channel::kMessages};
  Result<void, HubError> heard = co_await hub_->subscribe(std::move(channels));
  if (!heard) co_return Fail(failed("the hub", heard.error()));
  co_return Result<void>();
}

// A plausible room, the same in every run.
Task<Result<void, HubError>> Board::send_one() {
  const std::uint64_t number = report_.acknowledged + 1;
  Telemetry telemetry;
  telemetry.body = json::serialize(json::object{{"deviceId", report_.device_id},
                                                {"messageId", number},
                                                {"temperature", 20 + number % 10},
                                                {"humidity", 40 + number % 20}});
  telemetry.properties = {{"$.ct", "application/json"}, {"$.ce", "utf-8"}};
  Result<void, HubError> sent = co_await hub_->send(std::move(telemetry));
  co_return sent;
}

Task<Result<void>> Board::work() {
  while (report_.acknowledged < options_.messages) {
    if (report_.acknowledged > 0 && options_.interval.count() > 0) {
      pause_.expires_after(options_.interval);
      const std::tuple<boost::system::error_code> waited = co_await pause_.async_wait(kAwait);
      static_cast<void>(waited);
    }
    if (!lost_.empty()) {
      co_return Fail(ErrorKind::kUnavailable, "the hub ended the connection: " + lost_,
                     "berth trail explain " + options_.identity.registration_id);
    }
    Result<void, HubError> sent = co_await send_one();
    if (!sent) co_return Fail(failed("the hub", sent.error()));
    ++report_.acknowledged;
    observer_.say("telemetry: " + std::to_string(report_.acknowledged) + " of " +
                  std::to_string(options_.messages) + " acknowledged");
  }
  co_return Result<void>();
}

}  // namespace

Result<BoardReport> run_board(const BoardOptions& options, BoardObserver& observer,
                              const Clock& clock) {
  BERTH_TRY(TlsContext tls, TlsContext::trusting(options.ca));
  const BoardIdentity& identity = options.identity;
  auto shown = tls.present(identity.certificates_pem, identity.key_pem);
  if (!shown) return Fail(std::move(shown).error());
  Board board(options, observer, clock, tls);
  return board.run();
}

}  // namespace berth::device
