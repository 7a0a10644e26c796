#include "cli/dice_store.h"

#include "base/codec.h"
#include "base/rng.h"
#include "berth/device/tpm_seal.h"
#include "cli/dice_questions.h"
#include "cli/private_file.h"
#include "factory/uds.h"
#include "factory/uds_token.h"

#include <filesystem>
#include <sys/stat.h>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

using factory::Overwrite;
using factory::UdsLock;
using factory::UdsStore;

Error error_of(Failure failure) {
  if (!failure.why.empty()) failure.what += ": " + failure.why;
  return {failure.kind, std::move(failure.what), std::move(failure.mend)};
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Result<void> check_free(const fs::path& path, Overwrite overwrite) {
  if (overwrite == Overwrite::kYes || !is_there(path)) return {};
  return Fail(ErrorKind::kConflict, path.string() + " holds a device secret already",
              "name another file, or --replace to lose the old one for ever");
}

Result<std::string> read_stored(const fs::path& path) {
  if (!is_there(path)) {
    return Fail(ErrorKind::kNotFound, path.string() + " is not there",
                "put a device secret there with `berth dice uds store`");
  }
  Try<std::string> text = read_small_file(path);
  if (!text) return Fail(error_of(std::move(text).error()));
  return *std::move(text);
}

// The key beside a sealed file: 32 bytes in base64, for its owner's eyes alone.
Result<Secret> read_key_file(const fs::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0 && (found.st_mode & 077U) != 0) {
    return Fail(ErrorKind::kForbidden, path.string() + " can be read by others than its owner",
                "chmod 600 " + path.string() + ", if nobody else read it");
  }
  Try<std::string> text = read_small_file(path);
  if (!text) return Fail(error_of(std::move(text).error()));
  const Secret kept = Secret::from_text(*text);
  std::optional<Secret> key =
      base::base64_decode_secret(kept.text().substr(0, kept.text().find_last_not_of(" \r\n") + 1));
  if (key && key->size() == factory::kUdsKeyBytes) return *std::move(key);
  return Fail(ErrorKind::kInvalid, path.string() + " holds no key of a sealed device secret",
              "name the right one with --key-file");
}

class SealedFile final : public UdsStore {
 public:
  SealedFile(Invocation& run, fs::path path) : run_(run), path_(std::move(path)) {
    key_ = run.args.text_or("key-file", path_.string() + ".key");
  }
  std::string name() const override { return path_.string(); }

  Result<Secret> load() override {
    BERTH_TRY(const std::string sealed, read_stored(path_));
    BERTH_TRY(const UdsLock lock, factory::uds_lock_of(sealed));
    if (lock == UdsLock::kKey) {
      BERTH_TRY(const Secret key, read_key_file(key_));
      return factory::open_uds(sealed, key);
    }
    BERTH_TRY(const Secret words, passphrase("Passphrase of " + path_.string() + ": "));
    return factory::open_uds(sealed, words);
  }

  Result<void> keep(const Secret& uds, Overwrite overwrite) override {
    if (auto free = check_free(path_, overwrite); !free) return free;
    const bool by_words = run_.args.is_set("passphrase");
    Secret secret;
    if (by_words) {
      BERTH_TRY(secret, new_passphrase());
    } else {
      BERTH_TRY(secret, key_file());
    }
    BERTH_TRY(
        const std::string sealed,
        factory::seal_uds(uds, by_words ? UdsLock::kPassphrase : UdsLock::kKey, secret, rng_));
    Try<void> written = write_private_file(path_, sealed);
    if (!written) return Fail(error_of(std::move(written).error()));
    return {};
  }

 private:
  Result<Secret> passphrase(const std::string& question) {
    Try<Secret> words = ask_secret(run_, question, "a terminal to ask for the passphrase at");
    if (!words) return Fail(error_of(std::move(words).error()));
    return *std::move(words);
  }
  Result<Secret> new_passphrase() {
    BERTH_TRY(Secret words, passphrase("New passphrase for " + path_.string() + ": "));
    BERTH_TRY(const Secret again, passphrase("The same again: "));
    if (words.equals(again)) return words;
    return Fail(ErrorKind::kInvalid, "the two passphrases differ", "type the same one twice");
  }
  // That of the file, or a new one in it.
  Result<Secret> key_file() {
    if (is_there(key_)) return read_key_file(key_);
    Secret key = rng_.secret(factory::kUdsKeyBytes);
    const Secret text = base::base64_encode_secret(key.bytes());
    Try<void> written = write_private_file(key_, text.text());
    if (!written) return Fail(error_of(std::move(written).error()));
    run_.world.err << "wrote " << key_.string()
                   << " (mode 0600): the key of the sealed secret; keep it elsewhere\n";
    return key;
  }

  Invocation& run_;
  const fs::path path_;
  fs::path key_;
  base::SystemRng rng_;
};

class TpmFile final : public UdsStore {
 public:
  TpmFile(std::string tcti, fs::path path) : tcti_(std::move(tcti)), path_(std::move(path)) {}
  std::string name() const override { return path_.string() + " (sealed by the TPM)"; }

  Result<Secret> load() override {
    BERTH_TRY(const std::string sealed, read_stored(path_));
    return device::tpm_unseal(tcti_, sealed);
  }
  Result<void> keep(const Secret& uds, Overwrite overwrite) override {
    if (auto free = check_free(path_, overwrite); !free) return free;
    BERTH_TRY(const std::string sealed, device::tpm_seal(tcti_, uds));
    Try<void> written = write_private_file(path_, sealed);
    if (!written) return Fail(error_of(std::move(written).error()));
    return {};
  }

 private:
  const std::string tcti_;
  const fs::path path_;
};

Try<std::unique_ptr<UdsStore>> open_token(Invocation& run, const std::string& uri) {
  Result<std::unique_ptr<factory::UdsToken>> token = factory::UdsToken::open(uri);
  if (!token) return Fail(Failure(std::move(token).error()));
  if (const auto file = run.args.text("pin-file")) {
    BERTH_TRY(const std::string pin, text_or_file(run, "@" + *file));
    (*token)->use_pin(Secret::from_text(pin));
  } else if (!(*token)->has_pin() && run.world.asks) {
    BERTH_TRY(Secret pin, ask_secret(run, "User PIN of the token: ", "--pin-file"));
    (*token)->use_pin(std::move(pin));
  }
  return std::unique_ptr<UdsStore>(*std::move(token));
}

}  // namespace

Try<std::unique_ptr<UdsStore>> open_uds_store(Invocation& run, const std::string& where) {
  if (where.starts_with("pkcs11:")) return open_token(run, where);
  if (where.starts_with("tpm:")) {
    return std::unique_ptr<UdsStore>(
        new TpmFile(run.args.text_or("tcti", ""), where.substr(sizeof("tpm:") - 1)));
  }
  const std::string path = where.starts_with("file:") ? where.substr(5) : where;
  if (path.empty()) {
    return WrongUsage("the store of device secrets has no name",
                      "write FILE, pkcs11:token=NAME or tpm:FILE");
  }
  return std::unique_ptr<UdsStore>(new SealedFile(run, path));
}

std::vector<Flag> uds_store_flags() {
  return {{"key-file", "FILE", "Key of a sealed file; else its name with .key."},
          {"passphrase", "", "Seal a file with a passphrase instead, asked for at the terminal.",
           FlagKind::kSwitch},
          {"pin-file", "FILE", "PIN of a PKCS#11 token; else of its URI, else it is asked for."},
          {"tcti", "TCTI", "The TPM, like device:/dev/tpmrm0; the system's."}};
}

}  // namespace berth::cli
