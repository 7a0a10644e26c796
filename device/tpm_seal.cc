#include "berth/device/tpm_seal.h"

#include "base/codec.h"
#include "device/tpm_keys.h"

#include <openssl/crypto.h>
#include <tss2/tss2_mu.h>

#include <algorithm>
#include <optional>

namespace berth::device {
namespace {

constexpr std::string_view kHead = "berth-tpm-sealed 1\n";
constexpr std::size_t kTextMax = 4'096;

auto foreign() {
  return Fail(ErrorKind::kInvalid, "this is no secret sealed by a TPM, or it is damaged",
              "name the file that it was sealed into");
}

// With the storage root key, so that the secret does not cross the TPM's bus in the clear.
Result<TpmHandle> begin_session(TpmContext& context, ESYS_TR root, TPMA_SESSION attributes) {
  TPMT_SYM_DEF symmetric{};
  symmetric.algorithm = TPM2_ALG_AES;
  symmetric.keyBits.aes = 128;
  symmetric.mode.aes = TPM2_ALG_CFB;
  ESYS_TR raw = ESYS_TR_NONE;
  std::optional<Error> error = tpm_error(
      Esys_StartAuthSession(context.get(), root, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                            ESYS_TR_NONE, nullptr, TPM2_SE_HMAC, &symmetric, TPM2_ALG_SHA256, &raw),
      "cannot begin a session with the TPM");
  if (error) return Fail(*std::move(error));
  TpmHandle session(context, raw);
  const TPMA_SESSION wanted = attributes | TPMA_SESSION_CONTINUESESSION;
  error = tpm_error(Esys_TRSess_SetAttributes(context.get(), session.get(), wanted, 0xff),
                    "cannot begin a session with the TPM");
  if (error) return Fail(*std::move(error));
  return session;
}

TPM2B_PUBLIC sealed_template() {
  TPM2B_PUBLIC made{};
  TPMT_PUBLIC& area = made.publicArea;
  area.type = TPM2_ALG_KEYEDHASH;
  area.nameAlg = TPM2_ALG_SHA256;
  area.objectAttributes =
      TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA;
  area.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
  return made;
}

struct Sealed {
  TPM2B_PUBLIC area{};
  TPM2B_PRIVATE key{};
};

Result<std::string> write_sealed(const Sealed& sealed) {
  base::Bytes area(sizeof(TPM2B_PUBLIC));
  base::Bytes key(sizeof(TPM2B_PRIVATE));
  std::size_t area_size = 0;
  std::size_t key_size = 0;
  const TSS2_RC written =
      Tss2_MU_TPM2B_PUBLIC_Marshal(&sealed.area, area.data(), area.size(), &area_size) |
      Tss2_MU_TPM2B_PRIVATE_Marshal(&sealed.key, key.data(), key.size(), &key_size);
  if (std::optional<Error> error = tpm_error(written, "cannot write the sealed secret")) {
    return Fail(*std::move(error));
  }
  area.resize(area_size);
  key.resize(key_size);
  return std::string(kHead) + base::base64_encode(area) + "\n" + base::base64_encode(key) + "\n";
}

Result<Sealed> read_sealed(std::string_view text) {
  if (text.size() > kTextMax || !text.starts_with(kHead)) return foreign();
  text.remove_prefix(kHead.size());
  while (text.ends_with('\n')) text.remove_suffix(1);
  const std::size_t line = text.find('\n');
  if (line == text.npos) return foreign();
  const auto area = base::base64_decode(text.substr(0, line));
  const auto key = base::base64_decode(text.substr(line + 1));
  if (!area || !key) return foreign();
  Sealed sealed;
  std::size_t area_at = 0;
  std::size_t key_at = 0;
  const bool read = Tss2_MU_TPM2B_PUBLIC_Unmarshal(area->data(), area->size(), &area_at,
                                                   &sealed.area) == TSS2_RC_SUCCESS &&
                    Tss2_MU_TPM2B_PRIVATE_Unmarshal(key->data(), key->size(), &key_at,
                                                    &sealed.key) == TSS2_RC_SUCCESS;
  if (!read || area_at != area->size() || key_at != key->size()) return foreign();
  // The library overlooks some sizes: only what would be written so is read.
  BERTH_TRY(const std::string again, write_sealed(sealed));
  if (again.substr(kHead.size(), again.size() - kHead.size() - 1) != text) return foreign();
  return sealed;
}

}  // namespace

Result<std::string> tpm_seal(const std::string& tcti, const Secret& secret) {
  if (secret.empty() || secret.size() > kSealedBytesMax) {
    return Fail(ErrorKind::kInvalid,
                "a TPM seals 1 to " + std::to_string(kSealedBytesMax) + " bytes, not " +
                    std::to_string(secret.size()),
                "");
  }
  BERTH_TRY(TpmContext context, TpmContext::open(tcti));
  BERTH_TRY(const TpmKey root, storage_root_key(context));
  BERTH_TRY(const TpmHandle session, begin_session(context, root.handle, TPMA_SESSION_DECRYPT));
  TPM2B_SENSITIVE_CREATE sensitive{};
  TPM2B_SENSITIVE_DATA& data = sensitive.sensitive.data;
  data.size = static_cast<UINT16>(secret.size());
  std::ranges::copy(secret.bytes(), data.buffer);
  const TPM2B_PUBLIC area = sealed_template();
  const TPM2B_DATA outside{};
  const TPML_PCR_SELECTION registers{};
  TPM2B_PRIVATE* raw_key = nullptr;
  TPM2B_PUBLIC* raw_area = nullptr;
  const TSS2_RC code =
      Esys_Create(context.get(), root.handle, session.get(), ESYS_TR_NONE, ESYS_TR_NONE, &sensitive,
                  &area, &outside, &registers, &raw_key, &raw_area, nullptr, nullptr, nullptr);
  OPENSSL_cleanse(&sensitive, sizeof(sensitive));
  const EsysPtr<TPM2B_PRIVATE> key(raw_key);
  const EsysPtr<TPM2B_PUBLIC> made(raw_area);
  if (std::optional<Error> error = tpm_error(code, "the TPM cannot seal the secret")) {
    return Fail(*std::move(error));
  }
  return write_sealed({*made, *key});
}

Result<Secret> tpm_unseal(const std::string& tcti, std::string_view sealed) {
  BERTH_TRY(const Sealed read, read_sealed(sealed));
  BERTH_TRY(TpmContext context, TpmContext::open(tcti));
  BERTH_TRY(const TpmKey root, storage_root_key(context));
  BERTH_TRY(const TpmHandle session, begin_session(context, root.handle, TPMA_SESSION_ENCRYPT));
  ESYS_TR raw = ESYS_TR_NONE;
  const TSS2_RC loaded = Esys_Load(context.get(), root.handle, session.get(), ESYS_TR_NONE,
                                   ESYS_TR_NONE, &read.key, &read.area, &raw);
  if (std::optional<Error> error = tpm_error(loaded, "the TPM cannot open the sealed secret")) {
    if (error->kind == ErrorKind::kOffline) return Fail(*std::move(error));
    return Fail(ErrorKind::kUnauthenticated, error->what,
                "it opens only with the TPM that sealed it, until that is cleared");
  }
  const TpmHandle object(context, raw);
  TPM2B_SENSITIVE_DATA* data = nullptr;
  std::optional<Error> error = tpm_error(
      Esys_Unseal(context.get(), object.get(), session.get(), ESYS_TR_NONE, ESYS_TR_NONE, &data),
      "the TPM does not give the sealed secret back");
  const EsysPtr<TPM2B_SENSITIVE_DATA> owned(data);
  if (error) return Fail(*std::move(error));
  Secret secret(std::span<const std::uint8_t>(data->buffer, data->size));
  OPENSSL_cleanse(data, sizeof(*data));
  return secret;
}

}  // namespace berth::device
