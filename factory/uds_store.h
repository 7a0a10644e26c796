// Where a unique device secret is kept in a factory: a sealed file, a TPM, a PKCS#11 token. All of
// them give it back, because the boards' derivation digests the secret itself (dice-x509.md §6); it
// is in memory only while it is used.
//
// Room factory. Thread rule: a store belongs to one thread; its calls block.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <string>

namespace berth::factory {

enum class Overwrite { kNo, kYes };

class UdsStore {
 public:
  virtual ~UdsStore() = default;
  // kNotFound when there is none.
  virtual Result<Secret> load() = 0;
  // kConflict when there is one and it may not be overwritten.
  virtual Result<void> keep(const Secret& uds, Overwrite overwrite) = 0;
  // For people; without secrets.
  virtual std::string name() const = 0;
};

}  // namespace berth::factory
