#include "crypto/device_key.h"

#include "crypto/hmac.h"

namespace berth::crypto {

Secret derive_device_key(std::span<const std::uint8_t> group_key,
                         std::string_view registration_id) {
  return hmac_sha256_secret(group_key, registration_id);
}

}  // namespace berth::crypto
