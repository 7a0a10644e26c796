#include "domain/certificates.h"

#include "domain/names.h"

namespace berth::domain {
namespace {

constexpr Names<UnknownFirmware, 2> kUnknownFirmware{{
    {UnknownFirmware::kRefused, "refused"},
    {UnknownFirmware::kHeld, "held"},
}};

}  // namespace

std::string_view to_string(UnknownFirmware unknown) { return name_of(kUnknownFirmware, unknown); }
std::optional<UnknownFirmware> parse_unknown_firmware(std::string_view text) {
  return value_of(kUnknownFirmware, text);
}

std::string issuing_context(const ScopeId& scope) { return "issuing-authority/" + scope.text(); }

std::string challenge_context(const ScopeId& scope, const RegistrationId& id) {
  return "tpm-challenge/" + scope.text() + "/" + id.key();
}

}  // namespace berth::domain
