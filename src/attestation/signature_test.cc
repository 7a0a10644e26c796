#include "attestation/signature_test.h"

#include "crypto/device_key.h"
#include "crypto/hmac.h"

#include <fmt/format.h>

#include <utility>

namespace berth::attestation {

using domain::KeySlot;

Retirement retirement_of(const domain::SymmetricKeys& keys, std::size_t index) {
  // Newest first, so those of the same slot up to here are the replacements since.
  Retirement retirement{keys.retired[index].retired_at, 0};
  for (std::size_t i = 0; i <= index; ++i) {
    if (keys.retired[i].slot == keys.retired[index].slot) ++retirement.times;
  }
  return retirement;
}

std::string to_text(const Retirement& retirement) {
  const std::string times = retirement.times == 1   ? "once"
                            : retirement.times == 2 ? "twice"
                                                    : fmt::format("{} times", retirement.times);
  return fmt::format("until {}, and that has been replaced {} since",
                     base::format_utc(retirement.at, 0), times);
}

SignatureTest::SignatureTest(const domain::MacOverText& mac, KeyCache& keys, std::size_t budget)
    : mac_(mac), keys_(keys), budget_(budget) {}

bool SignatureTest::verifies(std::span<const std::uint8_t> key) {
  return verifies(key, mac_.signed_text);
}

bool SignatureTest::verifies(std::span<const std::uint8_t> key, std::string_view text) {
  if (budget_ == 0) return false;
  --budget_;
  return crypto::verify_hmac_sha256(key, text, mac_.mac);
}

bool SignatureTest::verifies_as(std::span<const std::uint8_t> mac,
                                std::span<const std::uint8_t> key) {
  if (budget_ == 0) return false;
  --budget_;
  return crypto::verify_hmac_sha256(key, mac_.signed_text, mac);
}

bool SignatureTest::verifies_derived(std::span<const std::uint8_t> group_key, std::string_view id) {
  if (budget_ == 0) return false;
  return verifies(crypto::derive_device_key(group_key, id).bytes());
}

bool SignatureTest::any_key(std::span<const domain::Enrollment> enrollments, const Visit& visit) {
  for (const domain::Enrollment& enrollment : enrollments) {
    const auto* keys = std::get_if<domain::SymmetricKeys>(&enrollment.attestation);
    if (keys == nullptr || spent()) continue;
    Result<const OpenedKeys*> opened = keys_.open(enrollment, *keys);
    if (!opened) continue;  // attest has logged it
    for (const KeySlot slot : {KeySlot::kPrimary, KeySlot::kSecondary}) {
      if (visit({enrollment, slot, (*opened)->of(slot)})) return true;
    }
  }
  return false;
}

bool SignatureTest::any_retired(std::span<const domain::Enrollment> enrollments,
                                const VisitRetired& visit) {
  for (const domain::Enrollment& enrollment : enrollments) {
    const auto* keys = std::get_if<domain::SymmetricKeys>(&enrollment.attestation);
    if (keys == nullptr || spent()) continue;
    for (std::size_t i = 0; i < keys->retired.size(); ++i) {
      Result<Secret> opened = keys_.open_retired(enrollment, keys->retired[i]);
      if (!opened) continue;
      const StoredKey stored{enrollment, keys->retired[i].slot, *opened};
      if (visit(stored, retirement_of(*keys, i))) return true;
    }
  }
  return false;
}

std::vector<DeviceKey> SignatureTest::device_keys(std::span<const domain::Enrollment> enrollments,
                                                  std::string_view id, std::size_t count_max) {
  std::vector<DeviceKey> keys;
  any_key(enrollments, [&](const StoredKey& stored) {
    const bool group = stored.enrollment.kind == domain::EnrollmentKind::kGroup;
    keys.push_back(
        {&stored.enrollment, stored.slot,
         group ? crypto::derive_device_key(stored.key.bytes(), id) : stored.key.clone()});
    return keys.size() >= count_max;
  });
  return keys;
}

}  // namespace berth::attestation
