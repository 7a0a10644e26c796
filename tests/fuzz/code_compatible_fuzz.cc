// rooms: crypto
// The reader of compatible codes, with and without a passphrase: it ends, fails always alike, and
// what it reads can be made into a code that says the same. The first line is the passphrase.
#include "base/check.h"
#include "base/rng.h"
#include "crypto/legacy_code.h"
#include "crypto/secret_json.h"
#include "tests/fuzz/input_text.h"

#include <cstdint>
#include <string_view>

namespace {

namespace crypto = berth::crypto;
using berth::Secret;

void check_same(const crypto::CompatibleCredential& read, const Secret& code,
                const Secret& passphrase) {
  const auto again = crypto::read_compatible_code(code.text(), passphrase);
  BERTH_CHECK(again.has_value());
  BERTH_CHECK(again->device_id == read.device_id && again->scope_id == read.scope_id);
  BERTH_CHECK(again->model_id == read.model_id && again->device_key.equals(read.device_key));
}

void check_code(std::string_view code, const Secret& passphrase) {
  const auto read = crypto::read_compatible_code(code, passphrase);
  if (!read) {
    BERTH_CHECK(read.error().kind == berth::ErrorKind::kInvalid);
    BERTH_CHECK(read.error().what == crypto::read_compatible_code("-1", Secret()).error().what);
    return;
  }
  berth::base::SeededRng rng(1);
  const auto plain = crypto::make_plain_compatible_code(*read);
  if (plain) check_same(*read, *plain, passphrase);
  if (passphrase.empty()) return;
  const auto sealed =
      crypto::make_compatible_code(*read, passphrase, crypto::PassphraseInCode::kIncluded, rng);
  if (sealed) check_same(*read, *sealed, passphrase);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const Secret passphrase = Secret::from_text(berth::fuzz::next_line(rest));
  check_code(rest, passphrase);
  // The same as the JSON inside: the reader behind the decryption.
  const Secret json = Secret::from_text(rest);
  berth::base::SeededRng rng(2);
  const auto code = crypto::compatible_code_of(json, passphrase, rng);
  if (code) check_code(code->text(), passphrase);
  const auto object = crypto::SecretObject::read(rest);
  if (object) BERTH_CHECK(object->text("deviceId").size() <= size);
  return 0;
}
