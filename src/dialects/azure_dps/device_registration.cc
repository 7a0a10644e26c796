#include "dialects/azure_dps/device_registration.h"

#include "base/codec.h"
#include "dialects/json_fields.h"

namespace berth::dialects::azure_dps {
namespace {

constexpr JsonPolicy kPolicy{.unknown = UnknownFields::kIgnore, .nulls = NullFields::kAbsent};
constexpr std::size_t kIdBytesMax = 512;  // identify judges ids; this only bounds the comparison

// `csr` since 2025-07-01-preview, `clientCertificateCsr` in 2021-11-01-preview (§1.10). A client
// that asks for a certificate cannot go on without one, so the wish is not quietly dropped.
constexpr std::string_view kCsrMembers[] = {"csr", "clientCertificateCsr"};

}  // namespace

Result<DeviceRegistration, Fault> read_device_registration(std::string_view body,
                                                           std::string_view registration_id) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return DeviceRegistration{};
  if (body.size() > kBodyBytesMax) return Fail(too_large(kBodyBytesMax));
  const Result<boost::json::object> object = parse_json_object(body, {.bytes_max = kBodyBytesMax});
  if (!object) return Fail(bad_request("Invalid request body: " + object.error().what));

  std::vector<JsonProblem> problems;
  JsonFields fields(*object, kPolicy, problems);
  const std::optional<std::string> id = fields.text("registrationId", {.size_max = kIdBytesMax});
  if (!fields.ok()) return Fail(bad_request("Invalid request body: " + to_error(problems).what));
  if (id && !base::equals_ignoring_case(*id, registration_id)) {
    return Fail(bad_request("The registrationId of the body is not the one that registers"));
  }
  for (const std::string_view member : kCsrMembers) {
    if (fields.has(member)) {
      return Fail(bad_request("Certificate signing requests are not offered here: leave out '" +
                              std::string(member) + "'"));
    }
  }
  DeviceRegistration registration;
  registration.payload = fields.value_text("payload").value_or("");
  if (registration.payload.empty()) registration.payload = fields.value_text("data").value_or("");
  registration.has_tpm = fields.has("tpm");
  return registration;
}

}  // namespace berth::dialects::azure_dps
