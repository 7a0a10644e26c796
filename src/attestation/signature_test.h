// The bench on which hypotheses about one received signature are tried: knows the signature, counts
// the tests, and walks the keys of enrollments.
//
// Room attestation. Thread rule: one refusal, one thread. Secrets it holds are wiped with it.
#pragma once

#include "attestation/key_cache.h"
#include "provisioning/ports/attestor.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::attestation {

// A key as an enrollment holds it.
struct StoredKey {
  const domain::Enrollment& enrollment;
  domain::KeySlot slot;
  const Secret& key;
};

// When a key was replaced, and how often its slot has been since: 1 for the last one.
struct Retirement {
  TimePoint at;
  std::size_t times = 1;
};
Retirement retirement_of(const domain::SymmetricKeys& keys, std::size_t index);
// "until 2026-01-01T00:00:00Z, and that has been replaced twice since".
std::string to_text(const Retirement& retirement);

// A key as a device of that enrollment is meant to use it.
struct DeviceKey {
  const domain::Enrollment* enrollment = nullptr;
  domain::KeySlot slot = domain::KeySlot::kPrimary;
  Secret key;
};

class SignatureTest {
 public:
  SignatureTest(const domain::MacOverText& mac, KeyCache& keys, std::size_t budget);

  const domain::MacOverText& received() const { return mac_; }

  // Whether the received signature is that of `text` (the text as sent, if not given) under `key`.
  // False, untested, once the budget is spent.
  bool verifies(std::span<const std::uint8_t> key);
  bool verifies(std::span<const std::uint8_t> key, std::string_view text);
  // The same for a signature read in another way than it was sent.
  bool verifies_as(std::span<const std::uint8_t> mac, std::span<const std::uint8_t> key);
  // Derives from a group key first.
  bool verifies_derived(std::span<const std::uint8_t> group_key, std::string_view id);

  bool spent() const { return budget_ == 0; }

  // Calls `visit` with every symmetric key of the enrollments until it says true; whether it did.
  using Visit = std::function<bool(const StoredKey&)>;
  bool any_key(std::span<const domain::Enrollment> enrollments, const Visit& visit);
  // The same for keys that have been replaced.
  using VisitRetired = std::function<bool(const StoredKey&, const Retirement&)>;
  bool any_retired(std::span<const domain::Enrollment> enrollments, const VisitRetired& visit);
  // Keys as a device with that id should use them; at most `count_max`.
  std::vector<DeviceKey> device_keys(std::span<const domain::Enrollment> enrollments,
                                     std::string_view id, std::size_t count_max);

 private:
  const domain::MacOverText& mac_;
  KeyCache& keys_;
  std::size_t budget_;
};

}  // namespace berth::attestation
