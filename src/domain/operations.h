// What operators ask of Berth: one struct a use case, in domain records. Dialects (admin, later
// vendor service APIs) translate their requests into these; management carries them out.
//
// Room domain. Secrets appear only in Edits (incoming) and in Keys (outgoing, on request).
// Thread rule: plain values (move-only where they hold a Secret).
#pragma once

#include "base/secret.h"
#include "domain/certificate_operations.h"
#include "domain/code_operations.h"
#include "domain/edits.h"
#include "domain/fleet.h"
#include "domain/message.h"
#include "domain/operators.h"
#include "domain/paging.h"
#include "domain/records.h"
#include "domain/templates.h"
#include "domain/trail.h"
#include "domain/twin.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace berth::domain {

// Who asks: the bearer token as presented (management checks it; empty: none) and where from.
struct Caller {
  Secret token;
  std::string source;  // address
};

struct CreateScope {
  ScopeEdit edit;
};
struct GetScope {
  std::string id;
};
struct ListScopes {
  Page page;
};
struct UpdateScope {
  std::string id;
  ScopeEdit edit;
  Precondition precondition;
};
struct DeleteScope {
  std::string id;
  Precondition precondition;
};  // refused while it has enrollments

struct CreateHub {
  HubEdit edit;
};
struct GetHub {
  std::string name;
};
struct ListHubs {
  Page page;
};
struct UpdateHub {
  std::string name;
  HubEdit edit;
  Precondition precondition;
};
struct DeleteHub {
  std::string name;
  Precondition precondition;
};  // refused while it has devices
struct GetHubKeys {
  std::string name;
};
// Puts a new random key into the slot of one policy; the old one becomes a retired key.
struct RegenerateHubKey {
  std::string name;
  std::string policy;
  KeySlot slot;
  Precondition precondition;
};
struct LinkHub {
  std::string scope;
  std::string hub;  // empty: the one whose host the proof names
  HubLinkEdit edit;
  Precondition precondition;
};  // creates or replaces: what is not given gets its default
struct UnlinkHub {
  std::string scope;
  std::string hub;
  Precondition precondition;
};
struct ListHubLinks {
  std::string scope;
};

struct CreateEnrollment {
  std::string scope;
  EnrollmentKind kind;
  EnrollmentEdit edit;
};
struct GetEnrollment {
  std::string scope;
  EnrollmentKind kind;
  std::string id;
};
struct GetEnrollmentKeys {
  std::string scope;
  EnrollmentKind kind;
  std::string id;
};
struct ListEnrollments {
  std::string scope;
  EnrollmentKind kind;
  Page page;
};
struct UpdateEnrollment {
  std::string scope;
  EnrollmentKind kind;
  std::string id;
  EnrollmentEdit edit;
  Precondition precondition;
};
struct DeleteEnrollment {
  std::string scope;
  EnrollmentKind kind;
  std::string id;
  Precondition precondition;
};
// Puts a new random key into the slot; the old one becomes a retired key.
struct RegenerateEnrollmentKey {
  std::string scope;
  EnrollmentKind kind;
  std::string id;
  KeySlot slot;
  Precondition precondition;
};

// A new product secret; the present one stays good for `overlap` (0..90 days).
struct RotateProductSecret {
  std::string scope;
  std::string id;
  std::optional<Secret> secret;  // text; made up when absent
  std::chrono::seconds overlap{0};
  Precondition precondition;
};

// The roster of a group with a product secret.
struct AddMembers {
  std::string scope;
  std::string group;
  std::vector<NewMember> members;  // 1..1000
};
struct GetMember {
  std::string scope;
  std::string group;
  std::string name;
};
struct ListMembers {
  std::string scope;
  std::string group;
  Page page;  // ordered by name
};
// Switching off ends what the member has, and its connection; switching on gives it back.
struct UpdateMember {
  std::string scope;
  std::string group;
  std::string name;
  std::optional<bool> enabled;
  Precondition precondition;
};
// With its registration and identity.
struct DeleteMember {
  std::string scope;
  std::string group;
  std::string name;
  Precondition precondition;
};
// It may register again, though it has connected with what it was issued; what it has stays good
// until it does. Of a group with passwords: what it has is void at once.
struct ResetMember {
  std::string scope;
  std::string group;
  std::string name;
};
// Forgets wrong passwords; groups with passwords only.
struct UnlockMember {
  std::string scope;
  std::string group;
  std::string name;
};
// Allows one registration of the member without its enrol password: the answer is evidence for it.
// Groups with passwords only; audited as "member.enroll".
struct VouchForMember {
  std::string scope;
  std::string group;
  std::string name;
};

struct CreateAccount {
  std::string scope;
  AccountEdit edit;
};
struct GetAccount {
  std::string scope;
  std::string email;
};
struct ListAccounts {
  std::string scope;
};
// With a password, or enabled, it also forgets wrong passwords.
struct UpdateAccount {
  std::string scope;
  std::string email;
  AccountEdit edit;
  Precondition precondition;
};
struct DeleteAccount {
  std::string scope;
  std::string email;
  Precondition precondition;
};

struct GetRegistration {
  std::string scope;
  std::string id;
};
struct ListRegistrations {
  std::string scope;
  std::optional<EnrollmentRef> enrollment;
  Page page;
};
struct DeleteRegistration {
  std::string scope;
  std::string id;
  Precondition precondition;
};
// Gives the id to another enrollment (docs/ARCHITECTURE.md, Who owns an id).
struct TransferRegistration {
  std::string scope;
  std::string id;
  EnrollmentRef to;
  Precondition precondition;
};

struct GetDevice {
  std::string hub;
  std::string id;
};
struct GetDeviceKeys {
  std::string hub;
  std::string id;
};
struct ListDevices {
  std::string hub;
  Page page;
};
struct CreateDevice {
  std::string hub;
  DeviceEdit edit;
};
struct UpdateDevice {
  std::string hub;
  std::string id;
  DeviceEdit edit;
  Precondition precondition;
};
// With its twin and waiting messages; its registration stays.
struct DeleteDevice {
  std::string hub;
  std::string id;
  Precondition precondition;
};
// Puts a new random key into the slot; the old one becomes a retired key.
struct RegenerateDeviceKey {
  std::string hub;
  std::string id;
  KeySlot slot;
  Precondition precondition;
};

struct GetTwin {
  std::string hub;
  std::string device;
};
struct UpdateTwin {
  std::string hub;
  std::string device;
  TwinEdit edit;
  Precondition precondition;  // Twin::etag
};
struct CallDeviceMethod {
  std::string hub;
  std::string device;
  std::string method;
  std::string payload;                        // JSON text or empty
  std::chrono::seconds connect_timeout{0};    // 0..300
  std::chrono::seconds response_timeout{30};  // 5..300
};
struct SendToDevice {
  std::string hub;
  std::string device;
  Message message;  // its id is made up when empty
  FeedbackWanted feedback = FeedbackWanted::kNone;
  std::chrono::seconds lifetime{3600};  // 1 min .. 2 days
};
// A part of a hub's event log. `cursor` is opaque: where a page before ended, empty for the oldest
// event, or "now".
struct ReadEvents {
  std::string hub;
  std::string cursor;
  std::string device;            // empty: all
  std::uint32_t limit = 0;       // 1..1000, 0 means the default
  std::chrono::seconds wait{0};  // 0..60: for a first event when there is none
};

struct GetTrail {
  std::string id;
};
struct ListTrails {
  std::string scope;            // empty: all scopes (needs a token without scope)
  std::string registration_id;  // empty: all
  bool failed_only = false;
  Page page;  // newest first
};
struct ListAudit {
  std::string scope;
  Page page;
};  // newest first

struct CreateToken {
  TokenEdit edit;
};
struct ListTokens {
  Page page;
};
struct DeleteToken {
  std::string id;
};

struct GetServerStatus {};

using ManagementCommand = std::variant<
    CreateScope, GetScope, ListScopes, UpdateScope, DeleteScope, CreateHub, GetHub, ListHubs,
    UpdateHub, DeleteHub, GetHubKeys, RegenerateHubKey, LinkHub, UnlinkHub, ListHubLinks,
    CreateEnrollment, GetEnrollment, GetEnrollmentKeys, ListEnrollments, UpdateEnrollment,
    DeleteEnrollment, RegenerateEnrollmentKey, RotateProductSecret, AddMembers, GetMember,
    ListMembers, UpdateMember, DeleteMember, ResetMember, UnlockMember, VouchForMember,
    CreateAccount, GetAccount, ListAccounts, UpdateAccount, DeleteAccount, CreateCa, GetCa, ListCas,
    UpdateCa, DeleteCa, MakeVerificationCode, VerifyCa, RevokeCertificate, RestoreCertificate,
    ListRevoked, ListIssued, ApproveFirmware, GetRegistration, ListRegistrations,
    DeleteRegistration, TransferRegistration, GetDevice, GetDeviceKeys, ListDevices, CreateDevice,
    UpdateDevice, DeleteDevice, RegenerateDeviceKey, GetTwin, UpdateTwin, CallDeviceMethod,
    SendToDevice, ReadEvents, GetTrail, ListTrails, ListAudit, CreateToken, ListTokens, DeleteToken,
    GetServerStatus, CreateTemplate, GetTemplate, ListTemplates, UpdateTemplate, DeleteTemplate,
    CheckModel, DecideApproval, CreateCode, GetCode, ListCodes, RevokeCode, PickUp, RedeemClaim,
    CreateOperator, GetOperator, ListOperators, UpdateOperator, DeleteOperator, SignIn, SignOut,
    GetSession, ChangePassword, FindDevices, GetOverview, FollowLive>;

// Opened keys, asked for on purpose (role operator or admin; audited).
struct Keys {
  Secret primary;
  Secret secondary;
};
// The same of a group with a product secret.
struct ProductKeys {
  Secret current;  // text
  std::optional<Secret> previous;
  TimePoint previous_until;
};
// The same of a group with passwords.
struct DerivationKeys {
  std::optional<Secret> secret;  // text
};
// What VouchForMember gives: the claim to register with.
struct Vouched {
  Claim claim;
};
// A line of a roster and what became of it.
struct MemberView {
  Member member;
  std::optional<Registration> registration;
  bool has_passwords = false;  // its group is one with passwords; set by management
};
enum class MemberAdding { kAdded, kPresent, kUpdated, kInvalid, kFull };
// "added", "present", "updated" (it was listed and got other passwords), "invalid", "full".
std::string_view to_string(MemberAdding adding);
struct MemberAdded {
  std::string name;
  MemberAdding result = MemberAdding::kAdded;
  std::string what;  // for kInvalid and kFull: why
};
// In the order of the names that were given.
struct MembersAdded {
  std::vector<MemberAdded> rows;
};
// The opened keys of a hub's policies, likewise.
struct PolicyKeys {
  std::string policy;
  std::vector<HubPermission> permissions;
  Keys keys;
};
struct HubKeys {
  HubName hub;
  std::string host;
  std::vector<PolicyKeys> policies;
};
// Where a device is connected, or was last.
struct DeviceConnection {
  bool connected = false;
  TimePoint changed_at;
  std::string dialect;
  std::string transport;
  std::string source;  // address
  std::string node;    // the server
};
// A device and how it is connected; none: it never was.
struct DeviceView {
  Device device;
  std::optional<DeviceConnection> connection;
};
struct MethodAnswer {
  int status = 0;
  std::string payload;  // JSON text or empty
};
struct EventPage {
  std::vector<StoredEvent> events;
  std::string cursor;  // for the next page; also when there are no events
  bool gap = false;    // events between the cursor asked for and these are gone
};
// A new token: the only time its secret is seen.
struct NewToken {
  Token token;
  Secret secret;
};
struct ServerStatus {
  std::string version;
  std::string store;  // "sqlite" or "postgresql", no location
  TimePoint now;
  TimePoint started_at;
  std::uint64_t scope_count = 0;
  std::uint64_t hub_count = 0;
  std::vector<std::string> warnings;  // for `berth doctor`
};
struct Done {};

using ManagementResult = std::variant<
    Done, Scope, Listing<Scope>, Hub, Listing<Hub>, HubLink, Listing<HubLink>, Enrollment,
    Listing<Enrollment>, Keys, ProductKeys, DerivationKeys, MemberView, Vouched, Account,
    Listing<Account>, Listing<MemberView>, MembersAdded, HubKeys, Registration,
    Listing<Registration>, DeviceView, Listing<Device>, Twin, MethodAnswer, QueuedMessage,
    EventPage, Trail, Listing<Trail>, Listing<AuditRecord>, NewToken, Listing<Token>, CaCertificate,
    Listing<CaCertificate>, RevokedCertificate, Listing<RevokedCertificate>,
    Listing<CertificateRecord>, ServerStatus, Template, Listing<Template>, ModelCheck, NewCode,
    CredentialCode, Listing<CredentialCode>, PickedUp, ClaimRedeemed, Operator, Listing<Operator>,
    SessionView, NewSession, Listing<FleetRow>, Overview, Following>;

}  // namespace berth::domain
