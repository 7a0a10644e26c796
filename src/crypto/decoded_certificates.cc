#include "crypto/decoded_certificates.h"

#include "crypto/chain_parts.h"

#include <openssl/err.h>

#include <list>
#include <map>
#include <utility>

namespace berth::crypto {
namespace {

class Kept {
 public:
  // Null when there is none.
  ParsedPtr find(const Sha256& print) {
    const auto found = by_print_.find(print);
    if (found == by_print_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front();
  }

  // One that find() does not know.
  void add(ParsedPtr certificate) {
    if (entries_.size() >= kDecodedCertificatesMax) {
      by_print_.erase(entries_.back()->facts.sha256);
      entries_.pop_back();
    }
    entries_.push_front(std::move(certificate));
    by_print_.emplace(entries_.front()->facts.sha256, entries_.begin());
  }

  std::size_t size() const { return entries_.size(); }

  std::uint64_t decoded = 0;

 private:
  using Entries = std::list<ParsedPtr>;  // most recently used first

  Entries entries_;
  std::map<Sha256, Entries::iterator> by_print_;
};

Kept& kept_here() {
  thread_local Kept kept;
  return kept;
}

}  // namespace

Result<ParsedPtr> parse(std::span<const std::uint8_t> der) {
  Kept& kept = kept_here();
  if (der.size() <= kCertificateBytesMax) {
    ParsedPtr found = kept.find(sha256(der));
    if (found) return found;
  }
  ++kept.decoded;
  BERTH_TRY(ParsedPtr parsed, parse_afresh(der));
  kept.add(parsed);
  return parsed;
}

base::Bytes remember_decoded(x509_st* certificate) {
  base::Bytes der = encoded(i2d_X509, certificate);
  ERR_clear_error();
  // What parse() would refuse is left for it to refuse.
  const bool good =
      !der.empty() && der.size() <= kCertificateBytesMax && has_readable_times(certificate);
  if (!good || kept_here().find(sha256(der))) return der;
  X509_up_ref(certificate);
  kept_here().add(parsed_of(CertificatePtr(certificate), der));
  return der;
}

std::size_t decoded_certificates_kept() { return kept_here().size(); }

std::uint64_t certificates_decoded() { return kept_here().decoded; }

}  // namespace berth::crypto
