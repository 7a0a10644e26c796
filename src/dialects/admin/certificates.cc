// The CA certificates of a scope, what was revoked there, and what was issued.
#include "crypto/certificate.h"
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {

domain::ManagementCommand create_ca(Incoming& in) {
  domain::CreateCa command;
  command.scope = in.path("scope");
  JsonFields& fields = in.body().fields;
  fields.require("name");
  fields.require("certificate");
  command.edit.name = fields.text("name", kNameRule);
  command.edit.certificate = fields.text("certificate", kCertificateRule);
  command.edit.verified = fields.flag("verified");
  return command;
}

domain::ManagementCommand get_ca(Incoming& in) {
  return domain::GetCa{in.path("scope"), in.path("certificate")};
}

domain::ManagementCommand list_cas(Incoming& in) { return domain::ListCas{in.path("scope")}; }

domain::ManagementCommand update_ca(Incoming& in) {
  domain::UpdateCa command;
  command.scope = in.path("scope");
  command.name = in.path("certificate");
  command.precondition = in.precondition();
  JsonFields& fields = in.body().fields;
  command.edit.certificate = fields.text("certificate", kCertificateRule);
  command.edit.verified = fields.flag("verified");
  return command;
}

domain::ManagementCommand delete_ca(Incoming& in) {
  return domain::DeleteCa{in.path("scope"), in.path("certificate"), in.precondition()};
}

domain::ManagementCommand make_verification_code(Incoming& in) {
  return domain::MakeVerificationCode{in.path("scope"), in.path("certificate"), in.precondition()};
}

domain::ManagementCommand verify_ca(Incoming& in) {
  domain::VerifyCa command;
  command.scope = in.path("scope");
  command.name = in.path("certificate");
  command.precondition = in.precondition();
  JsonFields& fields = in.body().fields;
  fields.require("certificate");
  command.certificate = fields.text("certificate", kCertificateRule).value_or("");
  return command;
}

domain::ManagementCommand revoke_certificate(Incoming& in) {
  domain::RevokeCertificate command;
  command.scope = in.path("scope");
  JsonFields& fields = in.body().fields;
  command.sha256 = fields.text("sha256", kNameRule).value_or("");
  command.certificate = fields.text("certificate", kCertificateRule).value_or("");
  command.reason = fields.text("reason", kNameRule).value_or("");
  return command;
}

domain::ManagementCommand restore_certificate(Incoming& in) {
  return domain::RestoreCertificate{in.path("scope"), in.path("sha256")};
}

domain::ManagementCommand list_revoked(Incoming& in) {
  return domain::ListRevoked{in.path("scope"), in.page()};
}

domain::ManagementCommand list_issued(Incoming& in) {
  domain::ListIssued command;
  command.scope = in.path("scope");
  command.registration = in.query("registration");
  command.page = in.page();
  return command;
}

boost::json::object to_json(const domain::CaCertificate& ca) {
  boost::json::object out;
  out["scope"] = text(ca.scope.text());
  out["name"] = text(ca.name);
  out["certificate"] = certificate_json(ca.certificate);
  out["pem"] = text(crypto::certificate_pem(ca.certificate.der));
  out["verified"] = ca.verified;
  out["verificationCode"] = text_or_null(ca.verification_code);
  out["warnings"] = texts_json(ca.warnings);
  out["createdAt"] = time(ca.created_at);
  out["updatedAt"] = time(ca.updated_at);
  out["version"] = ca.version;
  return out;
}

boost::json::object to_json(const domain::RevokedCertificate& revoked) {
  boost::json::object out;
  out["scope"] = text(revoked.scope.text());
  out["sha256"] = text(base::hex_encode(revoked.sha256));
  out["subject"] = text_or_null(revoked.subject);
  out["reason"] = text_or_null(revoked.reason);
  out["revokedAt"] = time(revoked.at);
  return out;
}

boost::json::object to_json(const domain::CertificateRecord& issued) {
  boost::json::object out;
  out["scope"] = text(issued.scope.text());
  out["sha256"] = text(base::hex_encode(issued.sha256));
  out["serial"] = text(issued.serial);
  out["subject"] = text(issued.subject);
  out["registration"] = text(issued.registration.text());
  out["hub"] = text_or_null(issued.hub.text());
  out["deviceId"] = text_or_null(issued.device.text());
  out["notBefore"] = time(issued.not_before);
  out["notAfter"] = time(issued.not_after);
  out["issuedAt"] = time(issued.issued_at);
  out["revokedAt"] = nullptr;
  if (issued.revoked_at) out["revokedAt"] = time(*issued.revoked_at);
  return out;
}

}  // namespace berth::dialects::admin
