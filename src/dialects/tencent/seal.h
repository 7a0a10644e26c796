// The credential as devices get it, in both generations alike: a small JSON text, encrypted with
// the product secret that the request was proven with (tencent.md §4).
//
// Room dialects/tencent. Thread rule: pure functions. The text itself only ever lives in a Secret.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "domain/outcome.h"

#include <cstddef>
#include <string>

namespace berth::dialects::tencent {

// What the C SDK's buffers hold (§1.2, §4). Beyond these it truncates in silence, or worse.
inline constexpr std::size_t kKeyTextBytesMax = 64;      // its buffer has no check
inline constexpr std::size_t kPlaintextBytesMax = 3790;  // of a certificate and its key

struct SealedCredential {
  std::size_t plain_bytes = 0;  // before padding
  std::string payload;          // base64
};

// kInternal: there is no credential, it does not fit, or `product_secret` has less than 16 bytes.
Result<SealedCredential> seal(const domain::Credential& credential, const Secret& product_secret);

// The plaintext alone. kInternal as above.
Result<Secret> credential_text(const domain::Credential& credential);

}  // namespace berth::dialects::tencent
