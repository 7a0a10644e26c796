// The server's side of dynamic registration for tests: sealed answers. Header only, so that the
// tests of the command line can use it, too.
//
// Room device, tests. Thread rule: pure functions.
#pragma once

#include "base/codec.h"
#include "crypto/cbc.h"

#include <algorithm>
#include <array>
#include <string>

namespace berth::device::testing {

// Base64 of the sealed text and of zeros up to a whole block.
inline std::string sealed(std::string text, std::string_view product_secret) {
  std::array<std::uint8_t, 16> key{};
  std::copy_n(base::as_bytes(product_secret).begin(), 16, key.begin());
  std::array<std::uint8_t, 16> initial{};
  initial.fill('0');
  text.resize((text.size() + 15) / 16 * 16, '\0');
  return base::base64_encode(crypto::encrypt_aes128_cbc(key, initial, base::as_bytes(text)));
}

// Whole bodies of answers, first and second generation.
inline std::string first_answer(const std::string& text, std::string_view product_secret) {
  return R"({"code":0,"message":"success","len":)" + std::to_string(text.size()) +
         R"(,"payload":")" + sealed(text, product_secret) + "\"}";
}
inline std::string second_answer(const std::string& text, std::string_view product_secret) {
  return R"({"Response":{"Len":)" + std::to_string(text.size()) + R"(,"Payload":")" +
         sealed(text, product_secret) + R"(","RequestId":"r-1"}})";
}

}  // namespace berth::device::testing
