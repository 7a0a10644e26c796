#include "app/code_desk.h"

#include "app/on_worker.h"
#include "crypto/code_envelope.h"
#include "crypto/code_text.h"
#include "crypto/csr.h"
#include "crypto/device_key.h"
#include "crypto/hash.h"
#include "crypto/legacy_code.h"
#include "crypto/public_key.h"
#include "qr/symbol.h"

#include <algorithm>
#include <string>
#include <utility>

namespace berth::app {
namespace {

constexpr std::size_t kNumberDigitsMax = 5;

crypto::EnvelopeContent envelope_content(management::CodeContent content) {
  crypto::EnvelopeContent out;
  out.device_id = std::move(content.device);
  out.scope_id = std::move(content.scope);
  out.device_key = std::move(content.device_key);
  out.model_id = std::move(content.model);
  out.endpoint = std::move(content.endpoint);
  out.hub_hint = std::move(content.hub_host);
  return out;
}

Result<Secret> sealed_text(const crypto::EnvelopeContent& content, const Secret& key_text,
                           const domain::CredentialCode& code, Rng& rng) {
  crypto::EnvelopeLabel label;
  label.id = code.id;
  label.expires = code.expires_at;
  BERTH_TRY(const crypto::Envelope envelope, crypto::seal_envelope(content, key_text, label, rng));
  return Secret::from_text(crypto::envelope_json(envelope));
}

crypto::CompatibleCredential credential_of(const management::CodeContent& content) {
  crypto::CompatibleCredential credential;
  credential.device_id = content.device;
  credential.device_key = content.device_key.clone();
  credential.scope_id = content.scope;
  credential.model_id = content.model;
  return credential;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

CredentialDesk::CredentialDesk(boost::asio::thread_pool& workers, Rng& rng, std::size_t waiting_max)
    : workers_(workers),
      rng_(rng),
      waiting_max_(waiting_max),
      waiting_(std::make_shared<std::atomic<std::size_t>>(0)) {}

Secret CredentialDesk::derive_key(const Secret& group_key, std::string_view registration_id) const {
  const Secret key = crypto::derive_device_key(group_key.bytes(), registration_id);
  return base::base64_encode_secret(key.bytes());
}

Task<Result<Secret>> CredentialDesk::seal_envelope(management::CodeContent content, Secret key_text,
                                                   domain::CredentialCode code) const {
  std::optional<Place> place = Place::take(waiting_, waiting_max_);
  if (!place) {
    co_return Fail(ErrorKind::kUnavailable, "too many codes are being encrypted already",
                   "try again in a moment");
  }
  auto work = [place = *std::move(place), content = envelope_content(std::move(content)),
               key_text = std::move(key_text), code = std::move(code), &rng = rng_]() mutable {
    const Place held = std::move(place);  // given back before whoever waits goes on
    return sealed_text(content, key_text, code, rng);
  };
  Result<Secret> sealed = co_await on_worker<Secret>(workers_, std::move(work));
  co_return sealed;
}

Result<Secret> CredentialDesk::compatible_text(const management::CodeContent& content,
                                               const std::optional<Secret>& passphrase,
                                               bool includes_passphrase) const {
  const crypto::CompatibleCredential credential = credential_of(content);
  if (!passphrase) return crypto::make_plain_compatible_code(credential);
  const auto with = includes_passphrase ? crypto::PassphraseInCode::kIncluded
                                        : crypto::PassphraseInCode::kLeftOut;
  return crypto::make_compatible_code(credential, *passphrase, with, rng_);
}

Result<Secret> CredentialDesk::compatible_text(const Secret& object,
                                               const std::optional<Secret>& passphrase) const {
  const Secret none;
  return crypto::compatible_code_of(object, passphrase ? *passphrase : none, rng_);
}

Secret CredentialDesk::claim_link(std::string_view authority, std::string_view id,
                                  const Secret& token) const {
  return crypto::claim_link(authority, id, token);
}

Secret CredentialDesk::envelope_link(std::string_view authority, std::string_view id,
                                     const Secret& envelope) const {
  return Secret::from_text(
      crypto::envelope_link(authority, id, crypto::base64url_encode(envelope.bytes())));
}

Secret CredentialDesk::make_letters() const {
  return crypto::grouped_pickup_code(crypto::make_pickup_code(rng_));
}

Secret CredentialDesk::make_number() const {
  return Secret::from_text(std::to_string(crypto::make_code_number(rng_)));
}

Secret CredentialDesk::make_token() const { return crypto::make_claim_token(rng_); }

Secret CredentialDesk::normal_letters(const Secret& typed) const {
  std::optional<Secret> normal = crypto::normalise_pickup_code(typed.text());
  return normal ? *std::move(normal) : Secret();
}

// Blanks around it and zeros in front of it are passed over, as people write 00042 for 42.
Secret CredentialDesk::normal_number(const Secret& typed) const {
  std::string_view text = typed.text();
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || text.size() > kNumberDigitsMax || !digits) return {};
  while (text.size() > 1 && text.front() == '0') text.remove_prefix(1);
  return Secret::from_text(text);
}

Result<management::KeyRequest> CredentialDesk::requested_key(const base::Bytes& request) const {
  BERTH_TRY(crypto::CertificateRequest read, crypto::read_csr(request));
  return management::KeyRequest{std::move(read.spki), std::move(read.common_name)};
}

base::Bytes CredentialDesk::key_print(const base::Bytes& spki) const {
  const crypto::Sha256 print = crypto::sha256(spki);
  return {print.begin(), print.end()};
}

Result<void> CredentialDesk::check_public_key(const base::Bytes& spki) const {
  Result<std::string> kind = crypto::read_public_key(spki);
  if (!kind) return Fail(std::move(kind).error());
  return {};
}

Result<management::CodePictures> CredentialDesk::draw(const Secret& text) const {
  BERTH_TRY(const qr::Symbol symbol, qr::encode(text.text()));
  BERTH_TRY(const base::Bytes png, qr::to_png(symbol));
  BERTH_TRY(const std::string svg, qr::to_svg(symbol));
  management::CodePictures pictures;
  pictures.png = Secret::from_text(qr::data_url(png));
  pictures.svg = Secret::from_text(svg);
  return pictures;
}

}  // namespace berth::app
