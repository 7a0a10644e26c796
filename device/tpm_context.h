// A TPM 2.0 that commands can be sent to, over tpm2-tss, and owners of what a session with it
// leaves behind: objects in the TPM's few slots, and results that the library allocated.
//
// Room device, private to it. Thread rule: a context belongs to one thread at a time; each command
// blocks until the TPM has answered, which takes milliseconds, and seconds when it makes an RSA
// key.
#pragma once

#include "base/result.h"

#include <openssl/crypto.h>
#include <tss2/tss2_esys.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace berth::device {

// Nothing when `code` is success. Else what was being done and the TPM's reason; kOffline when the
// TPM cannot be reached, kForbidden when it asks for a password.
std::optional<Error> tpm_error(TSS2_RC code, std::string_view doing);

template <class T>
struct EsysFree {
  void operator()(T* object) const {
    OPENSSL_cleanse(object, sizeof(T));
    Esys_Free(object);
  }
};
// What an Esys call returned by pointer; wiped, because some of it is secret.
template <class T>
using EsysPtr = std::unique_ptr<T, EsysFree<T>>;

class TpmContext {
 public:
  // `tcti` as tpm2-tools take it: "device:/dev/tpmrm0", "swtpm:host=127.0.0.1,port=2321"; empty:
  // the library's choice, which is the resource manager of the system. kOffline with a mend.
  static Result<TpmContext> open(const std::string& tcti);

  TpmContext(TpmContext&& other) noexcept
      : tcti_(std::exchange(other.tcti_, nullptr)), esys_(std::exchange(other.esys_, nullptr)) {}
  TpmContext& operator=(TpmContext&& other) noexcept {
    std::swap(tcti_, other.tcti_);
    std::swap(esys_, other.esys_);
    return *this;
  }
  ~TpmContext();

  ESYS_CONTEXT* get() const { return esys_; }

  // The object kept at a persistent handle; nothing when there is none.
  Result<std::optional<ESYS_TR>> find(TPM2_HANDLE handle);
  // Keeps a loaded object at a persistent handle, by the owner's leave, instead of what is there.
  Result<ESYS_TR> keep(ESYS_TR object, TPM2_HANDLE handle);
  // Nothing is at the handle afterwards.
  Result<void> forget(TPM2_HANDLE handle);

 private:
  TpmContext(TSS2_TCTI_CONTEXT* tcti, ESYS_CONTEXT* esys) : tcti_(tcti), esys_(esys) {}

  TSS2_TCTI_CONTEXT* tcti_ = nullptr;
  ESYS_CONTEXT* esys_ = nullptr;
};

// A transient object, or a session: flushed from the TPM when let go. The context outlives it.
class TpmHandle {
 public:
  TpmHandle() = default;
  TpmHandle(TpmContext& context, ESYS_TR handle) : esys_(context.get()), handle_(handle) {}
  TpmHandle(TpmHandle&& other) noexcept
      : esys_(other.esys_), handle_(std::exchange(other.handle_, ESYS_TR_NONE)) {}
  TpmHandle& operator=(TpmHandle&& other) noexcept {
    std::swap(esys_, other.esys_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~TpmHandle() {
    if (handle_ != ESYS_TR_NONE) Esys_FlushContext(esys_, handle_);
  }

  ESYS_TR get() const { return handle_; }
  // The TPM has let go of it by itself.
  void release() { handle_ = ESYS_TR_NONE; }

 private:
  ESYS_CONTEXT* esys_ = nullptr;
  ESYS_TR handle_ = ESYS_TR_NONE;
};

// A policy session that satisfies the endorsement key's standard policy; for one command.
Result<TpmHandle> endorsement_session(TpmContext& context);

}  // namespace berth::device
