#include "device/http_call.h"

#include "device/endpoints.h"
#include "device/http_exchange.h"
#include "device/stream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace berth::device {
namespace {

namespace asio = boost::asio;

using Reply = Result<HttpReply, RegistrationError>;

// One request, and its answer or the reason there is none.
class Call {
 public:
  Call(const HttpTarget& target, const TlsContext& tls, std::string request)
      : target_(target),
        request_(std::move(request)),
        stream_(make_stream(context_.get_executor(), tls)) {}

  Reply run();

 private:
  Task<void> live();
  Task<Reply> ask();

  const HttpTarget& target_;
  const std::string request_;
  asio::io_context context_{1};
  asio::steady_timer deadline_{context_};
  std::unique_ptr<Stream> stream_;
  std::string buffer_;
  Reply reply_;
  bool timed_out_ = false;
};

Reply Call::run() {
  Task<void> life = live();
  asio::co_spawn(context_, std::move(life), asio::detached);
  deadline_.expires_after(target_.timeout);
  deadline_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    timed_out_ = true;
    stream_->close();
  });
  context_.run();
  if (!reply_ && timed_out_) {
    reply_.error().trouble = Trouble::kTimeout;
    reply_.error().what = "the server did not answer in time";
  }
  return std::move(reply_);
}

Task<void> Call::live() {
  reply_ = co_await ask();
  stream_->close();
  deadline_.cancel();
}

Task<Reply> Call::ask() {
  auto endpoints = co_await find_endpoints(target_.host, target_.port);
  if (!endpoints) co_return Fail(std::move(endpoints).error());
  RegistrationError last;
  for (const asio::ip::tcp::endpoint& endpoint : *endpoints) {
    const Server server{endpoint, target_.host};
    Result<void, RegistrationError> connected = co_await stream_->connect(server);
    if (connected) {
      Reply reply = co_await exchange(*stream_, request_, buffer_);
      co_return reply;
    }
    last = std::move(connected).error();
    if (timed_out_ || last.trouble != Trouble::kConnect) break;
  }
  co_return Fail(std::move(last));
}

}  // namespace

std::string host_and_port(const HttpTarget& target) {
  const bool is_numeric = target.host.find(':') != target.host.npos;
  const std::string host = is_numeric ? "[" + target.host + "]" : target.host;
  const std::uint16_t usual = target.plain ? 80 : 443;
  return target.port == usual ? host : host + ":" + std::to_string(target.port);
}

Result<HttpReply, RegistrationError> call_http(const HttpTarget& target, const TlsContext& tls,
                                               std::string request) {
  Call call(target, tls, std::move(request));
  return call.run();
}

}  // namespace berth::device
