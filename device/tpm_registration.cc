#include "berth/device/tpm_registration.h"

#include "base/codec.h"
#include "device/http_call.h"
#include "device/progress.h"
#include "device/tpm_messages.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace berth::device {
namespace {

constexpr std::string_view kApiVersion = "2021-06-01";
constexpr int kUnauthorized = 401;

template <class T>
using Outcome = Result<T, RegistrationError>;

auto trouble(Trouble kind, std::string what, int status = 0) {
  RegistrationError error;
  error.trouble = kind;
  error.status = status;
  error.what = std::move(what);
  return Fail(std::move(error));
}

// Of the TPM, or of an answer: `what` and how to mend it.
auto trouble(Trouble kind, const Error& error) {
  return trouble(kind, error.mend.empty() ? error.what : error.what + "; " + error.mend);
}

bool is_success(int status) { return status == 200 || status == 202; }

// One registration of one TPM.
class Conversation {
 public:
  Conversation(TpmIdentity& tpm, const TpmRegistrationPlan& plan, const TlsContext& tls,
               const Clock& clock)
      : tpm_(tpm), plan_(plan), tls_(tls), clock_(clock) {}

  Outcome<Registered> run();

 private:
  std::string resource() const {
    return base::percent_encode(plan_.id_scope) + "%2Fregistrations%2F" +
           base::percent_encode(plan_.registration_id);
  }
  std::string path() const {
    return "/" + base::percent_encode(plan_.id_scope) + "/registrations/" +
           base::percent_encode(plan_.registration_id);
  }
  void say(std::string_view line) const {
    if (plan_.say) plan_.say(line);
  }

  Outcome<HttpReply> call(std::string_view method, const std::string& target,
                          const std::string& body);
  // Answers the challenge: from then on every request carries the token.
  Outcome<void> answer(const std::string& challenge);
  Outcome<std::string> begin();
  Outcome<std::pair<Progress, std::string>> wait(Progress progress, unsigned& polls);

  TpmIdentity& tpm_;
  const TpmRegistrationPlan& plan_;
  const TlsContext& tls_;
  const Clock& clock_;
  Secret token_;
};

Outcome<HttpReply> Conversation::call(std::string_view method, const std::string& target,
                                      const std::string& body) {
  HttpTarget to;
  to.host = plan_.host;
  to.port = plan_.port;
  to.timeout = plan_.timeout;
  std::string request(method);
  request.append(" ").append(target).append("?api-version=").append(kApiVersion);
  request.append(" HTTP/1.1\r\nHost: ").append(host_and_port(to));
  request.append("\r\nUser-Agent: berth-device\r\nAccept: application/json\r\n");
  if (!token_.empty()) request.append("Authorization: ").append(token_.text()).append("\r\n");
  if (!body.empty()) {
    request.append("Content-Type: application/json; charset=utf-8\r\nContent-Length: ");
    request.append(std::to_string(body.size())).append("\r\n");
  }
  request.append("\r\n").append(body);
  return call_http(to, tls_, std::move(request));
}

Outcome<void> Conversation::answer(const std::string& challenge) {
  const Result<TpmChallenge> read = read_tpm_challenge(challenge);
  if (!read) {
    // A plain refusal has the same status.
    return trouble(Trouble::kRefused, error_text(challenge), kUnauthorized);
  }
  const Result<void> opened = tpm_.activate(read->blob);
  if (!opened) return trouble(Trouble::kFailed, opened.error());
  say("the TPM opened the challenge");
  const TimePoint expires = clock_.wall() + plan_.token_lifetime;
  Result<Secret> token = signed_token(tpm_, resource(), expires, read->key_name);
  if (!token) return trouble(Trouble::kFailed, token.error());
  token_ = *std::move(token);
  return {};
}

// Until the server takes the registration in hand; its answer.
Outcome<std::string> Conversation::begin() {
  const Result<std::string> body = tpm_request_body(
      plan_.registration_id, {tpm_.endorsement_key(), tpm_.storage_root_key()}, plan_.payload);
  if (!body) return trouble(Trouble::kFailed, body.error());
  const std::string target = path() + "/register";
  Outcome<HttpReply> reply = call("PUT", target, *body);
  if (!reply) return Fail(std::move(reply).error());
  if (reply->status != kUnauthorized) {
    return trouble(Trouble::kRefused, error_text(reply->body), reply->status);
  }
  Outcome<void> answered = answer(reply->body);
  if (!answered) return Fail(std::move(answered).error());
  reply = call("PUT", target, *body);
  if (!reply) return Fail(std::move(reply).error());
  if (!is_success(reply->status)) {
    return trouble(Trouble::kRefused, error_text(reply->body), reply->status);
  }
  say("the server accepted the answer");
  return std::move(reply->body);
}

void pause(std::chrono::milliseconds time) {
  boost::asio::io_context context(1);
  boost::asio::steady_timer timer(context, time);
  timer.async_wait([](const boost::system::error_code&) {});
  context.run();
}

// Polls until the state is a final one: that state, and the text it was in.
Outcome<std::pair<Progress, std::string>> Conversation::wait(Progress progress, unsigned& polls) {
  std::string body;
  while (progress.status == "assigning") {
    if (polls++ >= plan_.polls_max) {
      return trouble(Trouble::kTimeout, "still assigning after the last poll");
    }
    pause(plan_.poll_delay);
    const std::string id = base::percent_encode(progress.operation_id);
    Outcome<HttpReply> reply = call("GET", path() + "/operations/" + id, {});
    if (!reply) return Fail(std::move(reply).error());
    if (!is_success(reply->status)) {
      return trouble(Trouble::kRefused, error_text(reply->body), reply->status);
    }
    std::optional<Progress> next = read_state(reply->body);
    if (!next) return trouble(Trouble::kProtocol, "the poll was not answered with JSON");
    if (next->operation_id.empty()) next->operation_id = std::move(progress.operation_id);
    progress = *std::move(next);
    body = std::move(reply->body);
  }
  return std::pair(std::move(progress), std::move(body));
}

Outcome<Registered> Conversation::run() {
  const Instant started = clock_.monotonic();
  Outcome<std::string> taken = begin();
  if (!taken) return Fail(std::move(taken).error());
  std::optional<Progress> progress = read_state(*taken);
  if (!progress || progress->operation_id.empty()) {
    return trouble(Trouble::kProtocol, "register was not answered with an operation id");
  }
  Registered registered;
  Outcome<std::pair<Progress, std::string>> done = wait(*std::move(progress), registered.polls);
  if (!done) return Fail(std::move(done).error());
  auto& [state, body] = *done;
  if (state.status != "assigned") {
    return trouble(Trouble::kFailed, base::printable(state.status + " " + state.error));
  }
  const Result<base::Bytes> key = read_tpm_key(body.empty() ? *taken : body);
  if (!key) return trouble(Trouble::kProtocol, key.error());
  const Result<void> kept = tpm_.activate(*key);
  if (!kept) return trouble(Trouble::kFailed, kept.error());
  say("the key for the hub is in the TPM");
  registered.hub = std::move(state.hub);
  registered.device_id = std::move(state.device_id);
  registered.timing.total = clock_.monotonic() - started;
  return registered;
}

}  // namespace

Result<Registered, RegistrationError> register_tpm(TpmIdentity& tpm,
                                                   const TpmRegistrationPlan& plan,
                                                   const TlsContext& tls, const Clock& clock) {
  Conversation conversation(tpm, plan, tls, clock);
  return conversation.run();
}

Result<Secret> signed_token(TokenSigner& signer, std::string_view resource, TimePoint expires,
                            std::string_view key_name) {
  const std::string expiry = std::to_string(base::to_unix_seconds(expires));
  BERTH_TRY(const base::Bytes mac, signer.sign(std::string(resource) + "\n" + expiry));
  std::string text = "SharedAccessSignature sr=" + std::string(resource) +
                     "&sig=" + base::percent_encode(base::base64_encode(mac)) + "&se=" + expiry;
  if (!key_name.empty()) text += "&skn=" + base::percent_encode(key_name);
  return Secret::from_text(text);
}

Result<ConnectionString> tpm_connection(TokenSigner& signer, std::string_view hub,
                                        std::string_view device_id, TimePoint expires) {
  ConnectionString to;
  to.host = hub;
  to.device_id = device_id;
  const std::string resource = base::percent_encode(to.host + "/devices/" + to.device_id);
  BERTH_TRY(to.ready_token, signed_token(signer, resource, expires, {}));
  return to;
}

}  // namespace berth::device
