#include "attestation/connection_hypotheses.h"
#include "base/nearest.h"
#include "crypto/device_key.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace berth::attestation {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::Device;
using domain::EnrollmentKind;
using domain::KeySlot;

// Ids that differ by no more than this are taken for slips of the same one.
constexpr std::size_t kNearEditsMax = 2;
constexpr std::string_view kRegisterAgain = "let it register again: it gets its present keys";

bool is_group(const domain::Enrollment& enrollment) {
  return enrollment.kind == EnrollmentKind::kGroup;
}

bool verifies_as_device(ConnectionBench& bench, const StoredKey& stored) {
  const std::string& id = bench.registration_id;
  if (!is_group(stored.enrollment)) return bench.test.verifies(stored.key.bytes());
  return bench.test.verifies_derived(stored.key.bytes(), id) ||
         bench.test.verifies_derived(stored.key.bytes(), base::ascii_lower(id));
}

// An individual enrollment of another id is not this device's.
bool may_own(const ConnectionBench& bench, const domain::Enrollment& enrollment) {
  return is_group(enrollment) ||
         base::equals_ignoring_case(enrollment.id.text(), bench.registration_id);
}

std::string new_keys(const ConnectionBench& bench, const domain::Enrollment& enrollment) {
  return is_group(enrollment) ? mend::derive_key(enrollment, bench.registration_id)
                              : mend::show(enrollment) + " --show-keys";
}

// The generation of the owner's keys that the device's key is of, if it is one of those replaced.
struct Generation {
  domain::Enrollment enrollment;
  KeySlot slot = KeySlot::kPrimary;
  Retirement retirement;
};

std::optional<Generation> owners_generation(ConnectionBench& bench) {
  std::optional<Generation> found;
  const auto visit = [&](const StoredKey& stored, const Retirement& retirement) {
    if (!may_own(bench, stored.enrollment) || !verifies_as_device(bench, stored)) return false;
    found = Generation{stored.enrollment, stored.slot, retirement};
    return true;
  };
  if (!bench.test.any_retired(bench.input.candidates, visit)) {
    bench.test.any_retired(bench.input.same_scope, visit);
  }
  return found;
}

std::string generation_text(const Generation& generation) {
  return fmt::format(
      "{} the {} key that {} had {}", is_group(generation.enrollment) ? "derived from" : "it is",
      to_string(generation.slot), name_of(generation.enrollment), to_text(generation.retirement));
}

// A device whose owner's other key is the present one gets in with that and is given the new keys.
constexpr std::string_view kIfTheOtherIsGood =
    "If its other key is still the present one, it may register again with that; else it needs "
    "new keys";

Secret with_suffix(std::span<const std::uint8_t> key, std::string_view suffix) {
  Secret longer = Secret::of_size(key.size() + suffix.size());
  const auto bytes = longer.mutable_bytes();
  std::copy(key.begin(), key.end(), bytes.begin());
  std::copy(suffix.begin(), suffix.end(), bytes.begin() + static_cast<std::ptrdiff_t>(key.size()));
  return longer;
}

bool blank_behind(SignatureTest& test, const Secret& key) {
  constexpr std::array<std::string_view, 4> kBlanks = {"\n", "\r\n", " ", "\t"};
  const Secret text = base::base64_encode_secret(key.bytes());
  return std::any_of(kBlanks.begin(), kBlanks.end(), [&](std::string_view blank) {
    return test.verifies(with_suffix(key.bytes(), blank).bytes()) ||
           test.verifies(with_suffix(text.bytes(), blank).bytes());
  });
}

std::string mend_for(const ConnectionBench& bench) {
  return bench.input.device == nullptr ? std::string("give the device its connection string")
                                       : mend::connection_string(*bench.input.device);
}

domain::Finding at_other_hub(const ConnectionBench& bench, const Device& other) {
  std::string host = other.hub.text();
  for (const domain::Hub& each : bench.input.hubs) {
    if (each.name == other.hub) host = each.host;
  }
  const std::string& sent = bench.input.claim.host;
  if (bench.input.hub == nullptr && base::edit_distance(host, sent) <= kNearEditsMax) {
    return {Cause::kHostSpelling, true,
            fmt::format("Its key is that of {}, whose host is '{}'; the device has '{}'.",
                        name_of(bench, other), host, base::printable(sent, 64)),
            fmt::format("set the device's host to '{}'", host)};
  }
  return {
      Cause::kDeviceAtOtherHub, true,
      fmt::format("Its key is that of {}: it connects to the wrong hub.", name_of(bench, other)),
      fmt::format("connect the device to '{}', or {}", host, kRegisterAgain)};
}

}  // namespace

std::vector<DeviceKey> keys_of(provisioning::Vault& vault, const Device& device) {
  std::vector<DeviceKey> keys;
  if (!device.keys) return keys;
  const std::string context = device_key_context(device.hub, device.id);
  for (const KeySlot slot : {KeySlot::kPrimary, KeySlot::kSecondary}) {
    Result<Secret> key = vault.open(
        slot == KeySlot::kPrimary ? device.keys->primary : device.keys->secondary, context);
    if (key) keys.push_back({nullptr, slot, *std::move(key)});
  }
  return keys;
}

std::vector<DeviceKey> own_keys(ConnectionBench& bench) {
  if (bench.input.device == nullptr) return {};
  return keys_of(bench.tools.vault, *bench.input.device);
}

const DeviceKey* verifying(SignatureTest& test, const std::vector<DeviceKey>& keys) {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const DeviceKey& each) {
    return test.verifies(each.key.bytes());
  });
  return found == keys.end() ? nullptr : &*found;
}

std::string name_of(const ConnectionBench& bench, const Device& other) {
  const Device* own = bench.input.device;
  if (own != nullptr && own->scope != other.scope) return "a device of another scope";
  return fmt::format("device '{}' of hub '{}'", other.id.text(), other.hub.text());
}

Findings key_replaced_at_hub(ConnectionBench& bench) {
  const Device* device = bench.input.device;
  if (device == nullptr || !device->keys) return {};
  const domain::SymmetricKeys& keys = *device->keys;
  const std::string context = device_key_context(device->hub, device->id);
  for (std::size_t i = 0; i < keys.retired.size(); ++i) {
    const Result<Secret> key = bench.tools.vault.open(keys.retired[i].key, context);
    if (!key || !bench.test.verifies(key->bytes())) continue;
    const std::string text = fmt::format("The device uses the {} key that it had at hub '{}' {}",
                                         to_string(keys.retired[i].slot), device->hub.text(),
                                         to_text(retirement_of(keys, i)));
    const std::optional<Generation> generation = owners_generation(bench);
    if (generation) {
      return {{Cause::kRetiredKey, true,
               fmt::format("{}; {}. {}.", text, generation_text(*generation), kIfTheOtherIsGood),
               new_keys(bench, generation->enrollment)}};
    }
    return {{Cause::kRetiredKey, true,
             fmt::format("{}. Give it its new connection string, or {}.", text, kRegisterAgain),
             mend_for(bench)}};
  }
  return {};
}

Findings key_replaced_at_owner(ConnectionBench& bench) {
  const std::optional<Generation> generation = owners_generation(bench);
  if (!generation) return {};
  return {{Cause::kRetiredKey, true,
           fmt::format("The device's key is an old one: {}. {}.", generation_text(*generation),
                       kIfTheOtherIsGood),
           new_keys(bench, generation->enrollment)}};
}

Findings key_not_issued_yet(ConnectionBench& bench) {
  Findings findings;
  const auto visit = [&](const StoredKey& stored) {
    if (!may_own(bench, stored.enrollment) || !verifies_as_device(bench, stored)) return false;
    findings.push_back(
        {Cause::kKeyNotIssuedYet, true,
         fmt::format("The device's key is right by the present {} key of {}, but its identity at "
                     "the hub holds other keys: it has not registered since they changed.",
                     to_string(stored.slot), name_of(stored.enrollment)),
         std::string(kRegisterAgain)});
    return true;
  };
  if (!bench.test.any_key(bench.input.candidates, visit)) {
    bench.test.any_key(bench.input.same_scope, visit);
  }
  return findings;
}

Findings owner_key_underived(ConnectionBench& bench) {
  Findings findings;
  const auto visit = [&](const StoredKey& stored) {
    if (!is_group(stored.enrollment)) return false;
    const bool raw = bench.test.verifies(stored.key.bytes());
    const Secret text = base::base64_encode_secret(stored.key.bytes());
    if (!raw && !bench.test.verifies(text.bytes())) return false;
    findings.push_back(
        {Cause::kGroupKeyUnderived, true,
         fmt::format("The device signs with the {} key of {} itself{}; it has to sign with the key "
                     "derived from it for its own id.",
                     to_string(stored.slot), name_of(stored.enrollment),
                     raw ? "" : ", not decoded from base64"),
         mend::derive_key(stored.enrollment, bench.registration_id)});
    return true;
  };
  if (!bench.test.any_key(bench.input.candidates, visit)) {
    bench.test.any_key(bench.input.same_scope, visit);
  }
  return findings;
}

Findings own_key_mistaken(ConnectionBench& bench) {
  const std::vector<DeviceKey> keys = own_keys(bench);
  for (const DeviceKey& each : keys) {
    const Secret text = base::base64_encode_secret(each.key.bytes());
    if (bench.test.verifies(text.bytes())) {
      return {{Cause::kKeyTextNotDecoded, true,
               fmt::format("The base64 text of the device's {} key was used as the key; it has to "
                           "be decoded first (once).",
                           to_string(each.slot)),
               "decode the key in the device before signing"}};
    }
    if (blank_behind(bench.test, each.key)) {
      return {{Cause::kKeyHasWhitespace, true,
               fmt::format("A blank or line break behind the device's {} key was used with it.",
                           to_string(each.slot)),
               "remove white space around the key in the device's configuration"}};
    }
  }
  return {};
}

Findings key_for_other_spelling(ConnectionBench& bench) {
  std::set<std::string> ids = {bench.input.claim.registration_id,
                               base::ascii_upper(bench.registration_id), bench.mac.audience,
                               bench.mac.raw_audience};
  ids.erase(bench.registration_id);
  ids.erase(base::ascii_lower(bench.registration_id));
  Findings findings;
  bench.test.any_key(bench.input.candidates, [&](const StoredKey& stored) {
    if (!is_group(stored.enrollment)) return false;
    const auto id = std::find_if(ids.begin(), ids.end(), [&](const std::string& each) {
      return bench.test.verifies_derived(stored.key.bytes(), each);
    });
    if (id == ids.end()) return false;
    const bool spelling = base::equals_ignoring_case(*id, bench.registration_id);
    findings.push_back({spelling ? Cause::kWrongCaseId : Cause::kDerivedForOtherId, true,
                        fmt::format("The device's key was derived from the {} key of {} for '{}', "
                                    "but the device registered as '{}'.",
                                    to_string(stored.slot), name_of(stored.enrollment),
                                    base::printable(*id), bench.registration_id),
                        mend::derive_key(stored.enrollment, bench.registration_id)});
    return true;
  });
  return findings;
}

Findings key_of_other_device(ConnectionBench& bench) {
  for (const Device& other : bench.input.same_id) {
    if (verifying(bench.test, keys_of(bench.tools.vault, other)) != nullptr) {
      return {at_other_hub(bench, other)};
    }
  }
  for (const Device& other : bench.input.same_hub) {
    const std::vector<DeviceKey> keys = keys_of(bench.tools.vault, other);
    const DeviceKey* key = verifying(bench.test, keys);
    if (key == nullptr) continue;
    return {{Cause::kKeyOfOtherDevice, true,
             fmt::format("The device uses the {} key of {}.", to_string(key->slot),
                         name_of(bench, other)),
             mend_for(bench)}};
  }
  return {};
}

Findings own_texts(ConnectionBench& bench) {
  const std::vector<DeviceKey> keys = own_keys(bench);
  Findings findings = resource_signed_otherwise(bench.test, keys);
  return findings.empty() ? expiry_not_signed(bench.test, keys) : findings;
}

Findings key_of_known_device(ConnectionBench& bench) {
  for (const Device& other : bench.input.same_id) {
    if (verifying(bench.test, keys_of(bench.tools.vault, other)) != nullptr) {
      return {at_other_hub(bench, other)};
    }
  }
  const std::string& sent = bench.input.claim.registration_id;
  for (const Device& other : bench.input.same_hub) {
    if (verifying(bench.test, keys_of(bench.tools.vault, other)) == nullptr) continue;
    const bool slip = base::edit_distance(other.id.text(), sent) <= kNearEditsMax;
    return {{slip ? Cause::kIdSpelling : Cause::kKeyOfOtherDevice, true,
             fmt::format("The key is that of {}; the device calls itself '{}'.",
                         name_of(bench, other), base::printable(sent)),
             fmt::format("set the device id in the device to '{}'", other.id.text())}};
  }
  return {};
}

}  // namespace berth::attestation
