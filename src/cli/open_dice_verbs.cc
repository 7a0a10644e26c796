// Measured devices that are no boards of the tutorial: `berth dice inspect` says what a chain of
// certificates measures, `berth dice open-dice …` derives the secrets of a layer and writes its
// certificates. All of it works without a server.
#include "base/codec.h"
#include "base/rng.h"
#include "cli/open_dice_inputs.h"
#include "cli/private_file.h"
#include "cli/verb_groups.h"
#include "factory/cbor_certificate.h"
#include "factory/dice_report.h"
#include "factory/open_dice_certificate.h"
#include "factory/riot_certificate.h"
#include "factory/uds.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kLeafDaysDefault = 365;
constexpr std::uint64_t kLeafDaysMax = 3'650;
constexpr std::size_t kChainFileMax = 512 * 1024;

json::object json_of(const factory::DiceReport& report) {
  json::array certificates;
  for (const factory::ReportedCertificate& each : report.certificates) {
    certificates.push_back(json::object{{"subject", each.subject},
                                        {"issuer", each.issuer},
                                        {"sha256", each.sha256},
                                        {"key", each.key},
                                        {"verified", each.verified},
                                        {"verdict", each.verdict}});
  }
  json::array layers;
  for (const factory::ReportedLayer& each : report.layers) {
    json::array facts;
    for (const auto& [name, value] : each.facts) {
      facts.push_back(json::object{{"name", name}, {"value", value}});
    }
    layers.push_back(json::object{
        {"certificate", each.certificate}, {"form", each.form}, {"facts", std::move(facts)}});
  }
  json::array warnings(report.warnings.begin(), report.warnings.end());
  return {{"format", report.format},
          {"certificates", std::move(certificates)},
          {"layers", std::move(layers)},
          {"warnings", std::move(warnings)}};
}

void print_report(std::ostream& out, const factory::DiceReport& report) {
  for (std::size_t at = 0; at < report.certificates.size(); ++at) {
    const factory::ReportedCertificate& each = report.certificates[at];
    out << "certificate " << at + 1 << " (" << report.format << ")\n"
        << "  subject  " << each.subject << "\n  issuer   " << each.issuer << "\n  key      "
        << each.key << '\n';
    if (!each.sha256.empty()) out << "  sha256   " << each.sha256 << '\n';
    out << "  verdict  " << each.verdict << '\n';
  }
  if (report.layers.empty()) out << "none of the certificates measures anything\n";
  for (const factory::ReportedLayer& each : report.layers) {
    out << each.form << " in certificate " << each.certificate << '\n';
    for (const auto& [name, value] : each.facts) out << "  " << name << "  " << value << '\n';
  }
}

Try<int> inspect(Invocation& run) {
  const std::string path = run.args.text_or("file", "");
  BERTH_TRY(const std::string file, read_input(run, path, factory::kDiceFileBytesMax));
  const auto report = factory::report_dice(base::as_bytes(file));
  if (!report) return Fail(Failure(report.error()));
  if (run.wants_json()) {
    run.world.out << json::serialize(json_of(*report)) << '\n';
  } else {
    print_report(run.world.out, *report);
    for (const std::string& warning : report->warnings) {
      run.world.err << "warning: " << warning << '\n';
    }
  }
  for (const factory::ReportedCertificate& each : report->certificates) {
    if (each.broken) return Refuse("a signature of the chain does not verify", each.verdict);
  }
  return kDone;
}

// ------------------------------------------------------------------------------------------------

void show_keys(Invocation& run, const LayerKeys& keys) {
  const auto id = [](const factory::OpenDiceKey& key) { return base::hex_encode(key.id); };
  const auto bytes = [](const factory::OpenDiceKey& key) {
    return base::hex_encode(key.public_key.bytes);
  };
  if (run.wants_json()) {
    run.world.out << json::serialize(
                         json::object{{"algorithm", to_string(keys.issuer.public_key.algorithm)},
                                      {"issuerId", id(keys.issuer)},
                                      {"issuerPublicKey", bytes(keys.issuer)},
                                      {"subjectId", id(keys.subject)},
                                      {"subjectPublicKey", bytes(keys.subject)}})
                  << '\n';
    return;
  }
  run.world.out << "algorithm           " << to_string(keys.issuer.public_key.algorithm)
                << "\nissuer id           " << id(keys.issuer) << "\nissuer public key   "
                << bytes(keys.issuer) << "\nsubject id          " << id(keys.subject)
                << "\nsubject public key  " << bytes(keys.subject) << '\n';
}

Try<void> write_secret(Invocation& run, const std::string& path, const Secret& secret) {
  const Secret hex = factory::uds_text(secret);
  BERTH_STEP(write_private_file(path, hex.text()));
  run.say("wrote " + path + " (mode 0600)");
  return {};
}

Try<int> derive(Invocation& run) {
  BERTH_TRY(const LayerInputs inputs, layer_inputs(run));
  BERTH_TRY(const LayerKeys keys, layer_keys(run, inputs));
  if (const auto out = run.args.text("out")) {
    BERTH_STEP(write_secret(run, *out + ".cdi-attest", keys.cdis.attest));
    BERTH_STEP(write_secret(run, *out + ".cdi-seal", keys.cdis.seal));
  }
  show_keys(run, keys);
  return kDone;
}

// ------------------------------------------------------------------------------------------------

// What comes after the new certificate: the chain given, or the UDS key's own certificate.
Try<std::string> rest_of_chain(Invocation& run, const LayerInputs& inputs, const LayerKeys& keys) {
  if (const auto path = run.args.text("chain")) return read_input(run, *path, kChainFileMax);
  if (!inputs.from_uds) return std::string();
  const auto root = factory::uds_certificate(keys.issuer);
  if (!root) return Fail(Failure(root.error()));
  return factory::certificate_pem(*root);
}

// A key of its own for TLS, and its certificate under the layer's key.
Try<std::string> issue_leaf(Invocation& run, const LayerKeys& keys, const std::string& key_path) {
  const std::uint64_t days = run.args.number("days").value_or(kLeafDaysDefault);
  if (days == 0 || days > kLeafDaysMax) {
    return WrongUsage("--days is not one of 1 to " + std::to_string(kLeafDaysMax));
  }
  base::SystemRng rng;
  const auto own = factory::new_open_dice_key(keys.subject.public_key.algorithm, rng);
  if (!own) return Fail(Failure(own.error()));
  const std::string name = run.args.text_or("leaf-cn", "");
  const TimePoint now = run.world.clock.wall();
  const auto lifetime = std::chrono::days(static_cast<std::int64_t>(days));
  const auto leaf = factory::end_entity_certificate(
      keys.subject, *own, {name, now - std::chrono::days(1), now + lifetime});
  if (!leaf) return Fail(Failure(leaf.error()));
  const auto pem = factory::open_dice_key_pem(*own);
  if (!pem) return Fail(Failure(pem.error()));
  BERTH_STEP(write_private_file(key_path, pem->text()));
  run.say("wrote " + key_path + " (mode 0600)");
  return factory::certificate_pem(*leaf);
}

Try<std::string> x509_chain(Invocation& run, const LayerInputs& inputs, const LayerKeys& keys) {
  const auto layer = factory::cdi_certificate(keys.issuer, keys.subject, terms_of(inputs));
  if (!layer) return Fail(Failure(layer.error()));
  std::string chain;
  if (run.args.has("leaf-cn")) {
    const auto key_path = run.args.text("key-out");
    if (!key_path) return WrongUsage("--leaf-cn needs --key-out for the key it makes");
    BERTH_TRY(chain, issue_leaf(run, keys, *key_path));
  }
  BERTH_TRY(const std::string rest, rest_of_chain(run, inputs, keys));
  return chain + factory::certificate_pem(*layer) + rest;
}

Try<std::string> cbor_chain(Invocation& run, const LayerInputs& inputs, const LayerKeys& keys) {
  if (run.args.has("leaf-cn")) {
    return WrongUsage("--leaf-cn makes a certificate for TLS, which CBOR certificates cannot be",
                      "use --format x509");
  }
  const auto layer = factory::cbor_cdi_certificate(keys.issuer, keys.subject, terms_of(inputs));
  if (!layer) return Fail(Failure(layer.error()));
  std::vector<base::Bytes> certificates;
  factory::OpenDicePublicKey root = keys.issuer.public_key;
  if (const auto path = run.args.text("chain")) {
    BERTH_TRY(const std::string before, read_input(run, *path, kChainFileMax));
    auto parts = factory::read_cbor_chain(base::as_bytes(before));
    if (!parts) return Fail(Failure(parts.error()));
    if (!parts->root) return Refuse("the chain has no root key", path->c_str());
    root = *parts->root;
    for (factory::CborCertificate& each : parts->certificates) {
      certificates.push_back(std::move(each.bytes));
    }
  }
  certificates.push_back(*layer);
  const base::Bytes all = factory::cbor_chain(root, certificates);
  return std::string(all.begin(), all.end());
}

Try<int> certify(Invocation& run) {
  BERTH_TRY(const LayerInputs inputs, layer_inputs(run));
  BERTH_TRY(const LayerKeys keys, layer_keys(run, inputs));
  const bool cbor = run.args.text_or("format", "x509") == "cbor";
  BERTH_TRY(const std::string chain,
            cbor ? cbor_chain(run, inputs, keys) : x509_chain(run, inputs, keys));
  const std::string out = run.args.text_or("out", "");
  BERTH_STEP(write_plain_file(out, chain));
  run.say("wrote " + out);
  show_keys(run, keys);
  return kDone;
}

std::vector<Flag> certify_flags() {
  Flag out{"out", "FILE", "Where to write the chain: PEM, or CBOR with --format cbor."};
  out.required = true;
  return {
      out,
      {"format", "FORMAT", "x509 (the default) or cbor.", FlagKind::kText, {}, {"x509", "cbor"}},
      {"profile", "NAME", "The profile's name, said in the certificate."},
      {"chain", "FILE", "Certificates of the layers before, to be put behind the new one."},
      {"leaf-cn", "NAME", "Also make a key and certificate of that common name for TLS."},
      {"key-out", "FILE", "Where to write that key, mode 0600."},
      {"days", "DAYS", "How long that certificate is good; 365.", FlagKind::kNumber}};
}

}  // namespace

std::vector<Verb> open_dice_verbs() {
  Flag file{"file", "FILE",
            "Certificates of a device: PEM, one DER, or CBOR; - for standard input."};
  file.required = true;
  file.positional = true;
  const Flag as_json{"json", "", "Print a JSON document.", FlagKind::kSwitch};
  return {
      {"dice inspect",
       "Says what the certificates of a measured device measure, which signatures verify, and what "
       "is weak about them.",
       {file, as_json},
       "berth dice inspect device.pem",
       &inspect,
       false,
       "it needs a device's certificates"},
      {"dice open-dice derive",
       "Derives the secrets and keys of an Open-DICE layer from the secret before it and what is "
       "measured.",
       flags_of({layer_flags(),
                 {{"out", "PREFIX", "Write PREFIX.cdi-attest and PREFIX.cdi-seal, mode 0600."},
                  as_json}}),
       "berth dice open-dice derive --uds @device.uds --code boot.bin --mode normal --out layer1",
       &derive, false, "it needs a device's secret and code"},
      {"dice open-dice certify",
       "Writes the certificate of an Open-DICE layer and the chain to it, and, when asked, a key "
       "and certificate under it for TLS.",
       flags_of({layer_flags(), certify_flags(), {as_json}}),
       "berth dice open-dice certify --uds @device.uds --code boot.bin --mode normal --out "
       "chain.pem --leaf-cn gate-7 --key-out gate-7.key",
       &certify, false, "it needs a device's secret and code"}};
}

}  // namespace berth::cli
