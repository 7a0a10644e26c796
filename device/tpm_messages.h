// What a registering TPM device says and hears: the JSON of its requests and of the answers that
// carry a blob for its TPM (azure-dps.md §1.9).
//
// Room device, private to it. Thread rule: pure functions. Answers came from a server: anything.
#pragma once

#include "base/codec.h"
#include "base/result.h"

#include <string>
#include <string_view>

namespace berth::device {

struct TpmPublicKeys {
  const base::Bytes& endorsement_key;
  const base::Bytes& storage_root_key;
};

// `payload` is JSON text or empty. kInvalid when it is no JSON.
Result<std::string> tpm_request_body(std::string_view registration_id, const TpmPublicKeys& keys,
                                     std::string_view payload);

struct TpmChallenge {
  base::Bytes blob;
  std::string key_name;  // "registration"
};
// Of the body of a 401. kInvalid: it is no challenge, and says which part is missing.
Result<TpmChallenge> read_tpm_challenge(std::string_view body);

// The blob of the hub's key in the answer that says "assigned". kInvalid: there is none.
Result<base::Bytes> read_tpm_key(std::string_view body);

}  // namespace berth::device
