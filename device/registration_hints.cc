#include "device/registration_hints.h"

#include "base/codec.h"

#include <array>

namespace berth::device {
namespace {

struct Hint {
  std::string_view in_message;  // lower case
  std::string_view text;        // PID and NAME stand for the device's
};

constexpr std::array<Hint, 10> kHints{{
    {"signature", "compare productSecret in the file with `berth product show PID --show-keys`"},
    {"timestamp", "set this machine's clock"},
    {"product not exist", "`berth product list` shows the products there are"},
    {"not support dynamic", "switch it on with `berth product update PID --dynamic-registration`"},
    {"device not exist", "add the name with `berth product device add NAME --product PID`"},
    {"already activated",
     "let it register again with `berth product device reset NAME --product PID`"},
    {"limit", "raise it with `berth product update PID --quota N`"},
    {"disabled", "enable it with `berth product device enable NAME --product PID`"},
    {"too many", "wait a minute and try again"},
    {"internal", "see the server's log"},
}};

constexpr std::string_view kAskTheServer =
    "`berth trail explain PIDNAME` on the server's machine says why";

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

std::string_view hint_in(std::string_view said) {
  const std::string lower = base::ascii_lower(said);
  for (const Hint& each : kHints) {
    if (lower.find(each.in_message) != lower.npos) return each.text;
  }
  return {};
}

}  // namespace

std::string hint_for(const RegistrationAnswer& refusal, const DeviceInfo& device) {
  std::string_view found = hint_in(refusal.message);
  if (found.empty()) found = hint_in(refusal.refusal);
  std::string hint(found.empty() ? kAskTheServer : found);
  replace_all(hint, "PID", device.product_id);
  replace_all(hint, "NAME", device.device_name);
  return hint;
}

}  // namespace berth::device
