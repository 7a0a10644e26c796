// What an Authority signs that is no server's: certificates of clients, for the key of a request or
// a new one; and an authority below it.
#include "crypto/authority_parts.h"
#include "crypto/certificate.h"

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

Result<IssuedLeaf> Authority::write_leaf(std::span<const std::uint8_t> public_key_info,
                                         const LeafTerms& terms, Rng& rng,
                                         const Clock& clock) const {
  BERTH_TRY(const Validity times, validity(terms.lifetime, clock));
  const LeafFacts facts{terms.common_name, make_serial(rng), times.from, times.until};
  IssuedLeaf leaf;
  leaf.der = impl_->writer->write(public_key_info, facts);
  if (leaf.der.empty()) return Fail(ErrorKind::kInternal, "OpenSSL cannot sign the certificate");
  leaf.serial = base::ascii_upper(base::hex_encode(facts.serial));
  leaf.not_before = base::from_unix_seconds(base::to_unix_seconds(times.from));
  leaf.not_after = base::from_unix_seconds(base::to_unix_seconds(times.until));
  return leaf;
}

Result<IssuedLeaf> Authority::issue_for_request(const CertificateRequest& request,
                                                const LeafTerms& terms, Rng& rng,
                                                const Clock& clock) const {
  if (!is_common_name(terms.common_name)) return fail_name();
  if (impl_->writer && plain_p256_point(request.spki)) {
    return write_leaf(request.spki, terms, rng, clock);
  }
  const unsigned char* at = request.spki.data();
  const KeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(request.spki.size())));
  if (!key) {
    return Fail(ErrorKind::kInvalid, "the key of the request cannot be read: " + openssl_reason());
  }
  Subject subject;
  subject.common_name = terms.common_name;
  subject.usage = "clientAuth";
  subject.lifetime = terms.lifetime;
  IssuedLeaf leaf;
  BERTH_TRY(leaf.der, sign(key.get(), subject, rng, clock));
  BERTH_TRY(const CertificateFacts facts, read_certificate(leaf.der));
  leaf.serial = facts.serial;
  leaf.not_before = facts.not_before;
  leaf.not_after = facts.not_after;
  return leaf;
}

Result<CertifiedKey> Authority::issue_client(std::string_view common_name, Rng& rng,
                                             const Clock& clock) const {
  if (!is_common_name(common_name)) return fail_name();
  const KeyPtr key(EVP_EC_gen("P-256"));
  CertificateRequest request;
  request.spki = key ? plain_p256_info(key.get()) : base::Bytes();
  if (request.spki.empty()) return Fail(openssl_error("make the key"));
  BERTH_TRY(const IssuedLeaf leaf,
            issue_for_request(request, {common_name, kLifetime}, rng, clock));
  CertifiedKey issued;
  issued.certificate_pem = berth::crypto::certificate_pem(leaf.der);
  BERTH_TRY(issued.private_key_pem, private_key_text(key.get()));
  return issued;
}

}  // namespace berth::crypto
