// What a chain of certificates says about the software of a measured device (dice-x509.md §2.5, §3,
// §4, §5.2): RIoT composite ids, TCG TcbInfo and MultiTcbInfo, and Open-DICE inputs, one layer for
// each measurement. Reads only: whether the certificates are genuine is decided elsewhere, and what
// they say counts for nothing before that.
//
// Everything is bounded, and a chain of which one extension is malformed is refused whole: a
// measurement that was left out would be one that no policy looks at.
// Room crypto. Thread rule: pure functions; plain values that own what they hold.
#pragma once

#include "base/codec.h"
#include "base/result.h"
#include "crypto/riot_leaf.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::crypto {

inline constexpr std::size_t kDiceChainMax = 20;
inline constexpr std::size_t kDiceLayersMax = 64;
inline constexpr std::size_t kDiceDigestsMax = 16;  // in one list of one layer
inline constexpr std::size_t kDiceDigestsOfChainMax = 64;
inline constexpr std::size_t kDiceTextBytesMax = 256;
inline constexpr std::size_t kDiceDescriptorBytesMax = 4096;

namespace oid {
inline constexpr std::string_view kTcbInfo = "2.23.133.5.4.1";  // or a RIoT id, §3
inline constexpr std::string_view kUeid = "2.23.133.5.4.4";
inline constexpr std::string_view kMultiTcbInfo = "2.23.133.5.4.5";
inline constexpr std::string_view kOpenDice = "1.3.6.1.4.1.11129.2.1.24";
}  // namespace oid

// Critical extensions that read_dice() understands, so that a chain check may let OpenSSL's
// "unhandled critical extension" pass for exactly these once read_dice() has read the chain.
inline constexpr std::array kUnderstoodCritical = {oid::kTcbInfo, oid::kUeid, oid::kMultiTcbInfo,
                                                   oid::kOpenDice};
bool is_understood_critical(std::string_view oid);

enum class DiceForm { kRiotSan, kRiotExtension, kTcbInfo, kMultiTcbInfo, kOpenDice };
enum class DiceMode { kNormal, kNotConfigured, kDebug, kRecovery };

// TCG's operational flags, as bits of DiceLayer::flags.
inline constexpr std::uint32_t kTcbNotConfigured = 1U << 0U;
inline constexpr std::uint32_t kTcbNotSecure = 1U << 1U;
inline constexpr std::uint32_t kTcbRecovery = 1U << 2U;
inline constexpr std::uint32_t kTcbDebug = 1U << 3U;

struct DiceDigest {
  std::string algorithm;  // "sha256", "sha384", "sha512", or the object identifier
  base::Bytes digest;     // 1 to 64 bytes, of the algorithm's size when it has a name here

  bool operator==(const DiceDigest&) const = default;
};

// One measured layer.
struct DiceLayer {
  DiceForm form = DiceForm::kTcbInfo;
  std::size_t certificate = 0;  // where in the chain, the leaf being 0
  std::string vendor = {};
  std::string model = {};
  std::string version = {};
  std::optional<std::uint64_t> svn = {};  // security version number
  std::optional<std::uint64_t> layer = {};
  std::optional<std::uint64_t> index = {};
  std::vector<DiceDigest> digests = {};    // FWIDs, or Open-DICE's codeHash
  std::vector<DiceDigest> config = {};     // Open-DICE, when it is hashed
  std::vector<DiceDigest> authority = {};  // Open-DICE
  base::Bytes code_descriptor = {};        // Open-DICE, as the next two
  base::Bytes config_descriptor = {};      // or the configuration itself, when config is empty
  base::Bytes authority_descriptor = {};
  // Open-DICE's own, or what TCG's flags come to: debug before recovery before not configured.
  std::optional<DiceMode> mode = {};
  std::optional<std::uint32_t> flags = {};  // TCG
  std::optional<std::uint32_t> flags_mask = {};
  base::Bytes vendor_info = {};
  base::Bytes type = {};
  base::Bytes integrity_registers = {};  // DER of the list, of well-formed elements
  std::string profile = {};              // Open-DICE
  base::Bytes device_id_point = {};      // RIoT: 65 bytes, the uncompressed point of DeviceID
};

// What a certificate's key is said to be for (§4), by TCG's names: "eca", "attest_loc".
struct DicePurpose {
  std::size_t certificate = 0;
  std::string name;
};

struct DiceEvidence {
  std::vector<DiceLayer> layers = {};  // the leaf's first
  std::vector<DicePurpose> purposes = {};
  base::Bytes ueid = {};                         // of the certificate nearest to the leaf
  std::vector<std::size_t> constant_nonce = {};  // certificates whose signature gives its key away
};

// `chain`: DER, leaf first, at most kDiceChainMax. No layers: none of the certificates is DICE.
// kInvalid names the certificate and what is wrong with it.
Result<DiceEvidence> read_dice(std::span<const base::Bytes> chain);

// False when read_dice() finds no layer in these certificates, nor a critical extension that it has
// to understand: it looks for the bytes of the object identifiers, wherever they are, which is much
// less than reading. True says nothing.
bool may_measure(std::span<const base::Bytes> chain);

// "riot_san", "tcb_info", "open_dice" …; "not_configured" …; "sha256:00ff…".
std::string_view to_string(DiceForm form);
std::string_view to_string(DiceMode mode);
std::string to_string(const DiceDigest& digest);

// The contents of an extension; what read_dice() puts together. For tools that hold no certificate.
Result<DiceLayer> read_tcb_info(std::span<const std::uint8_t> extension);
Result<std::vector<DiceLayer>> read_multi_tcb_info(std::span<const std::uint8_t> extension);
Result<DiceLayer> read_open_dice(std::span<const std::uint8_t> extension);
Result<base::Bytes> read_ueid(std::span<const std::uint8_t> extension);

}  // namespace berth::crypto
