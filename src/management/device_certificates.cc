#include "management/device_certificates.h"

#include "management/fingerprints.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace berth::management {
namespace {

using domain::Device;
using domain::DeviceEdit;
using domain::PinnedCertificate;

// Nobody has shown the certificate yet: it is good as long as it says itself. 9999-12-31T23:59:59Z.
constexpr std::int64_t kEndOfTimeSeconds = 253'402'300'799;

PinnedCertificate pinned(base::Bytes sha256) {
  PinnedCertificate certificate;
  certificate.sha256 = std::move(sha256);
  certificate.not_before = base::from_unix_seconds(0);
  certificate.not_after = base::from_unix_seconds(kEndOfTimeSeconds);
  return certificate;
}

std::string text_of(const std::optional<PinnedCertificate>& certificate) {
  return certificate ? "sha256:" + base::hex_encode(certificate->sha256) : std::string();
}

void retire(const Call& call, Device& device, const std::optional<PinnedCertificate>& gone) {
  if (!gone) return;
  auto& retired = device.retired_certificates;
  retired.insert(retired.begin(), {gone->sha256, call.ports.clock.wall()});
  if (retired.size() > domain::kRetiredKeysMax) retired.resize(domain::kRetiredKeysMax);
}

// One of both, by the name that it has in the API.
struct Slot {
  std::string_view member;
  std::optional<PinnedCertificate>& present;
  const std::optional<std::string>& given;
};

Result<void> edit_slot(const Call& call, Device& device, Slot slot, Differences& changed) {
  if (!slot.given) return {};
  std::optional<PinnedCertificate> wanted;
  if (!slot.given->empty()) {
    BERTH_TRY(base::Bytes sha256, read_fingerprint(slot.member, *slot.given));
    if (slot.present && slot.present->sha256 == sha256) return {};
    wanted = pinned(std::move(sha256));
  }
  if (!wanted && !slot.present) return {};
  changed.note(slot.member, text_of(slot.present), text_of(wanted));
  retire(call, device, slot.present);
  slot.present = std::move(wanted);
  return {};
}

void drop_pinned(const Call& call, Device& device, Differences& changed) {
  for (std::optional<PinnedCertificate>* each :
       {&device.certificate, &device.secondary_certificate}) {
    if (!*each) continue;
    const std::string_view member =
        each == &device.certificate ? "primaryThumbprint" : "secondaryThumbprint";
    changed.note(member, text_of(*each), "");
    retire(call, device, *each);
    each->reset();
  }
}

bool names_thumbprint(const DeviceEdit& edit) {
  return !edit.primary_thumbprint.value_or("").empty() ||
         !edit.secondary_thumbprint.value_or("").empty();
}

Result<void> check_together(const Device& device, const DeviceEdit& edit) {
  const auto both = [&](std::string_view one, std::string_view other) {
    return Fail(
        ErrorKind::kInvalid,
        fmt::format("{} and {} are both given for device '{}'", one, other, device.id.text()),
        "a device proves itself in one way: keys, thumbprints, or a CA of its scope");
  };
  const bool keys = edit.primary_key || edit.secondary_key;
  const bool ca_signed = edit.ca_signed.value_or(false);
  if (keys && names_thumbprint(edit)) return both("keys", "thumbprints");
  if (keys && ca_signed) return both("keys", "caSigned");
  if (ca_signed && names_thumbprint(edit)) return both("caSigned", "thumbprints");
  const bool wants = ca_signed || names_thumbprint(edit);
  if (wants && (device.password || device.group)) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("device '{}' is a member of a group that issues its credential",
                            device.id.text()),
                "leave the certificates out; it gets its credential by registering");
  }
  return {};
}

}  // namespace

bool wants_certificates(const DeviceEdit& edit) {
  return edit.ca_signed.value_or(false) || names_thumbprint(edit);
}

Result<void> edit_device_certificates(const Call& call, Device& device, const DeviceEdit& edit,
                                      Differences& changed) {
  Result<void> done = check_together(device, edit);
  if (!done) return done;
  done = edit_slot(call, device, {"primaryThumbprint", device.certificate, edit.primary_thumbprint},
                   changed);
  if (!done) return done;
  done = edit_slot(call, device,
                   {"secondaryThumbprint", device.secondary_certificate, edit.secondary_thumbprint},
                   changed);
  if (!done) return done;
  if (edit.ca_signed.value_or(false)) drop_pinned(call, device, changed);
  const bool ca_signed = edit.ca_signed.value_or(device.ca_signed && !names_thumbprint(edit));
  changed.set("caSigned", device.ca_signed, ca_signed);
  if (wants_certificates(edit) && device.keys) {
    changed.note("keys", "two", "none");
    device.keys.reset();
  }
  const bool had = edit.primary_thumbprint || edit.secondary_thumbprint || edit.ca_signed;
  const bool has = device.certificate || device.secondary_certificate || device.ca_signed ||
                   device.keys || device.password || edit.primary_key || edit.secondary_key;
  if (!had || has || device.version == 0) return {};
  return Fail(
      ErrorKind::kInvalid,
      fmt::format("device '{}' would have nothing left to prove itself with", device.id.text()),
      "give it another thumbprint, or keys; or switch it off with status disabled");
}

}  // namespace berth::management
