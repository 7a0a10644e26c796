#include "factory/riot_identity.h"

#include "crypto/hmac.h"
#include "factory/riot_digest.h"

#include <algorithm>
#include <string>

namespace berth::factory {
namespace {

Secret joined(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  Secret both = Secret::of_size(a.size() + b.size());
  std::ranges::copy(b, std::ranges::copy(a, both.mutable_bytes().begin()).out);
  return both;
}

Secret sha256_secret(std::span<const std::uint8_t> text) {
  crypto::Sha256 digest = crypto::sha256(text);
  Secret kept(digest);
  volatile std::uint8_t* bytes = digest.data();  // so that the copy on the stack is really wiped
  for (std::size_t i = 0; i < digest.size(); ++i) bytes[i] = 0;
  return kept;
}

Result<void> check_part(std::span<const std::uint8_t> part, const char* name) {
  if (part.size() >= kMeasuredBytesMin) return {};
  return Fail(ErrorKind::kInvalid,
              std::string("the measured part ") + name + " has " + std::to_string(part.size()) +
                  " bytes; fewer than " + std::to_string(kMeasuredBytesMin) + " identify nothing",
              "give the image and the map of the same build");
}

}  // namespace

Result<RiotKey> riot_key(const Secret& seed, std::string_view label) {
  // Counter and length are little-endian, and the number is read so, too.
  std::string text("\x01\x00\x00\x00", 4);
  text.append(label).append("\x00\x00\x01\x00\x00", 5);
  RiotKey key;
  key.scalar = crypto::hmac_sha256_secret(seed.bytes(), text);
  std::ranges::reverse(key.scalar.mutable_bytes());
  BERTH_TRY(key.point, p256_point(key.scalar));
  return key;
}

Result<RiotIdentity> derive_riot_identity(const Secret& uds, const MeasuredCode& code) {
  if (uds.size() != kUdsBytes) {
    return Fail(ErrorKind::kInvalid,
                "the unique device secret has " + std::to_string(uds.size()) + " bytes, not " +
                    std::to_string(kUdsBytes),
                "give all 64 hexadecimal digits of it");
  }
  if (auto well = check_part(code.core, "riot_core"); !well) return Fail(well.error());
  if (auto well = check_part(code.firmware, "riot_fw"); !well) return Fail(well.error());
  RiotIdentity identity;
  const Secret core = riot_digest(code.core);
  const Secret device = riot_digest(uds.bytes());
  identity.cdi = riot_digest(joined(device.bytes(), core.bytes()).bytes());
  const Secret seed = sha256_secret(identity.cdi.bytes());
  BERTH_TRY(identity.device_id, riot_key(seed, "Identity"));
  identity.fwid = crypto::sha256(code.firmware);
  const Secret alias_seed = sha256_secret(joined(seed.bytes(), identity.fwid).bytes());
  BERTH_TRY(identity.alias, riot_key(alias_seed, "Alias"));
  return identity;
}

}  // namespace berth::factory
