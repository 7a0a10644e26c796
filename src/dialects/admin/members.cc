#include "dialects/admin/members.h"

namespace berth::dialects::admin {
namespace {

constexpr std::size_t kKeyBytesMin = 16;
constexpr std::size_t kKeyBytesMax = 64;

constexpr std::string_view kSymmetricKey = "symmetric_key";
constexpr std::string_view kProductSecret = "product_secret";
constexpr std::string_view kMemberPasswords = "member_passwords";

std::optional<std::string_view> parse_device_type(std::string_view type) {
  return type == kSymmetricKey ? std::optional(kSymmetricKey) : std::nullopt;
}

std::optional<std::string_view> parse_enrollment_type(std::string_view type) {
  if (type == kMemberPasswords) return kMemberPasswords;
  return type == kProductSecret ? std::optional(kProductSecret) : parse_device_type(type);
}

// The type that the members belong to which only one type has; none: they do not say.
std::optional<std::string_view> type_said_by(const AttestationEdit& edit) {
  if (edit.passwords) return kMemberPasswords;
  return edit.product ? std::optional(kProductSecret) : std::nullopt;
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

// Members of another type are refused here where the type is said, by management where it is not.
AttestationEdit read_enrollment_attestation(Body& body, std::string_view id) {
  AttestationEdit edit;
  std::optional<JsonFields> attestation = body.fields.object("attestation");
  if (!attestation) return edit;
  const auto type = attestation->word("type", parse_enrollment_type,
                                      "symmetric_key, product_secret or member_passwords");
  read_keys(*attestation, edit);
  edit.product = read_product(*attestation);
  edit.passwords = read_passwords(*attestation);
  for (const std::string_view own : {kProductSecret, kMemberPasswords}) {
    const bool given =
        own == kProductSecret ? edit.product.has_value() : edit.passwords.has_value();
    if (!type || !given || *type == own) continue;
    attestation->problem("type", "expected " + std::string(own) + " with the members of one");
  }
  const auto reissue = attestation->word("reissue", domain::parse_reissue, "refused, same or new");
  const std::string_view by_id =
      id.starts_with(domain::kPasswordGroupPrefix) ? kMemberPasswords : kProductSecret;
  const std::string_view kind = type.value_or(type_said_by(edit).value_or(by_id));
  if (kind == kSymmetricKey && reissue) {
    attestation->problem("type", "expected product_secret with the members of one");
  } else if (kind == kProductSecret && (type || reissue)) {
    if (!edit.product) edit.product.emplace();
    edit.product->reissue = reissue;
  } else if (kind == kMemberPasswords && (type || reissue)) {
    if (!edit.passwords) edit.passwords.emplace();
    edit.passwords->reissue = reissue;
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
