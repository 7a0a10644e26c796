#include "dialects/admin/members.h"

namespace berth::dialects::admin {
namespace {

constexpr std::size_t kKeyBytesMin = 16;
constexpr std::size_t kKeyBytesMax = 64;

std::optional<std::string_view> parse_attestation_type(std::string_view type) {
  constexpr std::string_view kSymmetricKey = "symmetric_key";
  return type == kSymmetricKey ? std::optional(kSymmetricKey) : std::nullopt;
}

}  // namespace

AttestationEdit read_attestation(Body& body) {
  AttestationEdit edit;
  std::optional<JsonFields> attestation = body.fields.object("attestation");
  if (!attestation) return edit;
  attestation->word("type", parse_attestation_type, "symmetric_key");
  edit.primary_key = attestation->secret("primaryKey", kKeyBytesMin, kKeyBytesMax);
  edit.secondary_key = attestation->secret("secondaryKey", kKeyBytesMin, kKeyBytesMax);
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
