#include "device/tpm_blob.h"

#include <tss2/tss2_mu.h>

#include <string>
#include <string_view>

namespace berth::device {
namespace {

auto invalid(std::string_view why) {
  return Fail(ErrorKind::kInvalid,
              "what the server sent cannot be opened by a TPM: " + std::string(why));
}

// Not with fixedTPM or fixedParent, which an imported key cannot have, and nothing beyond signing.
constexpr TPMA_OBJECT kWanted = TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_USERWITHAUTH;

bool is_hmac_key(const TPMT_PUBLIC& area) {
  const TPMT_KEYEDHASH_SCHEME& scheme = area.parameters.keyedHashDetail.scheme;
  return area.type == TPM2_ALG_KEYEDHASH && area.nameAlg == TPM2_ALG_SHA256 &&
         area.objectAttributes == kWanted && area.authPolicy.size == 0 &&
         scheme.scheme == TPM2_ALG_HMAC && scheme.details.hmac.hashAlg == TPM2_ALG_SHA256;
}

}  // namespace

Result<ActivationBlob> read_activation_blob(std::span<const std::uint8_t> bytes) {
  if (bytes.size() > kActivationBlobMax) return invalid("it is longer than any activation blob");
  ActivationBlob blob;
  const std::uint8_t* const data = bytes.data();
  std::size_t at = 0;
  std::size_t size = bytes.size();
  UINT16 text_size = 0;
  const bool whole =
      Tss2_MU_TPM2B_ID_OBJECT_Unmarshal(data, size, &at, &blob.credential) == TSS2_RC_SUCCESS &&
      Tss2_MU_TPM2B_ENCRYPTED_SECRET_Unmarshal(data, size, &at, &blob.credential_secret) ==
          TSS2_RC_SUCCESS &&
      Tss2_MU_TPM2B_PRIVATE_Unmarshal(data, size, &at, &blob.key) == TSS2_RC_SUCCESS &&
      Tss2_MU_TPM2B_ENCRYPTED_SECRET_Unmarshal(data, size, &at, &blob.key_secret) ==
          TSS2_RC_SUCCESS &&
      Tss2_MU_TPM2B_PUBLIC_Unmarshal(data, size, &at, &blob.key_public) == TSS2_RC_SUCCESS &&
      Tss2_MU_UINT16_Unmarshal(data, size, &at, &text_size) == TSS2_RC_SUCCESS;
  if (!whole) return invalid("a structure is cut off or none of TPM 2.0");
  if (size - at != text_size) return invalid("its end is not where it says");
  if (!is_hmac_key(blob.key_public.publicArea)) {
    return invalid("the key in it is not one for HMAC-SHA-256");
  }
  return blob;
}

}  // namespace berth::device
