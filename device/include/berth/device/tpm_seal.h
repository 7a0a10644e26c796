// A small secret that only this machine's TPM can give back: sealed under its storage root key. The
// text can lie anywhere; it is of no use elsewhere (dice-x509.md §6).
//
// Room device. Thread rule: any thread; each call opens the TPM, and blocks while it works.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <string>
#include <string_view>

namespace berth::device {

inline constexpr std::size_t kSealedBytesMax = 128;  // TPM 2.0, part 2, MAX_SYM_DATA

// `tcti` as tpm2-tools take it; empty: the system's TPM. kOffline; kInvalid: more than
// kSealedBytesMax, or nothing.
Result<std::string> tpm_seal(const std::string& tcti, const Secret& secret);
// kInvalid: the text is no such; kUnauthenticated: another TPM sealed it. kOffline.
Result<Secret> tpm_unseal(const std::string& tcti, std::string_view sealed);

}  // namespace berth::device
