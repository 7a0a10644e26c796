#include "device/tpm_messages.h"

#include "device/tpm_blob.h"

#include <boost/json.hpp>

#include <optional>

namespace berth::device {
namespace {

namespace json = boost::json;

constexpr std::size_t kKeyNameMax = 64;

auto invalid(std::string what) { return Fail(ErrorKind::kInvalid, std::move(what)); }

std::optional<json::object> object_of(std::string_view body) {
  boost::system::error_code bad;
  json::value value = json::parse(body, bad);
  if (bad || !value.is_object()) return std::nullopt;
  return std::move(value).as_object();
}

std::optional<std::string> text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) return std::nullopt;
  return std::string(*text);
}

const json::object* member(const json::object* object, std::string_view name) {
  const json::value* value = object == nullptr ? nullptr : object->if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

Result<base::Bytes> blob_in(const json::object& object) {
  const std::optional<std::string> text = text_of(object, "authenticationKey");
  if (!text) return invalid("the answer has no \"authenticationKey\" for the TPM");
  std::optional<base::Bytes> blob = base::base64_decode(*text);
  if (!blob || blob->empty() || blob->size() > kActivationBlobMax) {
    return invalid("the \"authenticationKey\" of the answer is not base64 of a sensible size");
  }
  return *std::move(blob);
}

}  // namespace

Result<std::string> tpm_request_body(std::string_view registration_id, const TpmPublicKeys& keys,
                                     std::string_view payload) {
  json::object tpm;
  tpm["endorsementKey"] = base::base64_encode(keys.endorsement_key);
  tpm["storageRootKey"] = base::base64_encode(keys.storage_root_key);
  json::object body;
  body["registrationId"] = registration_id;
  body["tpm"] = std::move(tpm);
  if (!payload.empty()) {
    boost::system::error_code bad;
    json::value parsed = json::parse(payload, bad);
    if (bad) return invalid("the payload is not JSON");
    body["payload"] = std::move(parsed);
  }
  return json::serialize(body);
}

Result<TpmChallenge> read_tpm_challenge(std::string_view body) {
  const std::optional<json::object> object = object_of(body);
  if (!object) return invalid("the challenge is not a JSON object");
  TpmChallenge challenge;
  BERTH_TRY(challenge.blob, blob_in(*object));
  challenge.key_name = text_of(*object, "keyName").value_or("registration");
  if (challenge.key_name.empty() || challenge.key_name.size() > kKeyNameMax) {
    return invalid("the challenge's \"keyName\" is no name");
  }
  return challenge;
}

Result<base::Bytes> read_tpm_key(std::string_view body) {
  const std::optional<json::object> object = object_of(body);
  const json::object* state = object ? member(&*object, "registrationState") : nullptr;
  const json::object* tpm = member(state, "tpm");
  if (tpm == nullptr) return invalid("the answer has no key for the TPM");
  return blob_in(*tpm);
}

}  // namespace berth::device
