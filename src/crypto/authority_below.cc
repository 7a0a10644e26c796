// What an Authority signs that it has no key of: the certificates of requests; and an authority
// below it.
#include "crypto/authority_parts.h"

#include <openssl/err.h>

namespace berth::crypto {
namespace {

auto fail_name() {
  return Fail(ErrorKind::kInvalid,
              "the common name of a certificate must have 1 to 64 printable characters");
}

}  // namespace

Result<CertifiedKey> Authority::issue_authority(std::string_view common_name, Rng& rng,
                                                const Clock& clock) const {
  if (!is_common_name(common_name)) return fail_name();
  if (X509_get_pathlen(impl_->certificate.get()) == 0) {
    return Fail(ErrorKind::kPreconditionFailed,
                "the CA may sign devices' certificates only (its path length is 0)",
                "use one that may have a CA below it");
  }
  const KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return Fail(openssl_error("make the key"));
  Subject subject;
  subject.common_name = common_name;
  subject.constraints = "critical,CA:TRUE,pathlen:0";
  subject.key_usage = "critical,keyCertSign,cRLSign";
  subject.lifetime = kLifetime;
  BERTH_TRY(const base::Bytes der, sign(key.get(), subject, rng, clock));
  CertifiedKey issued;
  issued.certificate_pem = berth::crypto::certificate_pem(der);
  for (const base::Bytes& each : impl_->chain) {
    issued.certificate_pem += berth::crypto::certificate_pem(each);
  }
  BERTH_TRY(issued.private_key_pem, private_key_text(key.get()));
  return issued;
}

Result<base::Bytes> Authority::issue_for_request(const CertificateRequest& request,
                                                 const LeafTerms& terms, Rng& rng,
                                                 const Clock& clock) const {
  if (!is_common_name(terms.common_name)) return fail_name();
  const unsigned char* at = request.spki.data();
  const KeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(request.spki.size())));
  if (!key) {
    return Fail(ErrorKind::kInvalid, "the key of the request cannot be read: " + openssl_reason());
  }
  Subject subject;
  subject.common_name = terms.common_name;
  subject.usage = "clientAuth";
  subject.lifetime = terms.lifetime;
  return sign(key.get(), subject, rng, clock);
}

}  // namespace berth::crypto
