// The Vault of the brains over crypto's sealer, and the master key it works with.
//
// Room app. Thread rule: a KeyVault may be used from any thread.
#pragma once

#include "base/rng.h"
#include "provisioning/ports/vault.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace berth::app {

// The 32-byte master key. Looked for in `environment_text` (base64, from BERTH_MASTER_KEY), then in
// the file `path`; made there with mode 0600 when `may_create` and the file does not exist.
// kInvalid when it is not 32 bytes of base64 or when others may read the file: both with a mend.
Result<Secret> load_master_key(const std::filesystem::path& path,
                               const std::optional<Secret>& environment_text, bool may_create,
                               Rng& rng);

Result<std::unique_ptr<provisioning::Vault>> make_vault(const Secret& master_key, Rng& rng);

}  // namespace berth::app
