// rooms: factory
// Certificates and chains of Open-DICE in CBOR, and the report of a file that may be any kind of
// certificate. What is read is within its bounds and verifies or not without harm.
#include "factory/cbor_certificate.h"

#include "base/check.h"
#include "factory/dice_report.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace {

using namespace berth::factory;

void check(const CborCertificate& certificate, std::size_t size) {
  BERTH_CHECK(certificate.bytes.size() <= size);
  BERTH_CHECK(certificate.signature.size() == 64);
  const bool edwards = certificate.key.algorithm == OpenDiceAlgorithm::kEd25519;
  BERTH_CHECK(certificate.key.bytes.size() == (edwards ? 32U : 64U));
  BERTH_CHECK(!certificate.issuer.empty() && !certificate.subject.empty());
  static_cast<void>(verify_cbor_certificate(certificate, certificate.key));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  if (const auto certificate = read_cbor_certificate(bytes)) {
    BERTH_CHECK(certificate->bytes.size() == size);
    check(*certificate, size);
  }
  if (const auto chain = read_cbor_chain(bytes)) {
    BERTH_CHECK(chain->certificates.size() <= kCborChainMax);
    for (const CborCertificate& each : chain->certificates) check(each, size);
    static_cast<void>(verify_cbor_chain(*chain));
  }
  if (const auto report = report_dice(bytes)) BERTH_CHECK(report->format.size() > 1);
  return 0;
}
