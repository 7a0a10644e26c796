#include "domain/codes.h"

#include "domain/names.h"

namespace berth::domain {
namespace {

constexpr Names<CodeMode, 3> kModes{{
    {CodeMode::kClaim, "claim"},
    {CodeMode::kEnvelope, "envelope"},
    {CodeMode::kCompatible, "compatible"},
}};
constexpr Names<CodeState, 3> kStates{{
    {CodeState::kActive, "active"},
    {CodeState::kUsed, "used"},
    {CodeState::kRevoked, "revoked"},
}};
constexpr Names<PickupKind, 3> kPickups{{
    {PickupKind::kNone, "none"},
    {PickupKind::kLetters, "letters"},
    {PickupKind::kNumber, "number"},
}};

}  // namespace

std::string_view to_string(CodeMode mode) { return name_of(kModes, mode); }
std::optional<CodeMode> parse_code_mode(std::string_view text) { return value_of(kModes, text); }
std::string_view to_string(CodeState state) { return name_of(kStates, state); }
std::optional<CodeState> parse_code_state(std::string_view text) { return value_of(kStates, text); }
std::string_view to_string(PickupKind kind) { return name_of(kPickups, kind); }
std::optional<PickupKind> parse_pickup_kind(std::string_view text) {
  return value_of(kPickups, text);
}

bool is_live(const CredentialCode& code, TimePoint now) {
  return code.state == CodeState::kActive && now < code.expires_at;
}

std::string code_context(const ScopeId& scope, std::string_view id) {
  return "code/" + scope.text() + '/' + std::string(id);
}

std::string_view pickup_purpose(PickupKind kind) {
  return kind == PickupKind::kNumber ? "code-number" : "code-pickup";
}

}  // namespace berth::domain
