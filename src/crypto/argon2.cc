#include "crypto/argon2.h"

#include "base/codec.h"

#include <argon2.h>

#include <charconv>
#include <cstdint>
#include <optional>

namespace berth::crypto {
namespace {

constexpr std::uint32_t kMemoryKib = 19'456;
constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kLanes = 1;
constexpr std::uint32_t kSaltBytes = 16;
constexpr std::uint32_t kTagBytes = 32;

// What a text that is checked may ask for: more than hash_password() does, so that its costs can be
// raised one day without locking anybody out of an older server.
constexpr std::size_t kEncodedMax = 160;
constexpr std::uint32_t kMemoryKibMax = 131'072;
constexpr std::uint32_t kPassesMax = 8;
constexpr std::uint32_t kLanesMax = 4;

// Takes `label` and the number behind it off the front.
std::optional<std::uint32_t> take_number(std::string_view& rest, std::string_view label) {
  if (!rest.starts_with(label)) return std::nullopt;
  rest.remove_prefix(label.size());
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc()) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return value;
}

bool is_within_bounds(std::string_view encoded) {
  if (encoded.size() > kEncodedMax || encoded.find('\0') != std::string_view::npos) return false;
  const std::optional<std::uint32_t> version = take_number(encoded, "$argon2id$v=");
  const std::optional<std::uint32_t> memory = take_number(encoded, "$m=");
  const std::optional<std::uint32_t> passes = take_number(encoded, ",t=");
  const std::optional<std::uint32_t> lanes = take_number(encoded, ",p=");
  return version == ARGON2_VERSION_13 && memory && *memory <= kMemoryKibMax && passes &&
         *passes <= kPassesMax && lanes && *lanes <= kLanesMax;
}

std::string without_padding(std::string base64) {
  base64.resize(base64.find_last_not_of('=') + 1);
  return base64;
}

auto no_memory(int code) {
  return Fail(ErrorKind::kUnavailable,
              std::string("a password could not be worked on: ") + argon2_error_message(code),
              "give the server more memory, or try again when it has less to do");
}

}  // namespace

Result<std::string> hash_password(const Secret& password, Rng& rng) {
  const Secret salt = rng.secret(kSaltBytes);
  std::string encoded(
      argon2_encodedlen(kPasses, kMemoryKib, kLanes, kSaltBytes, kTagBytes, Argon2_id), '\0');
  const int code = argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, password.bytes().data(),
                                         password.size(), salt.bytes().data(), salt.size(),
                                         kTagBytes, encoded.data(), encoded.size());
  if (code != ARGON2_OK) return no_memory(code);
  encoded.resize(encoded.find('\0'));
  return encoded;
}

Result<bool> verify_password(std::string_view encoded, const Secret& password) {
  if (!is_within_bounds(encoded)) return false;
  const int code =
      argon2id_verify(std::string(encoded).c_str(), password.bytes().data(), password.size());
  if (code == ARGON2_MEMORY_ALLOCATION_ERROR) return no_memory(code);
  return code == ARGON2_OK;
}

Result<Secret> stretch_password(const Secret& password, std::span<const std::uint8_t> salt,
                                const StretchCost& cost) {
  const bool is_bounded = salt.size() >= ARGON2_MIN_SALT_LENGTH && salt.size() <= kEncodedMax &&
                          cost.memory_kib >= ARGON2_MIN_MEMORY &&
                          cost.memory_kib <= kMemoryKibMax && cost.passes >= ARGON2_MIN_TIME &&
                          cost.passes <= kPassesMax;
  if (!is_bounded) {
    return Fail(ErrorKind::kInvalid, "no password here was ever given such a salt or cost",
                "check that the file is whole");
  }
  Secret key = Secret::of_size(kTagBytes);
  const int code = argon2id_hash_raw(cost.passes, cost.memory_kib, kLanes, password.bytes().data(),
                                     password.size(), salt.data(), salt.size(),
                                     key.mutable_bytes().data(), key.size());
  if (code != ARGON2_OK) return no_memory(code);
  return key;
}

std::string unmatchable_password(Rng& rng) {
  const Secret salt = rng.secret(kSaltBytes);
  const Secret tag = rng.secret(kTagBytes);
  return "$argon2id$v=" + std::to_string(ARGON2_VERSION_13) + "$m=" + std::to_string(kMemoryKib) +
         ",t=" + std::to_string(kPasses) + ",p=" + std::to_string(kLanes) + "$" +
         without_padding(base::base64_encode(salt.bytes())) + "$" +
         without_padding(base::base64_encode(tag.bytes()));
}

}  // namespace berth::crypto
