// The extension of Open-DICE (dice-x509.md §5.2).
#include "crypto/dice_parts.h"

#include <utility>

namespace berth::crypto {
namespace {

auto fail(std::string_view what) { return Fail(ErrorKind::kInvalid, std::string(what)); }

// A member is explicit: its tag holds a whole element.
Result<base::Bytes> read_octets(DerReader& members, unsigned number, std::string_view what) {
  BERTH_TRY(const auto wrapped, members.contents_if(der::holding(number), what));
  if (!wrapped) return base::Bytes();
  BERTH_TRY(const DerBytes content, der_only(*wrapped, der::kOctetString, what));
  if (content.empty() || content.size() > kDiceDescriptorBytesMax) {
    return fail(std::string(what) + " has not 1 to " + std::to_string(kDiceDescriptorBytesMax) +
                " bytes");
  }
  return bytes_of(content);
}

// No algorithm is named: the size tells it.
Result<std::vector<DiceDigest>> read_hash(DerReader& members, unsigned number,
                                          std::string_view what) {
  BERTH_TRY(base::Bytes digest, read_octets(members, number, what));
  std::vector<DiceDigest> digests;
  if (digest.empty()) return digests;
  for (const std::string_view name : {"sha256", "sha384", "sha512"}) {
    if (digest.size() == digest_size(name)) digests.push_back({std::string(name), digest});
  }
  if (digests.empty()) return fail(std::string(what) + " is not of 32, 48 or 64 bytes");
  return digests;
}

// INTEGER in the specification, ENUMERATED in the certificates that follow it.
Result<std::optional<DiceMode>> read_mode(DerReader& members) {
  constexpr std::string_view kWhat = "the mode";
  BERTH_TRY(const auto wrapped, members.contents_if(der::holding(6), kWhat));
  if (!wrapped) return std::optional<DiceMode>();
  DerReader inner(*wrapped);
  const std::uint8_t tag = inner.next_is(der::kInteger) ? der::kInteger : der::kEnumerated;
  BERTH_TRY(const DerBytes content, der_only(*wrapped, tag, kWhat));
  BERTH_TRY(const std::uint64_t number, der_unsigned(content, kWhat));
  constexpr DiceMode kModes[] = {DiceMode::kNotConfigured, DiceMode::kNormal, DiceMode::kDebug,
                                 DiceMode::kRecovery};
  if (number >= std::size(kModes)) return fail("the mode is none of 0 to 3");
  return std::optional<DiceMode>(kModes[number]);
}

Result<std::string> read_profile(DerReader& members) {
  constexpr std::string_view kWhat = "the profile's name";
  BERTH_TRY(const auto wrapped, members.contents_if(der::holding(7), kWhat));
  if (!wrapped) return std::string();
  BERTH_TRY(const DerBytes content, der_only(*wrapped, der::kUtf8String, kWhat));
  return der_text(content, kDiceTextBytesMax, kWhat);
}

}  // namespace

Result<DiceLayer> read_open_dice(std::span<const std::uint8_t> extension) {
  BERTH_TRY(const DerBytes content, der_only(extension, der::kSequence, "the Open-DICE input"));
  DerReader members(content);
  DiceLayer layer;
  layer.form = DiceForm::kOpenDice;
  BERTH_TRY(layer.digests, read_hash(members, 0, "the code hash"));
  BERTH_TRY(layer.code_descriptor, read_octets(members, 1, "the code descriptor"));
  BERTH_TRY(layer.config, read_hash(members, 2, "the configuration hash"));
  BERTH_TRY(layer.config_descriptor, read_octets(members, 3, "the configuration descriptor"));
  BERTH_TRY(layer.authority, read_hash(members, 4, "the authority hash"));
  BERTH_TRY(layer.authority_descriptor, read_octets(members, 5, "the authority descriptor"));
  BERTH_TRY(layer.mode, read_mode(members));
  BERTH_TRY(layer.profile, read_profile(members));
  if (auto end = members.finish("the last known member of the Open-DICE input"); !end) {
    return Fail(std::move(end).error());
  }
  return layer;
}

}  // namespace berth::crypto
