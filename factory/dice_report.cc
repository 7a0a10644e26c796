#include "factory/dice_report.h"

#include "crypto/certificate.h"
#include "crypto/chain.h"
#include "crypto/dice_evidence.h"
#include "factory/cbor_certificate.h"

#include <algorithm>

namespace berth::factory {
namespace {

using base::Bytes;
using crypto::DiceLayer;
using Facts = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kDescriptorShown = 96;

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void add_text(Facts& facts, std::string_view name, const std::string& text) {
  if (!text.empty()) facts.emplace_back(name, base::printable(text));
}

void add_bytes(Facts& facts, std::string_view name, const Bytes& bytes) {
  if (bytes.empty()) return;
  const auto shown = std::span(bytes).first(std::min(bytes.size(), kDescriptorShown));
  const bool cut = shown.size() < bytes.size();
  const std::string rest = " … (" + std::to_string(bytes.size()) + " bytes)";
  facts.emplace_back(name, base::hex_encode(shown) + (cut ? rest : std::string()));
}

void add_number(Facts& facts, std::string_view name, const std::optional<std::uint64_t>& number) {
  if (number) facts.emplace_back(name, std::to_string(*number));
}

void add_digests(Facts& facts, std::string_view name,
                 const std::vector<crypto::DiceDigest>& digests) {
  for (const crypto::DiceDigest& digest : digests) facts.emplace_back(name, to_string(digest));
}

Facts facts_of(const DiceLayer& layer) {
  Facts facts;
  add_text(facts, "vendor", layer.vendor);
  add_text(facts, "model", layer.model);
  add_text(facts, "version", layer.version);
  add_number(facts, "svn", layer.svn);
  add_number(facts, "layer", layer.layer);
  add_number(facts, "index", layer.index);
  if (layer.mode) facts.emplace_back("mode", to_string(*layer.mode));
  if ((layer.flags.value_or(0) & crypto::kTcbNotSecure) != 0)
    facts.emplace_back("flag", "not_secure");
  const bool open_dice = layer.form == crypto::DiceForm::kOpenDice;
  add_digests(facts, open_dice ? "code" : "digest", layer.digests);
  add_bytes(facts, "code descriptor", layer.code_descriptor);
  add_digests(facts, "config", layer.config);
  add_bytes(facts, layer.config.empty() ? "config" : "config descriptor", layer.config_descriptor);
  add_digests(facts, "authority", layer.authority);
  add_bytes(facts, "authority descriptor", layer.authority_descriptor);
  add_text(facts, "profile", layer.profile);
  add_bytes(facts, "vendor info", layer.vendor_info);
  add_bytes(facts, "type", layer.type);
  add_bytes(facts, "integrity registers", layer.integrity_registers);
  add_bytes(facts, "DeviceID key", layer.device_id_point);
  return facts;
}

ReportedLayer reported(const DiceLayer& layer, std::size_t certificate) {
  return {certificate, std::string(to_string(layer.form)), facts_of(layer)};
}

void judge_riot(std::span<const std::uint8_t> der, ReportedCertificate& out) {
  const auto leaf = crypto::read_riot_leaf(der);
  if (!leaf) {
    out.verdict = leaf.error().what;
    return;
  }
  const auto verified = crypto::verify_riot_leaf(*leaf);
  out.verified = verified.has_value();
  out.broken = !out.verified;
  out.verdict = out.verified ? "signed by the DeviceID key that it carries" : verified.error().what;
}

// By the next certificate, by the DeviceID key in it, or by itself.
void judge(const std::vector<Bytes>& chain, std::size_t at, ReportedCertificate& out) {
  const bool last = at + 1 == chain.size();
  if (crypto::looks_like_riot_leaf(chain[at])) return judge_riot(chain[at], out);
  const Bytes& issuer = last ? chain[at] : chain[at + 1];
  const auto verified = crypto::check_signed_by(chain[at], issuer);
  out.verified = verified.has_value();
  const bool self_signed = crypto::check_signed_by(chain[at], chain[at]).has_value();
  if (last) {
    out.verdict = self_signed ? "signed by itself" : "its issuer is not in the file";
    return;
  }
  out.broken = !out.verified;
  const std::string place = "certificate " + std::to_string(at + 2);
  out.verdict =
      out.verified ? "signed by " + place : "not signed by " + place + ": " + verified.error().what;
}

void warn_of_nonces(const crypto::DiceEvidence& evidence, DiceReport& report) {
  for (const std::size_t at : evidence.constant_nonce) {
    report.warnings.push_back(
        "certificate " + std::to_string(at + 1) +
        " is signed with a nonce that is the same everywhere: anybody who has it knows the private "
        "key of its issuer. Enrol the device's own certificate or key, and trust no CA of it");
  }
}

Result<DiceReport> report_x509(const std::vector<Bytes>& chain) {
  BERTH_TRY(const crypto::DiceEvidence evidence, crypto::read_dice(chain));
  DiceReport report;
  report.format = "X.509";
  for (std::size_t at = 0; at < chain.size(); ++at) {
    BERTH_TRY(const crypto::CertificateFacts facts, crypto::read_certificate(chain[at]));
    ReportedCertificate out;
    out.subject = base::printable(facts.subject);
    out.issuer = base::printable(facts.issuer);
    out.sha256 = base::hex_encode(facts.sha256);
    out.key = facts.key;
    judge(chain, at, out);
    report.certificates.push_back(std::move(out));
  }
  for (const DiceLayer& layer : evidence.layers) {
    report.layers.push_back(reported(layer, layer.certificate + 1));
  }
  for (const crypto::DicePurpose& purpose : evidence.purposes) {
    report.layers.push_back({purpose.certificate + 1, "purpose", {{"purpose", purpose.name}}});
  }
  if (!evidence.ueid.empty()) {
    report.layers.push_back({1, "ueid", {{"ueid", base::hex_encode(evidence.ueid)}}});
  }
  warn_of_nonces(evidence, report);
  return report;
}

ReportedCertificate reported_cbor(const CborCertificate& certificate) {
  ReportedCertificate out;
  out.subject = base::printable(certificate.subject);
  out.issuer = base::printable(certificate.issuer);
  out.key = certificate.key.algorithm == OpenDiceAlgorithm::kEd25519 ? "Ed25519" : "P-256";
  return out;
}

Result<DiceReport> report_cbor(std::span<const std::uint8_t> bytes) {
  BERTH_TRY(const CborChain chain, read_cbor_chain(bytes));
  DiceReport report;
  report.format = "CBOR";
  const OpenDicePublicKey* above = chain.root ? &*chain.root : nullptr;
  for (std::size_t at = 0; at < chain.certificates.size(); ++at) {
    const CborCertificate& each = chain.certificates[at];
    ReportedCertificate out = reported_cbor(each);
    out.verdict = "the key of its issuer is not in the file";
    if (above != nullptr) {
      const auto verified = verify_cbor_certificate(each, *above);
      out.verified = verified.has_value();
      out.broken = !out.verified;
      const std::string place = at == 0 ? "the root key" : "certificate " + std::to_string(at);
      out.verdict = out.verified ? "signed by " + place : verified.error().what;
    }
    above = &each.key;
    report.certificates.push_back(std::move(out));
    report.layers.push_back(reported(each.layer, at + 1));
  }
  return report;
}

}  // namespace

Result<DiceReport> report_dice(std::span<const std::uint8_t> file) {
  if (file.size() > kDiceFileBytesMax) {
    return Fail(ErrorKind::kTooLarge,
                "the file has more than " + std::to_string(kDiceFileBytesMax) + " bytes");
  }
  const bool pem = text_of(file).find("-----BEGIN") != std::string_view::npos;
  if (pem) {
    BERTH_TRY(const std::vector<Bytes> chain, crypto::certificates_der(text_of(file)));
    return report_x509(chain);
  }
  if (!file.empty() && file[0] == 0x30) return report_x509({Bytes(file.begin(), file.end())});
  if (looks_like_cbor_chain(file)) return report_cbor(file);
  return Fail(ErrorKind::kInvalid, "the file is neither PEM, nor DER, nor a CBOR certificate",
              "give certificates of a device: as PEM, one as DER, or an Open-DICE chain in CBOR");
}

}  // namespace berth::factory
