// Credential codes. Their texts and pictures are shown once, to whoever makes them.
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {
namespace {

constexpr TextRule kModelRule{0, domain::kCodeModelBytesMax, false};
constexpr std::int64_t kLifetimeSecondsMax = 366 * 86'400;  // management has the exact bounds

// Letters, or the number that apps for compatible codes have a field for.
domain::PickupKind pickup_of(const domain::CodeRequest& request, bool wanted) {
  if (!wanted) return domain::PickupKind::kNone;
  const bool compatible = request.mode == domain::CodeMode::kCompatible;
  return compatible ? domain::PickupKind::kNumber : domain::PickupKind::kLetters;
}

boost::json::value secret_or_null(const std::optional<Secret>& secret) {
  if (!secret) return nullptr;
  return text(secret->text());
}

}  // namespace

domain::ManagementCommand create_code(Incoming& in) {
  domain::CreateCode command;
  domain::CodeRequest& request = command.request;
  JsonFields& fields = in.body().fields;
  fields.require("scope");
  fields.require("deviceId");
  request.mode = fields.word("mode", domain::parse_code_mode, "claim, envelope or compatible")
                     .value_or(domain::CodeMode::kClaim);
  request.scope = fields.text("scope", kNameRule).value_or("");
  request.device = fields.text("deviceId", kNameRule).value_or("");
  request.group = fields.text("enrollmentGroupId", kNameRule).value_or("");
  request.device_key = read_secret_text(fields, "deviceKey");
  request.model = fields.text("modelId", kModelRule).value_or("");
  request.passphrase = read_secret_text(fields, "passphrase");
  request.unencrypted = fields.flag("unencrypted").value_or(false);
  request.includes_passphrase = fields.flag("includePassphrase").value_or(false);
  request.pickup = pickup_of(request, fields.flag("pickup").value_or(false));
  const std::optional<std::int64_t> ttl = fields.integer("ttlSeconds", 0, kLifetimeSecondsMax);
  if (ttl) request.lifetime = std::chrono::seconds(*ttl);
  return command;
}

domain::ManagementCommand get_code(Incoming& in) { return domain::GetCode{in.path("code")}; }

domain::ManagementCommand list_codes(Incoming& in) {
  domain::ListCodes command;
  command.scope = in.query("scope");
  command.page = in.page();
  return command;
}

domain::ManagementCommand revoke_code(Incoming& in) { return domain::RevokeCode{in.path("code")}; }

boost::json::object to_json(const domain::CredentialCode& code) {
  boost::json::object out;
  out["id"] = text(code.id);
  out["mode"] = text(to_string(code.mode));
  out["scope"] = text(code.scope.text());
  out["deviceId"] = text(code.device.text());
  out["modelId"] = text_or_null(code.model);
  out["enrollment"] = nullptr;
  if (code.enrollment) {
    boost::json::object& enrollment = out["enrollment"].emplace_object();
    enrollment["kind"] = text(to_string(code.enrollment->kind));
    enrollment["id"] = text(code.enrollment->id.text());
  }
  out["encrypted"] = code.encrypted;
  out["pickupKind"] = text(to_string(code.pickup));
  out["state"] = text(to_string(code.state));
  out["createdBy"] = text(code.created_by);
  out["createdAt"] = time(code.created_at);
  out["expiresAt"] = time(code.expires_at);
  out["usedAt"] = nullptr;
  if (code.used_at) out["usedAt"] = time(*code.used_at);
  out["usedFrom"] = text_or_null(code.used_from);
  return out;
}

boost::json::object to_json(const domain::NewCode& made) {
  boost::json::object out = to_json(made.code);
  out["code"] = text(made.text.text());
  boost::json::object& qr = out["qr"].emplace_object();
  qr["png"] = text(made.png.text());
  qr["svg"] = text(made.svg.text());
  out["pickup"] = secret_or_null(made.pickup);
  out["numeric"] = secret_or_null(made.number);
  out["warnings"] = texts_json(made.warnings);
  return out;
}

}  // namespace berth::dialects::admin
