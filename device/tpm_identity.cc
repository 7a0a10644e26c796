#include "berth/device/tpm_identity.h"

#include "base/check.h"
#include "crypto/tpm_public.h"
#include "device/tpm_blob.h"
#include "device/tpm_context.h"
#include "device/tpm_keys.h"

#include <algorithm>
#include <utility>

namespace berth::device {
namespace {

constexpr std::size_t kInnerKeyBytes = 16;
constexpr std::size_t kChunk = TPM2_MAX_DIGEST_BUFFER;  // that every TPM takes at once

// `bytes` has at most kChunk.
TPM2B_MAX_BUFFER buffer_of(std::string_view bytes) {
  TPM2B_MAX_BUFFER buffer{};
  BERTH_CHECK(bytes.size() <= sizeof(buffer.buffer));
  buffer.size = static_cast<UINT16>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), buffer.buffer);
  return buffer;
}

base::Bytes bytes_of(const TPM2B_DIGEST& digest) {
  return {digest.buffer, digest.buffer + digest.size};
}

// The key of the blob's inner wrapper.
Result<EsysPtr<TPM2B_DIGEST>> open_credential(TpmContext& context, const TpmKey& ek,
                                              const TpmKey& srk, const ActivationBlob& blob) {
  BERTH_TRY(const TpmHandle session, endorsement_session(context));
  TPM2B_DIGEST* raw = nullptr;
  std::optional<Error> error = tpm_error(
      Esys_ActivateCredential(context.get(), srk.handle, ek.handle, ESYS_TR_PASSWORD, session.get(),
                              ESYS_TR_NONE, &blob.credential, &blob.credential_secret, &raw),
      "the TPM does not open what the server sent");
  EsysPtr<TPM2B_DIGEST> inner_key(raw);
  if (error) {
    error->mend =
        "it is for another TPM, or for another owner of this one: compare the keys of "
        "'berth tpm show' with the enrollment";
    return Fail(*std::move(error));
  }
  if (inner_key->size != kInnerKeyBytes) {
    return Fail(ErrorKind::kInvalid, "what the server sent holds no AES-128 key");
  }
  return inner_key;
}

Result<EsysPtr<TPM2B_PRIVATE>> import_key(TpmContext& context, const TpmKey& srk,
                                          const TPM2B_DIGEST& inner_key,
                                          const ActivationBlob& blob) {
  TPM2B_DATA key{};
  key.size = inner_key.size;
  std::copy_n(inner_key.buffer, inner_key.size, key.buffer);
  TPMT_SYM_DEF_OBJECT cipher{};
  cipher.algorithm = TPM2_ALG_AES;
  cipher.keyBits.aes = 128;
  cipher.mode.aes = TPM2_ALG_CFB;
  TPM2B_PRIVATE* raw = nullptr;
  std::optional<Error> error =
      tpm_error(Esys_Import(context.get(), srk.handle, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                            &key, &blob.key_public, &blob.key, &blob.key_secret, &cipher, &raw),
                "the TPM does not import the key that the server sent");
  OPENSSL_cleanse(&key, sizeof(key));
  EsysPtr<TPM2B_PRIVATE> imported(raw);
  if (error) return Fail(*std::move(error));
  return imported;
}

Result<TpmHandle> load_key(TpmContext& context, const TpmKey& srk, const TPM2B_PRIVATE& imported,
                           const TPM2B_PUBLIC& area) {
  ESYS_TR object = ESYS_TR_NONE;
  std::optional<Error> error =
      tpm_error(Esys_Load(context.get(), srk.handle, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                          &imported, &area, &object),
                "the TPM does not load the key that the server sent");
  if (error) return Fail(*std::move(error));
  return TpmHandle(context, object);
}

Result<base::Bytes> sign_at_once(TpmContext& context, ESYS_TR key, std::string_view text) {
  const TPM2B_MAX_BUFFER buffer = buffer_of(text);
  TPM2B_DIGEST* raw = nullptr;
  std::optional<Error> error =
      tpm_error(Esys_HMAC(context.get(), key, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &buffer,
                          TPM2_ALG_SHA256, &raw),
                "the TPM does not sign");
  const EsysPtr<TPM2B_DIGEST> mac(raw);
  if (error) return Fail(*std::move(error));
  return bytes_of(*mac);
}

// In parts, for texts that are too long for one command.
Result<base::Bytes> sign_in_parts(TpmContext& context, ESYS_TR key, std::string_view text) {
  const TPM2B_AUTH no_password{};
  ESYS_TR raw_sequence = ESYS_TR_NONE;
  std::optional<Error> error =
      tpm_error(Esys_HMAC_Start(context.get(), key, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                                &no_password, TPM2_ALG_SHA256, &raw_sequence),
                "the TPM does not begin to sign");
  if (error) return Fail(*std::move(error));
  TpmHandle sequence(context, raw_sequence);
  for (; text.size() > kChunk; text.remove_prefix(kChunk)) {
    const TPM2B_MAX_BUFFER part = buffer_of(text.substr(0, kChunk));
    error = tpm_error(Esys_SequenceUpdate(context.get(), sequence.get(), ESYS_TR_PASSWORD,
                                          ESYS_TR_NONE, ESYS_TR_NONE, &part),
                      "the TPM does not go on signing");
    if (error) return Fail(*std::move(error));
  }
  const TPM2B_MAX_BUFFER last = buffer_of(text);
  TPM2B_DIGEST* raw = nullptr;
  error =
      tpm_error(Esys_SequenceComplete(context.get(), sequence.get(), ESYS_TR_PASSWORD, ESYS_TR_NONE,
                                      ESYS_TR_NONE, &last, ESYS_TR_RH_NULL, &raw, nullptr),
                "the TPM does not finish signing");
  const EsysPtr<TPM2B_DIGEST> mac(raw);
  if (error) return Fail(*std::move(error));
  sequence.release();  // completing it flushes it
  return bytes_of(*mac);
}

}  // namespace

struct TpmIdentity::State {
  TpmContext context;
  TpmKey ek;
  TpmKey srk;
};

TpmIdentity::TpmIdentity(std::unique_ptr<State> state) : state_(std::move(state)) {}
TpmIdentity::TpmIdentity(TpmIdentity&&) noexcept = default;
TpmIdentity& TpmIdentity::operator=(TpmIdentity&&) noexcept = default;
TpmIdentity::~TpmIdentity() = default;

Result<TpmIdentity> TpmIdentity::open(const std::string& tcti) {
  BERTH_TRY(TpmContext context, TpmContext::open(tcti));
  BERTH_TRY(TpmKey ek, device::endorsement_key(context));
  BERTH_TRY(TpmKey srk, device::storage_root_key(context));
  return TpmIdentity(
      std::make_unique<State>(State{std::move(context), std::move(ek), std::move(srk)}));
}

const base::Bytes& TpmIdentity::endorsement_key() const { return state_->ek.public_bytes; }
const base::Bytes& TpmIdentity::storage_root_key() const { return state_->srk.public_bytes; }
std::string TpmIdentity::fingerprint(const base::Bytes& key) {
  return crypto::tpm_key_fingerprint(key);
}
std::string TpmIdentity::registration_id() const {
  return crypto::default_registration_id(endorsement_key());
}

Result<void> TpmIdentity::activate(std::span<const std::uint8_t> blob) {
  TpmContext& context = state_->context;
  BERTH_TRY(const ActivationBlob parts, read_activation_blob(blob));
  BERTH_TRY(const EsysPtr<TPM2B_DIGEST> inner_key,
            open_credential(context, state_->ek, state_->srk, parts));
  BERTH_TRY(const EsysPtr<TPM2B_PRIVATE> imported,
            import_key(context, state_->srk, *inner_key, parts));
  BERTH_TRY(const TpmHandle key, load_key(context, state_->srk, *imported, parts.key_public));
  const Result<ESYS_TR> kept = context.keep(key.get(), kDeviceKeyHandle);
  if (!kept) return Fail(kept.error());
  return {};
}

Result<bool> TpmIdentity::has_key() {
  BERTH_TRY(const std::optional<ESYS_TR> key, state_->context.find(kDeviceKeyHandle));
  return key.has_value();
}

Result<base::Bytes> TpmIdentity::sign(std::string_view text) {
  BERTH_TRY(const std::optional<ESYS_TR> key, state_->context.find(kDeviceKeyHandle));
  if (!key) {
    return Fail(ErrorKind::kUnavailable, "the TPM holds no key to sign with",
                "register the device first: berth tpm register");
  }
  if (text.size() <= kChunk) return sign_at_once(state_->context, *key, text);
  return sign_in_parts(state_->context, *key, text);
}

Result<void> TpmIdentity::forget_key() { return state_->context.forget(kDeviceKeyHandle); }

}  // namespace berth::device
