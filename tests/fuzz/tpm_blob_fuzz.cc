// rooms: device crypto
// What TPMs and servers say to each other: public keys from devices, activation blobs and the JSON
// around them from servers. The first byte chooses; what is read must be what was there, and a key
// that is read must do for making a blob, which the device's side then reads.
#include "device/tpm_blob.h"

#include "base/check.h"
#include "base/rng.h"
#include "crypto/tpm_activation.h"
#include "device/tpm_messages.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace {

using namespace berth;
using Bytes = std::span<const std::uint8_t>;

void check_key(Bytes bytes) {
  const Result<crypto::TpmPublic> ek = crypto::read_endorsement_key(bytes);
  const Result<crypto::TpmPublic> srk = crypto::read_storage_root_key(bytes);
  BERTH_CHECK(!(ek && srk));  // no key is both
  if (ek) BERTH_CHECK(bytes.size() == crypto::kEndorsementKeyBytes);
  if (srk) BERTH_CHECK(bytes.size() == crypto::kStorageRootKeyBytes);
  for (const auto* key : {&ek, &srk}) {
    if (!*key) {
      BERTH_CHECK(!key->error().what.empty());
      continue;
    }
    BERTH_CHECK(std::ranges::equal((*key)->bytes, bytes));
    BERTH_CHECK(std::ranges::equal((*key)->modulus, bytes.last((*key)->modulus.size())));
    base::SeededRng rng(1);
    const Secret secret(base::Bytes(crypto::kActivationKeyBytes, 7));
    const auto blob = crypto::make_activation(**key, **key, secret, rng, {});
    if (!blob) continue;  // a modulus that is no product of two primes may be refused
    BERTH_CHECK(blob->size() == crypto::kActivationBytes);
    BERTH_CHECK(device::read_activation_blob(*blob).has_value());
  }
}

void check_blob(Bytes bytes) {
  const Result<device::ActivationBlob> blob = device::read_activation_blob(bytes);
  if (!blob) return;
  BERTH_CHECK(blob->key_public.publicArea.type == TPM2_ALG_KEYEDHASH);
  // One byte less is never a blob, too.
  BERTH_CHECK(!device::read_activation_blob(bytes.first(bytes.size() - 1)));
}

void check_answer(std::string_view text) {
  const Result<device::TpmChallenge> challenge = device::read_tpm_challenge(text);
  if (challenge) {
    BERTH_CHECK(!challenge->blob.empty() && challenge->blob.size() <= device::kActivationBlobMax);
    BERTH_CHECK(!challenge->key_name.empty());
  }
  const Result<base::Bytes> key = device::read_tpm_key(text);
  if (key) BERTH_CHECK(!key->empty() && key->size() <= device::kActivationBlobMax);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes rest(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      check_key(rest);
      break;
    case 1:
      check_blob(rest);
      break;
    case 2:
      check_answer({reinterpret_cast<const char*>(rest.data()), rest.size()});
      break;
  }
  return 0;
}
