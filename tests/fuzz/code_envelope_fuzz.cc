// rooms: crypto
// The reader of envelopes, as JSON and as base64url: it ends, takes no costs out of bounds, and
// what it took survives being written and read again. Opening stands behind a slow key, so here
// only those are opened whose content cannot be.
#include "crypto/code_envelope.h"

#include "base/check.h"

#include <cstdint>
#include <string_view>

namespace {

namespace crypto = berth::crypto;

void check_same(const crypto::Envelope& a, const berth::Result<crypto::Envelope>& b) {
  BERTH_CHECK(b.has_value());
  BERTH_CHECK(a.cost == b->cost && a.salt == b->salt && a.nonce == b->nonce);
  BERTH_CHECK(a.ciphertext == b->ciphertext && a.expires == b->expires && a.id == b->id);
}

void check_envelope(const berth::Result<crypto::Envelope>& envelope) {
  if (!envelope) {
    BERTH_CHECK(!envelope.error().what.empty() && envelope.error().what.size() < 200);
    return;
  }
  BERTH_CHECK(crypto::check_slow_key_cost(envelope->cost).has_value());
  BERTH_CHECK(envelope->ciphertext.size() > crypto::kTagBytes);
  const std::string json = crypto::envelope_json(*envelope);
  if (json.size() > crypto::kEnvelopeBytesMax) return;
  check_same(*envelope, crypto::read_envelope_json(json));
  check_same(*envelope, crypto::read_envelope_base64url(crypto::envelope_base64url(*envelope)));
  BERTH_CHECK(crypto::envelope_associated_data(envelope->cost).starts_with("prov-cred;v=2;kdf="));
  // Refused before the slow key: no passphrase.
  BERTH_CHECK(!crypto::open_envelope(*envelope, berth::Secret()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_envelope(crypto::read_envelope_json(text));
  check_envelope(crypto::read_envelope_base64url(text));
  return 0;
}
