#include "dialects/central/requests.h"

#include "crypto/csr.h"
#include "crypto/public_key.h"
#include "dialects/json_fields.h"
#include "domain/json_text.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace berth::dialects::central {
namespace {

namespace json = boost::json;

constexpr std::size_t kMembersMax = 32;
constexpr std::size_t kIdBytesMax = 256;
constexpr std::size_t kDepthMax = 4;
constexpr std::string_view kBearer = "bearer ";

constexpr std::string_view kTypes = "types";
constexpr std::string_view kPassphrase = "patientId";  // so the page called it (§1.1)
constexpr std::string_view kUnencrypted = "unencrypted";
constexpr std::string_view kIncludesPassphrase = "includePassphrase";

// The bytes, gone from the request.
Secret take_body(wire::HttpRequest& request) {
  Secret body = Secret::from_text(request.body);
  std::fill(request.body.begin(), request.body.end(), '\0');
  request.body.clear();
  return body;
}

void wipe(json::string& text) { std::fill(text.begin(), text.end(), '\0'); }
void wipe(json::object& object) {
  for (auto& member : object) {
    if (json::string* text = member.value().if_string()) wipe(*text);
  }
}

// Wipes the texts of an object that held secrets.
class Wiped {
 public:
  explicit Wiped(json::object& object) : object_(object) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { wipe(object_); }

 private:
  json::object& object_;
};

std::string_view media_type(const wire::HttpRequest& request) {
  const std::string* header = request.header("content-type");
  if (header == nullptr) return {};
  std::string_view type = std::string_view(*header).substr(0, header->find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  return type;
}

Result<json::object> parse(std::string_view text, std::size_t bytes_max) {
  JsonLimits limits;
  limits.bytes_max = bytes_max;
  limits.depth_max = kDepthMax;
  return parse_json_object(text, limits);
}

// WHATWG URL §5.1: + is a blank.
std::optional<std::string> form_text(std::string_view raw) {
  std::string text(raw);
  std::replace(text.begin(), text.end(), '+', ' ');
  return base::percent_decode(text);
}

Result<json::object> parse_form(std::string_view body) {
  json::object object;
  for (const auto& [raw_name, raw_value] : wire::split_query(body)) {
    const std::optional<std::string> name = form_text(raw_name);
    const std::optional<std::string> value = form_text(raw_value);
    const bool good = name && value && base::is_utf8(*name) && base::is_utf8(*value);
    if (!good || object.size() == kMembersMax) {
      return Fail(ErrorKind::kInvalid, "the body is no form that can be read",
                  "send JSON, or application/x-www-form-urlencoded");
    }
    object[json::string_view(name->data(), name->size())] =
        json::string_view(value->data(), value->size());
  }
  return object;
}

Result<json::object> parse_body(const wire::HttpRequest& request, std::string_view body) {
  if (base::equals_ignoring_case(media_type(request), "application/x-www-form-urlencoded")) {
    return parse_form(body);
  }
  if (base::equals_ignoring_case(media_type(request), "application/json")) {
    return parse(body, kCredentialsBytesMax);
  }
  return Fail(ErrorKind::kInvalid, "the body is declared as neither JSON nor a form",
              "send Content-Type: application/json");
}

const json::value* find(const json::object& object, std::string_view name) {
  return object.if_contains(json::string_view(name.data(), name.size()));
}

// Texts are what they are, everything else counts as missing.
std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = find(object, name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

// true, or the text that a form has for it.
bool flag_of(const json::object& object, std::string_view name) {
  const json::value* value = find(object, name);
  if (value == nullptr) return false;
  if (const bool* flag = value->if_bool()) return *flag;
  return text_of(object, name) == "true";
}

// 1: a picture, 2: a number, 3: both; as a number or a text.
WantedKinds kinds_of(const json::object& object) {
  const json::value* value = find(object, kTypes);
  std::int64_t types = 0;
  if (value != nullptr && value->is_int64()) types = value->get_int64();
  const std::string_view text = text_of(object, kTypes);
  if (text.size() == 1 && text[0] >= '1' && text[0] <= '3') types = text[0] - '0';
  if (types < 1 || types > 3) return {};
  return {types != 2, types != 1};
}

bool stays(std::string_view name, bool includes_passphrase) {
  if (name == kPassphrase) return includes_passphrase;
  return name != kTypes && name != kUnencrypted && name != kIncludesPassphrase;
}

// What the code holds, as JSON.stringify would write it.
Secret object_text(const json::object& body, bool includes_passphrase) {
  json::object kept;
  for (const auto& member : body) {
    const std::string_view name(member.key().data(), member.key().size());
    if (stays(name, includes_passphrase)) kept.emplace(member.key(), member.value());
  }
  const Wiped wiped(kept);
  std::string text = domain::to_json_text(kept);
  Secret secret = Secret::from_text(text);
  std::fill(text.begin(), text.end(), '\0');
  return secret;
}

Error too_large(std::size_t bytes_max) {
  return {ErrorKind::kTooLarge, fmt::format("the body has more than {} bytes", bytes_max),
          "leave out what no device needs"};
}

// The token of Authorization: Bearer; empty without one.
Secret bearer(const wire::HttpRequest& request) {
  const std::string* header = request.header("authorization");
  const bool good =
      header != nullptr && header->size() > kBearer.size() &&
      base::equals_ignoring_case(std::string_view(*header).substr(0, kBearer.size()), kBearer);
  if (!good || header->size() > kBearer.size() + domain::kClaimTokenBytesMax) return {};
  return Secret::from_text(std::string_view(*header).substr(kBearer.size()));
}

using ClaimKey = decltype(domain::RedeemClaim::key);

Result<ClaimKey> claim_key(const json::object& object) {
  constexpr std::array<std::string_view, 3> kNames = {"csr", "publicKey", "symmetricKey"};
  const auto given = std::count_if(kNames.begin(), kNames.end(), [&](std::string_view name) {
    return !text_of(object, name).empty();
  });
  if (given != 1 || object.size() != 1) {
    return Fail(ErrorKind::kInvalid, "the body has not exactly one of csr, publicKey, symmetricKey",
                R"(send {"csr": "-----BEGIN CERTIFICATE REQUEST-----…"})");
  }
  if (const std::string_view csr = text_of(object, "csr"); !csr.empty()) {
    BERTH_TRY(base::Bytes der, crypto::csr_der(csr));
    return domain::RequestedKey{std::move(der)};
  }
  if (const std::string_view key = text_of(object, "publicKey"); !key.empty()) {
    BERTH_TRY(base::Bytes der, crypto::public_key_der(key));
    return domain::PublicKey{std::move(der)};
  }
  std::optional<Secret> key = base::base64_decode_secret(text_of(object, "symmetricKey"));
  if (key) return domain::SymmetricKey{*std::move(key)};
  return Fail(ErrorKind::kInvalid, "symmetricKey is not base64",
              "send the base64 of 16 to 64 random bytes");
}

}  // namespace

std::variant<CredentialsRequest, InvalidBody, Error> read_credentials(wire::HttpRequest& request) {
  const Secret body = take_body(request);
  if (body.size() > kCredentialsBytesMax) return too_large(kCredentialsBytesMax);
  Result<json::object> object = parse_body(request, body.text());
  if (!object) return std::move(object).error();
  const Wiped wiped(*object);
  if (object->size() > kMembersMax) {
    return Error{ErrorKind::kInvalid, fmt::format("the body has more than {} members", kMembersMax),
                 "leave out what no device needs"};
  }
  CredentialsRequest wanted;
  wanted.kinds = kinds_of(*object);
  domain::CodeRequest& code = wanted.command.request;
  code.mode = domain::CodeMode::kCompatible;
  code.scope = std::string(text_of(*object, "scopeId").substr(0, kIdBytesMax));
  if (code.scope.empty()) return InvalidBody{};
  code.device = std::string(text_of(*object, "deviceId").substr(0, kIdBytesMax));
  code.model = std::string(text_of(*object, "modelId").substr(0, domain::kCodeModelBytesMax));
  const std::string_view passphrase = text_of(*object, kPassphrase);
  if (!passphrase.empty()) code.passphrase = Secret::from_text(passphrase);
  code.unencrypted = flag_of(*object, kUnencrypted);
  code.includes_passphrase = flag_of(*object, kIncludesPassphrase);
  if (wanted.kinds.number) code.pickup = domain::PickupKind::kNumber;
  code.object = object_text(*object, code.includes_passphrase);
  if (code.object->size() > domain::kCodeObjectBytesMax) {
    return too_large(domain::kCodeObjectBytesMax);
  }
  return wanted;
}

Result<Secret> read_pickup(wire::HttpRequest& request) {
  const Secret body = take_body(request);
  BERTH_TRY(json::object object, parse(body.text(), kPickupBytesMax));
  const Wiped wiped(object);
  const std::string_view typed = text_of(object, "pickup");
  if (!typed.empty() && typed.size() <= domain::kPickupTextBytesMax) {
    return Secret::from_text(typed);
  }
  return Fail(ErrorKind::kInvalid, "the body has no text pickup that letters fit into",
              R"(send {"pickup": "7K2M-9QRT-XC"})");
}

Secret read_number(const wire::HttpRequest& request) {
  for (const auto& [name, value] : wire::split_query(request.query)) {
    if (name != "numeric" || value.size() > domain::kPickupTextBytesMax) continue;
    const std::optional<std::string> text = form_text(value);
    return text ? Secret::from_text(*text) : Secret();
  }
  return {};
}

Result<domain::RedeemClaim> read_claim(wire::HttpRequest& request, std::string_view id) {
  const Secret body = take_body(request);
  BERTH_TRY(json::object object, parse(body.text(), kClaimBytesMax));
  const Wiped wiped(object);
  domain::RedeemClaim claim;
  claim.id = std::string(id.substr(0, kIdBytesMax));
  claim.token = bearer(request);
  BERTH_TRY(claim.key, claim_key(object));
  return claim;
}

}  // namespace berth::dialects::central
