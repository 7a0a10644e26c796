// Sealing and fingerprinting, as the brains see them. Implemented over crypto/ in app/.
//
// Room provisioning/ports (management uses it too). `context` is bound to the seal as associated
// data: a seal opened under another context fails. A fingerprint is a keyed one-way digest: equal
// inputs give equal fingerprints on this server and nowhere else, so a trail is no oracle.
// Thread rule: any thread; no I/O, microseconds.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "domain/records.h"

#include <span>
#include <string>
#include <string_view>

namespace berth::provisioning {

class Vault {
 public:
  virtual ~Vault() = default;

  virtual domain::Sealed seal(const Secret& secret, std::string_view context) = 0;
  // kInternal with a mend when the master key or the context is not the one it was sealed with.
  virtual Result<Secret> open(const domain::Sealed& sealed, std::string_view context) = 0;

  // 32 bytes, for storing what need not be recovered (tokens). `purpose` separates uses.
  virtual base::Bytes digest(std::span<const std::uint8_t> bytes, std::string_view purpose) = 0;
  // 12 hex digits of such a digest, for trails and tables.
  virtual std::string fingerprint(std::span<const std::uint8_t> bytes) = 0;
};

}  // namespace berth::provisioning
