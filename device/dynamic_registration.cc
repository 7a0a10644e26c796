#include "berth/device/dynamic_registration.h"

#include "base/codec.h"
#include "berth/device/registration.h"
#include "device/http_call.h"
#include "device/registration_hints.h"
#include "device/registration_messages.h"

namespace berth::device {
namespace {

constexpr std::uint64_t kNonceMax = 0x7fff'ffff;  // devices keep it in 31 bits
constexpr std::size_t kShownMax = 200;

HttpTarget target_of(const DynamicRegistrationOptions& options) {
  return {options.host, options.port, options.plain, options.timeout};
}

std::string where(const DynamicRegistrationOptions& options) {
  return host_and_port(target_of(options));
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
  const auto reply = call_http(target_of(options), *tls, request_of(device, options, mark));
  if (!reply) return Fail(unreachable(options, reply.error()));
  return take_answer(*reply, device, options);
}

}  // namespace berth::device
