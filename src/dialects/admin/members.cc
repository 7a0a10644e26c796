#include "dialects/admin/members.h"

#include <algorithm>
#include <iterator>

namespace berth::dialects::admin {
namespace {

constexpr std::size_t kKeyBytesMin = 16;
constexpr std::size_t kKeyBytesMax = 64;

constexpr std::string_view kSymmetricKey = "symmetric_key";
constexpr std::string_view kProductSecret = "product_secret";
constexpr std::string_view kMemberPasswords = "member_passwords";

constexpr std::string_view kCertificates = "x509";
constexpr std::string_view kTpm = "tpm";
constexpr std::string_view kThumbprint = "x509_thumbprint";
constexpr std::string_view kCaSigned = "x509_ca";

// The one of `known` that the text is.
template <std::size_t N>
std::optional<std::string_view> one_of(const std::string_view (&known)[N], std::string_view text) {
  const auto* found = std::find(std::begin(known), std::end(known), text);
  return found == std::end(known) ? std::nullopt : std::optional(*found);
}

constexpr std::string_view kDeviceTypes[] = {kSymmetricKey, kThumbprint, kCaSigned};
constexpr std::string_view kEnrollmentTypes[] = {kSymmetricKey, kProductSecret, kMemberPasswords,
                                                 kCertificates, kTpm};

std::optional<std::string_view> parse_device_type(std::string_view type) {
  return one_of(kDeviceTypes, type);
}

std::optional<std::string_view> parse_enrollment_type(std::string_view type) {
  return one_of(kEnrollmentTypes, type);
}

// Whether members were given that belong to that type alone.
bool has_members_of(const AttestationEdit& edit, std::string_view type) {
  if (type == kProductSecret) return edit.product.has_value();
  if (type == kMemberPasswords) return edit.passwords.has_value();
  if (type == kCertificates) return edit.x509.has_value();
  if (type == kTpm) return edit.tpm.has_value();
  return edit.primary_key || edit.secondary_key;
}

// The type that the members belong to which only one type has; none: they do not say.
std::optional<std::string_view> type_said_by(const AttestationEdit& edit) {
  for (const std::string_view each : {kMemberPasswords, kProductSecret, kCertificates, kTpm}) {
    if (has_members_of(edit, each)) return each;
  }
  return std::nullopt;
}

template <class Edit>
void read_keys(JsonFields& attestation, Edit& edit) {
  edit.primary_key = attestation.secret("primaryKey", kKeyBytesMin, kKeyBytesMax);
  edit.secondary_key = attestation.secret("secondaryKey", kKeyBytesMin, kKeyBytesMax);
}

// Text; the empty text for null.
std::optional<std::string> read_thumbprint(JsonFields& attestation, std::string_view name) {
  std::optional<std::string> given = attestation.text(name, kNameRule);
  return attestation.is_null(name) ? std::string() : given;
}

// "reissue" belongs to two types: to which, if the request does not say so, its id tells.
void place_reissue(JsonFields& attestation, AttestationEdit& edit,
                   std::optional<std::string_view> type, std::string_view id) {
  const auto reissue = attestation.word("reissue", domain::parse_reissue, "refused, same or new");
  const std::string_view by_id =
      id.starts_with(domain::kPasswordGroupPrefix) ? kMemberPasswords : kProductSecret;
  const std::string_view kind = type.value_or(type_said_by(edit).value_or(by_id));
  if (kind == kProductSecret && (type || reissue)) {
    if (!edit.product) edit.product.emplace();
    edit.product->reissue = reissue;
  } else if (kind == kMemberPasswords && (type || reissue)) {
    if (!edit.passwords) edit.passwords.emplace();
    edit.passwords->reissue = reissue;
  } else if (reissue) {
    attestation.problem("type", "expected product_secret with the members of one");
  }
}

}  // namespace

void read_device_attestation(Body& body, domain::DeviceEdit& edit) {
  std::optional<JsonFields> attestation = body.fields.object("attestation");
  if (!attestation) return;
  const auto type =
      attestation->word("type", parse_device_type, "symmetric_key, x509_thumbprint or x509_ca");
  read_keys(*attestation, edit);
  edit.primary_thumbprint = read_thumbprint(*attestation, "primaryThumbprint");
  edit.secondary_thumbprint = read_thumbprint(*attestation, "secondaryThumbprint");
  const bool thumbprints = edit.primary_thumbprint || edit.secondary_thumbprint;
  if (type && *type != kThumbprint && thumbprints) {
    attestation->problem("type", "expected x509_thumbprint with the members of one");
  }
  if (type == kThumbprint && !thumbprints) {
    attestation->problem("primaryThumbprint", "is required, or secondaryThumbprint");
  }
  if (type) edit.ca_signed = *type == kCaSigned;
  attestation->finish();
}

// Members of another type are refused here where the type is said, by management where it is not.
AttestationEdit read_enrollment_attestation(Body& body, std::string_view id) {
  AttestationEdit edit;
  std::optional<JsonFields> attestation = body.fields.object("attestation");
  if (!attestation) return edit;
  const auto type =
      attestation->word("type", parse_enrollment_type,
                        "symmetric_key, product_secret, member_passwords, x509 or tpm");
  read_keys(*attestation, edit);
  edit.product = read_product(*attestation);
  edit.passwords = read_passwords(*attestation);
  edit.x509 = read_trust(*attestation);
  edit.tpm = read_tpm(*attestation);
  for (const std::string_view own : {kProductSecret, kMemberPasswords, kCertificates, kTpm}) {
    if (!type || *type == own || !has_members_of(edit, own)) continue;
    attestation->problem("type", "expected " + std::string(own) + " with the members of one");
  }
  place_reissue(*attestation, edit, type, id);
  if (type == kCertificates && !edit.x509) edit.x509.emplace();
  if (type == kTpm && !edit.tpm) edit.tpm.emplace();
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
