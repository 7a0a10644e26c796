#include "domain/records.h"

#include "domain/names.h"

namespace berth::domain {
namespace {

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
constexpr Names<Approval, 4> kApprovals{{
    {Approval::kNone, "none"},
    {Approval::kWaiting, "waiting"},
    {Approval::kApproved, "approved"},
    {Approval::kBlocked, "blocked"},
}};
constexpr Names<Substatus, 5> kSubstatuses{{
    {Substatus::kNone, ""},
    {Substatus::kInitialAssignment, "initial_assignment"},
    {Substatus::kDeviceDataMigrated, "device_data_migrated"},
    {Substatus::kDeviceDataReset, "device_data_reset"},
    {Substatus::kReprovisionedToInitialAssignment, "reprovisioned_to_initial_assignment"},
}};
constexpr Names<HubPermission, 4> kHubPermissions{{
    {HubPermission::kDeviceConnect, "deviceConnect"},
    {HubPermission::kServiceConnect, "serviceConnect"},
    {HubPermission::kRegistryRead, "registryRead"},
    {HubPermission::kRegistryWrite, "registryWrite"},
}};
constexpr Names<Admits, 3> kAdmits{{
    {Admits::kNobody, "nobody"},
    {Admits::kListed, "listed"},
    {Admits::kAnybody, "anybody"},
}};
constexpr Names<Reissue, 3> kReissues{{
    {Reissue::kRefused, "refused"},
    {Reissue::kSame, "same"},
    {Reissue::kNew, "new"},
}};
constexpr Names<DerivationOrder, 2> kDerivationOrders{{
    {DerivationOrder::kSecretFirst, "secret_first"},
    {DerivationOrder::kNameFirst, "name_first"},
}};
constexpr Names<DeviceRole, 3> kDeviceRoles{{
    {DeviceRole::kDevice, "device"},
    {DeviceRole::kController, "controller"},
    {DeviceRole::kPrototype, "prototype"},
}};
constexpr Names<ControlAccess, 3> kControlAccesses{{
    {ControlAccess::kNone, "none"},
    {ControlAccess::kRead, "read"},
    {ControlAccess::kReadWrite, "read_write"},
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
    std::string_view operator()(const ProductSecret&) const { return "product_secret"; }
    std::string_view operator()(const MemberPasswords&) const { return "member_passwords"; }
    std::string_view operator()(const CertificateTrust&) const { return "x509"; }
    std::string_view operator()(const TpmKeys&) const { return "tpm"; }
  };
  return std::visit(Name{}, attestation);
}

std::string_view to_string(Admits admits) { return name_of(kAdmits, admits); }
std::optional<Admits> parse_admits(std::string_view text) { return value_of(kAdmits, text); }

std::string_view to_string(Reissue reissue) { return name_of(kReissues, reissue); }
std::optional<Reissue> parse_reissue(std::string_view text) { return value_of(kReissues, text); }

std::string member_device_id(const EnrollmentId& group, const MemberName& name) {
  return group.text() + name.text();
}

std::string_view to_string(RegistrationStatus status) {
  return name_of(kRegistrationStatuses, status);
}
std::optional<RegistrationStatus> parse_registration_status(std::string_view text) {
  return value_of(kRegistrationStatuses, text);
}

std::string_view to_string(Approval approval) { return name_of(kApprovals, approval); }
std::optional<Approval> parse_approval(std::string_view text) { return value_of(kApprovals, text); }
std::string_view to_string(Substatus substatus) { return name_of(kSubstatuses, substatus); }
std::optional<Substatus> parse_substatus(std::string_view text) {
  return value_of(kSubstatuses, text);
}

std::string_view to_string(HubPermission permission) {
  return name_of(kHubPermissions, permission);
}
std::optional<HubPermission> parse_hub_permission(std::string_view text) {
  return value_of(kHubPermissions, text);
}

std::string controller_registration_id(std::string_view serial_or_id) {
  return "controller:" + std::string(serial_or_id);
}

std::string_view to_string(DerivationOrder order) { return name_of(kDerivationOrders, order); }
std::optional<DerivationOrder> parse_derivation_order(std::string_view text) {
  return value_of(kDerivationOrders, text);
}

std::string_view to_string(DeviceRole role) { return name_of(kDeviceRoles, role); }
std::optional<DeviceRole> parse_device_role(std::string_view text) {
  return value_of(kDeviceRoles, text);
}

std::string_view to_string(ControlAccess access) { return name_of(kControlAccesses, access); }
std::optional<ControlAccess> parse_control_access(std::string_view text) {
  return value_of(kControlAccesses, text);
}

std::string_view to_string(Role role) { return name_of(kRoles, role); }
std::optional<Role> parse_role(std::string_view text) { return value_of(kRoles, text); }

std::string key_context(const ScopeId& scope, EnrollmentKind kind, const EnrollmentId& id) {
  return "enrollment/" + scope.text() + '/' + std::string(to_string(kind)) + '/' + id.key();
}

std::string device_key_context(const HubName& hub, const DeviceId& id) {
  return "device/" + hub.text() + '/' + id.text();
}

std::string hub_policy_context(const HubName& hub, std::string_view policy) {
  return "hub-policy/" + hub.text() + '/' + std::string(policy);
}

std::string member_password_purpose(const ScopeId& scope, const EnrollmentId& group,
                                    const MemberName& name, PasswordUse use) {
  return "member-password/" + scope.text() + '/' + group.key() + '/' + name.text() + '/' +
         std::string(to_string(use));
}

std::string voucher_message(const ScopeId& scope, const EnrollmentId& group, const MemberName& name,
                            std::int64_t expires_at_seconds, std::string_view actor) {
  return scope.text() + '\n' + group.key() + '\n' + name.text() + '\n' +
         std::to_string(expires_at_seconds) + '\n' + std::string(actor);
}

std::string device_password_purpose(const DeviceId& id) { return "device-password/" + id.text(); }

}  // namespace berth::domain
