#include "berth/device/dynamic_registration.h"

#include "base/codec.h"
#include "berth/device/registration.h"
#include "device/endpoints.h"
#include "device/http_exchange.h"
#include "device/registration_hints.h"
#include "device/registration_messages.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <vector>

namespace berth::device {
namespace {

namespace asio = boost::asio;

constexpr std::uint64_t kNonceMax = 0x7fff'ffff;  // devices keep it in 31 bits
constexpr std::size_t kShownMax = 200;

using Reply = Result<HttpReply, RegistrationError>;

// One request, and its answer or the reason there is none.
class Call {
 public:
  Call(const DynamicRegistrationOptions& options, const TlsContext& tls, std::string request)
      : options_(options),
        request_(std::move(request)),
        stream_(make_stream(context_.get_executor(), tls)) {}

  Reply run();

 private:
  Task<void> live();
  Task<Reply> ask();

  const DynamicRegistrationOptions& options_;
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
  deadline_.expires_after(options_.timeout);
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
  auto endpoints = co_await find_endpoints(options_.host, options_.port);
  if (!endpoints) co_return Fail(std::move(endpoints).error());
  RegistrationError last;
  for (const asio::ip::tcp::endpoint& endpoint : *endpoints) {
    const Server server{endpoint, options_.host};
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

std::string where(const DynamicRegistrationOptions& options) {
  const bool is_numeric = options.host.find(':') != options.host.npos;
  const std::string host = is_numeric ? "[" + options.host + "]" : options.host;
  const std::uint16_t usual = options.plain ? 80 : 443;
  return options.port == usual ? host : host + ":" + std::to_string(options.port);
}

std::string request_of(const DeviceInfo& device, const DynamicRegistrationOptions& options,
                       const RequestMark& mark) {
  const bool is_first = options.call == RegistrationCall::kFirst;
  const std::string body = is_first ? first_body(device, mark) : second_body(device);
  const std::string_view path = is_first ? kFirstPath : kSecondPath;
  std::string request = "POST ";
  request.append(path).append(" HTTP/1.1\r\nHost: ").append(where(options)).append("\r\n");
  if (is_first) {
    // As the vendor's devices send them.
    request += "Accept: text/xml,application/json;*/*\r\n";
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    request += "Content-Type: application/x-www-form-urlencoded\r\n\r\n";
    return request + body;
  }
  const SignedRequest asked{options.host, path, "hmacsha256", mark, body};
  request += "Content-Type: application/json; charset=utf-8\r\nX-TC-Algorithm: hmacsha256\r\n";
  request += "X-TC-Timestamp: " + std::to_string(mark.timestamp) + "\r\n";
  request += "X-TC-Nonce: " + std::to_string(mark.nonce) + "\r\n";
  request += "X-TC-Signature: " + second_signature(asked, device.product_secret) + "\r\n";
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return request + body;
}

Error unreachable(const DynamicRegistrationOptions& options, const RegistrationError& error) {
  std::string mend = "check that the server runs, and that host and port are its";
  if (error.trouble == Trouble::kTls) {
    mend = "name the server's CA with --ca-file; a port without TLS needs --plain";
  }
  if (options.plain && error.trouble == Trouble::kConnect) {
    mend = "check that the server runs and listens without TLS: its setting http_port";
  }
  return {ErrorKind::kUnavailable,
          "registering at " + where(options) + " failed: " + base::printable(error.what, kShownMax),
          std::move(mend)};
}

Result<DeviceCredential> take_answer(const HttpReply& reply, const DeviceInfo& device,
                                     const DynamicRegistrationOptions& options) {
  if (reply.status != 200 && reply.status != 201) {
    return Fail(ErrorKind::kUnavailable,
                where(options) + " answered HTTP " + std::to_string(reply.status) + ": " +
                    base::printable(reply.body, kShownMax),
                "check that this port is one for devices, and that the server knows such products");
  }
  const bool is_first = options.call == RegistrationCall::kFirst;
  BERTH_TRY(const RegistrationAnswer answer,
            is_first ? read_first_answer(reply.body) : read_second_answer(reply.body));
  if (!answer.refusal.empty()) {
    return Fail(ErrorKind::kForbidden,
                where(options) + " refused to register " + device.device_name + ": code " +
                    answer.refusal + ", " +
                    (answer.message.empty() ? "without a message" : answer.message),
                hint_for(answer, device));
  }
  BERTH_TRY(OpenedPayload opened, open_payload(answer, device.product_secret));
  if (opened.mode != device.mode) {
    return Fail(ErrorKind::kInvalid,
                "the file says auth_mode " + std::string(to_string(device.mode)) +
                    ", but the product's devices are of mode " +
                    std::string(to_string(opened.mode)),
                "correct auth_mode in the file");
  }
  if (opened.mode == AuthMode::kCertificate) {
    BERTH_TRY(TlsContext check, TlsContext::trusting({}));
    Result<void> belongs =
        check.present(opened.credential.certificate_pem, opened.credential.key_pem);
    if (!belongs) return Fail(std::move(belongs).error());
  }
  return std::move(opened.credential);
}

}  // namespace

Result<DeviceCredential> register_dynamically(const DeviceInfo& device,
                                              const DynamicRegistrationOptions& options,
                                              const Clock& clock, Rng& rng) {
  Result<TlsContext> tls = options.plain ? TlsContext::none() : TlsContext::trusting(options.ca);
  if (!tls) return Fail(std::move(tls).error());
  RequestMark mark;
  mark.nonce = 1 + rng.below(kNonceMax);
  mark.timestamp = base::to_unix_seconds(clock.wall());
  Call call(options, *tls, request_of(device, options, mark));
  const Reply reply = call.run();
  if (!reply) return Fail(unreachable(options, reply.error()));
  return take_answer(*reply, device, options);
}

}  // namespace berth::device
