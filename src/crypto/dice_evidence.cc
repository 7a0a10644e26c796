#include "crypto/dice_evidence.h"

#include "crypto/der_certificate.h"
#include "crypto/dice_parts.h"

#include <algorithm>
#include <utility>

namespace berth::crypto {
namespace {

constexpr std::string_view kAlternativeName = "2.5.29.17";
constexpr std::string_view kExtendedKeyUsage = "2.5.29.37";
constexpr std::string_view kPolicies = "2.5.29.32";
constexpr std::string_view kPurposeArc = "2.23.133.5.4.100.";

struct PurposeName {
  std::string_view last_arc;
  std::string_view name;
};
constexpr PurposeName kPurposes[] = {
    {"6", "identity_init"}, {"7", "identity_loc"}, {"8", "attest_init"}, {"9", "attest_loc"},
    {"10", "assert_init"},  {"11", "assert_loc"},  {"12", "eca"},
};

DiceLayer riot_layer(RiotIdentity identity, DiceForm form) {
  DiceLayer layer;
  layer.form = form;
  layer.digests.push_back({"sha256", std::move(identity.fwid)});
  layer.device_id_point = std::move(identity.device_id_point);
  return layer;
}

// The same object identifier stands for two things (§3): a RIoT identity begins with INTEGER 1.
Result<DiceLayer> read_tcb_or_riot(DerBytes value) {
  BERTH_TRY(const DerBytes content, der_only(value, der::kSequence, "the DICE extension"));
  if (!DerReader(content).next_is(der::kInteger)) return read_tcb_members(content);
  BERTH_TRY(RiotIdentity identity, read_riot_identity(value));
  return riot_layer(std::move(identity), DiceForm::kRiotExtension);
}

Result<std::vector<DiceLayer>> read_layers(const DerExtension& extension) {
  std::vector<DiceLayer> layers;
  if (extension.oid == oid::kMultiTcbInfo) return read_multi_tcb_info(extension.value);
  if (extension.oid == oid::kTcbInfo) {
    BERTH_TRY(DiceLayer layer, read_tcb_or_riot(extension.value));
    layers.push_back(std::move(layer));
  } else if (extension.oid == oid::kOpenDice) {
    BERTH_TRY(DiceLayer layer, read_open_dice(extension.value));
    layers.push_back(std::move(layer));
  } else if (extension.oid == kAlternativeName) {
    BERTH_TRY(std::optional<RiotName> name, read_riot_name(extension.value));
    if (name) layers.push_back(riot_layer(std::move(name->identity), DiceForm::kRiotSan));
  }
  return layers;
}

void add_purpose(std::string_view dots, std::size_t certificate, DiceEvidence& evidence) {
  if (!dots.starts_with(kPurposeArc)) return;
  for (const PurposeName& purpose : kPurposes) {
    if (dots.substr(kPurposeArc.size()) == purpose.last_arc) {
      evidence.purposes.push_back({certificate, std::string(purpose.name)});
    }
  }
}

// Purposes are found as extended key usages and as certificate policies (§4). Neither is a
// measurement: what cannot be read here is left to the check of the chain.
void read_purposes(const DerExtension& extension, std::size_t certificate, DiceEvidence& evidence) {
  const bool policies = extension.oid == kPolicies;
  if (!policies && extension.oid != kExtendedKeyUsage) return;
  const auto content = der_only(extension.value, der::kSequence, "the usages");
  DerReader list(content ? *content : DerBytes());
  while (!list.done()) {
    const std::uint8_t tag = policies ? der::kSequence : der::kObjectIdentifier;
    auto oid = list.contents(tag, "a usage");
    if (oid && policies) oid = DerReader(*oid).contents(der::kObjectIdentifier, "a policy");
    if (!oid) return;
    if (const auto dots = der_object_identifier(*oid, "a usage"); dots) {
      add_purpose(*dots, certificate, evidence);
    }
  }
}

Result<void> add_layers(std::vector<DiceLayer> layers, std::size_t at, DiceEvidence& evidence) {
  for (DiceLayer& layer : layers) {
    layer.certificate = at;
    evidence.layers.push_back(std::move(layer));
  }
  std::size_t digests = 0;
  for (const DiceLayer& layer : evidence.layers) digests += layer.digests.size();
  if (evidence.layers.size() > kDiceLayersMax) {
    return Fail(ErrorKind::kInvalid,
                "the chain measures more than " + std::to_string(kDiceLayersMax) + " layers");
  }
  if (digests > kDiceDigestsOfChainMax) {
    return Fail(ErrorKind::kInvalid,
                "the chain has more than " + std::to_string(kDiceDigestsOfChainMax) + " digests");
  }
  return {};
}

Result<void> read_one(DerBytes der, std::size_t at, DiceEvidence& evidence) {
  BERTH_TRY(const DerCertificate certificate, read_der_certificate(der));
  for (const DerExtension& extension : certificate.extensions) {
    BERTH_TRY(std::vector<DiceLayer> layers, read_layers(extension));
    if (auto added = add_layers(std::move(layers), at, evidence); !added) return added;
    if (extension.oid == oid::kUeid) {
      BERTH_TRY(base::Bytes ueid, read_ueid(extension.value));
      if (evidence.ueid.empty()) evidence.ueid = std::move(ueid);
    }
    read_purposes(extension, at, evidence);
  }
  if (is_signed_with_constant_nonce(der)) evidence.constant_nonce.push_back(at);
  return {};
}

// Contents of the identifiers of all that measures: TCG's arc, Open-DICE's, and RIoT's in a name.
constexpr std::string_view kTcgArc("\x67\x81\x05\x05\x04", 5);
constexpr std::string_view kOpenDiceName("\x2B\x06\x01\x04\x01\xD6\x79\x02\x01\x18", 10);
constexpr std::string_view kRiotName("\x2B\x06\x01\x04\x01\x82\x37\x59\x03\x01", 10);

}  // namespace

bool may_measure(std::span<const base::Bytes> chain) {
  return std::any_of(chain.begin(), chain.end(), [](const base::Bytes& der) {
    const std::string_view bytes(reinterpret_cast<const char*>(der.data()), der.size());
    return bytes.find(kTcgArc) != bytes.npos || bytes.find(kOpenDiceName) != bytes.npos ||
           bytes.find(kRiotName) != bytes.npos;
  });
}

bool is_understood_critical(std::string_view oid) {
  return std::find(kUnderstoodCritical.begin(), kUnderstoodCritical.end(), oid) !=
         kUnderstoodCritical.end();
}

Result<DiceEvidence> read_dice(std::span<const base::Bytes> chain) {
  if (chain.size() > kDiceChainMax) {
    return Fail(ErrorKind::kInvalid,
                "the chain has more than " + std::to_string(kDiceChainMax) + " certificates");
  }
  DiceEvidence evidence;
  for (std::size_t at = 0; at < chain.size(); ++at) {
    if (auto read = read_one(chain[at], at, evidence); !read) {
      Error error = std::move(read).error();
      error.what = "certificate " + std::to_string(at + 1) + " of the chain: " + error.what;
      return Fail(std::move(error));
    }
  }
  return evidence;
}

std::string_view to_string(DiceForm form) {
  switch (form) {
    case DiceForm::kRiotSan:
      return "riot_san";
    case DiceForm::kRiotExtension:
      return "riot_extension";
    case DiceForm::kTcbInfo:
      return "tcb_info";
    case DiceForm::kMultiTcbInfo:
      return "multi_tcb_info";
    case DiceForm::kOpenDice:
      return "open_dice";
  }
  return {};
}

std::string_view to_string(DiceMode mode) {
  switch (mode) {
    case DiceMode::kNormal:
      return "normal";
    case DiceMode::kNotConfigured:
      return "not_configured";
    case DiceMode::kDebug:
      return "debug";
    case DiceMode::kRecovery:
      return "recovery";
  }
  return {};
}

std::string to_string(const DiceDigest& digest) {
  return digest.algorithm + ":" + base::hex_encode(digest.digest);
}

}  // namespace berth::crypto
