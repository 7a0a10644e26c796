// A decoded certificate with what chain checks ask of it more than once, and the search for paths
// from a leaf to an anchor.
//
// Room crypto, internal. Thread rule: a ParsedCertificate never changes once made and may be shared
// between threads; the rest are pure functions.
#pragma once

#include "crypto/chain.h"
#include "crypto/openssl_parts.h"

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace berth::crypto {

struct ParsedCertificate {
  CertificatePtr x509;
  CertificateFacts facts;
  bool constrains_names = false;
  // Whether it is signed with its own key, which is good: verified when first asked, since a CA is
  // asked by every device.
  enum class OwnSignature : std::uint8_t { kNotAsked, kNo, kYes };
  mutable std::atomic<OwnSignature> own_signature{OwnSignature::kNotAsked};

  const X509_NAME* subject() const { return X509_get_subject_name(x509.get()); }
  const X509_NAME* issuer() const { return X509_get_issuer_name(x509.get()); }
  bool names_itself() const { return X509_NAME_cmp(subject(), issuer()) == 0; }
};
using ParsedPtr = std::shared_ptr<const ParsedCertificate>;

// kInvalid: see read_certificate(). Takes what this thread decoded before
// (crypto/decoded_certificates.h).
Result<ParsedPtr> parse(std::span<const std::uint8_t> der);
// Decodes it whatever was decoded before.
Result<ParsedPtr> parse_afresh(std::span<const std::uint8_t> der);
// Of a certificate, with readable times, that is `der`.
ParsedPtr parsed_of(CertificatePtr certificate, std::span<const std::uint8_t> der);

ChainTrouble trouble(ChainFault fault, std::size_t depth, const X509* certificate,
                     std::string what);

// What is wrong with one certificate by itself; nothing if all is well. `signature_counts`: how it
// is signed must be good, too.
std::optional<ChainTrouble> weakness(const ParsedCertificate& certificate, std::size_t depth,
                                     bool signature_counts);
std::optional<ChainTrouble> untimely(const ParsedCertificate& certificate, std::size_t depth,
                                     const ChainMoment& moment);

// A critical extension that neither OpenSSL nor this program knows: its OID; empty for none.
std::string unknown_critical(const X509* certificate);

// Whether it has a critical extension that OpenSSL does not know and this program does.
bool has_measurements(const X509* certificate);

// Decoded certificates by subject name, for finding issuers.
class ByName {
 public:
  void add(ParsedPtr certificate);
  void done();  // after the last add()
  std::span<const ParsedPtr> of(const X509_NAME* subject) const;
  std::size_t size() const { return all_.size(); }
  const std::vector<ParsedPtr>& all() const { return all_; }

 private:
  std::vector<ParsedPtr> all_;  // in the order of names
};

using Path = std::vector<ParsedPtr>;  // leaf … anchor

struct PathSearch {
  const ByName& anchors;
  std::span<const ParsedPtr> others;  // presented and known
};
// Paths that end at an anchor, the longest first; at least one, or why there is none.
Result<std::vector<Path>, ChainTrouble> find_paths(const PathSearch& search, const ParsedPtr& leaf);

}  // namespace berth::crypto
