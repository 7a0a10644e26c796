// The certificates of vector K1 (dice-x509.md §2.10), and certificates around extensions of a
// test's choice.
//
// Room crypto, tests. Thread rule: pure functions.
#pragma once

#include "base/codec.h"
#include "crypto/der.h"
#include "crypto/der_write.h"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace berth::crypto::testing {

inline constexpr std::string_view kAliasCertificate =
    "MIICOjCCAeCgAwIBAgIFCgsMDQ4wCgYIKoZIzj0EAwIwODETMBEGA1UEAwwKZGV2a2l0ZGljZTELMAkGA1UEBgwC"
    "VVMxFDASBgNVBAoMC0RFVktJVF9URVNUMB4XDTE3MDEwMTAwMDAwMFoXDTM3MDEwMTAwMDAwMFowQzEeMBwGA1UE"
    "AwwVYXotYzg5MzAxMjM0NTZhdjF2M3Y3MQswCQYDVQQGDAJVUzEUMBIGA1UECgwLREVWS0lUX1RFU1QwWTATBgcq"
    "hkjOPQIBBggqhkjOPQMBBwNCAASJ5CGdK5+ycBoGvRKBI248flvKOAfJ0u0yiZM1RMwj6k9oaNaBR86XMJHVPJ98"
    "6WN5jUITSZpuznySSunJ15Gco4HLMIHIMBYGA1UdJQEB/wQMMAoGCCsGAQUFBwMCMIGtBgNVHREBAf8EgaIwgZ+g"
    "gZwGCisGAQQBgjdZAwEwgY0CAQEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS6AdPF491TIDclSUlKApYSY31n"
    "BOsG2yi/2HQ9jxzWj9YkYNVDssTDcy3Ej5Nn/laJKiv4zuhH/ULvCAy1TIxZMC0GCWCGSAFlAwQCAQQgdVHyEWH0"
    "mlUFrGQvopg+CROKne6Bxs1BM7zJQi0ykicwCgYIKoZIzj0EAwIDSAAwRQIgUVw9brnjlrkE0/7Kf1T9zQzB6Ze/"
    "N13KUVrQpsO0A18CIQCQ47kKt9AU5lM5TUMaB+n8ftgxHeUgsUqwvdO6kzycRg==";
inline constexpr std::string_view kDeviceIdCertificate =
    "MIIBdjCCARygAwIBAgIFDg0MCwowCgYIKoZIzj0EAwIwODETMBEGA1UEAwwKZGV2a2l0ZGljZTELMAkGA1UEBgwC"
    "VVMxFDASBgNVBAoMC0RFVktJVF9URVNUMB4XDTE3MDEwMTAwMDAwMFoXDTM3MDEwMTAwMDAwMFowODETMBEGA1UE"
    "AwwKZGV2a2l0ZGljZTELMAkGA1UEBgwCVVMxFDASBgNVBAoMC0RFVktJVF9URVNUMFkwEwYHKoZIzj0CAQYIKoZI"
    "zj0DAQcDQgAEugHTxePdUyA3JUlJSgKWEmN9ZwTrBtsov9h0PY8c1o/WJGDVQ7LEw3MtxI+TZ/5WiSor+M7oR/1C"
    "7wgMtUyMWaMTMBEwDwYDVR0TBAgwBgEB/wIBAjAKBggqhkjOPQQDAgNIADBFAiBRXD1uueOWuQTT/sp/VP3NDMHp"
    "l783XcpRWtCmw7QDXwIhAIStXbTENlNWn61xBSl6Z9AhGmG57I6tgGXWAjWWnTmQ";

inline base::Bytes alias_certificate() { return *base::base64_decode(kAliasCertificate); }
inline base::Bytes device_id_certificate() { return *base::base64_decode(kDeviceIdCertificate); }

// The first occurrence of `from` turned into `to`, of the same size.
inline base::Bytes replaced(base::Bytes bytes, std::string_view from_hex, std::string_view to_hex) {
  const base::Bytes from = *base::hex_decode(from_hex);
  const base::Bytes to = *base::hex_decode(to_hex);
  const auto at = std::search(bytes.begin(), bytes.end(), from.begin(), from.end());
  if (at != bytes.end() && from.size() == to.size()) std::copy(to.begin(), to.end(), at);
  return bytes;
}

inline base::Bytes extension(std::string_view oid, const base::Bytes& value,
                             bool critical = false) {
  return critical ? der_sequence({der_object_identifier(oid), der_true(), der_octets(value)})
                  : der_sequence({der_object_identifier(oid), der_octets(value)});
}

// A certificate that nobody signed, with these extensions.
inline base::Bytes certificate_with(std::initializer_list<base::Bytes> extensions) {
  const base::Bytes algorithm = der_sequence({der_object_identifier("1.2.840.10045.4.3.2")});
  const base::Bytes name = der_sequence({});
  const TimePoint begin = base::from_unix_seconds(1'500'000'000);
  const base::Bytes list = der_holding(der::kSequence, extensions);
  const base::Bytes tbs = der_sequence({
      der_holding(der::holding(0), {der_element(der::kInteger, der_unsigned_content(2))}),
      der_element(der::kInteger, der_unsigned_content(7)),
      algorithm,
      name,
      der_sequence({der_certificate_time(begin), der_certificate_time(begin)}),
      name,
      der_sequence({}),
      der_element(der::holding(3), list),
  });
  return der_sequence({tbs, algorithm, der_bits(base::Bytes(8, 1))});
}

}  // namespace berth::crypto::testing
