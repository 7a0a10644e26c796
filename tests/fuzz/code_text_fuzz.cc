// rooms: crypto
// Whatever a camera or a keyboard gives for a credential code: reading ends, a form that is found
// has its parts within their bounds, and a refusal never repeats what was read.
#include "crypto/code_text.h"

#include "base/check.h"
#include "crypto/legacy_code.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace {

namespace crypto = berth::crypto;

bool is_url_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
}

void check_link(const crypto::CodeText& code) {
  BERTH_CHECK(!code.host.empty() && code.port != 0 && crypto::is_code_id(code.id));
  BERTH_CHECK(code.host.find_first_of("/@#? \r\n") == code.host.npos);
}

void check_form(const crypto::CodeText& code) {
  using crypto::CodeForm;
  switch (code.form) {
    case CodeForm::kClaimLink:
      check_link(code);
      BERTH_CHECK(crypto::is_claim_token(code.token.text()));
      return;
    case CodeForm::kEnvelopeLink:
      check_link(code);
      BERTH_CHECK(is_url_text(code.envelope));
      return;
    case CodeForm::kEnvelopeScheme:
      BERTH_CHECK(!code.envelope.empty() && is_url_text(code.envelope));
      return;
    case CodeForm::kEnvelopeJson:
      BERTH_CHECK(code.envelope.starts_with('{'));
      return;
    case CodeForm::kCompatibleSealed:
    case CodeForm::kCompatiblePlain:
      BERTH_CHECK(code.compatible.size() % 4 == 0);
      return;
    case CodeForm::kPickup:
      BERTH_CHECK(crypto::normalise_pickup_code(code.pickup.text())->equals(code.pickup));
      BERTH_CHECK(crypto::normalise_pickup_code(crypto::grouped_pickup_code(code.pickup).text())
                      ->equals(code.pickup));
      return;
    case CodeForm::kNumber:
      BERTH_CHECK(code.number < crypto::kCodeNumbers);
      return;
  }
  BERTH_CHECK(false);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto code = crypto::read_code_text(text);
  if (code) {
    check_form(*code);
    return 0;
  }
  BERTH_CHECK(!code.error().what.empty() && code.error().what.size() < 200);
  return 0;
}
