#include "factory/uds.h"

#include "crypto/aead.h"
#include "crypto/argon2.h"
#include "factory/riot_identity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace berth::factory {
namespace {

using base::Bytes;

constexpr std::string_view kHead = "berth-uds 1";
constexpr std::string_view kKeyLine = "key";
constexpr std::string_view kPassphraseLine = "argon2id";
constexpr std::size_t kSaltBytes = 16;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<std::uint8_t> digit_of(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

auto damaged() {
  return Fail(ErrorKind::kInvalid, "this is no sealed device secret, or it is damaged",
              "name the file that `berth dice uds store` wrote");
}

std::string_view next_word(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view word = text.substr(0, at);
  text = at == text.npos ? std::string_view() : text.substr(at + 1);
  return word;
}

bool read_number(std::string_view text, std::uint32_t& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

struct Sealed {
  std::string bound;  // the lines that say how, which the tag covers
  UdsLock lock = UdsLock::kKey;
  crypto::StretchCost cost;
  Bytes salt;
  Bytes box;  // nonce, ciphertext, tag
};

Result<void> read_lock(std::string_view line, Sealed& sealed) {
  if (line == kKeyLine) return {};
  sealed.lock = UdsLock::kPassphrase;
  if (next_word(line, ' ') != kPassphraseLine) return damaged();
  const bool costs = read_number(next_word(line, ' '), sealed.cost.memory_kib) &&
                     read_number(next_word(line, ' '), sealed.cost.passes);
  auto salt = base::base64_decode(line);
  if (!costs || !salt || salt->size() != kSaltBytes) return damaged();
  sealed.salt = *std::move(salt);
  return {};
}

Result<Sealed> read_sealed(std::string_view text) {
  if (text.size() > kSealedUdsMax) return damaged();
  text = trimmed(text);
  Sealed sealed;
  if (next_word(text, '\n') != kHead) return damaged();
  const std::string_view lock = next_word(text, '\n');
  if (auto read = read_lock(lock, sealed); !read) return Fail(read.error());
  sealed.bound.append(kHead).append("\n").append(lock);
  auto box = base::base64_decode(text);
  if (!box || box->size() != crypto::kNonceBytes + kUdsBytes + crypto::kTagBytes) return damaged();
  sealed.box = *std::move(box);
  return sealed;
}

Result<Secret> key_of(const Sealed& sealed, const Secret& secret) {
  if (sealed.lock == UdsLock::kPassphrase) {
    return crypto::stretch_password(secret, sealed.salt, sealed.cost);
  }
  if (secret.size() == kUdsKeyBytes) return secret.clone();
  return Fail(ErrorKind::kInvalid,
              "the key that seals the device secret has " + std::to_string(secret.size()) +
                  " bytes, not " + std::to_string(kUdsKeyBytes),
              "name the key file that was written with it");
}

}  // namespace

Result<Secret> read_uds(std::string_view text) {
  constexpr std::size_t kDigits = 2 * kUdsBytes;
  text = trimmed(text);
  if (text.size() != kDigits) {
    return Fail(ErrorKind::kInvalid,
                "a unique device secret has " + std::to_string(kDigits) + " hexadecimal digits; " +
                    std::to_string(text.size()) + " characters were given",
                "make one with `berth dice uds generate`, or copy the whole of it");
  }
  Secret uds = Secret::of_size(kUdsBytes);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::optional<std::uint8_t> digit = digit_of(text[i]);
    if (!digit) {
      return Fail(ErrorKind::kInvalid,
                  "character " + std::to_string(i + 1) +
                      " of the unique device secret is no hexadecimal digit",
                  "it has 0 to 9 and a to f only");
    }
    auto& byte = uds.mutable_bytes()[i / 2];
    byte = static_cast<std::uint8_t>(byte << 4U | *digit);
  }
  return uds;
}

Secret uds_text(const Secret& uds) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  Secret text = Secret::of_size(2 * uds.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned byte = uds.bytes()[i / 2];
    text.mutable_bytes()[i] =
        static_cast<std::uint8_t>(kDigits[i % 2 == 0 ? byte >> 4U : byte & 15U]);
  }
  return text;
}

Result<std::string> seal_uds(const Secret& uds, UdsLock lock, const Secret& secret, Rng& rng) {
  Sealed sealed;
  sealed.lock = lock;
  std::string line(kKeyLine);
  if (lock == UdsLock::kPassphrase) {
    if (secret.size() < kPassphraseMin) {
      return Fail(
          ErrorKind::kInvalid,
          "a passphrase of " + std::to_string(secret.size()) + " characters is guessed too soon",
          "take at least " + std::to_string(kPassphraseMin) + ", better several words");
    }
    sealed.salt.resize(kSaltBytes);
    rng.fill(sealed.salt);
    line = std::string(kPassphraseLine) + " " + std::to_string(sealed.cost.memory_kib) + " " +
           std::to_string(sealed.cost.passes) + " " + base::base64_encode(sealed.salt);
  }
  if (uds.size() != kUdsBytes) return damaged();
  BERTH_TRY(const Secret key, key_of(sealed, secret));
  const std::string bound = std::string(kHead) + "\n" + line;
  Bytes box(crypto::kNonceBytes + uds.size() + crypto::kTagBytes);
  const std::span<std::uint8_t> all(box);
  rng.fill(all.first(crypto::kNonceBytes));
  crypto::encrypt({key.bytes(), all.first(crypto::kNonceBytes), bound}, uds.bytes(),
                  all.subspan(crypto::kNonceBytes));
  return bound + "\n" + base::base64_encode(box) + "\n";
}

Result<UdsLock> uds_lock_of(std::string_view sealed) {
  BERTH_TRY(const Sealed read, read_sealed(sealed));
  return read.lock;
}

Result<Secret> open_uds(std::string_view sealed, const Secret& secret) {
  BERTH_TRY(const Sealed read, read_sealed(sealed));
  BERTH_TRY(const Secret key, key_of(read, secret));
  const std::span<const std::uint8_t> box(read.box);
  std::optional<Secret> uds = crypto::decrypt(
      {key.bytes(), box.first(crypto::kNonceBytes), read.bound}, box.subspan(crypto::kNonceBytes));
  if (uds) return *std::move(uds);
  return Fail(
      ErrorKind::kUnauthenticated,
      read.lock == UdsLock::kKey
          ? "the device secret cannot be opened: the key is another, or the file was changed"
          : "the device secret cannot be opened: the passphrase is another, or the file was "
            "changed",
      "use the key or passphrase it was sealed with");
}

}  // namespace berth::factory
