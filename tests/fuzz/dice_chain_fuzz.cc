// rooms: crypto factory
// Certificates of measured devices by the strict reader: the outline of a certificate, RIoT leaves,
// TcbInfo, MultiTcbInfo, Ueid and Open-DICE. The bytes are a certificate and, so that a mutation
// needs not keep the lengths around it, an extension's contents. What is read is within its
// bounds, and a TcbInfo that is read can be written and read again.
#include "base/check.h"
#include "crypto/der_certificate.h"
#include "crypto/dice_evidence.h"
#include "factory/tcb_info.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace {

using namespace berth;

void check_layer(const crypto::DiceLayer& layer) {
  BERTH_CHECK(layer.digests.size() <= crypto::kDiceDigestsMax);
  for (const crypto::DiceDigest& digest : layer.digests) {
    BERTH_CHECK(!digest.digest.empty() && digest.digest.size() <= 64);
  }
  for (const std::string* text : {&layer.vendor, &layer.model, &layer.version, &layer.profile}) {
    BERTH_CHECK(text->size() <= crypto::kDiceTextBytesMax && base::is_utf8(*text));
  }
  BERTH_CHECK(layer.config_descriptor.size() <= crypto::kDiceDescriptorBytesMax);
}

void check_extension(std::span<const std::uint8_t> bytes) {
  if (const auto layer = crypto::read_tcb_info(bytes)) {
    check_layer(*layer);
    // Object identifiers with arcs of many digits are read and not written.
    if (const auto written = factory::write_tcb_info(*layer)) {
      const auto again = crypto::read_tcb_info(*written);
      BERTH_CHECK(again.has_value() && again->digests == layer->digests);
      BERTH_CHECK(again->version == layer->version && again->svn == layer->svn);
      BERTH_CHECK(again->flags == layer->flags && again->type == layer->type);
    }
  }
  if (const auto layers = crypto::read_multi_tcb_info(bytes)) {
    BERTH_CHECK(!layers->empty() && layers->size() <= crypto::kDiceLayersMax);
    for (const crypto::DiceLayer& layer : *layers) check_layer(layer);
  }
  if (const auto layer = crypto::read_open_dice(bytes)) check_layer(*layer);
  if (const auto ueid = crypto::read_ueid(bytes)) BERTH_CHECK(!ueid->empty());
  if (const auto name = crypto::read_riot_name(bytes); name && *name) {
    BERTH_CHECK((*name)->identity.device_id_point.size() == 65);
    BERTH_CHECK((*name)->identity.fwid.size() == 32);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  check_extension(bytes);
  const base::Bytes der(bytes.begin(), bytes.end());
  if (const auto certificate = crypto::read_der_certificate(der)) {
    BERTH_CHECK(certificate->extensions.size() <= crypto::kCertificateExtensionsMax);
    static_cast<void>(crypto::der_common_name(certificate->subject));
    for (const crypto::DerExtension& each : certificate->extensions) check_extension(each.value);
  }
  if (const auto evidence = crypto::read_dice(std::span(&der, 1))) {
    BERTH_CHECK(evidence->layers.size() <= crypto::kDiceLayersMax);
    for (const crypto::DiceLayer& layer : evidence->layers) check_layer(layer);
    BERTH_CHECK(evidence->layers.empty() || crypto::may_measure(std::span(&der, 1)));
    BERTH_CHECK(evidence->ueid.empty() || crypto::may_measure(std::span(&der, 1)));
  }
  if (const auto leaf = crypto::read_riot_leaf(der)) {
    BERTH_CHECK(crypto::looks_like_riot_leaf(der));
    BERTH_CHECK(leaf->r.size() == 32 && leaf->s.size() == 32);
    static_cast<void>(crypto::verify_riot_leaf(*leaf));
  }
  return 0;
}
