// The data directory that is filled: locked against a server, its store open, its vault at hand.
//
// Bench seed. Owns the lock, the store and the vault. Thread rule: opened and closed by the main
// thread; members are used as their own headers say.
#pragma once

#include "app/data_directory.h"
#include "base/rng.h"
#include "domain/records.h"
#include "provisioning/ports/vault.h"
#include "store/store.h"

#include <filesystem>
#include <memory>

namespace berth::bench::seed {

struct Place {
  app::DataDirectory data;
  std::filesystem::path database;
  base::SystemClock& clock;
  base::SystemRng& rng;
  Secret seed_key;
  std::unique_ptr<provisioning::Vault> vault;
  std::unique_ptr<store::Store> store;
  domain::Scope scope;  // the first of the server
  domain::Hub hub;      // likewise
};

// kConflict while a server runs on it, kNotFound before one has run on it.
Result<std::unique_ptr<Place>> open_place(const std::filesystem::path& data,
                                          const std::filesystem::path& key_file,
                                          base::SystemClock& clock, base::SystemRng& rng);

}  // namespace berth::bench::seed
