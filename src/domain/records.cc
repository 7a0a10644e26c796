#include "domain/records.h"

#include <array>
#include <utility>

namespace berth::domain {
namespace {

template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

template <class Enum, std::size_t N>
std::string_view name_of(const Names<Enum, N>& names, Enum value) {
  for (const auto& [each, name] : names) {
    if (each == value) return name;
  }
  return {};
}

template <class Enum, std::size_t N>
std::optional<Enum> value_of(const Names<Enum, N>& names, std::string_view text) {
  for (const auto& [each, name] : names) {
    if (base::equals_ignoring_case(name, text)) return each;
  }
  return std::nullopt;
}

constexpr Names<AllocationPolicy, 2> kAllocationPolicies{{
    {AllocationPolicy::kHashed, "hashed"},
    {AllocationPolicy::kStatic, "static"},
}};
constexpr Names<EnrollmentKind, 2> kEnrollmentKinds{{
    {EnrollmentKind::kIndividual, "individual"},
    {EnrollmentKind::kGroup, "group"},
}};
constexpr Names<RegistrationStatus, 5> kRegistrationStatuses{{
    {RegistrationStatus::kUnassigned, "unassigned"},
    {RegistrationStatus::kAssigning, "assigning"},
    {RegistrationStatus::kAssigned, "assigned"},
    {RegistrationStatus::kFailed, "failed"},
    {RegistrationStatus::kDisabled, "disabled"},
}};
constexpr Names<Substatus, 5> kSubstatuses{{
    {Substatus::kNone, ""},
    {Substatus::kInitialAssignment, "initial_assignment"},
    {Substatus::kDeviceDataMigrated, "device_data_migrated"},
    {Substatus::kDeviceDataReset, "device_data_reset"},
    {Substatus::kReprovisionedToInitialAssignment, "reprovisioned_to_initial_assignment"},
}};
constexpr Names<Role, 3> kRoles{{
    {Role::kViewer, "viewer"},
    {Role::kOperator, "operator"},
    {Role::kAdmin, "admin"},
}};

}  // namespace

std::string_view to_string(AllocationPolicy policy) { return name_of(kAllocationPolicies, policy); }
std::optional<AllocationPolicy> parse_allocation_policy(std::string_view text) {
  return value_of(kAllocationPolicies, text);
}

std::string_view to_string(EnrollmentKind kind) { return name_of(kEnrollmentKinds, kind); }
std::optional<EnrollmentKind> parse_enrollment_kind(std::string_view text) {
  return value_of(kEnrollmentKinds, text);
}

std::string_view to_string(KeySlot slot) {
  return slot == KeySlot::kPrimary ? "primary" : "secondary";
}

std::string_view attestation_name(const Attestation& attestation) {
  struct Name {
    std::string_view operator()(const SymmetricKeys&) const { return "symmetric_key"; }
  };
  return std::visit(Name{}, attestation);
}

std::string_view to_string(RegistrationStatus status) {
  return name_of(kRegistrationStatuses, status);
}
std::optional<RegistrationStatus> parse_registration_status(std::string_view text) {
  return value_of(kRegistrationStatuses, text);
}

std::string_view to_string(Substatus substatus) { return name_of(kSubstatuses, substatus); }
std::optional<Substatus> parse_substatus(std::string_view text) {
  return value_of(kSubstatuses, text);
}

std::string_view to_string(Role role) { return name_of(kRoles, role); }
std::optional<Role> parse_role(std::string_view text) { return value_of(kRoles, text); }

std::string key_context(const ScopeId& scope, EnrollmentKind kind, const EnrollmentId& id) {
  return "enrollment/" + scope.text() + '/' + std::string(to_string(kind)) + '/' + id.key();
}

std::string device_key_context(const HubName& hub, const DeviceId& id) {
  return "device/" + hub.text() + '/' + id.text();
}

}  // namespace berth::domain
