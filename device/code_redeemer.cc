#include "berth/device/code_redeemer.h"

#include "base/codec.h"
#include "crypto/code_envelope.h"
#include "crypto/code_text.h"
#include "crypto/legacy_code.h"
#include "crypto/own_key.h"
#include "device/code_messages.h"
#include "device/http_call.h"

namespace berth::device {
namespace {

constexpr std::size_t kSymmetricKeyBytes = 32;
constexpr std::size_t kShownMax = 160;

// One code, from its text to a device.
class Redeemer {
 public:
  Redeemer(const RedeemOptions& options, const RedeemParts& parts, bool has_network)
      : options_(options), parts_(parts), has_network_(has_network) {}

  Result<RedeemedDevice> run(std::string_view text) {
    BERTH_TRY(const crypto::CodeText code, crypto::read_code_text(text));
    say("this is " + std::string(to_string(code.form)) +
        (code.host.empty() ? "" : " for " + to_string(CodeServer{code.host, code.port})));
    return take(code);
  }

 private:
  Result<RedeemedDevice> take(const crypto::CodeText& code);
  Result<RedeemedDevice> claim(const crypto::CodeText& code);
  Result<RedeemedDevice> ask_for_number(std::uint32_t number);
  Result<RedeemedDevice> pick_up(const Secret& pickup);
  Result<RedeemedDevice> take_picked_up(const Secret& text, const Secret& pickup);
  Result<RedeemedDevice> open(const Result<crypto::Envelope>& envelope, const CodeServer& from);
  Result<crypto::EnvelopeContent> open_asking(const crypto::Envelope& envelope);
  Result<RedeemedDevice> read_compatible(const crypto::CodeText& code);
  Result<RedeemedDevice> device_of(crypto::EnvelopeContent content, const CodeServer& from) const;
  Result<HttpReply> ask(const HttpTarget& target, std::string request, int success);
  Result<HttpTarget> server() const;
  void say(const std::string& line) { parts_.observer.say(line); }

  const RedeemOptions& options_;
  const RedeemParts& parts_;
  const bool has_network_;
};

Result<HttpTarget> Redeemer::server() const {
  if (options_.server.host.empty()) {
    return Fail(ErrorKind::kInvalid, "this code does not say which server it is for",
                "name the server");
  }
  return HttpTarget{options_.server.host, options_.server.port, false, options_.timeout};
}

Result<HttpReply> Redeemer::ask(const HttpTarget& target, std::string request, int success) {
  if (!has_network_) {
    return Fail(ErrorKind::kInvalid, "what this code stands for has to be fetched from its server",
                "redeem the code instead of only opening it");
  }
  BERTH_TRY(const TlsContext tls, TlsContext::trusting(options_.ca));
  const auto reply = call_http(target, tls, std::move(request));
  if (!reply) return Fail(unreachable(target, reply.error()));
  if (reply->status != success) return Fail(refused(target, *reply));
  return *reply;
}

Result<RedeemedDevice> Redeemer::take(const crypto::CodeText& code) {
  using crypto::CodeForm;
  switch (code.form) {
    case CodeForm::kClaimLink:
      return claim(code);
    case CodeForm::kEnvelopeLink:
      return open(crypto::read_envelope_base64url(code.envelope), {code.host, code.port});
    case CodeForm::kEnvelopeScheme:
      return open(crypto::read_envelope_base64url(code.envelope), options_.server);
    case CodeForm::kEnvelopeJson:
      return open(crypto::read_envelope_json(code.envelope), options_.server);
    case CodeForm::kCompatibleSealed:
    case CodeForm::kCompatiblePlain:
      return read_compatible(code);
    case CodeForm::kPickup:
      return pick_up(code.pickup);
    case CodeForm::kNumber:
      return ask_for_number(code.number);
  }
  return Fail(ErrorKind::kInternal, "a form of code that nobody thought of");
}

Result<RedeemedDevice> Redeemer::claim(const crypto::CodeText& code) {
  const HttpTarget target{code.host, code.port, false, options_.timeout};
  const Claim claim{code.id, code.token};
  const bool is_symmetric = options_.claim_key == ClaimKey::kSymmetric;
  BERTH_TRY(const crypto::OwnKey own, crypto::OwnKey::make());
  BERTH_TRY(const std::string csr, own.request_pem());
  Secret key = base::base64_encode_secret(parts_.rng.secret(kSymmetricKeyBytes).bytes());
  say(is_symmetric ? "redeeming the claim with a new symmetric key"
                   : "redeeming the claim with a new P-256 key, which stays here");
  BERTH_TRY(const HttpReply reply, ask(target,
                                       is_symmetric ? claim_request_with_key(target, claim, key)
                                                    : claim_request_with_csr(target, claim, csr),
                                       201));
  BERTH_TRY(RedeemedDevice device, read_claim_answer(reply.body, {code.host, code.port}));
  if (is_symmetric) {
    device.key = std::move(key);
    return device;
  }
  BERTH_TRY(device.key_pem, own.private_key_pem());
  BERTH_TRY(device.certificate_pem,
            own.certificate_pem(device.device_id, parts_.rng, parts_.clock));
  return device;
}

Result<RedeemedDevice> Redeemer::ask_for_number(std::uint32_t number) {
  BERTH_TRY(const HttpTarget target, server());
  say("asking " + host_and_port(target) + " for what the number stands for");
  BERTH_TRY(const HttpReply reply, ask(target, number_request(target, number), 200));
  BERTH_TRY(const Secret text, picked_up_code(reply.body));
  return take_picked_up(text, Secret());
}

Result<RedeemedDevice> Redeemer::pick_up(const Secret& pickup) {
  BERTH_TRY(const HttpTarget target, server());
  say("picking up what the code stands for at " + host_and_port(target));
  BERTH_TRY(const HttpReply reply, ask(target, pickup_request(target, pickup), 200));
  BERTH_TRY(const Secret text, picked_up_code(reply.body));
  return take_picked_up(text, pickup);
}

Result<RedeemedDevice> Redeemer::take_picked_up(const Secret& text, const Secret& pickup) {
  BERTH_TRY(const crypto::CodeText code, crypto::read_code_text(text.text()));
  using crypto::CodeForm;
  if (code.form == CodeForm::kPickup || code.form == CodeForm::kNumber) {
    return Fail(ErrorKind::kUnavailable, "the server answered with a code for another code",
                "ask for a new code");
  }
  say("it is " + std::string(to_string(code.form)));
  const bool is_envelope =
      code.form == CodeForm::kEnvelopeJson || code.form == CodeForm::kEnvelopeLink;
  if (is_envelope && !pickup.empty()) {
    BERTH_TRY(const crypto::Envelope envelope,
              code.form == CodeForm::kEnvelopeJson
                  ? crypto::read_envelope_json(code.envelope)
                  : crypto::read_envelope_base64url(code.envelope));
    Result<crypto::EnvelopeContent> content = crypto::open_envelope(envelope, pickup);
    if (content) return device_of(*std::move(content), options_.server);
    if (content.error().kind != ErrorKind::kUnauthenticated) {
      return Fail(std::move(content).error());
    }
    say("it was sealed with a passphrase of its own");
  }
  return take(code);
}

Result<crypto::EnvelopeContent> Redeemer::open_asking(const crypto::Envelope& envelope) {
  for (unsigned attempt = 0;; ++attempt) {
    BERTH_TRY(const Secret passphrase, parts_.observer.passphrase(attempt));
    Result<crypto::EnvelopeContent> content = crypto::open_envelope(envelope, passphrase);
    const bool is_wrong = !content && content.error().kind == ErrorKind::kUnauthenticated;
    if (!is_wrong || attempt + 1 == kPassphraseAttemptsMax) return content;
    say("the passphrase does not open it");
  }
}

Result<RedeemedDevice> Redeemer::open(const Result<crypto::Envelope>& envelope,
                                      const CodeServer& from) {
  if (!envelope) return Fail(Error(envelope.error()));
  if (envelope->expires < parts_.clock.wall()) {
    return Fail(ErrorKind::kInvalid,
                "the code expired at " + base::format_utc(envelope->expires, 0),
                "ask for a new code");
  }
  BERTH_TRY(crypto::EnvelopeContent content, open_asking(*envelope));
  return device_of(std::move(content), from);
}

Result<RedeemedDevice> Redeemer::device_of(crypto::EnvelopeContent content,
                                           const CodeServer& from) const {
  RedeemedDevice device;
  device.device_id = std::move(content.device_id);
  device.id_scope = std::move(content.scope_id);
  device.model_id = std::move(content.model_id);
  device.hub_hint = std::move(content.hub_hint);
  device.key = std::move(content.device_key);
  device.service = from;
  if (!content.endpoint.empty()) {
    BERTH_TRY(device.service, read_code_server(content.endpoint));
  }
  return device;
}

Result<RedeemedDevice> Redeemer::read_compatible(const crypto::CodeText& code) {
  const bool is_sealed = code.form == crypto::CodeForm::kCompatibleSealed;
  for (unsigned attempt = 0;; ++attempt) {
    Secret passphrase;
    if (is_sealed) {
      BERTH_TRY(passphrase, parts_.observer.passphrase(attempt));
    }
    Result<crypto::CompatibleCredential> read =
        crypto::read_compatible_code(code.compatible.text(), passphrase);
    if (read) {
      RedeemedDevice device;
      device.device_id = std::move(read->device_id);
      device.id_scope = std::move(read->scope_id);
      device.model_id = std::move(read->model_id);
      device.key = std::move(read->device_key);
      device.service = options_.server;
      return device;
    }
    const bool is_over = !is_sealed || read.error().kind != ErrorKind::kInvalid ||
                         attempt + 1 == kPassphraseAttemptsMax;
    if (is_over) return Fail(std::move(read).error());
    say("the passphrase does not open it");
  }
}

// What was read can be a device.
Result<RedeemedDevice> checked(Result<RedeemedDevice> device, CodeObserver& observer) {
  if (!device) return device;
  if (device->device_id.empty() || device->id_scope.empty() ||
      (device->key.empty() && device->key_pem.empty())) {
    return Fail(ErrorKind::kInvalid, "the code lacks the device, its scope or its key",
                "ask for a new code");
  }
  std::string line = "it makes this device " + base::printable(device->device_id, kShownMax) +
                     " of ID scope " + base::printable(device->id_scope, kShownMax);
  if (!device->model_id.empty()) {
    line += ", model " + base::printable(device->model_id, kShownMax);
  }
  observer.say(line);
  return device;
}

}  // namespace

Result<RedeemedDevice> redeem_code(std::string_view text, const RedeemOptions& options,
                                   const RedeemParts& parts) {
  Redeemer redeemer(options, parts, true);
  return checked(redeemer.run(text), parts.observer);
}

Result<RedeemedDevice> open_code(std::string_view text, const RedeemOptions& options,
                                 const RedeemParts& parts) {
  Redeemer redeemer(options, parts, false);
  return checked(redeemer.run(text), parts.observer);
}

}  // namespace berth::device
