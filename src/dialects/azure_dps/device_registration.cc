#include "dialects/azure_dps/device_registration.h"

#include "base/codec.h"
#include "dialects/azure_dps/model_id.h"
#include "dialects/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::dialects::azure_dps {
namespace {

constexpr JsonPolicy kPolicy{.unknown = UnknownFields::kIgnore, .nulls = NullFields::kAbsent};
constexpr std::size_t kIdBytesMax = 512;  // identify judges ids; this only bounds the comparison

Fault bad_body(std::string_view what) {
  return bad_request(fmt::format("Invalid request body: {}", what));
}

// Base64, also with line breaks and the lines around PEM: the abandoned preview sent the text of a
// PEM file without its first and last line (§1.10).
Result<base::Bytes, Fault> decode(std::string_view member, std::string text,
                                  std::size_t bytes_max) {
  const std::size_t begins = text.find("-----\n");
  if (text.starts_with("-----BEGIN") && begins != std::string::npos) {
    const std::size_t ends = text.find("-----END", begins);
    if (ends == std::string::npos) {
      return Fail(bad_body(fmt::format("'{}' is a PEM text without an end", member)));
    }
    text = text.substr(begins + 6, ends - begins - 6);
  }
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
  std::optional<base::Bytes> bytes = base::base64_decode(text);
  if (!bytes || bytes->empty()) {
    return Fail(bad_body(fmt::format("'{}' is not the base64 of anything", member)));
  }
  if (bytes->size() > bytes_max) {
    return Fail(bad_body(
        fmt::format("'{}' has {} bytes, at most {} are taken", member, bytes->size(), bytes_max)));
  }
  return *std::move(bytes);
}

Result<std::optional<domain::TpmIdentity>, Fault> read_tpm(JsonFields& fields,
                                                           std::vector<JsonProblem>& problems) {
  std::optional<JsonFields> members = fields.object("tpm");
  if (!fields.ok()) return Fail(bad_body(to_error(problems).what));
  if (!members) return std::nullopt;
  constexpr std::size_t kTextMax = kTpmKeyBytesMax * 2;
  std::optional<std::string> endorsement = members->text("endorsementKey", {.size_max = kTextMax});
  std::optional<std::string> root = members->text("storageRootKey", {.size_max = kTextMax});
  if (!members->ok()) return Fail(bad_body(to_error(problems).what));
  domain::TpmIdentity tpm;
  if (!endorsement) return Fail(bad_body("'tpm' lacks 'endorsementKey'"));
  Result<base::Bytes, Fault> bytes =
      decode("endorsementKey", *std::move(endorsement), kTpmKeyBytesMax);
  if (!bytes) return Fail(std::move(bytes).error());
  tpm.endorsement_key = *std::move(bytes);
  if (root) {
    bytes = decode("storageRootKey", *std::move(root), kTpmKeyBytesMax);
    if (!bytes) return Fail(std::move(bytes).error());
    tpm.storage_root_key = *std::move(bytes);
  }
  return tpm;
}

Result<base::Bytes, Fault> read_request(JsonFields& fields, std::vector<JsonProblem>& problems) {
  for (const std::string_view member : {"csr", "clientCertificateCsr"}) {
    std::optional<std::string> text =
        fields.text(member, {.size_max = kCertificateRequestBytesMax * 2,
                             .control_characters = true});  // the lines of a PEM
    if (!fields.ok()) return Fail(bad_body(to_error(problems).what));
    if (text) return decode(member, *std::move(text), kCertificateRequestBytesMax);
  }
  return base::Bytes();
}

}  // namespace

Result<DeviceRegistration, Fault> read_device_registration(std::string_view body,
                                                           std::string_view registration_id) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return DeviceRegistration{};
  if (body.size() > kBodyBytesMax) return Fail(too_large(kBodyBytesMax));
  const Result<boost::json::object> object = parse_json_object(body, {.bytes_max = kBodyBytesMax});
  if (!object) return Fail(bad_body(object.error().what));

  std::vector<JsonProblem> problems;
  JsonFields fields(*object, kPolicy, problems);
  const std::optional<std::string> id = fields.text("registrationId", {.size_max = kIdBytesMax});
  if (!fields.ok()) return Fail(bad_body(to_error(problems).what));
  if (id && !base::equals_ignoring_case(*id, registration_id)) {
    return Fail(bad_request("The registrationId of the body is not the one that registers"));
  }
  DeviceRegistration registration;
  Result<std::optional<domain::TpmIdentity>, Fault> tpm = read_tpm(fields, problems);
  if (!tpm) return Fail(std::move(tpm).error());
  registration.tpm = *std::move(tpm);
  Result<base::Bytes, Fault> request = read_request(fields, problems);
  if (!request) return Fail(std::move(request).error());
  registration.certificate_request = *std::move(request);
  registration.payload = fields.value_text("payload").value_or("");
  registration.model = model_of_payload(registration.payload);
  std::string data = fields.value_text("data").value_or("");
  if (registration.model.empty()) registration.model = model_of_payload(data);
  if (registration.payload.empty()) registration.payload = std::move(data);
  return registration;
}

}  // namespace berth::dialects::azure_dps
