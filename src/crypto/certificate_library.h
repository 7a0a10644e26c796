// The library context of OpenSSL in which TLS runs on the server's side and certificates from
// outside are decoded.
//
// For each public key OpenSSL 3.0 goes through all that a context knows: its decoders, its key
// managers, and for each of these the names of all its algorithms. In the default context that is
// 1.2 million instructions, more than verifying a signature with the key. The provider of this one
// is the default provider, but it shows no more of it than TLS and certificates need. What is
// shown, and every check, is the default provider's own. Where the machine's openssl.cnf names
// other providers, such as that of FIPS, or asks for their algorithms, the default context does the
// work.
//
// Room crypto. Thread rule: from any thread; made once, and there until the program ends.
#pragma once

struct ossl_lib_ctx_st;

namespace berth::crypto {

// Null, which to OpenSSL is the default context, if it cannot be made or the machine has providers
// of its own. Public keys in DER that can sign are all that it decodes: PEM, private keys and the
// like need the default one.
ossl_lib_ctx_st* certificate_library();

// Whether a context has nothing to its algorithms but OpenSSL's default provider (and its legacy
// one, which TLS needs nothing of). Null is the default context.
bool has_only_defaults(ossl_lib_ctx_st* context);

}  // namespace berth::crypto
