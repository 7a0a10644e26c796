// The records of the domain: plain values, as the brains see them and the store keeps them.
//
// Room domain. Every stored record has a `version` that the store sets (1 on creation, +1 on every
// write); it is the optimistic lock and, in the API, the ETag. Free-form JSON (twins, payloads) is
// kept as text that was validated when it entered. Times are UTC.
// Thread rule: plain values.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/secret.h"
#include "domain/certificates.h"
#include "domain/claim.h"
#include "domain/ids.h"
#include "domain/reason.h"
#include "domain/sealed.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace berth::domain {

enum class AllocationPolicy { kHashed, kStatic };
std::string_view to_string(AllocationPolicy policy);  // "hashed", "static"
std::optional<AllocationPolicy> parse_allocation_policy(std::string_view text);  // ignores case

// A tenant.
struct Scope {
  ScopeId id;
  std::string display_name;
  std::string service_host;  // empty: any host name serves it
  AllocationPolicy allocation_policy = AllocationPolicy::kHashed;
  bool enabled = true;
  std::optional<IssuingAuthority> issuing_authority = {};  // made when it is first needed
  // Whether operators may make codes of the kind that old apps read (domain/codes.h).
  bool compatible_codes = false;
  // Devices of groups that nobody has created get in at once; else they wait for an operator.
  bool auto_approve = true;
  // Devices that name a model without a template wait for an operator; else they stay unassigned.
  bool hold_unknown_models = false;
  TimePoint created_at;
  TimePoint updated_at;
  std::uint64_t version = 0;
};

enum class KeySlot { kPrimary, kSecondary };
std::string_view to_string(KeySlot slot);  // "primary", "secondary"

// A key that was replaced; kept so that a refusal can say "this key was retired on …".
struct RetiredKey {
  Sealed key;
  KeySlot slot = KeySlot::kPrimary;
  TimePoint retired_at;
};
inline constexpr std::size_t kRetiredKeysMax = 4;

// Symmetric keys of 16..64 bytes, sealed with the context of the record that holds them.
struct SymmetricKeys {
  Sealed primary;
  Sealed secondary;
  std::vector<RetiredKey> retired;  // newest first, at most kRetiredKeysMax
};

// What the holder of a hub policy's key may do.
enum class HubPermission { kDeviceConnect, kServiceConnect, kRegistryRead, kRegistryWrite };
std::string_view to_string(HubPermission permission);  // "deviceConnect"
std::optional<HubPermission> parse_hub_permission(std::string_view text);

// A named pair of keys for a whole hub: what connection strings of services are made of
// (azure-iot-hub.md §1.3). Sealed with hub_policy_context().
struct HubPolicy {
  std::string name;  // "iothubowner"
  std::vector<HubPermission> permissions;
  SymmetricKeys keys;
};

// A place devices connect to; built into this program. Names are unique in the whole server.
struct Hub {
  HubName name;
  std::string host;  // what devices are told to connect to
  std::string display_name;
  std::vector<HubPolicy> policies;  // in the order of their names
  TimePoint created_at;
  TimePoint updated_at;
  std::uint64_t version = 0;
};

// That a scope may assign devices to a hub.
struct HubLink {
  ScopeId scope;
  HubName hub;
  std::uint32_t weight = 1;      // 1..1000, for the hashed policy
  bool apply_allocation = true;  // false: only enrollments that name the hub get it
  std::uint64_t version = 0;
};

enum class EnrollmentKind { kIndividual, kGroup };
std::string_view to_string(EnrollmentKind kind);  // "individual", "group"
std::optional<EnrollmentKind> parse_enrollment_kind(std::string_view text);

// Which members of a group may register: those who are listed, or everybody (who is then listed).
enum class Admits { kNobody, kListed, kAnybody };
std::string_view to_string(Admits admits);  // "nobody", "listed", "anybody"
std::optional<Admits> parse_admits(std::string_view text);

// What happens when a member registers again that has connected with what it was issued.
enum class Reissue { kRefused, kSame, kNew };
std::string_view to_string(Reissue reissue);  // "refused", "same", "new"
std::optional<Reissue> parse_reissue(std::string_view text);

// One secret that all members of a group hold when they leave the factory; each is issued a
// credential of its own for it. The secret is text: 16..64 printable characters, sealed with
// key_context(). The id of a group that has one is unique in the whole server.
struct ProductSecret {
  Sealed current;
  // The one before, while members may still use it.
  std::optional<Sealed> previous;
  TimePoint previous_until;
  std::vector<RetiredKey> retired;  // newest first, at most kRetiredKeysMax; the slot says nothing
  CredentialKind issues = CredentialKind::kSecret;
  Admits admits = Admits::kNobody;
  std::uint32_t created_max = 10'000;  // members made by their own request
  Reissue reissue = Reissue::kRefused;
  // How far the time in a request may be from ours, either way; 0: it does not count, because
  // devices register before they have a clock.
  std::chrono::seconds clock_window{0};
  // How long an equal request (name, nonce and time) is refused after it was answered; 0: it is
  // not.
  std::chrono::seconds replay_window{0};
};
inline constexpr std::uint32_t kMembersMax = 200'000;  // of one group

// How a group's secret and a member's name make the passwords of a member that has none of its own:
// base64 of the SHA-1 of both, joined. The enrol password takes one order, the control password the
// other.
enum class DerivationOrder { kSecretFirst, kNameFirst };  // of the enrol password
std::string_view to_string(DerivationOrder order);        // "secret_first", "name_first"
std::optional<DerivationOrder> parse_derivation_order(std::string_view text);

// Each listed member has two passwords: one to enrol with and one for those who are to control it.
// Its own (Member), or derived from the group's secret. Devices of such a group get made-up ids and
// a password. The id of a group that has it is unique in the whole server.
struct MemberPasswords {
  std::optional<Sealed> derivation_secret;  // text, sealed with key_context()
  DerivationOrder order = DerivationOrder::kSecretFirst;
  std::string device_prefix = "dev-";  // of the made-up ids: this and 24 hex digits
  // What happens when a member that is registered asks again; kSame is not to be had.
  Reissue reissue = Reissue::kRefused;
  // Wrong passwords in a row after which a member's password is locked, and for how long.
  std::uint32_t guesses_max = 10;
  std::chrono::seconds lock_time{900};
};
inline constexpr std::string_view kPasswordGroupPrefix = "mod-";  // of made-up group ids

// A topic of a device's own that its group lets it use.
struct TopicPermission {
  std::string topic;  // what follows the device's prefix: "event", "user/log"; 1..64 characters
  bool publish = false;
  bool subscribe = false;
  bool operator==(const TopicPermission&) const = default;
};
inline constexpr std::size_t kTopicPermissionsMax = 32;

using Attestation =
    std::variant<SymmetricKeys, ProductSecret, MemberPasswords, CertificateTrust, TpmKeys>;
// "symmetric_key", "product_secret", "member_passwords", "x509", "tpm".
std::string_view attestation_name(const Attestation& attestation);

struct ReprovisionPolicy {
  bool update_hub_assignment = true;
  bool migrate_device_data = true;
  bool operator==(const ReprovisionPolicy&) const = default;
};

// The twin a device starts with: JSON objects as text, "{}" when empty.
struct InitialTwin {
  std::string tags = "{}";
  std::string desired = "{}";
  bool operator==(const InitialTwin&) const = default;
};

// Standing permission for one device or many to register.
struct Enrollment {
  ScopeId scope;
  EnrollmentKind kind = EnrollmentKind::kIndividual;
  EnrollmentId id;
  std::string display_name;
  bool enabled = true;
  Attestation attestation;
  std::optional<DeviceId> device_id;                  // individual only; else the registration id
  std::optional<AllocationPolicy> allocation_policy;  // else the scope's
  std::vector<HubName> hubs;                          // candidates; empty: all linked hubs
  ReprovisionPolicy reprovision;
  InitialTwin initial_twin;
  bool iot_edge = false;
  std::string device_information = "{}";             // individual only; free JSON object
  std::vector<TopicPermission> topics;               // groups with a product secret only
  std::optional<CertificateIssuance> issuance = {};  // devices may ask for a certificate
  // What an operator should know who has just made or changed it; set by management, not stored.
  std::vector<std::string> warnings = {};
  TimePoint created_at;
  TimePoint updated_at;
  std::uint64_t version = 0;
};

// Wrong passwords in a row, and what came of them.
struct Guesses {
  std::uint32_t wrong = 0;
  std::optional<TimePoint> locked_until;
  bool operator==(const Guesses&) const = default;
};

// One line of a group's roster.
struct Member {
  ScopeId scope;
  EnrollmentId group;
  MemberName name;
  bool enabled = true;     // false: it may not register, and its identity is disabled
  bool requested = false;  // made by its own request, not by an operator
  // Groups with passwords: keyed digests (member_password_purpose()) of its own; empty: derived.
  base::Bytes enroll_password = {};
  base::Bytes control_password = {};
  Guesses enroll_guesses = {};
  Guesses control_guesses = {};
  TimePoint created_at;
  TimePoint updated_at;
  std::uint64_t version = 0;
};
// The id under which a member registers and by which hubs know it: both texts, nothing between
// them, as devices say it. Of one member alone, because no such group's id is the beginning of
// another's.
std::string member_device_id(const EnrollmentId& group, const MemberName& name);
// The registration id of a device that controls others, by its own serial (of the form of a member
// name) or, without one, by its made-up id.
std::string controller_registration_id(std::string_view serial_or_id);

// Who an id belongs to.
struct EnrollmentRef {
  EnrollmentKind kind = EnrollmentKind::kIndividual;
  EnrollmentId id;
  bool operator==(const EnrollmentRef&) const = default;
};

enum class RegistrationStatus { kUnassigned, kAssigning, kAssigned, kFailed, kDisabled };
std::string_view to_string(RegistrationStatus status);  // "assigned"
std::optional<RegistrationStatus> parse_registration_status(std::string_view text);

enum class Substatus {
  kNone,
  kInitialAssignment,
  kDeviceDataMigrated,
  kDeviceDataReset,
  kReprovisionedToInitialAssignment,
};
std::string_view to_string(Substatus substatus);  // "initial_assignment"; "" for kNone
std::optional<Substatus> parse_substatus(std::string_view text);

// What an operator has said of a device that waits, or of any.
enum class Approval { kNone, kWaiting, kApproved, kBlocked };
std::string_view to_string(Approval approval);  // "none", "waiting", "approved", "blocked"
std::optional<Approval> parse_approval(std::string_view text);

// A request that was answered with a credential; must not be answered twice.
struct AnsweredRequest {
  std::string nonce;
  std::int64_t made_at_seconds = 0;
  TimePoint at;
};
inline constexpr std::size_t kAnsweredMax = 8;

// The durable result for one device.
struct Registration {
  ScopeId scope;
  RegistrationId id;         // first spelling
  EnrollmentRef enrollment;  // the owner of the id
  RegistrationStatus status = RegistrationStatus::kUnassigned;
  Substatus substatus = Substatus::kNone;
  Reason reason = Reason::kNone;  // why it failed
  HubName hub;                    // empty unless it has an identity there; a failed attempt to
                                  // register again leaves the identity, so it may be set then too
  std::string hub_host;           // what the device was told
  DeviceId device_id;             // as hub
  std::string operation_id;       // of the latest register
  std::string payload;            // the device's latest custom payload, JSON text; may be empty
  std::optional<MemberName> member;  // of the enrollment's roster
  // When the device first connected with what it was issued; members only.
  std::optional<TimePoint> activated_at;
  // Requests that were answered, for as long as equal ones are refused; at most kAnsweredMax.
  std::vector<AnsweredRequest> answered;
  std::string attestation = {};  // attestation_name() of what proved it last
  // What the device is told with each poll until it registers again: the key for its hub, wrapped
  // for its TPM; the certificates it was issued, its own first, DER each.
  base::Bytes activation = {};
  std::vector<base::Bytes> issued_chain = {};
  base::Bytes storage_root_key = {};       // of the TPM that registered
  std::vector<std::string> measured = {};  // digests of the firmware that it ran, lower-case hex
  // An operator, or the account of the scope, wants it to register anew: what it was issued is
  // void. Groups with passwords only.
  bool reset = false;
  std::string model = {};        // as the device named it last; may be empty
  std::string template_id = {};  // the template of that model, when it registered; else empty
  Approval approval = Approval::kNone;
  TimePoint created_at;
  TimePoint updated_at;
  std::uint64_t version = 0;
};

// A certificate that a device authenticates with, known by its SHA-256 fingerprint.
struct PinnedCertificate {
  base::Bytes sha256;   // of the DER, 32 bytes
  std::string subject;  // its CN
  TimePoint not_before;
  TimePoint not_after;
  // Not empty: good for every certificate of this key (Certificate::by_key), a SHA-256.
  base::Bytes spki_sha256 = {};
  bool operator==(const PinnedCertificate&) const = default;
};
// What a device is to the others of its scope.
enum class DeviceRole {
  kDevice,
  kController,  // works on the devices it controls
  kPrototype,   // made by the account of the scope; works on others as its permissions say
};
std::string_view to_string(DeviceRole role);  // "device", "controller", "prototype"
std::optional<DeviceRole> parse_device_role(std::string_view text);

// What those who control a device may do to it.
enum class ControlAccess { kNone, kRead, kReadWrite };
std::string_view to_string(ControlAccess access);  // "none", "read", "read_write"
std::optional<ControlAccess> parse_control_access(std::string_view text);

struct DevicePermissions {
  // Other devices of the scope whose data it may read and write; none: all. For prototypes.
  std::optional<std::vector<std::string>> reads;
  std::optional<std::vector<std::string>> writes;
  ControlAccess control = ControlAccess::kReadWrite;
  std::string more = {};  // what a dialect keeps beside them: JSON object text, or empty
  bool operator==(const DevicePermissions&) const = default;
};
inline constexpr std::size_t kPermittedMax = 1'000;  // devices in each list

// A keyed digest (device_password_purpose()) of the password that a device connects with.
struct DevicePassword {
  base::Bytes digest;  // 32 bytes; empty: void until it registers again
  std::vector<std::pair<base::Bytes, TimePoint>>
      retired;  // with when, newest first; kRetiredKeysMax
};

// An identity at a hub.
struct Device {
  HubName hub;
  DeviceId id;
  ScopeId scope;
  RegistrationId registration;  // empty when made by hand
  std::string display_name;
  bool enabled = true;
  bool iot_edge = false;
  std::optional<SymmetricKeys> keys;  // sealed with device_key_context()
  std::optional<PinnedCertificate> certificate;
  std::optional<PinnedCertificate> secondary_certificate = {};
  // It has no certificate pinned, but any that a verified CA of its scope vouches for and whose CN
  // is its id.
  bool ca_signed = false;
  std::vector<RetiredCertificate> retired_certificates;  // newest first, at most kRetiredKeysMax
  // The group whose member it is: such a device connects without naming a hub, so its id is unique
  // among the members of all hubs.
  std::optional<EnrollmentId> group;
  bool awaits_activation = false;  // what it was issued has not been used yet
  // Devices with a password. One with a group, or of another role than kDevice, connects without
  // naming a hub, and its id is unique among these.
  std::optional<DevicePassword> password = {};
  DeviceRole role = DeviceRole::kDevice;
  std::string serial = {};  // its own, as it gave it; unique among the controllers of a scope and
                            // among its prototypes
  DevicePermissions permissions = {};
  std::string property_links = {};  // JSON text that is kept and given back, or empty
  std::string first_reported = {};  // reported properties it starts with, JSON object text
  std::string model = {};           // as the device named it last; may be empty
  std::string template_id = {};     // the template it is assigned to; empty: none
  InitialTwin twin;
  TimePoint created_at;
  TimePoint updated_at;
  std::uint64_t version = 0;
};

// What seals are bound to: a sealed key cannot be moved to another record or slot.
std::string key_context(const ScopeId& scope, EnrollmentKind kind, const EnrollmentId& id);
std::string device_key_context(const HubName& hub, const DeviceId& id);
std::string hub_policy_context(const HubName& hub, std::string_view policy);

// What keyed digests of passwords are bound to (provisioning::Vault::digest).
std::string member_password_purpose(const ScopeId& scope, const EnrollmentId& group,
                                    const MemberName& name, PasswordUse use);
std::string device_password_purpose(const DeviceId& id);
// A Voucher's text is "<expiry>.<64 hex digits>.<actor>": the expiry in Unix seconds, and the
// keyed digest (purpose kVoucherPurpose) of this text, which says what it is good for.
std::string voucher_message(const ScopeId& scope, const EnrollmentId& group, const MemberName& name,
                            std::int64_t expires_at_seconds, std::string_view actor);
inline constexpr std::string_view kVoucherPurpose = "member-voucher";

// Who owns a scope, to vendors' clients that act for all its devices: an e-mail address, unique in
// the whole server without case, and a password.
struct Account {
  ScopeId scope;
  std::string email;
  ObjectId id;           // as a publisher of data
  std::string argon2id;  // Argon2id, in its usual text form ("$argon2id$v=19$…")
  bool enabled = true;
  Guesses guesses;
  TimePoint created_at;
  TimePoint updated_at;
  std::uint64_t version = 0;
};
inline constexpr std::size_t kAccountsMax = 100;  // of one scope

enum class Role { kViewer, kOperator, kAdmin };
std::string_view to_string(Role role);  // "viewer", "operator", "admin"
std::optional<Role> parse_role(std::string_view text);

// A token of the admin API. The secret part is stored one-way: digest = keyed HMAC of it.
struct Token {
  std::string id;  // 8..32 characters, public; shown in audit
  std::string display_name;
  Role role = Role::kViewer;
  std::optional<ScopeId> scope;  // limits the token to one scope
  base::Bytes digest;
  std::optional<TimePoint> expires_at;
  std::string operator_name = {};  // not empty: the session of that operator (domain/operators.h)
  TimePoint created_at;
  std::uint64_t version = 0;
};

// One change, who made it, and when. Written in the same transaction as the change.
struct AuditRecord {
  std::uint64_t sequence = 0;  // set by the store, ascending
  TimePoint at;
  std::string actor;   // "token:<id>", "operator:<name>", "device:<scope>/<registration id>",
                       // "code:<id>", "server"
  std::string source;  // address, empty for the server itself
  std::string action;  // "enrollment.create", "registration.assign", …
  std::string scope;   // empty for server-wide things
  std::string target;  // id of the thing
  std::string detail;  // JSON object text: what changed, never secrets
};

}  // namespace berth::domain
