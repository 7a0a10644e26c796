// rooms: dialects
// Shared access signatures: any text becomes evidence, whose parts are cut out of the text as they
// were sent, and a refusal to read one never quotes it.
#include "dialects/azure/sas.h"

#include "base/check.h"

#include <cstddef>
#include <cstdint>

namespace {

using berth::domain::MacOverText;
using berth::domain::MalformedEvidence;

void check_mac(const MacOverText& mac, std::string_view token) {
  BERTH_CHECK((mac.signed_text == mac.raw_audience + "\n" + mac.raw_expiry) && "signed as sent");
  BERTH_CHECK((token.find("sr=" + mac.raw_audience) != std::string_view::npos) &&
              "sr is cut out, not made");
  BERTH_CHECK((token.find("se=" + mac.raw_expiry) != std::string_view::npos) &&
              "se is cut out, not made");
  BERTH_CHECK((mac.mac.empty() || mac.mac.size() == 32) && "a MAC has 32 bytes");
  BERTH_CHECK((mac.mac.empty() != mac.raw_signature.empty()) && "either a MAC or its text");
  BERTH_CHECK((mac.raw_signature.size() <= 256) && "texts are bounded");
  BERTH_CHECK((mac.expires_at_seconds >= 0) && "an expiry counts up");
  BERTH_CHECK((mac.audience.size() <= mac.raw_audience.size()) && "decoding shortens");
  BERTH_CHECK((mac.key_name.size() <= 64) && "names are bounded");
  BERTH_CHECK((mac.expected_audience == "scope/registrations/id") && "what was expected stays");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view token(reinterpret_cast<const char*>(data), size);
  const berth::domain::Evidence evidence =
      berth::dialects::azure::read_shared_access_signature(token, "scope/registrations/id");
  if (const auto* mac = std::get_if<MacOverText>(&evidence)) {
    check_mac(*mac, token);
  } else {
    const auto& malformed = std::get<MalformedEvidence>(evidence);
    BERTH_CHECK((!malformed.what.empty() && malformed.what.size() < 100) &&
                "a short word on what is wrong");
  }
  return 0;
}
