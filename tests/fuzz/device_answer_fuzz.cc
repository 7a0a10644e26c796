// rooms: device
// Answers to dynamic registration, and what is sealed in them: whatever a server sends, reading it
// ends, and what is opened can be used. The first byte chooses the reader.
#include "base/check.h"
#include "base/codec.h"
#include "crypto/cbc.h"
#include "device/registration_messages.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using berth::Secret;
namespace device = berth::device;

constexpr std::string_view kSecret = "0123456789abcdefghijklmn";

void check_answer(const berth::Result<device::RegistrationAnswer>& answer) {
  if (!answer) return;
  BERTH_CHECK(answer->refusal.empty() != answer->payload.empty());
  if (!answer->refusal.empty()) return;
  const auto opened = device::open_payload(*answer, Secret::from_text(kSecret));
  BERTH_CHECK(opened || !opened.error().what.empty());
}

// The bytes as the plain text of an answer.
void check_plain(std::string text) {
  std::array<std::uint8_t, 16> key{};
  std::copy_n(berth::base::as_bytes(kSecret).begin(), key.size(), key.begin());
  std::array<std::uint8_t, 16> initial{};
  initial.fill('0');
  text.resize((text.size() + 15) / 16 * 16, '\0');
  device::RegistrationAnswer answer;
  answer.payload = berth::base::base64_encode(
      berth::crypto::encrypt_aes128_cbc(key, initial, berth::base::as_bytes(text)));
  const auto opened = device::open_payload(answer, Secret::from_text(kSecret));
  if (!opened) return;
  if (opened->mode == device::AuthMode::kKey) {
    const auto decoded = berth::base::base64_decode_secret(opened->credential.device_secret.text());
    BERTH_CHECK(decoded && !decoded->empty() && decoded->size() <= 48);
  } else {
    BERTH_CHECK(!opened->credential.certificate_pem.empty());
    BERTH_CHECK(!opened->credential.key_pem.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      check_answer(device::read_first_answer(text));
      break;
    case 1:
      check_answer(device::read_second_answer(text));
      break;
    default:
      check_plain(std::string(text));
      break;
  }
  return 0;
}
