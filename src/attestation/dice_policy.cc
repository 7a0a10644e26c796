#include "attestation/dice_policy.h"

#include "base/codec.h"

#include <algorithm>
#include <charconv>

namespace berth::attestation {
namespace {

using crypto::DiceEvidence;
using crypto::DiceLayer;
using domain::DicePolicy;
using domain::Reason;
using provisioning::Refusal;

constexpr std::size_t kDigestsShown = 16;
constexpr std::size_t kVersionNumbersMax = 8;
constexpr std::size_t kVersionDigitsMax = 18;

Refusal refuse(Reason reason, std::string expected, std::string received) {
  return Refusal{reason, std::move(expected), std::move(received), {}};
}

std::string quoted(std::string_view text) { return "'" + base::printable(text) + "'"; }

// "layer 2 (open_dice, certificate 1 of the chain)".
std::string place_of(const DiceEvidence& evidence, std::size_t at) {
  const DiceLayer& layer = evidence.layers[at];
  return "layer " + std::to_string(at + 1) + " (" + std::string(to_string(layer.form)) +
         ", certificate " + std::to_string(layer.certificate + 1) + " of the chain)";
}

// The layers of the certificate nearest to the device's key that measures something.
std::vector<const DiceLayer*> measured_layers(const DiceEvidence& evidence) {
  const auto& layers = evidence.layers;
  const auto first = std::find_if(layers.begin(), layers.end(),
                                  [](const DiceLayer& layer) { return !layer.digests.empty(); });
  std::vector<const DiceLayer*> measured;
  for (auto layer = first; layer != layers.end(); ++layer) {
    if (layer->certificate == first->certificate) measured.push_back(&*layer);
  }
  return measured;
}

// The layers of the certificate nearest to the device's key of which one says something.
template <class Says>
std::vector<const DiceLayer*> saying_layers(const DiceEvidence& evidence, Says says) {
  std::vector<const DiceLayer*> saying;
  for (const DiceLayer& layer : evidence.layers) {
    if (!saying.empty() && layer.certificate != saying.front()->certificate) break;
    if (says(layer)) saying.push_back(&layer);
  }
  return saying;
}

std::optional<Refusal> check_modes(const DiceEvidence& evidence) {
  for (std::size_t at = 0; at < evidence.layers.size(); ++at) {
    const DiceLayer& layer = evidence.layers[at];
    const bool insecure = (layer.flags.value_or(0) & crypto::kTcbNotSecure) != 0;
    const bool odd = layer.mode && *layer.mode != crypto::DiceMode::kNormal;
    if (!insecure && !odd) continue;
    const std::string_view mode = odd ? to_string(*layer.mode) : "not_secure";
    return refuse(Reason::kFirmwareNotAccepted, "firmware in its normal mode",
                  place_of(evidence, at) + " in mode " + std::string(mode));
  }
  return std::nullopt;
}

// A text that every layer that says it must have, and one must say.
std::optional<Refusal> check_text(const DiceEvidence& evidence, std::string_view name,
                                  const std::string& wanted, std::string DiceLayer::*member) {
  if (wanted.empty()) return std::nullopt;
  const auto saying =
      saying_layers(evidence, [&](const DiceLayer& layer) { return !(layer.*member).empty(); });
  const std::string expected = std::string(name) + " " + quoted(wanted);
  if (saying.empty()) {
    return refuse(Reason::kFirmwareNotAccepted, expected,
                  "certificates that say no " + std::string(name));
  }
  for (const DiceLayer* const layer : saying) {
    if (layer->*member == wanted) continue;
    return refuse(Reason::kFirmwareNotAccepted, expected,
                  std::string(name) + " " + quoted(layer->*member));
  }
  return std::nullopt;
}

std::optional<Refusal> check_version(const DicePolicy& policy, const DiceEvidence& evidence) {
  if (policy.version_min.empty()) return std::nullopt;
  const std::string expected = "firmware version " + policy.version_min + " or newer";
  const auto least = version_numbers(policy.version_min);
  const auto saying =
      saying_layers(evidence, [](const DiceLayer& layer) { return !layer.version.empty(); });
  if (saying.empty()) {
    return refuse(Reason::kFirmwareTooOld, expected, "certificates that say no version");
  }
  for (const DiceLayer* const layer : saying) {
    const auto version = version_numbers(layer->version);
    if (!version || !least) {
      return refuse(Reason::kFirmwareTooOld, expected,
                    "version " + quoted(layer->version) + ", which is not numbers with dots");
    }
    if (is_older(*version, *least)) {
      return refuse(Reason::kFirmwareTooOld, expected, "version " + quoted(layer->version));
    }
  }
  return std::nullopt;
}

std::optional<Refusal> check_svn(const DicePolicy& policy, const DiceEvidence& evidence) {
  if (!policy.svn_min) return std::nullopt;
  const std::string expected = "svn " + std::to_string(*policy.svn_min) + " or higher";
  const auto saying =
      saying_layers(evidence, [](const DiceLayer& layer) { return layer.svn.has_value(); });
  if (saying.empty()) {
    return refuse(Reason::kFirmwareTooOld, expected, "certificates that say no svn");
  }
  for (const DiceLayer* const layer : saying) {
    if (*layer->svn >= *policy.svn_min) continue;
    return refuse(Reason::kFirmwareTooOld, expected, "svn " + std::to_string(*layer->svn));
  }
  return std::nullopt;
}

std::string listed(const std::vector<std::string>& digests) {
  std::string text;
  const std::size_t shown = std::min(digests.size(), kDigestsShown);
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + digests[i];
  if (shown < digests.size()) text += " and " + std::to_string(digests.size() - shown) + " more";
  return text;
}

std::optional<Refusal> check_digests(const DicePolicy& policy, const DiceEvidence& evidence) {
  if (policy.digests.empty()) return std::nullopt;
  const std::vector<std::string> measured = measured_digests(evidence);
  const std::string expected = "firmware with a digest of: " + listed(policy.digests);
  if (measured.empty()) {
    return refuse(Reason::kFirmwareNotAccepted, expected, "certificates without any digest");
  }
  std::vector<std::string> unknown;
  for (const std::string& digest : measured) {
    const auto known = std::find(policy.digests.begin(), policy.digests.end(), digest);
    if (known == policy.digests.end()) unknown.push_back(digest);
  }
  if (unknown.empty()) return std::nullopt;
  const bool held = policy.unknown == domain::UnknownFirmware::kHeld;
  return refuse(held ? Reason::kFirmwareHeld : Reason::kFirmwareUnknown, expected,
                "firmware measured as " + listed(unknown));
}

}  // namespace

std::optional<Refusal> check_dice(const DicePolicy& policy, const DiceEvidence& evidence) {
  if (evidence.layers.empty()) {
    return refuse(Reason::kFirmwareNotAccepted, "certificates that say which firmware runs",
                  "certificates without measurements");
  }
  if (!policy.debug) {
    if (auto refused = check_modes(evidence)) return refused;
  }
  if (auto refused = check_text(evidence, "vendor", policy.vendor, &DiceLayer::vendor)) {
    return refused;
  }
  if (auto refused = check_text(evidence, "model", policy.model, &DiceLayer::model)) {
    return refused;
  }
  if (auto refused = check_version(policy, evidence)) return refused;
  if (auto refused = check_svn(policy, evidence)) return refused;
  return check_digests(policy, evidence);
}

std::vector<std::string> measured_digests(const DiceEvidence& evidence) {
  std::vector<std::string> digests;
  for (const DiceLayer* const layer : measured_layers(evidence)) {
    for (const crypto::DiceDigest& digest : layer->digests) {
      std::string hex = base::hex_encode(digest.digest);
      const bool seen = std::find(digests.begin(), digests.end(), hex) != digests.end();
      if (!seen) digests.push_back(std::move(hex));
    }
  }
  return digests;
}

std::optional<std::vector<std::uint64_t>> version_numbers(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  while (true) {
    const std::string_view part = text.substr(0, text.find('.'));
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    const bool whole = error == std::errc() && end == part.data() + part.size();
    const bool fits = part.size() <= kVersionDigitsMax && numbers.size() < kVersionNumbersMax;
    if (!whole || !fits) return std::nullopt;
    numbers.push_back(number);
    if (part.size() == text.size()) return numbers;
    text.remove_prefix(part.size() + 1);
  }
}

bool is_older(const std::vector<std::uint64_t>& version, const std::vector<std::uint64_t>& than) {
  for (std::size_t i = 0; i < std::max(version.size(), than.size()); ++i) {
    const std::uint64_t ours = i < version.size() ? version[i] : 0;
    const std::uint64_t theirs = i < than.size() ? than[i] : 0;
    if (ours != theirs) return ours < theirs;
  }
  return false;
}

}  // namespace berth::attestation
