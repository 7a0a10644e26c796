#include "management/tpm_keys.h"

#include <fmt/format.h>

#include <utility>

namespace berth::management {
namespace {

using domain::TpmKeys;

Result<base::Bytes> named(std::string_view member, Result<base::Bytes> read) {
  if (read) return read;
  Error error = std::move(read).error();
  error.what = fmt::format("{}: {}", member, error.what);
  return Fail(std::move(error));
}

}  // namespace

Result<void> edit_tpm_keys(const Call& call, domain::Enrollment& enrollment,
                           const domain::EnrollmentEdit& edit, Differences& changed) {
  auto& keys = std::get<TpmKeys>(enrollment.attestation);
  const Certificates& reader = call.ports.certificates;
  if (edit.tpm && edit.tpm->endorsement_key) {
    BERTH_TRY(base::Bytes key,
              named("endorsementKey", reader.read_endorsement_key(*edit.tpm->endorsement_key)));
    if (key != keys.endorsement_key) {
      changed.note("endorsementKey");
      keys.endorsement_key = std::move(key);
      keys.storage_root_key.clear();
    }
  }
  if (edit.tpm && edit.tpm->storage_root_key) {
    base::Bytes key;
    if (!edit.tpm->storage_root_key->empty()) {
      BERTH_TRY(key,
                named("storageRootKey", reader.read_storage_root_key(*edit.tpm->storage_root_key)));
    }
    if (key != keys.storage_root_key) changed.note("storageRootKey");
    keys.storage_root_key = std::move(key);
  }
  if (!keys.endorsement_key.empty()) return {};
  return Fail(ErrorKind::kInvalid, "endorsementKey is missing",
              "give the endorsement key of the device's TPM, as `berth tpm` shows it");
}

}  // namespace berth::management
