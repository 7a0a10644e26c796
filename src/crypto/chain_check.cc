#include "crypto/chain_check.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <string>

namespace berth::crypto {
namespace {

using StackPtr =
    std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * all) { sk_X509_free(all); })>;
using ContextPtr = std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>>;
using UsagePtr = std::unique_ptr<EXTENDED_KEY_USAGE, Deleter<EXTENDED_KEY_USAGE_free>>;
using BitsPtr = std::unique_ptr<ASN1_BIT_STRING, Deleter<ASN1_BIT_STRING_free>>;

constexpr std::string_view kUsageText = "may not be used by a TLS client (its key usages)";

ChainFault fault_of(int error, int depth) {
  switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_SUBJECT_ISSUER_MISMATCH:
    case X509_V_ERR_AKID_SKID_MISMATCH:
    case X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return ChainFault::kIssuerUnknown;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_REJECTED:
      return ChainFault::kUntrusted;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
    case X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH:
    case X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY:
      return ChainFault::kSignature;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return ChainFault::kTooLong;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return ChainFault::kExpired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return ChainFault::kNotYetValid;
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
      return ChainFault::kCriticalExtension;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
    case X509_V_ERR_EC_KEY_EXPLICIT_PARAMS:
      return ChainFault::kWeakKey;
    case X509_V_ERR_INVALID_PURPOSE:
      return depth == 0 ? ChainFault::kUsage : ChainFault::kNotCa;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_INVALID_NON_CA:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED:
      return ChainFault::kNotCa;
    default:
      return ChainFault::kUnreadable;
  }
}

std::string text_of(ChainFault fault, int error, const X509* certificate) {
  const std::string reason = X509_verify_cert_error_string(error);
  switch (fault) {
    case ChainFault::kUsage:
      return std::string(kUsageText);
    case ChainFault::kCriticalExtension:
      return "has a critical extension that is not understood here: " +
             unknown_critical(certificate);
    case ChainFault::kNotCa:
      return "is not allowed on this path (" + reason + ")";
    case ChainFault::kSignature:
      return "is not signed with the key of the issuer it names";
    case ChainFault::kUnreadable:
    case ChainFault::kTooLong:
    case ChainFault::kExpired:
    case ChainFault::kNotYetValid:
    case ChainFault::kIssuerUnknown:
    case ChainFault::kUntrusted:
    case ChainFault::kWeakKey:
    case ChainFault::kNoAnchor:
      return "is refused (" + reason + ")";
  }
  return reason;
}

// Measurements of a device come in extensions that OpenSSL does not know.
int forgive_understood(int good, X509_STORE_CTX* context) {
  if (good == 1) return 1;
  if (X509_STORE_CTX_get_error(context) != X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION) return 0;
  const X509* certificate = X509_STORE_CTX_get_current_cert(context);
  if (certificate == nullptr || !unknown_critical(certificate).empty()) return 0;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

ChainTrouble trouble_of(X509_STORE_CTX* context, const Path& path) {
  const int error = X509_STORE_CTX_get_error(context);
  const int depth = X509_STORE_CTX_get_error_depth(context);
  const std::size_t at = std::min(depth < 0 ? 0 : static_cast<std::size_t>(depth), path.size() - 1);
  const X509* certificate = path[at]->x509.get();
  const ChainFault fault = fault_of(error, depth);
  return trouble(fault, at, certificate, text_of(fault, error, certificate));
}

std::optional<ChainTrouble> check_by_openssl(const Path& path, std::size_t trusted) {
  const StackPtr between(sk_X509_new_null());
  const StackPtr anchor(sk_X509_new_null());
  const ContextPtr context(X509_STORE_CTX_new());
  bool ready = between != nullptr && anchor != nullptr && context != nullptr;
  for (std::size_t i = 1; ready && i < trusted; ++i) {
    ready = sk_X509_push(between.get(), path[i]->x509.get()) > 0;
  }
  ready = ready && sk_X509_push(anchor.get(), path[trusted]->x509.get()) > 0 &&
          X509_STORE_CTX_init(context.get(), nullptr, path.front()->x509.get(), between.get()) == 1;
  if (!ready) {
    return trouble(ChainFault::kUnreadable, 0, path.front()->x509.get(),
                   "could not be checked: " + openssl_reason());
  }
  X509_STORE_CTX_set0_trusted_stack(context.get(), anchor.get());
  X509_VERIFY_PARAM* const rules = X509_STORE_CTX_get0_param(context.get());
  // Dates are judged by untimely(), which knows of skew.
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
  X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_CLIENT);
  X509_VERIFY_PARAM_set_depth(rules, static_cast<int>(kChainCertificatesMax));
  X509_STORE_CTX_set_verify_cb(context.get(), forgive_understood);
  const bool good = X509_verify_cert(context.get()) == 1;
  std::optional<ChainTrouble> found;
  if (!good) found = trouble_of(context.get(), path);
  ERR_clear_error();
  return found;
}

bool usable_by_clients(const X509* certificate) {
  const BitsPtr bits(static_cast<ASN1_BIT_STRING*>(
      X509_get_ext_d2i(certificate, NID_key_usage, nullptr, nullptr)));
  const UsagePtr usages(static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
  ERR_clear_error();
  constexpr int kDigitalSignature = 0;
  constexpr int kKeyAgreement = 4;
  if (bits == nullptr && X509_get_ext_by_NID(certificate, NID_key_usage, -1) >= 0) return false;
  if (bits != nullptr && ASN1_BIT_STRING_get_bit(bits.get(), kDigitalSignature) == 0 &&
      ASN1_BIT_STRING_get_bit(bits.get(), kKeyAgreement) == 0) {
    return false;
  }
  if (usages == nullptr) return X509_get_ext_by_NID(certificate, NID_ext_key_usage, -1) < 0;
  for (int i = 0; i < sk_ASN1_OBJECT_num(usages.get()); ++i) {
    const int usage = OBJ_obj2nid(sk_ASN1_OBJECT_value(usages.get(), i));
    if (usage == NID_client_auth || usage == NID_anyExtendedKeyUsage) return true;
  }
  return false;
}

std::optional<ChainTrouble> leaf_trouble(const ParsedCertificate& leaf, const ChainMoment& moment,
                                         bool malformed_names) {
  X509* const x509 = leaf.x509.get();
  std::optional<ChainTrouble> found = weakness(leaf, 0, false);
  if (found) return found;
  const std::string unknown = unknown_critical(x509);
  if (!unknown.empty()) {
    return trouble(ChainFault::kCriticalExtension, 0, x509,
                   text_of(ChainFault::kCriticalExtension, X509_V_OK, x509));
  }
  const bool broken = (X509_get_extension_flags(x509) & EXFLAG_INVALID) != 0;
  ERR_clear_error();
  if (broken && !malformed_names) {
    return trouble(ChainFault::kUnreadable, 0, x509, "has an extension that cannot be read");
  }
  if (!usable_by_clients(x509)) {
    return trouble(ChainFault::kUsage, 0, x509, std::string(kUsageText));
  }
  return untimely(leaf, 0, moment);
}

}  // namespace

std::optional<ChainTrouble> check_path(const Path& path, const ChainMoment& moment,
                                       PathTrust trust) {
  const std::size_t trusted = trust == PathTrust::kFirstIssuer ? 1 : path.size() - 1;
  for (std::size_t i = 0; i <= trusted; ++i) {
    std::optional<ChainTrouble> found = weakness(*path[i], i, i < trusted);
    if (found) return found;
  }
  std::optional<ChainTrouble> found = check_by_openssl(path, trusted);
  for (std::size_t i = 0; !found && i < path.size(); ++i) found = untimely(*path[i], i, moment);
  return found;
}

Result<CertificateFacts, ChainTrouble> check_leaf(std::span<const std::uint8_t> der,
                                                  const ChainMoment& moment, bool malformed_names) {
  const Result<ParsedPtr> leaf = parse(der);
  if (!leaf) {
    return Fail(
        trouble(ChainFault::kUnreadable, 0, nullptr, "cannot be read: " + leaf.error().what));
  }
  std::optional<ChainTrouble> found = leaf_trouble(**leaf, moment, malformed_names);
  if (found) return Fail(*std::move(found));
  return (*leaf)->facts;
}

bool must_read_measurements(std::span<const base::Bytes> chain) {
  return std::any_of(chain.begin(), chain.end(), [](const base::Bytes& der) {
    const Result<ParsedPtr> parsed = parse(der);
    return parsed && has_measurements((*parsed)->x509.get());
  });
}

Result<void> check_signed_by(std::span<const std::uint8_t> der, std::span<const std::uint8_t> ca) {
  BERTH_TRY(const ParsedPtr certificate, parse(der));
  BERTH_TRY(const ParsedPtr issuer, parse(ca));
  if (X509_NAME_cmp(certificate->issuer(), issuer->subject()) != 0) {
    return Fail(ErrorKind::kInvalid, "the certificate names '" + name_text(certificate->issuer()) +
                                         "' as its issuer, not '" + name_text(issuer->subject()) +
                                         "'");
  }
  std::optional<ChainTrouble> weak = weakness(*issuer, 1, false);
  if (weak) return Fail(ErrorKind::kInvalid, "the CA '" + weak->certificate + "' " + weak->what);
  const bool good = X509_verify(certificate->x509.get(), X509_get0_pubkey(issuer->x509.get())) == 1;
  ERR_clear_error();
  if (!good) {
    return Fail(ErrorKind::kInvalid, "the certificate is not signed with the key of '" +
                                         name_text(issuer->subject()) + "'");
  }
  return {};
}

}  // namespace berth::crypto
