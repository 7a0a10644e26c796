#include "crypto/tpm_public.h"

#include "crypto/hash.h"
#include "crypto/tpm_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace berth::crypto {
namespace {

constexpr std::uint16_t kRsa = 0x0001;
constexpr std::uint16_t kKeyedHash = 0x0008;
constexpr std::uint16_t kEcc = 0x0023;
constexpr std::uint16_t kSymmetricCipher = 0x0025;
constexpr std::uint16_t kSha256 = 0x000B;
constexpr std::uint16_t kAes = 0x0006;
constexpr std::uint16_t kCfb = 0x0043;
constexpr std::uint16_t kNull = 0x0010;
constexpr std::uint16_t kAesBits = 128;
constexpr std::uint16_t kRsaBits = 2048;
constexpr std::size_t kModulusBytes = kRsaBits / 8;

// The policy of the TCG's RSA endorsement key template: PolicySecret of the endorsement hierarchy.
constexpr std::array<std::uint8_t, 32> kEndorsementPolicy = {
    0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24,
    0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52, 0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa};

struct Template {
  std::string_view what;
  std::size_t size = 0;
  std::uint32_t attributes = 0;
  std::span<const std::uint8_t> policy;
};

const Template kEndorsementTemplate = {"endorsement key", kEndorsementKeyBytes, 0x000300B2,
                                       kEndorsementPolicy};
const Template kStorageTemplate = {"storage root key", kStorageRootKeyBytes, 0x00030472, {}};

std::string type_text(std::uint16_t type) {
  switch (type) {
    case kEcc:
      return "ECC";
    case kKeyedHash:
      return "HMAC";
    case kSymmetricCipher:
      return "symmetric";
    default:
      return fmt::format("type 0x{:04x}", type);
  }
}

auto wrong(const Template& expected, std::string_view why) {
  return Fail(ErrorKind::kInvalid, fmt::format("the {} {}", expected.what, why),
              fmt::format("send the TPM2B_PUBLIC of the TPM's RSA-2048 {} as the TPM gives it",
                          expected.what));
}

auto cut_off(const Template& expected) { return wrong(expected, "ends before it is complete"); }

// Type, name algorithm, attributes and policy.
Result<void> read_head(TpmReader& in, const Template& expected) {
  const auto type = in.u16();
  const auto name_algorithm = in.u16();
  const auto attributes = in.u32();
  const auto policy = in.sized();
  if (type && *type != kRsa) {
    return wrong(expected,
                 fmt::format("is of the wrong type: RSA is wanted, it is {}", type_text(*type)));
  }
  if (name_algorithm && *name_algorithm != kSha256) {
    return wrong(expected, fmt::format("has name algorithm 0x{:04x}; SHA-256 (0x000b) is wanted",
                                       *name_algorithm));
  }
  if (attributes && *attributes != expected.attributes) {
    return wrong(expected, fmt::format("has attributes 0x{:08x}; 0x{:08x} is wanted", *attributes,
                                       expected.attributes));
  }
  if (!policy) return cut_off(expected);
  if (!std::equal(policy->begin(), policy->end(), expected.policy.begin(), expected.policy.end())) {
    return wrong(expected, expected.policy.empty()
                               ? "has a policy; none is wanted"
                               : "has not the standard endorsement policy 837197…1469aa");
  }
  return {};
}

// Symmetric algorithm, scheme, size and exponent.
Result<void> read_parameters(TpmReader& in, const Template& expected) {
  const auto cipher = in.u16();
  if (cipher && *cipher != kAes) {
    return wrong(expected,
                 fmt::format("protects its children with 0x{:04x}; AES is wanted", *cipher));
  }
  const auto cipher_bits = in.u16();
  const auto mode = in.u16();
  const auto scheme = in.u16();
  const auto bits = in.u16();
  const auto exponent = in.u32();
  if (!exponent) return cut_off(expected);
  if (*cipher_bits != kAesBits || *mode != kCfb) {
    return wrong(expected, "does not protect its children with AES-128-CFB");
  }
  if (*scheme != kNull) return wrong(expected, "is bound to a scheme; none is wanted");
  if (*bits != kRsaBits) {
    return wrong(expected, fmt::format("has {} bits; {} are wanted", *bits, kRsaBits));
  }
  if (*exponent != 0) {
    return wrong(expected, "has an exponent of its own; 0, which means 65537, is wanted");
  }
  return {};
}

Result<TpmPublic> read(std::span<const std::uint8_t> bytes, const Template& expected) {
  TpmReader outer(bytes);
  const auto area = outer.sized();
  if (!area) {
    return wrong(expected, fmt::format("does not have the size it says, or is no TPM2B_PUBLIC "
                                       "({} bytes came, {} are wanted)",
                                       bytes.size(), expected.size));
  }
  if (!outer.at_end()) return wrong(expected, "is followed by other bytes");
  TpmReader in(*area);
  if (Result<void> head = read_head(in, expected); !head) return Fail(std::move(head).error());
  if (Result<void> rest = read_parameters(in, expected); !rest) {
    return Fail(std::move(rest).error());
  }
  const auto modulus = in.sized();
  if (!modulus) return cut_off(expected);
  if (!in.at_end()) return wrong(expected, "has bytes after its modulus");
  // A modulus with a leading zero bit has fewer bits than it says; an even one is no RSA modulus.
  if (modulus->size() != kModulusBytes || modulus->front() < 0x80 || modulus->back() % 2 == 0) {
    return wrong(expected, "has no modulus of 2048 bits");
  }
  return TpmPublic{
      {bytes.begin(), bytes.end()}, tpm_name(*area), {modulus->begin(), modulus->end()}};
}

}  // namespace

Result<TpmPublic> read_endorsement_key(std::span<const std::uint8_t> bytes) {
  return read(bytes, kEndorsementTemplate);
}

Result<TpmPublic> read_storage_root_key(std::span<const std::uint8_t> bytes) {
  return read(bytes, kStorageTemplate);
}

std::string default_registration_id(std::span<const std::uint8_t> endorsement_key) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  constexpr unsigned kDigitBits = 5;
  std::string id;
  unsigned pending = 0;  // bits of `buffer` not written yet
  unsigned buffer = 0;
  for (const std::uint8_t byte : sha256(endorsement_key)) {
    buffer = (buffer << 8 | byte) & 0xFFFU;
    for (pending += 8; pending >= kDigitBits; pending -= kDigitBits) {
      id += kAlphabet[buffer >> (pending - kDigitBits) & 31U];
    }
  }
  id += kAlphabet[buffer << (kDigitBits - pending) & 31U];  // 256 bits leave one
  return id;
}

std::string tpm_key_fingerprint(std::span<const std::uint8_t> key) {
  constexpr std::size_t kShownBytes = 8;
  const Sha256 digest = sha256(key);
  return base::hex_encode(std::span(digest).first(kShownBytes));
}

}  // namespace berth::crypto
