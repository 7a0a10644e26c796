#include "berth/device/tpm_hub.h"

#include "berth/device/tpm_registration.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace berth::device {
namespace {

namespace asio = boost::asio;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

using Outcome = Result<void, HubError>;

// The whole visit, on one io_context.
class Visit final : public HubListener {
 public:
  Visit(const TpmVisit& visit, const TlsContext& tls, const Clock& clock)
      : visit_(visit), hub_(context_.get_executor(), tls, clock, *this) {}

  Outcome run(const ConnectionString& to);

  void on_desired(std::uint64_t, const std::string&) override {}
  MethodAnswer on_method(const std::string&, const std::string&) override { return {501, {}}; }
  void on_message(const CloudMessage&) override {}
  void on_closed(const HubError&) override { pause_.cancel(); }

 private:
  Task<void> live(const ConnectionString& to);
  Task<Outcome> work(const ConnectionString& to);
  void say(const std::string& line) const {
    if (visit_.say) visit_.say(line);
  }

  const TpmVisit& visit_;
  asio::io_context context_{1};
  asio::steady_timer pause_{context_};
  HubConnection hub_;
  Outcome outcome_;
};

Outcome Visit::run(const ConnectionString& to) {
  Task<void> life = live(to);
  asio::co_spawn(context_, std::move(life), asio::detached);
  context_.run();
  return std::move(outcome_);
}

Task<void> Visit::live(const ConnectionString& to) {
  outcome_ = co_await work(to);
  co_await hub_.disconnect();
}

Task<Outcome> Visit::work(const ConnectionString& to) {
  HubOptions how;
  how.port = visit_.port;
  how.timeout = visit_.timeout;
  how.clean_session = true;
  how.agent = "berth tpm";
  Result<bool, HubError> connected = co_await hub_.connect(to, how);
  if (!connected) co_return Fail(std::move(connected).error());
  say("connected to " + to.host + " with a token that the TPM signed");
  for (std::uint64_t sent = 0; sent < visit_.messages; ++sent) {
    if (sent > 0 && visit_.interval.count() > 0) {
      pause_.expires_after(visit_.interval);
      const std::tuple<boost::system::error_code> waited = co_await pause_.async_wait(kAwait);
      static_cast<void>(waited);  // a connection that ended fails the next message
    }
    Telemetry telemetry;
    telemetry.body = R"({"messageId":)" + std::to_string(sent + 1) + "}";
    telemetry.properties = {{"$.ct", "application/json"}, {"$.ce", "utf-8"}};
    Outcome acknowledged = co_await hub_.send(std::move(telemetry));
    if (!acknowledged) co_return acknowledged;
  }
  if (visit_.messages > 0) say("sent " + std::to_string(visit_.messages) + " messages");
  co_return Outcome();
}

}  // namespace

Result<void, HubError> visit_hub(TokenSigner& signer, const TpmVisit& visit, const TlsContext& tls,
                                 const Clock& clock) {
  const TimePoint expires = clock.wall() + visit.token_lifetime;
  const Result<ConnectionString> to = tpm_connection(signer, visit.hub, visit.device_id, expires);
  if (!to) {
    HubError error;
    error.trouble = Trouble::kFailed;
    error.what = to.error().what;
    return Fail(std::move(error));
  }
  Visit life(visit, tls, clock);
  return life.run(*to);
}

}  // namespace berth::device
