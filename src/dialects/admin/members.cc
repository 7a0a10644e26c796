#include "dialects/admin/members.h"

namespace berth::dialects::admin {
namespace {

constexpr std::size_t kKeyBytesMin = 16;
constexpr std::size_t kKeyBytesMax = 64;

constexpr std::string_view kSymmetricKey = "symmetric_key";
constexpr std::string_view kProductSecret = "product_secret";

std::optional<std::string_view> parse_device_type(std::string_view type) {
  return type == kSymmetricKey ? std::optional(kSymmetricKey) : std::nullopt;
}

std::optional<std::string_view> parse_enrollment_type(std::string_view type) {
  return type == kProductSecret ? std::optional(kProductSecret) : parse_device_type(type);
}

void read_keys(JsonFields& attestation, AttestationEdit& edit) {
  edit.primary_key = attestation.secret("primaryKey", kKeyBytesMin, kKeyBytesMax);
  edit.secondary_key = attestation.secret("secondaryKey", kKeyBytesMin, kKeyBytesMax);
}

}  // namespace

AttestationEdit read_device_attestation(Body& body) {
  AttestationEdit edit;
  std::optional<JsonFields> attestation = body.fields.object("attestation");
  if (!attestation) return edit;
  attestation->word("type", parse_device_type, kSymmetricKey);
  read_keys(*attestation, edit);
  attestation->finish();
  return edit;
}

// Members of the other type are refused here where the type is said, by management where it is not.
AttestationEdit read_enrollment_attestation(Body& body) {
  AttestationEdit edit;
  std::optional<JsonFields> attestation = body.fields.object("attestation");
  if (!attestation) return edit;
  const auto type =
      attestation->word("type", parse_enrollment_type, "symmetric_key or product_secret");
  read_keys(*attestation, edit);
  edit.product = read_product(*attestation);
  if (type == kProductSecret && !edit.product) edit.product.emplace();
  if (type == kSymmetricKey && edit.product) {
    attestation->problem("type", "expected product_secret with the members of one");
  }
  attestation->finish();
  return edit;
}

boost::json::array retired_json(const domain::SymmetricKeys& keys) {
  boost::json::array retired;
  for (const domain::RetiredKey& key : keys.retired) {
    boost::json::object entry;
    entry["slot"] = text(to_string(key.slot));
    entry["retiredAt"] = time(key.retired_at);
    retired.push_back(std::move(entry));
  }
  return retired;
}

domain::KeySlot read_slot(Incoming& in) {
  const std::string& slot = in.path("slot");
  if (slot == to_string(domain::KeySlot::kSecondary)) return domain::KeySlot::kSecondary;
  if (slot != to_string(domain::KeySlot::kPrimary)) {
    in.problem("the key slot in the path: expected primary or secondary");
  }
  return domain::KeySlot::kPrimary;
}

boost::json::value document(std::string_view json) {
  if (json.empty()) return nullptr;
  JsonLimits limits;
  limits.bytes_max = json.size();
  limits.depth_max = 64;
  Result<boost::json::value> value = parse_json(json, limits);
  if (!value)
    return text(base::is_utf8(json) ? std::string(json) : base::printable(json, json.size()));
  return *std::move(value);
}

}  // namespace berth::dialects::admin
