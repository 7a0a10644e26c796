// The vectors of dice-x509.md §2.10, and what the boards' firmware would sign: with its one nonce.
// A fixture: nothing that is shipped may sign so, because each such signature gives the key away.
//
// Room factory, tests. Thread rule: pure functions.
#pragma once

#include "base/codec.h"
#include "crypto/hash.h"
#include "crypto/openssl_parts.h"
#include "factory/riot_identity.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include <memory>
#include <string>

namespace berth::factory::testing {

inline constexpr const char* kUdsHex =
    "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";
inline constexpr const char* kBoardId = "az-c8930123456av1v3v7";
inline constexpr std::uint64_t kFlashOrigin = 0x0800C000;

inline Secret unhex(std::string_view text) { return Secret(*base::hex_decode(text)); }

// Byte i is (7·i + 3) mod 256.
inline base::Bytes k1_image() {
  base::Bytes image(4096);
  for (std::size_t i = 0; i < image.size(); ++i) {
    image[i] = static_cast<std::uint8_t>(7 * i + 3);
  }
  return image;
}
inline MeasuredCode k1_code(const base::Bytes& image) {
  const std::span<const std::uint8_t> all(image);
  return {all.subspan(0x100, 0x100), all.subspan(0x200, 0x140)};
}
inline RiotIdentity k1_identity() {
  const base::Bytes image = k1_image();
  return *derive_riot_identity(unhex(kUdsHex), k1_code(image));
}

// What the linker writes about that image, with the lines that are looked for and some that look
// like them.
inline std::string k1_map() {
  return R"(Memory Configuration

Name             Origin             Length             Attributes
FLASH            0x000000000800c000 0x00000000000f4000 xr
RAM              0x0000000020000000 0x0000000000040000 xrw
*default*        0x0000000000000000 0xffffffffffffffff

 .riot_core     0x000000000800c100      0x100
                0x0000000000000000                __start_riot_core = .
                0x000000000800c100                __start_riot_core = .
 .riot_core     0x000000000800c100       0x80 libcore.a(DiceCore.c.o)
                0x000000000800c200                __stop_riot_core = .
                0x000000000800c200                __start_riot_fw = .
                0x000000000800c340                __stop_riot_fw = .
)";
}

inline constexpr const char* kK1Alias =
    "MIICOjCCAeCgAwIBAgIFCgsMDQ4wCgYIKoZIzj0EAwIwODETMBEGA1UEAwwKZGV2a2l0ZGljZTELMAkGA1UEBgwCVVMxFD"
    "ASBgNVBAoMC0RFVktJVF9URVNUMB4XDTE3MDEwMTAwMDAwMFoXDTM3MDEwMTAwMDAwMFowQzEeMBwGA1UEAwwVYXotYzg5"
    "MzAxMjM0NTZhdjF2M3Y3MQswCQYDVQQGDAJVUzEUMBIGA1UECgwLREVWS0lUX1RFU1QwWTATBgcqhkjOPQIBBggqhkjOPQ"
    "MBBwNCAASJ5CGdK5+ycBoGvRKBI248flvKOAfJ0u0yiZM1RMwj6k9oaNaBR86XMJHVPJ986WN5jUITSZpuznySSunJ15Gc"
    "o4HLMIHIMBYGA1UdJQEB/wQMMAoGCCsGAQUFBwMCMIGtBgNVHREBAf8EgaIwgZ+ggZwGCisGAQQBgjdZAwEwgY0CAQEwWT"
    "ATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS6AdPF491TIDclSUlKApYSY31nBOsG2yi/2HQ9jxzWj9YkYNVDssTDcy3Ej5Nn"
    "/laJKiv4zuhH/ULvCAy1TIxZMC0GCWCGSAFlAwQCAQQgdVHyEWH0mlUFrGQvopg+CROKne6Bxs1BM7zJQi0ykicwCgYIKo"
    "ZIzj0EAwIDSAAwRQIgUVw9brnjlrkE0/7Kf1T9zQzB6Ze/N13KUVrQpsO0A18CIQCQ47kKt9AU5lM5TUMaB+n8ftgxHeUg"
    "sUqwvdO6kzycRg==";
inline constexpr const char* kK1DeviceId =
    "MIIBdjCCARygAwIBAgIFDg0MCwowCgYIKoZIzj0EAwIwODETMBEGA1UEAwwKZGV2a2l0ZGljZTELMAkGA1UEBgwCVVMxFD"
    "ASBgNVBAoMC0RFVktJVF9URVNUMB4XDTE3MDEwMTAwMDAwMFoXDTM3MDEwMTAwMDAwMFowODETMBEGA1UEAwwKZGV2a2l0"
    "ZGljZTELMAkGA1UEBgwCVVMxFDASBgNVBAoMC0RFVktJVF9URVNUMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEugHTxe"
    "PdUyA3JUlJSgKWEmN9ZwTrBtsov9h0PY8c1o/WJGDVQ7LEw3MtxI+TZ/5WiSor+M7oR/1C7wgMtUyMWaMTMBEwDwYDVR0T"
    "BAgwBgEB/wIBAjAKBggqhkjOPQQDAgNIADBFAiBRXD1uueOWuQTT/sp/VP3NDMHpl783XcpRWtCmw7QDXwIhAIStXbTENl"
    "NWn61xBSl6Z9AhGmG57I6tgGXWAjWWnTmQ";

// As the firmware signs: s = (e + r·d) / k with k = 0x0102…1f20 every time (§2.6).
inline base::Bytes firmware_signature(const base::Bytes& tbs, const Secret& scalar) {
  using crypto::Deleter;
  using Number = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
  const std::unique_ptr<EC_GROUP, Deleter<EC_GROUP_free>> group(
      EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const std::unique_ptr<BN_CTX, Deleter<BN_CTX_free>> context(BN_CTX_new());
  const BIGNUM* order = EC_GROUP_get0_order(group.get());
  std::array<std::uint8_t, 32> nonce{};
  for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] = static_cast<std::uint8_t>(i + 1);
  const crypto::Sha256 digest = crypto::sha256(tbs);
  const Number k(BN_bin2bn(nonce.data(), 32, nullptr));
  const Number e(BN_bin2bn(digest.data(), 32, nullptr));
  const Number d(BN_bin2bn(scalar.bytes().data(), 32, nullptr));
  const Number r(BN_new());
  const Number s(BN_new());
  const std::unique_ptr<EC_POINT, Deleter<EC_POINT_free>> point(EC_POINT_new(group.get()));
  EC_POINT_mul(group.get(), point.get(), k.get(), nullptr, nullptr, context.get());
  EC_POINT_get_affine_coordinates(group.get(), point.get(), r.get(), nullptr, context.get());
  BN_nnmod(r.get(), r.get(), order, context.get());
  BN_mod_mul(s.get(), r.get(), d.get(), order, context.get());
  BN_mod_add(s.get(), s.get(), e.get(), order, context.get());
  BN_mod_inverse(k.get(), k.get(), order, context.get());
  BN_mod_mul(s.get(), s.get(), k.get(), order, context.get());
  const std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>> signature(ECDSA_SIG_new());
  ECDSA_SIG_set0(signature.get(), BN_dup(r.get()), BN_dup(s.get()));
  base::Bytes der(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)));
  unsigned char* at = der.data();
  i2d_ECDSA_SIG(signature.get(), &at);
  return der;
}

}  // namespace berth::factory::testing
