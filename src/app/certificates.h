// The server certificate: the operator's own, or one from Berth's own CA that is reissued whenever
// a host name is added or its end is near.
//
// Room app. Thread rule: cover() from one thread at a time (a worker); tls() from any.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "crypto/authority.h"
#include "net/tls.h"

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace berth::app {

struct CertificateOptions {
  std::filesystem::path data;  // server.pem (with its key, 0600) lives here
  // The operator's own chain and key (PEM); both or neither. Berth then issues nothing.
  std::filesystem::path own_certificate;
  std::filesystem::path own_key;
  std::shared_ptr<const crypto::Authority> authority;  // never null
  std::vector<std::string> unasked = {};               // net/tls.h
};

class Certificates {
 public:
  // Makes or reads a certificate for `names`.
  static Result<std::unique_ptr<Certificates>> open(CertificateOptions options,
                                                    std::vector<std::string> names,
                                                    const net::Limits& limits, const Clock& clock,
                                                    Rng& rng);

  std::shared_ptr<net::TlsContext> tls() const { return tls_; }

  // Makes sure that new connections see a certificate for these names too (names once covered stay
  // covered), reissued if need be. The operator's own certificate is read again from its files.
  Result<void> cover(const std::vector<std::string>& names);

 private:
  Certificates(CertificateOptions options, const Clock& clock, Rng& rng)
      : options_(std::move(options)), clock_(clock), rng_(rng) {}

  Result<net::TlsMaterial> material();
  Result<net::TlsMaterial> own_material() const;
  Result<net::TlsMaterial> issued_material();

  CertificateOptions options_;
  const Clock& clock_;
  Rng& rng_;
  std::set<std::string> names_;
  std::shared_ptr<net::TlsContext> tls_;
};

}  // namespace berth::app
