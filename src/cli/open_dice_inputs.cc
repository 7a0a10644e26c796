#include "cli/open_dice_inputs.h"

#include "base/codec.h"
#include "factory/uds.h"

#include <algorithm>

namespace berth::cli {
namespace {

constexpr std::size_t kHashDigits = 2 * factory::kOpenDiceHashBytes;
constexpr std::size_t kFileBytesMax = 64 * 1024 * 1024;
constexpr std::size_t kDescriptorBytesMax = 4096;

// 64 digits, or @FILE that holds them.
Try<Secret> secret_of(Invocation& run, const std::string& flag) {
  BERTH_TRY(const std::string text, text_or_file(run, run.args.text_or(flag, "")));
  Result<Secret> secret = factory::read_uds(text);
  if (!secret) {
    return WrongUsage("--" + flag + " is not 64 hexadecimal digits",
                      "give the digits, or @FILE with a file that holds them");
  }
  return *std::move(secret);
}

factory::OpenDiceHash hash_in(const base::Bytes& bytes) {
  factory::OpenDiceHash hash{};
  std::ranges::copy(bytes, hash.begin());
  return hash;
}

struct Measured {
  factory::OpenDiceHash hash{};
  base::Bytes file;  // empty when the hash itself was given
};

// 128 digits are the input itself; anything else names a file, of which the input is the hash.
Try<Measured> measured(Invocation& run, const std::string& flag, std::size_t bytes_max) {
  Measured out;
  const auto text = run.args.text(flag);
  if (!text) return out;
  const auto bytes = text->size() == kHashDigits ? base::hex_decode(*text) : std::nullopt;
  if (bytes) {
    out.hash = hash_in(*bytes);
    return out;
  }
  BERTH_TRY(const std::string file, read_input(run, *text, bytes_max));
  if (file.empty()) return WrongUsage("the file of --" + flag + " is empty");
  out.hash = factory::open_dice_hash(base::as_bytes(file));
  out.file.assign(file.begin(), file.end());
  return out;
}

factory::OpenDiceMode mode_of(const std::string& name) {
  if (name == "normal") return factory::OpenDiceMode::kNormal;
  if (name == "debug") return factory::OpenDiceMode::kDebug;
  if (name == "recovery") return factory::OpenDiceMode::kRecovery;
  return factory::OpenDiceMode::kNotConfigured;
}

Try<Secret> hidden_of(Invocation& run) {
  if (!run.args.has("hidden")) return Secret();
  BERTH_TRY(const std::string text, text_or_file(run, run.args.text_or("hidden", "")));
  const auto bytes = base::hex_decode(text);
  if (!bytes || bytes->size() != factory::kOpenDiceHashBytes) {
    return WrongUsage("--hidden is not 128 hexadecimal digits");
  }
  return Secret(*bytes);
}

Try<factory::Cdis> secrets_before(Invocation& run) {
  const bool uds = run.args.has("uds");
  const bool attest = run.args.has("cdi-attest");
  if (uds == attest || (attest && !run.args.has("cdi-seal")) || (uds && run.args.has("cdi-seal"))) {
    return WrongUsage("what the layer is derived from is not clear",
                      "give --uds for the first layer, or --cdi-attest and --cdi-seal of the layer "
                      "before");
  }
  if (uds) {
    BERTH_TRY(const Secret secret, secret_of(run, "uds"));
    return factory::cdis_of_uds(secret);
  }
  factory::Cdis cdis;
  BERTH_TRY(cdis.attest, secret_of(run, "cdi-attest"));
  BERTH_TRY(cdis.seal, secret_of(run, "cdi-seal"));
  return cdis;
}

}  // namespace

std::vector<Flag> layer_flags() {
  return {
      {"uds", "HEX64", "The unique device secret, for the first layer: digits or @FILE."},
      {"cdi-attest", "HEX64", "CDI_Attest of the layer before: digits or @FILE."},
      {"cdi-seal", "HEX64", "CDI_Seal of the layer before: digits or @FILE."},
      {"code", "FILE", "The code that is measured, or its SHA-512 as 128 digits; zeros."},
      {"config", "FILE", "The configuration's descriptor, or 128 digits of raw configuration."},
      {"authority", "FILE", "The verified-boot authority, or its SHA-512 as 128 digits; zeros."},
      {"mode",
       "MODE",
       "The mode it runs in; not_configured.",
       FlagKind::kText,
       {},
       {"not_configured", "normal", "debug", "recovery"}},
      {"hidden", "HEX128", "Hidden input, which no certificate shows: digits or @FILE; zeros."},
      {"algorithm",
       "NAME",
       "Of the keys: ed25519 (the default) or p256.",
       FlagKind::kText,
       {},
       {"ed25519", "p256"}}};
}

Try<LayerInputs> layer_inputs(Invocation& run) {
  LayerInputs out;
  BERTH_TRY(out.before, secrets_before(run));
  out.from_uds = run.args.has("uds");
  BERTH_TRY(const Measured code, measured(run, "code", kFileBytesMax));
  BERTH_TRY(Measured config, measured(run, "config", kDescriptorBytesMax));
  BERTH_TRY(const Measured authority, measured(run, "authority", kFileBytesMax));
  out.inputs.code = code.hash;
  out.inputs.config = config.hash;
  out.inputs.authority = authority.hash;
  out.config_descriptor = std::move(config.file);
  out.inputs.mode = mode_of(run.args.text_or("mode", ""));
  BERTH_TRY(out.inputs.hidden, hidden_of(run));
  out.profile = run.args.text_or("profile", "");
  return out;
}

Try<LayerKeys> layer_keys(Invocation& run, const LayerInputs& inputs) {
  const bool p256 = run.args.text_or("algorithm", "") == "p256";
  const auto algorithm =
      p256 ? factory::OpenDiceAlgorithm::kP256 : factory::OpenDiceAlgorithm::kEd25519;
  auto cdis = factory::next_cdis(inputs.before, inputs.inputs);
  if (!cdis) return Fail(Failure(cdis.error()));
  auto issuer = factory::open_dice_key(inputs.before.attest, algorithm);
  if (!issuer) return Fail(Failure(issuer.error()));
  auto subject = factory::open_dice_key(cdis->attest, algorithm);
  if (!subject) return Fail(Failure(subject.error()));
  return LayerKeys{*std::move(issuer), *std::move(subject), *std::move(cdis)};
}

factory::CdiTerms terms_of(const LayerInputs& inputs) {
  factory::CdiTerms terms{inputs.inputs};
  terms.config_descriptor = inputs.config_descriptor;
  terms.profile = inputs.profile;
  return terms;
}

}  // namespace berth::cli
