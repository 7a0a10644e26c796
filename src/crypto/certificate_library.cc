#include "crypto/certificate_library.h"

#include <openssl/core_dispatch.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string_view>
#include <vector>

namespace berth::crypto {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view kDigests[] = {"SHA1",     "SHA2-224", "SHA2-256", "SHA2-384",
                                         "SHA2-512", "SHA3-224", "SHA3-256", "SHA3-384",
                                         "SHA3-512", "MD5",      "MD5-SHA1"};
constexpr std::string_view kCiphers[] = {"AES-128-GCM",
                                         "AES-256-GCM",
                                         "ChaCha20-Poly1305",
                                         "AES-128-CBC",
                                         "AES-256-CBC",
                                         "AES-128-CBC-HMAC-SHA1",
                                         "AES-256-CBC-HMAC-SHA1",
                                         "AES-128-CBC-HMAC-SHA256",
                                         "AES-256-CBC-HMAC-SHA256"};
constexpr std::string_view kMacs[] = {"HMAC"};
constexpr std::string_view kDerivations[] = {"HKDF", "TLS13-KDF", "TLS1-PRF"};
constexpr std::string_view kExchanges[] = {"ECDH", "X25519"};
constexpr std::string_view kKeys[] = {"EC",    "RSA", "RSA-PSS", "ED25519",
                                      "ED448", "DSA", "X25519",  "HMAC"};
constexpr std::string_view kPublicKeys[] = {"EC", "RSA", "RSA-PSS", "ED25519", "ED448", "DSA"};

// What is shown of an operation; of those that are not here, all.
struct Selection {
  int operation;
  Names names;
  std::string_view properties = {};  // how they end
};
constexpr Selection kSelections[] = {
    {OSSL_OP_DIGEST, kDigests},
    {OSSL_OP_CIPHER, kCiphers},
    {OSSL_OP_MAC, kMacs},
    {OSSL_OP_KDF, kDerivations},
    {OSSL_OP_KEYEXCH, kExchanges},
    {OSSL_OP_KEYMGMT, kKeys},
    {OSSL_OP_DECODER, kPublicKeys, "input=der,structure=SubjectPublicKeyInfo"},
};

using Algorithms = std::vector<OSSL_ALGORITHM>;  // the last one is the end

// "EC:id-ecPublicKey:1.2.840.10045.2.1" is "EC".
bool is_selected(const OSSL_ALGORITHM& algorithm, const Selection& selection) {
  const std::string_view names = algorithm.algorithm_names;
  const std::string_view first = names.substr(0, names.find(':'));
  return std::string_view(algorithm.property_definition).ends_with(selection.properties) &&
         std::find(selection.names.begin(), selection.names.end(), first) != selection.names.end();
}

Algorithms select(OSSL_PROVIDER* whole, const Selection& selection) {
  int not_for_long = 0;
  const OSSL_ALGORITHM* each =
      OSSL_PROVIDER_query_operation(whole, selection.operation, &not_for_long);
  Algorithms selected;
  for (; each != nullptr && each->algorithm_names != nullptr; ++each) {
    if (is_selected(*each, selection)) selected.push_back(*each);
  }
  selected.push_back({nullptr, nullptr, nullptr, nullptr});
  return selected;
}

// The default provider, in a context of its own, and what of it is shown.
struct Shown {
  OSSL_PROVIDER* whole = nullptr;
  std::map<int, Algorithms> parts;  // by operation
};

// Never freed: what was made in the context, on whatever thread, may live until the program ends.
const Shown& shown() {
  static const Shown* const made = [] {
    auto* const parts = new Shown;
    OSSL_LIB_CTX* const library = OSSL_LIB_CTX_new();
    parts->whole = library == nullptr ? nullptr : OSSL_PROVIDER_load(library, "default");
    if (parts->whole == nullptr) return parts;
    for (const Selection& each : kSelections) {
      parts->parts[each.operation] = select(parts->whole, each);
    }
    return parts;
  }();
  return *made;
}

const OSSL_ALGORITHM* query(void*, int operation, int* not_for_long) {
  *not_for_long = 0;
  const auto part = shown().parts.find(operation);
  if (part != shown().parts.end()) return part->second.data();
  return OSSL_PROVIDER_query_operation(shown().whole, operation, not_for_long);
}

const OSSL_PARAM* gettable_parameters(void*) {
  return OSSL_PROVIDER_gettable_params(shown().whole);
}

int get_parameters(void*, OSSL_PARAM parameters[]) {
  return OSSL_PROVIDER_get_params(shown().whole, parameters);
}

int get_capabilities(void*, const char* capability, OSSL_CALLBACK* callback, void* argument) {
  return OSSL_PROVIDER_get_capabilities(shown().whole, capability, callback, argument);
}

template <class Function>
OSSL_DISPATCH entry(int id, Function* function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

const std::array<OSSL_DISPATCH, 5> kDispatch = {
    entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
    entry(OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, gettable_parameters),
    entry(OSSL_FUNC_PROVIDER_GET_PARAMS, get_parameters),
    entry(OSSL_FUNC_PROVIDER_GET_CAPABILITIES, get_capabilities), OSSL_DISPATCH{0, nullptr}};

// The algorithms are handed the default provider's own context, as they expect.
int begin(const OSSL_CORE_HANDLE*, const OSSL_DISPATCH*, const OSSL_DISPATCH** dispatch,
          void** context) {
  if (shown().whole == nullptr) return 0;
  *dispatch = kDispatch.data();
  *context = OSSL_PROVIDER_get0_provider_ctx(shown().whole);
  return 1;
}

OSSL_LIB_CTX* make_library() {
  constexpr const char* kName = "berth-certificates";
  OSSL_LIB_CTX* const library = OSSL_LIB_CTX_new();
  const bool good = library != nullptr && OSSL_PROVIDER_add_builtin(library, kName, begin) == 1 &&
                    OSSL_PROVIDER_load(library, kName) != nullptr;
  ERR_clear_error();
  if (good) return library;
  OSSL_LIB_CTX_free(library);
  return nullptr;
}

// 0 when the provider is another than those that OpenSSL brings for everybody.
int is_for_everybody(OSSL_PROVIDER* provider, void*) {
  const std::string_view name = OSSL_PROVIDER_get0_name(provider);
  return name == "default" || name == "base" || name == "legacy" ? 1 : 0;
}

}  // namespace

bool has_only_defaults(ossl_lib_ctx_st* context) {
  return OSSL_PROVIDER_do_all(context, &is_for_everybody, nullptr) == 1 &&
         EVP_default_properties_is_fips_enabled(context) == 0;
}

ossl_lib_ctx_st* certificate_library() {
  static OSSL_LIB_CTX* const library = has_only_defaults(nullptr) ? make_library() : nullptr;
  return library;
}

}  // namespace berth::crypto
