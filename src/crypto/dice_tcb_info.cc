// DiceTcbInfo, MultiTcbInfo and Ueid of TCG (dice-x509.md §4).
#include "crypto/dice_parts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace berth::crypto {
namespace {

constexpr std::size_t kUeidBytesMax = 64;

struct DigestKind {
  std::string_view name;
  std::string_view oid;
  std::size_t size;
};

constexpr std::array kDigestKinds = {
    DigestKind{"sha256", "2.16.840.1.101.3.4.2.1", 32},
    DigestKind{"sha384", "2.16.840.1.101.3.4.2.2", 48},
    DigestKind{"sha512", "2.16.840.1.101.3.4.2.3", 64},
};
constexpr std::size_t kDigestBytesMax = 64;

auto fail(std::string_view what) { return Fail(ErrorKind::kInvalid, std::string(what)); }

Result<DiceDigest> read_digest(DerReader& list, std::string_view what) {
  BERTH_TRY(const DerBytes content, list.contents(der::kSequence, what));
  DerReader parts(content);
  BERTH_TRY(const DerBytes algorithm, parts.contents(der::kObjectIdentifier, what));
  BERTH_TRY(const std::string oid, der_object_identifier(algorithm, what));
  BERTH_TRY(const DerBytes digest, parts.contents(der::kOctetString, what));
  if (auto end = parts.finish(what); !end) return Fail(std::move(end).error());
  DiceDigest read{digest_name(oid), bytes_of(digest)};
  const std::size_t expected = digest_size(read.algorithm);
  const bool fits = expected == 0 ? !digest.empty() && digest.size() <= kDigestBytesMax
                                  : digest.size() == expected;
  if (!fits) {
    return fail(std::string(what) + " has a digest of " + std::to_string(digest.size()) +
                " bytes, which is not one of " + read.algorithm);
  }
  return read;
}

// Members of text are UTF8String, and IA5String of early makers: the implicit tag hides which.
// Some wrote the tag around the string, where it does show.
Result<std::string> read_text(DerReader& members, unsigned number, std::string_view what) {
  BERTH_TRY(const auto plain, members.contents_if(der::plain(number), what));
  if (plain) return der_text(*plain, kDiceTextBytesMax, what);
  BERTH_TRY(const auto wrapped, members.contents_if(der::holding(number), what));
  if (!wrapped) return std::string();
  DerReader inner(*wrapped);
  const std::uint8_t tag = inner.next_is(der::kIa5String) ? der::kIa5String : der::kUtf8String;
  BERTH_TRY(const DerBytes content, der_only(*wrapped, tag, what));
  return der_text(content, kDiceTextBytesMax, what);
}

Result<std::optional<std::uint64_t>> read_number(DerReader& members, unsigned number,
                                                 std::string_view what) {
  BERTH_TRY(const auto content, members.contents_if(der::plain(number), what));
  if (!content) return std::optional<std::uint64_t>();
  BERTH_TRY(const std::uint64_t value, der_unsigned(*content, what));
  return std::optional<std::uint64_t>(value);
}

Result<std::optional<std::uint32_t>> read_flags(DerReader& members, unsigned number,
                                                std::string_view what) {
  BERTH_TRY(const auto content, members.contents_if(der::plain(number), what));
  if (!content) return std::optional<std::uint32_t>();
  BERTH_TRY(const std::uint32_t bits, der_named_bits(*content, what));
  return std::optional<std::uint32_t>(bits);
}

Result<base::Bytes> read_octets(DerReader& members, unsigned number, std::string_view what) {
  BERTH_TRY(const auto content, members.contents_if(der::plain(number), what));
  if (!content) return base::Bytes();
  if (content->size() > kDiceDescriptorBytesMax) {
    return fail(std::string(what) + " has more than " + std::to_string(kDiceDescriptorBytesMax) +
                " bytes");
  }
  return bytes_of(*content);
}

// Their meaning is the maker's: kept as they are when every element is well-formed.
Result<base::Bytes> read_registers(DerReader& members) {
  constexpr std::string_view kWhat = "the integrity registers";
  BERTH_TRY(const auto content, members.contents_if(der::holding(11), kWhat));
  if (!content) return base::Bytes();
  DerReader list(*content);
  for (std::size_t count = 0; !list.done(); ++count) {
    if (count == kDiceDigestsMax) return fail("there are too many integrity registers");
    BERTH_TRY(const DerBytes each, list.contents(der::kSequence, "an integrity register"));
    DerReader parts(each);
    while (!parts.done()) {
      BERTH_TRY(const DerElement part, parts.any("a part of an integrity register"));
      static_cast<void>(part);
    }
  }
  return bytes_of(*content);
}

DiceMode mode_of(std::uint32_t flags) {
  if ((flags & kTcbDebug) != 0) return DiceMode::kDebug;
  if ((flags & kTcbRecovery) != 0) return DiceMode::kRecovery;
  return (flags & kTcbNotConfigured) != 0 ? DiceMode::kNotConfigured : DiceMode::kNormal;
}

}  // namespace

std::string digest_name(std::string_view oid) {
  const auto* const found = std::find_if(kDigestKinds.begin(), kDigestKinds.end(),
                                         [&](const DigestKind& kind) { return kind.oid == oid; });
  return std::string(found == kDigestKinds.end() ? oid : found->name);
}

std::string digest_oid(std::string_view name) {
  const auto* const found = std::find_if(kDigestKinds.begin(), kDigestKinds.end(),
                                         [&](const DigestKind& kind) { return kind.name == name; });
  return std::string(found == kDigestKinds.end() ? name : found->oid);
}

std::size_t digest_size(std::string_view name) {
  const auto* const found = std::find_if(kDigestKinds.begin(), kDigestKinds.end(),
                                         [&](const DigestKind& kind) { return kind.name == name; });
  return found == kDigestKinds.end() ? 0 : found->size;
}

Result<std::vector<DiceDigest>> read_digest_list(DerBytes content, std::string_view what) {
  DerReader list(content);
  std::vector<DiceDigest> digests;
  while (!list.done()) {
    if (digests.size() == kDiceDigestsMax) {
      return fail(std::string(what) + " are more than " + std::to_string(kDiceDigestsMax));
    }
    BERTH_TRY(DiceDigest digest, read_digest(list, what));
    digests.push_back(std::move(digest));
  }
  if (digests.empty()) return fail(std::string(what) + " are an empty list");
  return digests;
}

Result<DiceLayer> read_tcb_members(DerBytes content) {
  DerReader members(content);
  DiceLayer layer;
  layer.form = DiceForm::kTcbInfo;
  BERTH_TRY(layer.vendor, read_text(members, 0, "TcbInfo's vendor"));
  BERTH_TRY(layer.model, read_text(members, 1, "TcbInfo's model"));
  BERTH_TRY(layer.version, read_text(members, 2, "TcbInfo's version"));
  BERTH_TRY(layer.svn, read_number(members, 3, "TcbInfo's svn"));
  BERTH_TRY(layer.layer, read_number(members, 4, "TcbInfo's layer"));
  BERTH_TRY(layer.index, read_number(members, 5, "TcbInfo's index"));
  BERTH_TRY(const auto fwids, members.contents_if(der::holding(6), "TcbInfo's FWIDs"));
  if (fwids) {
    BERTH_TRY(layer.digests, read_digest_list(*fwids, "TcbInfo's FWIDs"));
  }
  BERTH_TRY(layer.flags, read_flags(members, 7, "TcbInfo's flags"));
  BERTH_TRY(layer.vendor_info, read_octets(members, 8, "TcbInfo's vendorInfo"));
  BERTH_TRY(layer.type, read_octets(members, 9, "TcbInfo's type"));
  BERTH_TRY(layer.flags_mask, read_flags(members, 10, "TcbInfo's flagsMask"));
  BERTH_TRY(layer.integrity_registers, read_registers(members));
  if (auto end = members.finish("TcbInfo's last known member"); !end) {
    return Fail(std::move(end).error());
  }
  if (layer.flags) layer.mode = mode_of(*layer.flags);
  return layer;
}

Result<DiceLayer> read_tcb_info(std::span<const std::uint8_t> extension) {
  BERTH_TRY(const DerBytes content, der_only(extension, der::kSequence, "TcbInfo"));
  return read_tcb_members(content);
}

Result<std::vector<DiceLayer>> read_multi_tcb_info(std::span<const std::uint8_t> extension) {
  BERTH_TRY(const DerBytes content, der_only(extension, der::kSequence, "MultiTcbInfo"));
  DerReader list(content);
  std::vector<DiceLayer> layers;
  while (!list.done()) {
    if (layers.size() == kDiceLayersMax) {
      return fail("MultiTcbInfo has more than " + std::to_string(kDiceLayersMax) + " layers");
    }
    BERTH_TRY(const DerBytes members, list.contents(der::kSequence, "a layer of MultiTcbInfo"));
    BERTH_TRY(DiceLayer layer, read_tcb_members(members));
    layer.form = DiceForm::kMultiTcbInfo;
    layers.push_back(std::move(layer));
  }
  if (layers.empty()) return fail("MultiTcbInfo is an empty list");
  return layers;
}

Result<base::Bytes> read_ueid(std::span<const std::uint8_t> extension) {
  BERTH_TRY(const DerBytes content, der_only(extension, der::kSequence, "Ueid"));
  BERTH_TRY(const DerBytes ueid, der_only(content, der::kOctetString, "Ueid"));
  if (ueid.empty() || ueid.size() > kUeidBytesMax) {
    return fail("Ueid has not 1 to " + std::to_string(kUeidBytesMax) + " bytes");
  }
  return bytes_of(ueid);
}

}  // namespace berth::crypto
