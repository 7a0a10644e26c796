// What operators ask of Berth: one struct a use case, in domain records. Dialects (admin, later
// vendor service APIs) translate their requests into these; management carries them out.
//
// Room domain. An Edit holds only the fields that were given; the same Edit creates and updates. A
// given but empty display_name, service_host or device_id restores the default.
// Secrets appear only in Edits (incoming) and in Keys (outgoing, on request).
// Thread rule: plain values (move-only where they hold a Secret).
#pragma once

#include "base/secret.h"
#include "domain/records.h"
#include "domain/trail.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace berth::domain {

// Who asks: the bearer token as presented (management checks it) and where from.
struct Caller {
  Secret token;
  std::string source;  // address
};

// The optimistic lock of an update or delete: the version from the ETag, or none for "whatever".
using Precondition = std::optional<std::uint64_t>;

// Keyset paging: `cursor` is opaque, empty for the first page. 1..1000 items, 0 means the default.
struct Page {
  std::string cursor;
  std::uint32_t limit = 0;
};

template <class T>
struct Listing {
  std::vector<T> items;
  std::string next_cursor;  // empty on the last page
};

struct ScopeEdit {
  std::optional<std::string> id;  // creation only; made up when absent
  std::optional<std::string> display_name;
  std::optional<std::string> service_host;
  std::optional<AllocationPolicy> allocation_policy;
  std::optional<bool> enabled;
};
struct HubEdit {
  std::optional<std::string> name;  // creation only
  std::optional<std::string> host;  // creation only; default: the server's own host name
  std::optional<std::string> display_name;
};
struct HubLinkEdit {
  std::optional<std::uint32_t> weight;
  std::optional<bool> apply_allocation;
};
struct EnrollmentEdit {
  std::optional<std::string> id;  // creation only
  std::optional<std::string> display_name;
  std::optional<bool> enabled;
  std::optional<Secret> primary_key;  // decoded, 16..64 bytes; made up on creation when absent
  std::optional<Secret> secondary_key;
  std::optional<std::string> device_id;
  std::optional<std::optional<AllocationPolicy>> allocation_policy;  // none inside: the scope's
  std::optional<std::vector<std::string>> hubs;
  std::optional<ReprovisionPolicy> reprovision;
  std::optional<std::string> tags;     // JSON object text
  std::optional<std::string> desired;  // JSON object text
  std::optional<bool> iot_edge;
  std::optional<std::string> device_information;  // JSON object text
};
struct TokenEdit {
  std::optional<std::string> display_name;
  std::optional<Role> role;
  std::optional<std::string> scope;
  std::optional<TimePoint> expires_at;
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
struct LinkHub {
  std::string scope;
  std::string hub;
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

using ManagementCommand =
    std::variant<CreateScope, GetScope, ListScopes, UpdateScope, DeleteScope, CreateHub, GetHub,
                 ListHubs, UpdateHub, DeleteHub, LinkHub, UnlinkHub, ListHubLinks, CreateEnrollment,
                 GetEnrollment, GetEnrollmentKeys, ListEnrollments, UpdateEnrollment,
                 DeleteEnrollment, RegenerateEnrollmentKey, GetRegistration, ListRegistrations,
                 DeleteRegistration, TransferRegistration, GetDevice, GetDeviceKeys, ListDevices,
                 GetTrail, ListTrails, ListAudit, CreateToken, ListTokens, DeleteToken,
                 GetServerStatus>;

// Opened keys, asked for on purpose (role operator or admin; audited).
struct Keys {
  Secret primary;
  Secret secondary;
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

using ManagementResult =
    std::variant<Done, Scope, Listing<Scope>, Hub, Listing<Hub>, HubLink, Listing<HubLink>,
                 Enrollment, Listing<Enrollment>, Keys, Registration, Listing<Registration>, Device,
                 Listing<Device>, Trail, Listing<Trail>, Listing<AuditRecord>, NewToken,
                 Listing<Token>, ServerStatus>;

}  // namespace berth::domain
