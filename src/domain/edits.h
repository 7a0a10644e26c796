// What operators say of a thing when they make or change it, for the commands of operations.h.
//
// Room domain. An Edit holds only the fields that were given; the same Edit creates and updates. A
// given but empty display_name, service_host or device_id restores the default. Secrets are
// incoming only.
// Thread rule: plain values (move-only where they hold a Secret).
#pragma once

#include "base/secret.h"
#include "domain/records.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace berth::domain {

struct ScopeEdit {
  std::optional<std::string> id;  // creation only; made up when absent
  std::optional<std::string> display_name;
  std::optional<std::string> service_host;
  std::optional<AllocationPolicy> allocation_policy;
  std::optional<bool> enabled;
  std::optional<bool> compatible_codes = {};
  std::optional<bool> auto_approve = {};
  std::optional<bool> hold_unknown_models = {};
};
struct HubEdit {
  std::optional<std::string> name;  // creation only
  // Creation only; default: the server's own host name, while no other hub has it.
  std::optional<std::string> host;
  std::optional<std::string> display_name;
};
// That who links a hub holds a key of one of its policies, as a connection string says it.
struct HubProof {
  std::string host;
  std::string policy;
  Secret key;
};
struct HubLinkEdit {
  std::optional<std::uint32_t> weight;
  std::optional<bool> apply_allocation;
  std::optional<HubProof> proof;  // checked when given
};
// Given on creation of a group, it gets a product secret instead of symmetric keys.
struct ProductSecretEdit {
  std::optional<Secret> secret;          // creation only: text; made up when absent
  std::optional<CredentialKind> issues;  // creation only
  std::optional<Admits> admits;
  std::optional<std::uint32_t> created_max;
  std::optional<Reissue> reissue;
  std::optional<std::chrono::seconds> clock_window;
  std::optional<std::chrono::seconds> replay_window;
};
// Given on creation of a group, its members have passwords.
struct MemberPasswordsEdit {
  std::optional<Secret> derivation_secret;  // text; empty: none
  std::optional<DerivationOrder> order;
  std::optional<Reissue> reissue;                 // kRefused or kNew
  std::optional<std::uint32_t> guesses_max;       // 1..1000
  std::optional<std::chrono::seconds> lock_time;  // 1 s .. 30 days
};
// A certificate as text: PEM or the base64 of its DER; or the name of a CA of the scope. Exactly
// one of both, or neither: the slot is emptied.
struct TrustSlotEdit {
  std::string certificate = {};
  std::string ca = {};  // groups only
};
struct DicePolicyEdit {
  std::optional<std::vector<std::string>> digests;  // hex, either case
  std::optional<std::string> vendor;
  std::optional<std::string> model;
  std::optional<std::string> version_min;
  std::optional<std::optional<std::uint64_t>> svn_min;
  std::optional<bool> debug;
  std::optional<UnknownFirmware> unknown;
};
// Given on creation, its devices prove themselves with certificates.
struct CertificateTrustEdit {
  std::optional<TrustSlotEdit> primary;  // one of both is required on creation
  std::optional<TrustSlotEdit> secondary;
  std::optional<std::optional<DicePolicyEdit>> dice;  // none inside: no policy
};
// Given on creation of an individual enrollment, its device proves its TPM. Base64 of TPM2B_PUBLIC.
struct TpmKeysEdit {
  std::optional<std::string> endorsement_key;   // required on creation
  std::optional<std::string> storage_root_key;  // empty: the first that registers
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
  std::optional<ProductSecretEdit> product;       // groups only; their id is made up when absent
  std::optional<MemberPasswordsEdit> passwords;   // likewise; at most one of the two
  std::optional<std::vector<TopicPermission>> topics;
  std::optional<CertificateTrustEdit> x509 = {};
  std::optional<TpmKeysEdit> tpm = {};
  // Days that certificates are issued for, 1..90; none inside: none are.
  std::optional<std::optional<std::uint32_t>> issuance_days = {};
};
struct CaEdit {
  std::optional<std::string> name;         // creation only
  std::optional<std::string> certificate;  // as TrustSlotEdit; required on creation
  std::optional<bool> verified;            // an admin says so, without a proof of possession
};
struct DeviceEdit {
  std::optional<std::string> id;     // creation only
  std::optional<std::string> scope;  // creation only; default: the only scope
  std::optional<std::string> display_name;
  std::optional<bool> enabled;
  std::optional<bool> iot_edge;
  // Creation only: the group with a product secret whose member it becomes; then `id` is the
  // member's name and the device's id is made of both.
  std::optional<std::string> group;
  std::optional<Secret> primary_key;  // decoded, 16..64 bytes; made up on creation when absent
  std::optional<Secret> secondary_key;
  std::optional<std::string> tags;     // creation only: JSON object text
  std::optional<std::string> desired;  // creation only: JSON object text
  // Instead of keys: one or two certificates by their SHA-256, in hex; empty: none. Or whatever a
  // verified CA of its scope vouches for.
  std::optional<std::string> primary_thumbprint = {};
  std::optional<std::string> secondary_thumbprint = {};
  std::optional<bool> ca_signed = {};
};
struct TwinEdit {
  std::optional<std::string> tags;     // JSON object text
  std::optional<std::string> desired;  // JSON object text
  bool replaces = false;               // a given section is taken whole; else merged, null deletes
};
struct TokenEdit {
  std::optional<std::string> display_name;
  std::optional<Role> role;
  std::optional<std::string> scope;
  std::optional<TimePoint> expires_at;
};

struct NewMember {
  std::string name;
  // Groups with passwords only: 4..127 printable characters; none: derived, or kept if it is
  // listed.
  std::optional<Secret> enroll_password = {};
  std::optional<Secret> control_password = {};
};

struct AccountEdit {
  std::optional<std::string> email;  // creation only
  std::optional<Secret> password;    // 8..127 characters; required on creation
  std::optional<bool> enabled;
};

}  // namespace berth::domain
