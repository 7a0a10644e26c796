#include "device/tpm_context.h"

#include "base/codec.h"

#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

namespace berth::device {
namespace {

constexpr TSS2_RC kLayer = 0xFF0000;      // which part of the software says so
constexpr TSS2_RC kFormatOneBits = 0x3F;  // the reason in a code that also names a parameter

// The TPM's reason without the number of the handle or session that it is about.
TSS2_RC reason_of(TSS2_RC code) {
  return (code & TPM2_RC_FMT1) != 0 ? TPM2_RC_FMT1 + (code & kFormatOneBits) : code;
}

bool wants_password(TSS2_RC code) {
  if ((code & kLayer) != 0) return false;
  const TSS2_RC reason = reason_of(code);
  return reason == TPM2_RC_BAD_AUTH || reason == TPM2_RC_AUTH_FAIL;
}

bool unreachable(TSS2_RC code) {
  const TSS2_RC base = code & ~kLayer;
  return (code & kLayer) != 0 &&
         (base == TSS2_BASE_RC_IO_ERROR || base == TSS2_BASE_RC_NO_CONNECTION ||
          base == TSS2_BASE_RC_TRY_AGAIN);
}

Result<void> done(TSS2_RC code, std::string_view doing) {
  std::optional<Error> error = tpm_error(code, doing);
  if (error) return Fail(*std::move(error));
  return {};
}

}  // namespace

std::optional<Error> tpm_error(TSS2_RC code, std::string_view doing) {
  if (code == TSS2_RC_SUCCESS) return std::nullopt;
  Error error;
  error.what = std::string(doing) + ": " + base::printable(Tss2_RC_Decode(code));
  if (wants_password(code)) {
    error.kind = ErrorKind::kForbidden;
    error.mend =
        "the TPM's owner or endorsement hierarchy has a password; clear it, or let whoever "
        "has it make the keys";
  } else if (unreachable(code)) {
    error.kind = ErrorKind::kOffline;
    error.mend = "check that the TPM is there and that you may use it (group tss)";
  } else {
    error.kind = ErrorKind::kUnavailable;
  }
  return error;
}

Result<TpmContext> TpmContext::open(const std::string& tcti) {
  TSS2_TCTI_CONTEXT* transport = nullptr;
  const TSS2_RC found = Tss2_TctiLdr_Initialize(tcti.empty() ? nullptr : tcti.c_str(), &transport);
  if (found != TSS2_RC_SUCCESS) {
    return Fail(ErrorKind::kOffline,
                "no TPM answers at " + (tcti.empty() ? "the usual places" : base::printable(tcti)) +
                    ": " + base::printable(Tss2_RC_Decode(found)),
                "name one: device:/dev/tpmrm0, or swtpm:host=127.0.0.1,port=2321 for a software "
                "TPM; reading a device needs the group tss");
  }
  ESYS_CONTEXT* esys = nullptr;
  const TSS2_RC made = Esys_Initialize(&esys, transport, nullptr);
  if (made != TSS2_RC_SUCCESS) {
    Tss2_TctiLdr_Finalize(&transport);
    return Fail(*tpm_error(made, "cannot begin with the TPM"));
  }
  return TpmContext(transport, esys);
}

TpmContext::~TpmContext() {
  if (esys_ != nullptr) Esys_Finalize(&esys_);
  if (tcti_ != nullptr) Tss2_TctiLdr_Finalize(&tcti_);
}

Result<std::optional<ESYS_TR>> TpmContext::find(TPM2_HANDLE handle) {
  // Asked of the list: opening a handle that is not there makes the library complain on stderr.
  TPMI_YES_NO more = TPM2_NO;
  TPMS_CAPABILITY_DATA* raw = nullptr;
  const TSS2_RC listed = Esys_GetCapability(esys_, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                            TPM2_CAP_HANDLES, handle, 1, &more, &raw);
  const EsysPtr<TPMS_CAPABILITY_DATA> data(raw);
  std::optional<Error> error = tpm_error(listed, "cannot list the TPM's keys");
  if (error) return Fail(*std::move(error));
  const TPML_HANDLE& handles = data->data.handles;
  if (handles.count == 0 || handles.handle[0] != handle) return std::optional<ESYS_TR>();
  ESYS_TR object = ESYS_TR_NONE;
  error = tpm_error(
      Esys_TR_FromTPMPublic(esys_, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &object),
      "cannot open a key of the TPM");
  if (error) return Fail(*std::move(error));
  return std::optional<ESYS_TR>(object);
}

Result<ESYS_TR> TpmContext::keep(ESYS_TR object, TPM2_HANDLE handle) {
  Result<void> free = forget(handle);
  if (!free) return Fail(std::move(free).error());
  ESYS_TR kept = ESYS_TR_NONE;
  std::optional<Error> error =
      tpm_error(Esys_EvictControl(esys_, ESYS_TR_RH_OWNER, object, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                                  ESYS_TR_NONE, handle, &kept),
                "cannot keep a key in the TPM");
  if (error) return Fail(*std::move(error));
  return kept;
}

Result<void> TpmContext::forget(TPM2_HANDLE handle) {
  BERTH_TRY(const std::optional<ESYS_TR> there, find(handle));
  if (!there) return {};
  ESYS_TR gone = ESYS_TR_NONE;
  return done(Esys_EvictControl(esys_, ESYS_TR_RH_OWNER, *there, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                                ESYS_TR_NONE, handle, &gone),
              "cannot remove a key from the TPM");
}

Result<TpmHandle> endorsement_session(TpmContext& context) {
  TPMT_SYM_DEF symmetric{};
  symmetric.algorithm = TPM2_ALG_NULL;
  ESYS_TR raw = ESYS_TR_NONE;
  std::optional<Error> error =
      tpm_error(Esys_StartAuthSession(context.get(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                      ESYS_TR_NONE, ESYS_TR_NONE, nullptr, TPM2_SE_POLICY,
                                      &symmetric, TPM2_ALG_SHA256, &raw),
                "cannot begin a policy session");
  if (error) return Fail(*std::move(error));
  TpmHandle session(context, raw);
  error = tpm_error(
      Esys_PolicySecret(context.get(), ESYS_TR_RH_ENDORSEMENT, session.get(), ESYS_TR_PASSWORD,
                        ESYS_TR_NONE, ESYS_TR_NONE, nullptr, nullptr, nullptr, 0, nullptr, nullptr),
      "cannot satisfy the endorsement key's policy");
  if (error) return Fail(*std::move(error));
  return session;
}

}  // namespace berth::device
