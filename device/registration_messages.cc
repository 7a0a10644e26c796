#include "device/registration_messages.h"

#include "base/codec.h"
#include "crypto/cbc.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace berth::device {
namespace {

namespace json = boost::json;

constexpr std::size_t kMessageMax = 300;
constexpr std::size_t kDeviceSecretMax = 64;  // characters

auto unusable(std::string what) {
  return Fail(ErrorKind::kUnavailable, std::move(what),
              "check that host and port are those of a server with dynamic registration");
}

auto unopened() {
  return Fail(ErrorKind::kUnavailable,
              "the server's answer cannot be opened with this product secret",
              "compare productSecret in the file with the product's");
}

std::optional<json::object> read_object(std::string_view text) {
  boost::system::error_code bad;
  json::value value = json::parse(text, bad);
  if (bad || !value.is_object()) return std::nullopt;
  return std::move(value).as_object();
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

std::optional<std::int64_t> number_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const std::int64_t* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::optional<std::uint64_t> length_member(const json::object& object, std::string_view name) {
  const std::optional<std::int64_t> number = number_member(object, name);
  if (!number || *number <= 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

// The plain text without its padding; nothing when there is more or less behind it than zeros up to
// a whole block.
std::optional<std::string_view> without_padding(std::string_view text,
                                                std::optional<std::uint64_t> length) {
  const std::size_t last = text.find_last_not_of('\0');
  const std::size_t shortest = last == text.npos ? 0 : last + 1;
  const std::size_t size = length ? static_cast<std::size_t>(*length) : shortest;
  if (size < shortest || size > text.size()) return std::nullopt;
  if (text.size() - size > crypto::kBlockBytes) return std::nullopt;
  return text.substr(0, size);
}

Result<OpenedPayload> read_credential(std::string_view plain) {
  const std::optional<json::object> object = read_object(plain);
  const std::optional<std::int64_t> type =
      object ? number_member(*object, "encryptionType") : std::nullopt;
  if (!type) return unopened();
  OpenedPayload opened;
  if (*type == 2) {
    const Secret secret = Secret::from_text(text_member(*object, "psk"));
    const std::optional<Secret> key = base::base64_decode_secret(secret.text());
    if (!key || key->empty() || secret.size() > kDeviceSecretMax) {
      return unusable("the server's answer holds no usable device secret");
    }
    opened.credential.device_secret = secret.clone();
    return opened;
  }
  if (*type != 1) {
    return unusable("the server's answer is of the unknown type " + std::to_string(*type));
  }
  opened.mode = AuthMode::kCertificate;
  opened.credential.certificate_pem = text_member(*object, "clientCert");
  opened.credential.key_pem = Secret::from_text(text_member(*object, "clientKey"));
  if (opened.credential.certificate_pem.empty() || opened.credential.key_pem.empty()) {
    return unusable("the server's answer lacks the certificate or its private key");
  }
  return opened;
}

}  // namespace

std::string first_signature(const DeviceInfo& device, const RequestMark& mark) {
  const std::string text =
      "deviceName=" + device.device_name + "&nonce=" + std::to_string(mark.nonce) +
      "&productId=" + device.product_id + "&timestamp=" + std::to_string(mark.timestamp);
  const auto mac = crypto::hmac_sha1(device.product_secret.bytes(), text);
  return base::base64_encode(base::as_bytes(base::hex_encode(mac)));
}

std::string first_body(const DeviceInfo& device, const RequestMark& mark) {
  return json::serialize(json::object{{"deviceName", device.device_name},
                                      {"nonce", mark.nonce},
                                      {"productId", device.product_id},
                                      {"timestamp", mark.timestamp},
                                      {"signature", first_signature(device, mark)}});
}

std::string second_signature(const SignedRequest& request, const Secret& secret) {
  std::string text = "POST\n";
  text.append(request.host).append("\n").append(request.path).append("\n\n");
  text.append(request.algorithm).append("\n");
  text += std::to_string(request.mark.timestamp) + "\n" + std::to_string(request.mark.nonce) + "\n";
  text += base::hex_encode(crypto::sha256(base::as_bytes(request.body)));
  if (request.algorithm == "hmacsha1") {
    return base::base64_encode(crypto::hmac_sha1(secret.bytes(), text));
  }
  return base::base64_encode(crypto::hmac_sha256(secret.bytes(), text));
}

std::string second_body(const DeviceInfo& device) {
  return json::serialize(
      json::object{{"ProductId", device.product_id}, {"DeviceName", device.device_name}});
}

Result<RegistrationAnswer> read_first_answer(std::string_view body) {
  const std::optional<json::object> object = read_object(body);
  const std::optional<std::int64_t> code = object ? number_member(*object, "code") : std::nullopt;
  if (!code) {
    return unusable("the server's answer is not one of dynamic registration: " +
                    base::printable(body, kMessageMax));
  }
  RegistrationAnswer answer;
  answer.message = base::printable(text_member(*object, "message"), kMessageMax);
  if (*code != 0) {
    answer.refusal = std::to_string(*code);
    return answer;
  }
  answer.payload = text_member(*object, "payload");
  answer.length = length_member(*object, "len");
  if (answer.payload.empty()) return unusable("the server's answer has no payload");
  return answer;
}

Result<RegistrationAnswer> read_second_answer(std::string_view body) {
  const std::optional<json::object> object = read_object(body);
  const json::value* inner = object ? object->if_contains("Response") : nullptr;
  const json::object* response = inner == nullptr ? nullptr : inner->if_object();
  if (response == nullptr) {
    return unusable("the server's answer is not one of dynamic registration: " +
                    base::printable(body, kMessageMax));
  }
  RegistrationAnswer answer;
  const json::value* error = response->if_contains("Error");
  if (error != nullptr && error->is_object()) {
    answer.refusal = base::printable(text_member(error->get_object(), "Code"), kMessageMax);
    answer.message = base::printable(text_member(error->get_object(), "Message"), kMessageMax);
    if (answer.refusal.empty()) answer.refusal = "(none)";
    return answer;
  }
  answer.payload = text_member(*response, "Payload");
  answer.length = length_member(*response, "Len");
  if (answer.payload.empty()) return unusable("the server's answer has no payload");
  return answer;
}

Result<OpenedPayload> open_payload(const RegistrationAnswer& answer, const Secret& product_secret) {
  std::array<std::uint8_t, crypto::kBlockBytes> key{};
  std::array<std::uint8_t, crypto::kBlockBytes> initial{};
  initial.fill('0');
  const std::optional<base::Bytes> sealed = base::base64_decode(answer.payload);
  if (!sealed || sealed->empty())
    return unusable("the payload of the server's answer is no Base64");
  if (product_secret.size() < key.size()) return unopened();
  std::copy_n(product_secret.bytes().begin(), key.size(), key.begin());
  const std::optional<Secret> opened = crypto::decrypt_aes128_cbc(key, initial, *sealed);
  key.fill(0);
  if (!opened) return unopened();
  const std::optional<std::string_view> plain = without_padding(opened->text(), answer.length);
  if (!plain) return unopened();
  return read_credential(*plain);
}

}  // namespace berth::device
