// rooms: crypto
// Client certificates as a peer may send them: the input is base64 lines, each a certificate or
// rubbish, the first a trusted CA when it can be read. Whatever comes, judging it ends, says
// something printable of bounded size, leaves OpenSSL's error queue empty, and says the same again.
// The context that certificates are decoded in and OpenSSL's default one make the same of each.
#include "base/check.h"
#include "crypto/certificate.h"
#include "crypto/certificate_library.h"
#include "crypto/chain.h"
#include "crypto/openssl_parts.h"
#include "crypto/tests/pki.h"
#include "tests/fuzz/input_text.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace {

using berth::base::Bytes;
namespace crypto = berth::crypto;

// 2027-01-01: within the corpus' validities.
const crypto::ChainMoment kMoment{berth::base::from_unix_seconds(1798761600),
                                  std::chrono::seconds(300)};

std::vector<Bytes> certificates_of(std::string_view text) {
  std::vector<Bytes> all;
  while (!text.empty() && all.size() < 24) {
    const std::string_view line = berth::fuzz::next_line(text);
    const auto der = berth::base::base64_decode(line);
    all.push_back(der ? *der : Bytes(line.begin(), line.end()));
  }
  return all;
}

crypto::CertificatePtr decoded_in(OSSL_LIB_CTX* library, const Bytes& der) {
  X509* certificate = X509_new_ex(library, nullptr);
  const unsigned char* at = der.data();
  d2i_X509(&certificate, &at, static_cast<long>(der.size()));
  return crypto::CertificatePtr(certificate);
}

// Kinds that cannot sign need not be known to the narrow context.
bool can_sign(EVP_PKEY* key) {
  for (const char* kind : {"EC", "RSA", "RSA-PSS", "ED25519", "ED448", "DSA"}) {
    if (EVP_PKEY_is_a(key, kind) == 1) return true;
  }
  return false;
}

void check_decoding(const Bytes& der) {
  const crypto::CertificatePtr narrow = decoded_in(crypto::certificate_library(), der);
  const crypto::CertificatePtr usual = decoded_in(nullptr, der);
  BERTH_CHECK((narrow == nullptr) == (usual == nullptr));
  EVP_PKEY* const key = narrow == nullptr ? nullptr : X509_get0_pubkey(narrow.get());
  EVP_PKEY* const expected = usual == nullptr ? nullptr : X509_get0_pubkey(usual.get());
  if (key != nullptr) BERTH_CHECK(expected != nullptr);
  if (expected != nullptr && can_sign(expected)) {
    BERTH_CHECK(key != nullptr && crypto::key_text(key) == crypto::key_text(expected));
    BERTH_CHECK(EVP_PKEY_eq(key, expected) == 1);
    BERTH_CHECK(X509_verify(narrow.get(), key) == X509_verify(usual.get(), expected));
  }
  ERR_clear_error();
}

void check_trouble(const crypto::ChainTrouble& trouble) {
  BERTH_CHECK(!trouble.what.empty() && trouble.what.size() < 2000);
  BERTH_CHECK(trouble.certificate.size() <= crypto::kNameShownMax);
  BERTH_CHECK(!berth::fuzz::has_control(trouble.certificate));
  BERTH_CHECK(!crypto::to_string(trouble.fault).empty());
}

void check_chain(const crypto::TrustAnchors& anchors, const std::vector<Bytes>& presented) {
  crypto::ChainVerifier verifier(8);
  const auto first = verifier.verify(anchors, presented, {}, kMoment);
  const auto again = verifier.verify(anchors, presented, {}, kMoment);
  BERTH_CHECK(!crypto::pki::errors_left());
  BERTH_CHECK(first.has_value() == again.has_value());
  if (!first) {
    check_trouble(first.error());
    BERTH_CHECK(first.error().fault == again.error().fault);
    return;
  }
  BERTH_CHECK(first->path == again->path);
  BERTH_CHECK(first->path.size() >= 2 && first->path.size() <= crypto::kChainCertificatesMax);
  BERTH_CHECK(first->path.front() == crypto::sha256(presented.front()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto from_text = crypto::certificates_der(text);
  BERTH_CHECK(!crypto::pki::errors_left());
  if (from_text) BERTH_CHECK(crypto::certificate_der(text).has_value());
  std::vector<Bytes> all = certificates_of(text);
  if (all.empty()) return 0;
  for (const Bytes& der : all) {
    check_decoding(der);
    const auto leaf = crypto::check_leaf(der, kMoment);
    if (!leaf) check_trouble(leaf.error());
    BERTH_CHECK(!crypto::pki::errors_left());
  }
  const Bytes top = all.front();
  all.erase(all.begin());
  const auto anchors = crypto::TrustAnchors::make({&top, 1});
  if (!anchors) {
    const auto none = crypto::TrustAnchors::make({});
    BERTH_CHECK(none.has_value());
    check_chain(**none, all);
    return 0;
  }
  if (!all.empty()) {
    const bool is_signed = crypto::check_signed_by(all.front(), top).has_value();
    if (is_signed) BERTH_CHECK(crypto::read_certificate(all.front()).has_value());
  }
  check_chain(**anchors, all);
  return 0;
}
