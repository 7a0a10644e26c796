// What a file of certificates of a measured device says, for people: its certificates and whether
// their signatures verify, one entry for each measured layer, and warnings. Verifies signatures
// along the chain only; whether anybody trusts its end is a server's question.
//
// Room factory. Thread rule: pure functions; plain values.
#pragma once

#include "base/codec.h"
#include "base/result.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace berth::factory {

inline constexpr std::size_t kDiceFileBytesMax = 512 * 1024;

struct ReportedCertificate {
  std::string subject;  // printable, as the next
  std::string issuer;
  std::string sha256;   // hex, of its bytes; empty for CBOR
  std::string key;      // "Ed25519", "P-256"
  std::string verdict;  // "signed by certificate 2", "signed by itself" …, or why nothing is known
  bool verified = false;
  bool broken = false;  // there was a key to verify it with, and it does not
};

struct ReportedLayer {
  std::size_t certificate = 0;                             // from 1
  std::string form;                                        // "open_dice"
  std::vector<std::pair<std::string, std::string>> facts;  // name and value, in order
};

struct DiceReport {
  std::string format;  // "X.509", "CBOR"
  std::vector<ReportedCertificate> certificates;
  std::vector<ReportedLayer> layers;
  std::vector<std::string> warnings;
};

// PEM, one DER, or CBOR. kInvalid for what is none of them, or has a malformed extension.
Result<DiceReport> report_dice(std::span<const std::uint8_t> file);

}  // namespace berth::factory
