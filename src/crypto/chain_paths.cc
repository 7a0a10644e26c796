// The search for paths: from the leaf upwards by issuer name, where several certificates have that
// name by the signature, back where a path ends without an anchor.
#include "crypto/chain_parts.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace berth::crypto {
namespace {

// A device may send certificates of one name by the dozen; each costs a signature to tell apart.
constexpr std::size_t kSignaturesMax = 32;
constexpr std::size_t kPathsMax = 8;
constexpr std::size_t kStepsMax = 64;

class Walk {
 public:
  Walk(const PathSearch& search, ParsedPtr leaf) : search_(search) {
    path_.push_back(std::move(leaf));
  }

  void go() {
    if (++steps_ > kStepsMax || found_.size() == kPathsMax) return;
    const ParsedPtr top = path_.back();
    if (path_.size() > 1 && is_anchor(*top)) found_.push_back(path_);
    if (top->names_itself() && signs_itself(*top)) {
      ended_at(ChainFault::kUntrusted, path_.size() == 1
                                           ? "is signed with its own key, by no CA"
                                           : "is where the path ends, and no CA that is trusted");
      return;
    }
    if (path_.size() == kChainCertificatesMax) {
      ended_at(ChainFault::kTooLong, "is certificate " + std::to_string(path_.size()) +
                                         " of a path that still goes on; that many are the most");
      return;
    }
    const Path issuers = issuers_of(*top);
    for (const ParsedPtr& issuer : issuers) {
      path_.push_back(issuer);
      go();
      path_.pop_back();
    }
  }

  Result<std::vector<Path>, ChainTrouble> result() {
    if (found_.empty()) return Fail(*std::move(trouble_));
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Path& a, const Path& b) { return a.size() > b.size(); });
    return std::move(found_);
  }

 private:
  bool is_anchor(const ParsedCertificate& certificate) const {
    const auto same = search_.anchors.of(certificate.subject());
    return std::any_of(same.begin(), same.end(), [&](const ParsedPtr& each) {
      return each->facts.sha256 == certificate.facts.sha256;
    });
  }

  bool on_path(const ParsedCertificate& certificate) const {
    return std::any_of(path_.begin(), path_.end(), [&](const ParsedPtr& each) {
      return each->facts.sha256 == certificate.facts.sha256;
    });
  }

  bool verifies(const ParsedCertificate& certificate, const ParsedCertificate& issuer) {
    if (weakness(issuer, 0, false) || ++signatures_ > kSignaturesMax) return false;
    const bool good = X509_verify(certificate.x509.get(), X509_get0_pubkey(issuer.x509.get())) == 1;
    ERR_clear_error();
    return good;
  }

  bool signs_itself(const ParsedCertificate& certificate) {
    using enum ParsedCertificate::OwnSignature;
    const ParsedCertificate::OwnSignature known = certificate.own_signature;
    if (known != kNotAsked) return known == kYes;
    const bool good = verifies(certificate, certificate);
    if (signatures_ <= kSignaturesMax) certificate.own_signature = good ? kYes : kNo;
    return good;
  }

  // By name and key identifier. One alone need not be verified: OpenSSL does it in the end.
  Path issuers_of(const ParsedCertificate& certificate) {
    Path named;
    const auto add = [&](const ParsedPtr& each) {
      if (X509_NAME_cmp(each->subject(), certificate.issuer()) != 0 || on_path(*each)) return;
      const bool known = std::any_of(named.begin(), named.end(), [&](const ParsedPtr& other) {
        return other->facts.sha256 == each->facts.sha256;
      });
      if (!known) named.push_back(each);
    };
    const auto anchors = search_.anchors.of(certificate.issuer());
    std::for_each(anchors.begin(), anchors.end(), add);
    std::for_each(search_.others.begin(), search_.others.end(), add);
    if (named.empty()) {
      ended_at(ChainFault::kIssuerUnknown,
               "is issued by '" + name_text(certificate.issuer()) +
                   "', whose certificate was not sent and is no trusted CA");
      return named;
    }
    if (named.size() == 1 && identifiers_fit(certificate, *named.front())) return named;
    const std::size_t count = named.size();
    std::erase_if(named, [&](const ParsedPtr& each) { return !verifies(certificate, *each); });
    if (named.empty()) {
      ended_at(ChainFault::kSignature,
               count == 1 ? "is not signed with the key of '" + name_text(certificate.issuer()) +
                                "', which it names as its issuer"
                          : "is signed with the key of none of " + std::to_string(count) +
                                " CAs called '" + name_text(certificate.issuer()) + "'");
    }
    return named;
  }

  static bool identifiers_fit(const ParsedCertificate& certificate,
                              const ParsedCertificate& issuer) {
    const int fit = X509_check_issued(issuer.x509.get(), certificate.x509.get());
    ERR_clear_error();
    return fit != X509_V_ERR_AKID_SKID_MISMATCH && fit != X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH;
  }

  // The first dead end is the likeliest way that was meant.
  void ended_at(ChainFault fault, std::string what) {
    if (trouble_) return;
    trouble_ = trouble(fault, path_.size() - 1, path_.back()->x509.get(), std::move(what));
  }

  const PathSearch& search_;
  Path path_;
  std::vector<Path> found_;
  std::optional<ChainTrouble> trouble_;
  std::size_t signatures_ = 0;
  std::size_t steps_ = 0;
};

}  // namespace

Result<std::vector<Path>, ChainTrouble> find_paths(const PathSearch& search,
                                                   const ParsedPtr& leaf) {
  Walk walk(search, leaf);
  walk.go();
  return walk.result();
}

}  // namespace berth::crypto
