#include "crypto/slow_key.h"

#include "base/check.h"

#include <argon2.h>
#include <openssl/err.h>
#include <openssl/evp.h>

namespace berth::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;

struct Bounds {
  std::uint32_t least;
  std::uint32_t most;
  bool hold(std::uint32_t value) const { return value >= least && value <= most; }
};

constexpr Bounds kMemoryKib{19'456, 262'144};
constexpr Bounds kPasses{2, 10};
constexpr Bounds kLanes{1, 4};
constexpr Bounds kLog2N{15, 17};
constexpr Bounds kR{8, 16};
constexpr Bounds kP{1, 4};
constexpr Bounds kRounds{600'000, 2'000'000};
constexpr std::uint64_t kScryptOverhead = 1U << 20U;

static_assert(kMemoryKib.most * std::uint64_t{1024} <= kSlowKeyMemoryMax);

std::uint64_t scrypt_memory(const ScryptCost& cost) {
  return 128ULL * cost.r * ((1ULL << cost.log2_n) + cost.p);
}

template <class... Parts>
struct Overloaded : Parts... {
  using Parts::operator()...;
};
template <class... Parts>
Overloaded(Parts...) -> Overloaded<Parts...>;

bool is_within(const SlowKeyCost& cost) {
  return std::visit(
      Overloaded{[](const Argon2idCost& argon) {
                   return kMemoryKib.hold(argon.memory_kib) && kPasses.hold(argon.passes) &&
                          kLanes.hold(argon.lanes);
                 },
                 [](const ScryptCost& scrypt) {
                   return kLog2N.hold(scrypt.log2_n) && kR.hold(scrypt.r) && kP.hold(scrypt.p) &&
                          scrypt_memory(scrypt) <= kSlowKeyMemoryMax + kScryptOverhead;
                 },
                 [](const Pbkdf2Cost& pbkdf2) { return kRounds.hold(pbkdf2.rounds); }},
      cost);
}

}  // namespace

Result<void> check_slow_key_cost(const SlowKeyCost& cost) {
  if (is_within(cost)) return {};
  return Fail(ErrorKind::kInvalid,
              "the cost of the key is out of bounds: too cheap to be safe, or too dear for here",
              "use argon2id with m=65536, t=3, p=1; scrypt with ln=15, r=8, p=1; or "
              "pbkdf2-sha256 with i=600000");
}

Result<Secret> slow_key(const Secret& passphrase,
                        std::span<const std::uint8_t, kSlowKeySaltBytes> salt,
                        const SlowKeyCost& cost) {
  if (const Result<void> checked = check_slow_key_cost(cost); !checked) {
    return Fail(checked.error());
  }
  Secret key = Secret::of_size(kKeyBytes);
  std::uint8_t* const out = key.mutable_bytes().data();
  const auto password = passphrase.bytes();
  const bool done = std::visit(
      Overloaded{
          [&](const Argon2idCost& argon) {
            return argon2id_hash_raw(argon.passes, argon.memory_kib, argon.lanes, password.data(),
                                     password.size(), salt.data(), salt.size(), out,
                                     kKeyBytes) == ARGON2_OK;
          },
          [&](const ScryptCost& scrypt) {
            return EVP_PBE_scrypt(passphrase.text().data(), password.size(), salt.data(),
                                  salt.size(), 1ULL << scrypt.log2_n, scrypt.r, scrypt.p,
                                  kSlowKeyMemoryMax + 2 * kScryptOverhead, out, kKeyBytes) == 1;
          },
          [&](const Pbkdf2Cost& pbkdf2) {
            return PKCS5_PBKDF2_HMAC(passphrase.text().data(), static_cast<int>(password.size()),
                                     salt.data(), static_cast<int>(salt.size()),
                                     static_cast<int>(pbkdf2.rounds), EVP_sha256(),
                                     static_cast<int>(kKeyBytes), out) == 1;
          }},
      cost);
  ERR_clear_error();
  if (!done) {
    return Fail(ErrorKind::kUnavailable, "there is not enough memory for the key of a code",
                "try again when the machine has less to do");
  }
  return key;
}

}  // namespace berth::crypto
