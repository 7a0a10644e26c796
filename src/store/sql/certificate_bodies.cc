#include "store/sql/certificate_bodies.h"

#include "store/sql/bodies.h"

namespace berth::store::sql {
namespace {

using domain::Certificate;
using domain::TrustSlot;
using domain::UnknownFirmware;

BodyArray write_texts(const std::vector<std::string>& texts) {
  BodyArray array;
  for (const std::string& text : texts) array.add(text);
  return array;
}

BodyArray write_all_bytes(const std::vector<base::Bytes>& all) {
  BodyArray array;
  for (const base::Bytes& each : all) array.add(base::base64_encode(each));
  return array;
}

std::vector<base::Bytes> read_all_bytes(BodyReader& body, std::string_view name) {
  std::vector<base::Bytes> all;
  for (const std::string& text : body.texts(name)) {
    std::optional<base::Bytes> bytes = base::base64_decode(text);
    if (!bytes) body.fail(name, "an array of base64");
    all.push_back(std::move(bytes).value_or(base::Bytes()));
  }
  return all;
}

BodyWriter write_whole(const Certificate& certificate) {
  BodyWriter body;
  body.bytes("der", certificate.der);
  body.bytes("sha256", certificate.sha256);
  body.bytes("sha1", certificate.sha1);
  body.bytes("spki_sha256", certificate.spki_sha256);
  body.text("common_name", storable(certificate.common_name));
  body.text("subject", storable(certificate.subject));
  body.text("issuer", storable(certificate.issuer));
  body.text("serial", certificate.serial);
  body.number("version", certificate.version);
  body.time("not_before", certificate.not_before);
  body.time("not_after", certificate.not_after);
  if (certificate.is_ca) body.flag("is_ca", true);
  if (certificate.by_key) body.flag("by_key", true);
  return body;
}

Certificate read_whole(BodyReader& body) {
  Certificate certificate;
  certificate.der = body.bytes("der");
  certificate.sha256 = body.bytes("sha256");
  certificate.sha1 = body.bytes("sha1");
  certificate.spki_sha256 = body.bytes("spki_sha256");
  certificate.common_name = body.text("common_name");
  certificate.subject = body.text("subject");
  certificate.issuer = body.text("issuer");
  certificate.serial = body.text("serial");
  certificate.version = static_cast<int>(body.number("version", certificate.version));
  certificate.not_before = body.time("not_before").value_or(TimePoint());
  certificate.not_after = body.time("not_after").value_or(TimePoint());
  certificate.is_ca = body.flag("is_ca", false);
  certificate.by_key = body.flag("by_key", false);
  return certificate;
}

void write_slot(BodyWriter& body, std::string_view name, const std::optional<TrustSlot>& slot) {
  if (!slot) return;
  BodyWriter each;
  if (slot->certificate) each.object("certificate", write_whole(*slot->certificate));
  each.text("ca", slot->ca);
  body.object(name, std::move(each));
}

std::optional<TrustSlot> read_slot(BodyReader& body, std::string_view name) {
  std::optional<TrustSlot> slot;
  body.within(name, [&slot](BodyReader& each) {
    slot.emplace();
    each.within("certificate",
                [&slot](BodyReader& whole) { slot->certificate = read_whole(whole); });
    slot->ca = each.text("ca");
  });
  return slot;
}

BodyWriter write_policy(const domain::DicePolicy& policy) {
  BodyWriter body;
  body.array("digests", write_texts(policy.digests));
  body.text("vendor", policy.vendor);
  body.text("model", policy.model);
  body.text("version_min", policy.version_min);
  if (policy.svn_min) body.number("svn_min", static_cast<std::int64_t>(*policy.svn_min));
  if (policy.debug) body.flag("debug", true);
  body.text("unknown", domain::to_string(policy.unknown));
  return body;
}

domain::DicePolicy read_policy(BodyReader& body) {
  domain::DicePolicy policy;
  policy.digests = body.texts("digests");
  policy.vendor = body.text("vendor");
  policy.model = body.text("model");
  policy.version_min = body.text("version_min");
  if (body.has("svn_min")) policy.svn_min = static_cast<std::uint64_t>(body.number("svn_min"));
  policy.debug = body.flag("debug", false);
  policy.unknown =
      body.choice("unknown", domain::parse_unknown_firmware, UnknownFirmware::kRefused);
  return policy;
}

BodyWriter write_pinned(const domain::PinnedCertificate& certificate) {
  BodyWriter body;
  body.bytes("sha256", certificate.sha256);
  body.text("subject", storable(certificate.subject));
  body.time("not_before", certificate.not_before);
  body.time("not_after", certificate.not_after);
  body.bytes("spki_sha256", certificate.spki_sha256);
  return body;
}

domain::PinnedCertificate read_pinned(BodyReader& body) {
  domain::PinnedCertificate certificate;
  certificate.sha256 = body.bytes("sha256");
  certificate.subject = body.text("subject");
  certificate.not_before = body.time("not_before").value_or(TimePoint());
  certificate.not_after = body.time("not_after").value_or(TimePoint());
  certificate.spki_sha256 = body.bytes("spki_sha256");
  return certificate;
}

BodyArray write_replaced(const std::vector<domain::RetiredCertificate>& certificates) {
  BodyArray array;
  for (const domain::RetiredCertificate& certificate : certificates) {
    BodyWriter each;
    each.bytes("sha256", certificate.sha256);
    each.time("retired_at", certificate.retired_at);
    array.add(std::move(each));
  }
  return array;
}

// The record, unless the reader stumbled.
template <class Record>
Result<Record> finish(const BodyReader& body, Record&& record) {
  Result<void> done = body.done();
  if (!done) return Fail(std::move(done).error());
  return std::move(record);
}

}  // namespace

BodyWriter write_trust(const domain::CertificateTrust& trust) {
  BodyWriter body;
  write_slot(body, "primary", trust.primary);
  write_slot(body, "secondary", trust.secondary);
  if (trust.dice) body.object("dice", write_policy(*trust.dice));
  if (!trust.retired.empty()) {
    BodyArray retired;
    for (const domain::RetiredCertificate& certificate : trust.retired) {
      BodyWriter each;
      each.bytes("sha256", certificate.sha256);
      each.time("retired_at", certificate.retired_at);
      retired.add(std::move(each));
    }
    body.array("retired", std::move(retired));
  }
  return body;
}

domain::CertificateTrust read_trust(BodyReader& body) {
  domain::CertificateTrust trust;
  trust.primary = read_slot(body, "primary");
  trust.secondary = read_slot(body, "secondary");
  body.within("dice", [&trust](BodyReader& each) { trust.dice = read_policy(each); });
  body.each("retired", [&trust](BodyReader& each) {
    domain::RetiredCertificate retired;
    retired.sha256 = each.bytes("sha256");
    retired.retired_at = each.time("retired_at").value_or(TimePoint());
    trust.retired.push_back(std::move(retired));
  });
  return trust;
}

BodyWriter write_tpm_keys(const domain::TpmKeys& keys) {
  BodyWriter body;
  body.bytes("endorsement_key", keys.endorsement_key);
  body.bytes("storage_root_key", keys.storage_root_key);
  return body;
}

domain::TpmKeys read_tpm_keys(BodyReader& body) {
  domain::TpmKeys keys;
  keys.endorsement_key = body.bytes("endorsement_key");
  keys.storage_root_key = body.bytes("storage_root_key");
  return keys;
}

BodyWriter write_authority(const domain::IssuingAuthority& authority) {
  BodyWriter body;
  body.bytes("certificate", authority.certificate);
  body.bytes("root", authority.root);
  body.bytes("key", authority.key.bytes);
  body.time("created_at", authority.created_at);
  return body;
}

domain::IssuingAuthority read_authority(BodyReader& body) {
  domain::IssuingAuthority authority;
  authority.certificate = body.bytes("certificate");
  authority.root = body.bytes("root");
  authority.key.bytes = body.bytes("key");
  authority.created_at = body.time("created_at").value_or(TimePoint());
  return authority;
}

void write_proof(BodyWriter& body, const domain::Registration& registration) {
  body.text("attestation", registration.attestation);
  body.bytes("activation", registration.activation);
  body.array("issued_chain", write_all_bytes(registration.issued_chain));
  body.bytes("storage_root_key", registration.storage_root_key);
  body.array("measured", write_texts(registration.measured));
}

void read_proof(BodyReader& body, domain::Registration& registration) {
  registration.attestation = body.text("attestation");
  registration.activation = body.bytes("activation");
  registration.issued_chain = read_all_bytes(body, "issued_chain");
  registration.storage_root_key = body.bytes("storage_root_key");
  registration.measured = body.texts("measured");
}

void write_device_certificates(BodyWriter& body, const domain::Device& device) {
  if (device.certificate) body.object("certificate", write_pinned(*device.certificate));
  if (device.secondary_certificate) {
    body.object("secondary_certificate", write_pinned(*device.secondary_certificate));
  }
  if (device.ca_signed) body.flag("ca_signed", true);
  body.array("retired_certificates", write_replaced(device.retired_certificates));
}

void read_device_certificates(BodyReader& body, domain::Device& device) {
  body.within("certificate",
              [&device](BodyReader& each) { device.certificate = read_pinned(each); });
  body.within("secondary_certificate",
              [&device](BodyReader& each) { device.secondary_certificate = read_pinned(each); });
  device.ca_signed = body.flag("ca_signed", false);
  body.each("retired_certificates", [&device](BodyReader& each) {
    device.retired_certificates.push_back(
        {each.bytes("sha256"), each.time("retired_at").value_or(TimePoint())});
  });
}

std::string ca_body(const domain::CaCertificate& ca) {
  BodyWriter body;
  body.object("certificate", write_whole(ca.certificate));
  body.text("verification_code", ca.verification_code);
  return body.finish();
}

Result<domain::CaCertificate> read_ca(std::string_view text, domain::CaCertificate ca) {
  BodyReader body(text, "CA certificate " + ca.name);
  if (!body.has("certificate")) body.fail("certificate", "an object");
  body.within("certificate", [&ca](BodyReader& each) { ca.certificate = read_whole(each); });
  ca.verification_code = body.text("verification_code");
  return finish(body, std::move(ca));
}

std::string revoked_body(const domain::RevokedCertificate& revoked) {
  BodyWriter body;
  body.text("subject", storable(revoked.subject));
  body.text("reason", storable(revoked.reason));
  return body.finish();
}

Result<domain::RevokedCertificate> read_revoked(std::string_view text,
                                                domain::RevokedCertificate revoked) {
  BodyReader body(text, "revoked certificate " + base::hex_encode(revoked.sha256));
  revoked.subject = body.text("subject");
  revoked.reason = body.text("reason");
  return finish(body, std::move(revoked));
}

std::string issued_body(const domain::CertificateRecord& issued) {
  BodyWriter body;
  body.text("serial", issued.serial);
  body.text("subject", storable(issued.subject));
  body.text("registration", issued.registration.text());
  body.text("hub", issued.hub.text());
  body.text("device", issued.device.text());
  body.time("not_before", issued.not_before);
  return body.finish();
}

Result<domain::CertificateRecord> read_issued(std::string_view text,
                                              domain::CertificateRecord issued) {
  BodyReader body(text, "issued certificate " + base::hex_encode(issued.sha256));
  issued.serial = body.text("serial");
  issued.subject = body.text("subject");
  issued.registration = domain::RegistrationId::trusted(body.text("registration"));
  issued.hub = domain::HubName::trusted(body.text("hub"));
  issued.device = domain::DeviceId::trusted(body.text("device"));
  issued.not_before = body.time("not_before").value_or(TimePoint());
  return finish(body, std::move(issued));
}

std::string challenge_body(const domain::TpmChallenge& challenge) {
  BodyWriter body;
  body.text("registration", challenge.registration.text());
  body.bytes("key", challenge.key.bytes);
  body.bytes("storage_root_key", challenge.storage_root_key);
  return body.finish();
}

Result<domain::TpmChallenge> read_challenge(std::string_view text, domain::TpmChallenge challenge) {
  BodyReader body(text, "challenge of a TPM");
  challenge.registration = domain::RegistrationId::trusted(body.text("registration"));
  challenge.key.bytes = body.bytes("key");
  challenge.storage_root_key = body.bytes("storage_root_key");
  return finish(body, std::move(challenge));
}

}  // namespace berth::store::sql
