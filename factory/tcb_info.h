// TCG's DICE extensions written (dice-x509.md §4): what crypto/dice_evidence.h reads, the other way
// round, so that a maker's tool can say in a certificate which firmware a device runs.
//
// Room factory. Thread rule: pure functions.
#pragma once

#include "base/codec.h"
#include "base/result.h"
#include "crypto/dice_evidence.h"

#include <span>

namespace berth::factory {

// The contents of the extension 2.23.133.5.4.1. Of the layer count vendor, model, version, svn,
// layer, index, digests, flags and their mask, vendor_info, type and integrity_registers; texts as
// UTF8String. kInvalid for what no reader would take: too much of it, digests of a wrong size, or
// an algorithm that is neither a known name nor an object identifier.
Result<base::Bytes> write_tcb_info(const crypto::DiceLayer& layer);
// The contents of 2.23.133.5.4.5: at least one layer.
Result<base::Bytes> write_multi_tcb_info(std::span<const crypto::DiceLayer> layers);
// The contents of 2.23.133.5.4.4.
Result<base::Bytes> write_ueid(std::span<const std::uint8_t> ueid);

}  // namespace berth::factory
