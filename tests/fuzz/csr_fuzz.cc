// rooms: crypto
// Signing requests as a device may send them, DER or text: reading ends, and what is read has a key
// of a kind that is signed for and survives being signed. What the short way of reading takes, the
// library takes, too, and finds the same in it.
#include "crypto/csr.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/rng.h"
#include "crypto/authority.h"
#include "crypto/certificate.h"
#include "crypto/csr_parts.h"
#include "crypto/tests/pki.h"

#include <cstdint>
#include <string_view>

namespace {

namespace crypto = berth::crypto;

struct Signer {
  berth::base::SeededRng rng{1};
  berth::base::FakeClock clock;
  crypto::Authority authority = crypto::Authority::create("Fuzz CA", rng, clock).value();
};

void check_plain(std::span<const std::uint8_t> der) {
  const auto plain = crypto::read_plain_csr(der);
  if (!plain) return;
  const auto other = crypto::read_any_csr(der);
  BERTH_CHECK(other.has_value() && other->common_name == plain->common_name);
  BERTH_CHECK(other->spki == plain->spki && other->key == plain->key);
}

void check_request(std::span<const std::uint8_t> der) {
  static Signer signer;
  check_plain(der);
  const auto request = crypto::read_csr(der);
  BERTH_CHECK(!crypto::pki::errors_left());
  if (!request) {
    BERTH_CHECK(!request.error().what.empty());
    return;
  }
  BERTH_CHECK(request->key == "P-256" || request->key == "P-384" || request->key == "Ed25519");
  const auto leaf = signer.authority.issue_for_request(*request, {"dev-1", std::chrono::hours(24)},
                                                       signer.rng, signer.clock);
  BERTH_CHECK(leaf.has_value());
  const auto facts = crypto::read_certificate(leaf->der);
  BERTH_CHECK(facts.has_value() && !facts->is_ca && facts->common_name == "dev-1");
  BERTH_CHECK(facts->serial == leaf->serial && facts->not_after == leaf->not_after);
  BERTH_CHECK(facts->spki_sha256 == crypto::sha256(request->spki));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_request({data, size});
  const auto der = crypto::csr_der({reinterpret_cast<const char*>(data), size});
  if (!der) return 0;
  BERTH_CHECK(!der->empty() && der->size() <= crypto::kRequestBytesMax);
  check_request(*der);
  return 0;
}
