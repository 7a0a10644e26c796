// What devices bring along that costs signatures: client certificates below a CA, signing requests
// and one-time tokens. All of it is made before the load window, with a new P-256 key for each.
//
// Thread rule: one thread. ClientPapers owns its certificates and keys and is moved, not copied;
// what at() points to lives as long as it does.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/result.h"
#include "base/secret.h"
#include "bench/fleet/plan.h"
#include "crypto/openssl_parts.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace berth::fleet {

// P-256; kInternal when OpenSSL fails, as do all below.
Result<crypto::KeyPtr> new_key();

// The CA that signs devices' certificates: PEM.
struct PaperCa {
  std::string certificate;
  Secret key;
};

// One certificate for each name, which is its CN; signed by the CA itself, so that nothing stands
// between. About 100 µs for each.
class ClientPapers {
 public:
  static Result<ClientPapers> make(const PaperCa& ca, const std::vector<std::string>& names,
                                   const Clock& clock);

  const ClientPaper* at(std::uint64_t number) const { return &papers_[number]; }
  std::size_t size() const { return papers_.size(); }

 private:
  std::vector<crypto::KeyPtr> keys_;
  std::vector<crypto::CertificatePtr> certificates_;
  std::vector<ClientPaper> papers_;
};

// A signing request, DER, with the name as its CN and its only DNS name: the CAs that serve web
// servers want the latter, and the others pass it over.
Result<base::Bytes> make_request(const std::string& name);
// "-----BEGIN CERTIFICATE REQUEST-----…", lines of 64 characters.
std::string request_pem(const base::Bytes& der);

// Makes tokens of a JWK provisioner of step-ca: a JWT (RFC 7519) signed with ES256 that is good for
// one certificate of one name.
class TokenMaker {
 public:
  struct Terms {
    std::string issuer;    // the provisioner's name
    std::string key_id;    // of its key
    std::string audience;  // the address that the token is used at
  };
  static Result<TokenMaker> load(const Secret& key_pem, Terms terms);

  Result<std::string> token(const std::string& name, const Clock& clock) const;

 private:
  crypto::KeyPtr key_;
  Terms terms_;
};

}  // namespace berth::fleet
