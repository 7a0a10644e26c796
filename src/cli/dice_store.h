// Where `berth dice` keeps unique device secrets: a sealed file, a PKCS#11 token or a TPM, named in
// one word.
//
//   board-7.uds, file:board-7.uds   sealed with a key in board-7.uds.key, or with a passphrase
//   pkcs11:token=…                  a token (factory/uds_token.h)
//   tpm:board-7.tpm                 sealed by this machine's TPM; the file is of use only there
//
// Room cli, private to it. Thread rule: as Invocation; blocking.
#pragma once

#include "cli/invocation.h"
#include "factory/uds_store.h"

#include <memory>
#include <string>
#include <vector>

namespace berth::cli {

// Asks for a PIN or a passphrase at the terminal when it is needed. `run` outlives the store.
Try<std::unique_ptr<factory::UdsStore>> open_uds_store(Invocation& run, const std::string& where);

// --key-file, --passphrase, --pin-file, --tcti.
std::vector<Flag> uds_store_flags();

}  // namespace berth::cli
