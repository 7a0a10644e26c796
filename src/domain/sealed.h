// Bytes that only this server can open.
//
// Room domain. Thread rule: plain values.
#pragma once

#include "base/codec.h"

namespace berth::domain {

// Bytes sealed by the Vault (provisioning/ports/vault.h); useless without the master key.
struct Sealed {
  base::Bytes bytes;
  bool operator==(const Sealed&) const = default;
};

}  // namespace berth::domain
