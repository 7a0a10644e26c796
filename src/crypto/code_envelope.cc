#include "crypto/code_envelope.h"

#include "base/check.h"
#include "crypto/code_text.h"
#include "crypto/legacy_code.h"
#include "crypto/secret_json.h"

#include <boost/json.hpp>

#include <algorithm>
#include <vector>

namespace berth::crypto {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kVersion = 2;
constexpr std::string_view kCipher = "A256GCM";
constexpr std::uint64_t kExpiresMax = 253'402'300'799;  // the last second of the year 9999

template <class... Parts>
struct Overloaded : Parts... {
  using Parts::operator()...;
};
template <class... Parts>
Overloaded(Parts...) -> Overloaded<Parts...>;

struct Cost {
  std::string_view name;
  std::vector<std::pair<std::string_view, std::uint32_t>> numbers;  // in the order they are bound
};

Cost described(const SlowKeyCost& cost) {
  return std::visit(
      Overloaded{[](const Argon2idCost& argon) {
                   return Cost{"argon2id",
                               {{"m", argon.memory_kib}, {"t", argon.passes}, {"p", argon.lanes}}};
                 },
                 [](const ScryptCost& scrypt) {
                   return Cost{"scrypt", {{"ln", scrypt.log2_n}, {"r", scrypt.r}, {"p", scrypt.p}}};
                 },
                 [](const Pbkdf2Cost& pbkdf2) {
                   return Cost{"pbkdf2-sha256", {{"i", pbkdf2.rounds}}};
                 }},
      cost);
}

auto no_envelope(std::string_view why) {
  return Fail(ErrorKind::kInvalid, "this is no envelope: " + std::string(why),
              "check that the code was read as a whole");
}

// The member as a whole number that fits; nothing otherwise.
std::optional<std::uint32_t> number(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  json::error_code error;
  const auto found = value->to_number<std::uint32_t>(error);
  if (error || value->is_double()) return std::nullopt;
  return found;
}

std::string_view text(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

std::optional<SlowKeyCost> cost_of(const json::object& kdf) {
  const std::string_view name = text(kdf, "n");
  if (name == "argon2id") {
    const auto m = number(kdf, "m");
    const auto t = number(kdf, "t");
    const auto p = number(kdf, "p");
    if (m && t && p) return Argon2idCost{*m, *t, *p};
  }
  if (name == "scrypt") {
    const auto ln = number(kdf, "ln");
    const auto r = number(kdf, "r");
    const auto p = number(kdf, "p");
    if (ln && r && p) return ScryptCost{*ln, *r, *p};
  }
  if (name == "pbkdf2-sha256") {
    if (const auto rounds = number(kdf, "i")) return Pbkdf2Cost{*rounds};
  }
  return std::nullopt;
}

template <std::size_t kSize>
bool read_bytes(std::string_view encoded, std::array<std::uint8_t, kSize>& out) {
  const std::optional<base::Bytes> bytes = base64url_decode(encoded);
  if (!bytes || bytes->size() != kSize) return false;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return true;
}

Result<Envelope> envelope_of(const json::object& object) {
  Envelope envelope;
  if (number(object, "v") != kVersion) return no_envelope("its version is not 2");
  if (text(object, "enc") != kCipher) return no_envelope("its cipher is not A256GCM");
  const json::value* const kdf = object.if_contains("kdf");
  if (kdf == nullptr || !kdf->is_object())
    return no_envelope("it does not say how its key is made");
  const std::optional<SlowKeyCost> cost = cost_of(kdf->get_object());
  if (!cost) return no_envelope("how its key is made is not known here");
  if (const Result<void> checked = check_slow_key_cost(*cost); !checked) {
    return Fail(checked.error());
  }
  envelope.cost = *cost;
  if (!read_bytes(text(kdf->get_object(), "s"), envelope.salt)) {
    return no_envelope("its salt is not 16 bytes in base64url");
  }
  if (!read_bytes(text(object, "iv"), envelope.nonce)) {
    return no_envelope("its iv is not 12 bytes in base64url");
  }
  std::optional<base::Bytes> ciphertext = base64url_decode(text(object, "ct"));
  if (!ciphertext || ciphertext->size() <= kTagBytes) return no_envelope("its content is broken");
  envelope.ciphertext = *std::move(ciphertext);
  envelope.id = text(object, "id");
  if (!is_code_id(envelope.id)) return no_envelope("its id is broken");
  const json::value* const expires = object.if_contains("exp");
  json::error_code error;
  const auto seconds = expires == nullptr ? 0 : expires->to_number<std::uint64_t>(error);
  if (expires == nullptr || error || expires->is_double() || seconds > kExpiresMax) {
    return no_envelope("when it expires is broken");
  }
  envelope.expires = base::from_unix_seconds(static_cast<std::int64_t>(seconds));
  return envelope;
}

Result<Secret> plaintext_of(const EnvelopeContent& content) {
  std::vector<TextMember> members{{"deviceId", content.device_id},
                                  {"scopeId", content.scope_id},
                                  {"deviceKey", content.device_key.text()}};
  const std::array optional{TextMember{"modelId", content.model_id},
                            TextMember{"endpoint", content.endpoint},
                            TextMember{"hubHint", content.hub_hint}};
  for (const TextMember& member : optional) {
    if (!member.value.empty()) members.push_back(member);
  }
  return write_secret_json(members);
}

Result<void> check_passphrase(const Secret& passphrase) {
  if (!passphrase.empty() && passphrase.size() <= kPassphraseBytesMax &&
      base::is_utf8(passphrase.text())) {
    return {};
  }
  return Fail(
      ErrorKind::kInvalid,
      "a passphrase is UTF-8 and has 1 to " + std::to_string(kPassphraseBytesMax) + " bytes",
      "give another");
}

}  // namespace

std::string envelope_associated_data(const SlowKeyCost& cost) {
  const Cost all = described(cost);
  std::string data = "prov-cred;v=" + std::to_string(kVersion) + ";kdf=" + std::string(all.name);
  for (const auto& [name, value] : all.numbers) {
    data += ";" + std::string(name) + "=" + std::to_string(value);
  }
  return data;
}

Result<Envelope> seal_envelope(const EnvelopeContent& content, const Secret& passphrase,
                               const EnvelopeLabel& label, Rng& rng) {
  if (const Result<void> checked = check_passphrase(passphrase); !checked) {
    return Fail(checked.error());
  }
  if (!is_code_id(label.id)) {
    return Fail(ErrorKind::kInvalid, "this id cannot stand in an envelope",
                "use letters, digits, - and _ only");
  }
  BERTH_TRY(const Secret plaintext, plaintext_of(content));
  Envelope envelope;
  envelope.cost = label.cost;
  envelope.id = label.id;
  envelope.expires = base::from_unix_seconds(base::to_unix_seconds(label.expires));
  rng.fill(envelope.salt);
  rng.fill(envelope.nonce);
  BERTH_TRY(const Secret key, slow_key(passphrase, envelope.salt, envelope.cost));
  envelope.ciphertext.resize(plaintext.size() + kTagBytes);
  encrypt({key.bytes(), envelope.nonce, envelope_associated_data(envelope.cost)}, plaintext.bytes(),
          envelope.ciphertext);
  return envelope;
}

Result<EnvelopeContent> open_envelope(const Envelope& envelope, const Secret& passphrase) {
  if (const Result<void> checked = check_passphrase(passphrase); !checked) {
    return Fail(checked.error());
  }
  BERTH_TRY(const Secret key, slow_key(passphrase, envelope.salt, envelope.cost));
  const std::optional<Secret> plaintext = decrypt(
      {key.bytes(), envelope.nonce, envelope_associated_data(envelope.cost)}, envelope.ciphertext);
  if (!plaintext) {
    return Fail(ErrorKind::kUnauthenticated,
                "the envelope does not open: another passphrase, or it was changed",
                "check the passphrase; if it is right, ask for a new code");
  }
  const Result<SecretObject> object = SecretObject::read(plaintext->text());
  if (!object) return no_envelope("what is inside are no credentials");
  EnvelopeContent content;
  content.device_id = object->text("deviceId");
  content.scope_id = object->text("scopeId");
  content.device_key = Secret::from_text(object->text("deviceKey"));
  content.model_id = object->text("modelId");
  content.endpoint = object->text("endpoint");
  content.hub_hint = object->text("hubHint");
  if (content.device_id.empty() || content.device_key.empty()) {
    return no_envelope("there is no device or no key inside");
  }
  return content;
}

std::string envelope_json(const Envelope& envelope) {
  const Cost cost = described(envelope.cost);
  json::object kdf{{"n", cost.name}};
  for (const auto& [name, value] : cost.numbers) kdf[name] = value;
  kdf["s"] = base64url_encode(envelope.salt);
  json::object object{{"v", kVersion},
                      {"kdf", std::move(kdf)},
                      {"enc", kCipher},
                      {"iv", base64url_encode(envelope.nonce)},
                      {"ct", base64url_encode(envelope.ciphertext)},
                      {"exp", base::to_unix_seconds(envelope.expires)},
                      {"id", envelope.id}};
  return json::serialize(object);
}

std::string envelope_base64url(const Envelope& envelope) {
  return base64url_encode(base::as_bytes(envelope_json(envelope)));
}

Result<Envelope> read_envelope_json(std::string_view text) {
  if (text.size() > kEnvelopeBytesMax) {
    return Fail(ErrorKind::kTooLarge,
                "an envelope has at most " + std::to_string(kEnvelopeBytesMax) + " bytes",
                "check that this is one");
  }
  json::parse_options options;
  options.max_depth = 4;
  json::error_code error;
  const json::value value = json::parse(text, error, {}, options);
  if (error || !value.is_object()) return no_envelope("it is no JSON object");
  return envelope_of(value.get_object());
}

Result<Envelope> read_envelope_base64url(std::string_view text) {
  if (text.size() > kEnvelopeBytesMax / 3 * 4 + 4) {
    return Fail(ErrorKind::kTooLarge,
                "an envelope has at most " + std::to_string(kEnvelopeBytesMax) + " bytes",
                "check that this is one");
  }
  const std::optional<base::Bytes> bytes = base64url_decode(text);
  if (!bytes) return no_envelope("it is no base64url");
  return read_envelope_json({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
}

}  // namespace berth::crypto
