// Whether a client certificate leads to a CA that is trusted, and by which path.
//
// A path is found from the leaf upwards by issuer name (two CAs of one name with different keys are
// told apart by the signature), goes on beyond the first trusted CA as far as trusted ones are met,
// and is then checked by OpenSSL: signatures, CA rights, path lengths, usages, name constraints,
// critical extensions. Dates are checked here, because device clocks and ours may differ a little.
// Revocation is the caller's: VerifiedChain::path has all fingerprints.
//
// Room crypto. Thread rule: TrustAnchors never change and may be shared between threads; a
// ChainVerifier belongs to one. OpenSSL's error queue is left empty.
#pragma once

#include "crypto/certificate.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::crypto {

// Certificates of one path, leaf and anchor included.
inline constexpr std::size_t kChainCertificatesMax = 10;

enum class ChainFault {
  kUnreadable,         // not a certificate, or one with a broken extension
  kTooLong,            // more than kChainCertificatesMax certificates
  kExpired,            //
  kNotYetValid,        //
  kIssuerUnknown,      // the certificate of its issuer was neither sent nor is it known
  kUntrusted,          // the path ends at a self-signed certificate that is not trusted
  kSignature,          // not signed by the issuer it names
  kNotCa,              // the issuer may not sign it: no CA, no keyCertSign, path length, names
  kUsage,              // the leaf is not for TLS clients
  kWeakKey,            // RSA below 2048 bits, an odd curve, a signature with MD5 or SHA-1
  kCriticalExtension,  // a critical extension that is not understood here
  kNoAnchor,           // there is no trusted CA at all
};
std::string_view to_string(ChainFault fault);  // "issuer_unknown"

// What is wrong, and with which certificate.
struct ChainTrouble {
  ChainFault fault = ChainFault::kUnreadable;
  std::size_t depth = 0;    // 0: the leaf
  std::string certificate;  // its subject, printable and bounded; empty when it cannot be read
  std::string what;         // a clause on the certificate: "expired at 2026-01-01T00:00:00Z"
};

// Parsed CA certificates that are trusted.
class TrustAnchors {
 public:
  // kInvalid when one cannot be read.
  static Result<std::shared_ptr<const TrustAnchors>> make(std::span<const base::Bytes> der);
  ~TrustAnchors();
  TrustAnchors(const TrustAnchors&) = delete;
  TrustAnchors& operator=(const TrustAnchors&) = delete;

  std::size_t size() const;

 private:
  friend class ChainVerifier;
  struct Impl;
  explicit TrustAnchors(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct VerifiedChain {
  CertificateFacts leaf;
  std::vector<Sha256> path;  // leaf … topmost anchor
};

// The moment to judge at, and how far device clocks may be off, either way.
struct ChainMoment {
  TimePoint now;
  std::chrono::seconds skew{0};
};

// Keeps parsed certificates of intermediates that have led to an anchor, and that they do, so that
// the next device below the same one costs a decoded leaf and one signature; and which chains were
// good, so that a device that asks again with the same one costs neither.
class ChainVerifier {
 public:
  // `cached_max`: intermediates, about 4 KiB each, and as many chains, about 1 KiB each.
  explicit ChainVerifier(std::size_t cached_max = 1'000);
  ~ChainVerifier();

  // `presented`: leaf first, the rest in any order. `known`: intermediates that the device need not
  // send.
  Result<VerifiedChain, ChainTrouble> verify(const TrustAnchors& anchors,
                                             std::span<const base::Bytes> presented,
                                             std::span<const base::Bytes> known,
                                             const ChainMoment& moment);

  // For tests of the cache: certificates that had to be looked at so far.
  std::uint64_t decoded() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One for the calling thread, for those who serve all threads: what it keeps depends on nothing but
// certificates.
ChainVerifier& chain_verifier_of_this_thread();

// A leaf that is trusted by itself, because it or its key is pinned: dates, usage, strength of its
// key, critical extensions. Its issuer and signature do not matter. `malformed_names`: one whose
// subjectAltName cannot be read is good, too (dice-x509.md §2.5); the caller reads it itself.
Result<CertificateFacts, ChainTrouble> check_leaf(std::span<const std::uint8_t> der,
                                                  const ChainMoment& moment,
                                                  bool malformed_names = false);

// Whether one of these has a critical extension that measures what runs on the device: the chain is
// good only if it can be read (crypto/dice_evidence.h).
bool must_read_measurements(std::span<const base::Bytes> chain);

// Whether `ca` (DER) signed `der`: names agree, the key verifies. Dates, rights and usage do not
// matter. kInvalid says why not. For proof of possession (azure-dps.md §5).
Result<void> check_signed_by(std::span<const std::uint8_t> der, std::span<const std::uint8_t> ca);

}  // namespace berth::crypto
