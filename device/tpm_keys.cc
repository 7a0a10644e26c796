#include "device/tpm_keys.h"

#include "crypto/tpm_public.h"

#include <fmt/format.h>
#include <tss2/tss2_mu.h>

#include <algorithm>
#include <array>

namespace berth::device {
namespace {

constexpr std::array<std::uint8_t, 32> kEndorsementPolicy = {
    0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24,
    0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52, 0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa};
constexpr TPMA_OBJECT kEndorsementAttributes = 0x000300B2;
constexpr TPMA_OBJECT kStorageRootAttributes = 0x00030472;
constexpr std::uint16_t kRsaBits = 2048;

// What both templates have in common: RSA-2048 that protects children with AES-128-CFB.
TPM2B_PUBLIC storage_template(TPMA_OBJECT attributes) {
  TPM2B_PUBLIC made{};
  TPMT_PUBLIC& area = made.publicArea;
  area.type = TPM2_ALG_RSA;
  area.nameAlg = TPM2_ALG_SHA256;
  area.objectAttributes = attributes;
  TPMS_RSA_PARMS& rsa = area.parameters.rsaDetail;
  rsa.symmetric.algorithm = TPM2_ALG_AES;
  rsa.symmetric.keyBits.aes = 128;
  rsa.symmetric.mode.aes = TPM2_ALG_CFB;
  rsa.scheme.scheme = TPM2_ALG_NULL;
  rsa.keyBits = kRsaBits;
  rsa.exponent = 0;                     // 65537
  area.unique.rsa.size = kRsaBits / 8;  // of zeros: the standard templates' entropy
  return made;
}

TPM2B_PUBLIC endorsement_template() {
  TPM2B_PUBLIC made = storage_template(kEndorsementAttributes);
  TPM2B_DIGEST& policy = made.publicArea.authPolicy;
  policy.size = kEndorsementPolicy.size();
  std::copy(kEndorsementPolicy.begin(), kEndorsementPolicy.end(), policy.buffer);
  return made;
}

struct Wanted {
  std::string_view what;
  TPM2_HANDLE handle = 0;
  ESYS_TR hierarchy = ESYS_TR_NONE;
};

Result<TpmHandle> make_primary(TpmContext& context, const Wanted& wanted,
                               const TPM2B_PUBLIC& area) {
  const TPM2B_SENSITIVE_CREATE sensitive{};
  const TPM2B_DATA outside{};
  const TPML_PCR_SELECTION registers{};
  ESYS_TR object = ESYS_TR_NONE;
  std::optional<Error> error =
      tpm_error(Esys_CreatePrimary(context.get(), wanted.hierarchy, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                                   ESYS_TR_NONE, &sensitive, &area, &outside, &registers, &object,
                                   nullptr, nullptr, nullptr, nullptr),
                fmt::format("cannot make the {}", wanted.what));
  if (error) return Fail(*std::move(error));
  return TpmHandle(context, object);
}

Result<base::Bytes> public_bytes(TpmContext& context, ESYS_TR object, std::string_view what) {
  TPM2B_PUBLIC* raw = nullptr;
  std::optional<Error> error =
      tpm_error(Esys_ReadPublic(context.get(), object, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                &raw, nullptr, nullptr),
                fmt::format("cannot read the {}", what));
  const EsysPtr<TPM2B_PUBLIC> area(raw);
  if (error) return Fail(*std::move(error));
  base::Bytes bytes(sizeof(TPM2B_PUBLIC));
  std::size_t size = 0;
  error = tpm_error(Tss2_MU_TPM2B_PUBLIC_Marshal(area.get(), bytes.data(), bytes.size(), &size),
                    fmt::format("cannot write the {}", what));
  if (error) return Fail(*std::move(error));
  bytes.resize(size);
  return bytes;
}

Result<TpmKey> open_or_make(TpmContext& context, const Wanted& wanted, const TPM2B_PUBLIC& area) {
  TpmKey key;
  BERTH_TRY(const std::optional<ESYS_TR> there, context.find(wanted.handle));
  if (there) {
    key.handle = *there;
  } else {
    BERTH_TRY(const TpmHandle made, make_primary(context, wanted, area));
    BERTH_TRY(key.handle, context.keep(made.get(), wanted.handle));
  }
  BERTH_TRY(key.public_bytes, public_bytes(context, key.handle, wanted.what));
  return key;
}

// A key that somebody else has put there may be of another template; the server would refuse it.
Result<TpmKey> checked(TpmKey key, const Result<crypto::TpmPublic>& read, TPM2_HANDLE handle) {
  if (read) return key;
  return Fail(ErrorKind::kInvalid,
              fmt::format("the key at 0x{:08x} cannot be used: {}", handle, read.error().what),
              fmt::format("if nothing needs it, remove it: tpm2_evictcontrol -c 0x{:08x}", handle));
}

}  // namespace

Result<TpmKey> endorsement_key(TpmContext& context) {
  const Wanted wanted = {"endorsement key", kEndorsementHandle, ESYS_TR_RH_ENDORSEMENT};
  BERTH_TRY(TpmKey key, open_or_make(context, wanted, endorsement_template()));
  const Result<crypto::TpmPublic> read = crypto::read_endorsement_key(key.public_bytes);
  return checked(std::move(key), read, kEndorsementHandle);
}

Result<TpmKey> storage_root_key(TpmContext& context) {
  const Wanted wanted = {"storage root key", kStorageRootHandle, ESYS_TR_RH_OWNER};
  BERTH_TRY(TpmKey key, open_or_make(context, wanted, storage_template(kStorageRootAttributes)));
  const Result<crypto::TpmPublic> read = crypto::read_storage_root_key(key.public_bytes);
  return checked(std::move(key), read, kStorageRootHandle);
}

}  // namespace berth::device
