// What one request asserts, and the commands a dialect can give to provisioning.
//
// Room domain. Texts come straight from the wire, bounded by the dialect but not yet validated:
// identify validates them, so that a bad id leaves a trail like any other refusal. Evidence is
// closed by shape of proof, never by vendor.
// Thread rule: plain values.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/secret.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace berth::domain {

// Nothing was presented.
struct NoEvidence {};

// Something was presented that cannot be read; `what` says what is wrong with it, without quoting
// it.
struct MalformedEvidence {
  std::string what;
};

// SHA-1 and MD5 are for devices that know nothing newer.
enum class MacAlgorithm { kHmacSha256, kHmacSha1, kHmacMd5 };
std::string_view to_string(MacAlgorithm algorithm);  // "HMAC-SHA256"

// A MAC over a text that names an audience and an expiry: shared access signatures.
struct MacOverText {
  MacAlgorithm algorithm = MacAlgorithm::kHmacSha256;
  std::string signed_text;        // exactly the bytes the MAC is over
  base::Bytes mac;                // 32 bytes, or empty when the signature cannot be read as such
  std::string raw_signature;      // as sent, percent-decoded; only for an empty `mac`, bounded;
                                  // attest refuses it as malformed, rivals say how it was encoded
  std::string audience;           // who the proof says it is for, decoded
  std::string expected_audience;  // who it must be for in this request, same form
  std::string raw_audience;       // as transmitted (part of signed_text)
  std::string raw_expiry;         // as transmitted (part of signed_text)
  std::string key_name;           // the named key it says it was made with; empty: the own key
  std::int64_t expires_at_seconds = 0;  // Unix time
};

// How a secret becomes the key of a MAC: its bytes, or the characters of its base64 text.
enum class KeyForm { kBytes, kBase64Text };

// A MAC over what a request or a user name says of itself; it names no audience. Made with the
// secret of a product, or with a device's own.
struct SignedText {
  MacAlgorithm algorithm = MacAlgorithm::kHmacSha256;
  KeyForm key_form = KeyForm::kBytes;
  // What may have been signed, likeliest first, 1..8: a vendor's clients differ in it.
  std::vector<std::string> texts;
  base::Bytes mac;            // of the algorithm's size, or empty when it cannot be read as such
  std::string raw_signature;  // as sent, bounded; for rivals
  std::string nonce;          // digits, as in the text; empty if there is none
  std::optional<std::int64_t> made_at_seconds;     // Unix time, by the device's clock
  std::optional<std::int64_t> expires_at_seconds;  // Unix time; none: it never does
};

// The connection itself was keyed with a secret both sides hold (TLS-PSK).
struct SharedKeyChannel {
  std::string identity;    // as the peer gave it
  std::string credential;  // what hub::Authenticator::shared_key() said the key was
};

// The connection's client certificates, leaf first, each DER. Possession of the leaf's key is
// proven, everything else about them is unchecked.
struct CertificateChain {
  std::vector<base::Bytes> certificates;
};

// The public parts of a TPM's endorsement key and storage root key, TPM2B_PUBLIC each, as sent.
// Anybody may know them: they ask for a challenge and prove nothing.
struct TpmIdentity {
  base::Bytes endorsement_key;
  base::Bytes storage_root_key;
};

// What a password is presented for.
enum class PasswordUse {
  kEnroll,   // a member registers: its enrol password
  kControl,  // a device is to control a member: the member's control password
  kConnect,  // a device's own
  kAccount,  // of the account that a scope's owner has
};
std::string_view to_string(PasswordUse use);  // "enroll", "control", "connect", "account"

// A password in clear. Shared, because claims are copied; nobody changes it.
struct Password {
  PasswordUse use = PasswordUse::kConnect;
  SharedSecret text;         // never null; bounded by the dialect, may be empty
  std::string account = {};  // kAccount: its e-mail address; empty: that of the device's scope
};

// What management gave an operator who vouches for a member (VouchForMember); bound to the member
// and good for a minute.
struct Voucher {
  std::string text;
};

using Evidence = std::variant<NoEvidence, MalformedEvidence, MacOverText, SignedText,
                              SharedKeyChannel, CertificateChain, Password, Voucher, TpmIdentity>;

// A claim that names its group and the member of it, instead of a scope: groups with a product
// secret or with passwords are known by their id in the whole server. To a hub an empty group means
// whichever it is of.
struct Membership {
  std::string group;   // enrollment id, as sent
  std::string member;  // as sent
};

// The claim is not for the member it names but for a device that is to control it.
struct Controller {
  std::string serial;  // its own, as sent; empty: it gave none
  // Credentials it has as a controller already, as sent: the claim then adds the member to what it
  // controls. Not good: they count as not sent.
  std::string device = {};
  SharedSecret password = {};
};

// What the device expects to be issued, when it says so.
enum class CredentialKind { kSecret, kCertificate };
std::string_view to_string(CredentialKind kind);  // "secret", "certificate"
std::optional<CredentialKind> parse_credential_kind(std::string_view text);

struct Claim {
  std::string scope;            // ID scope as sent; empty with a membership
  std::string registration_id;  // as sent, decoded once
  // With it, registration_id is the text that the dialect makes of both.
  std::optional<Membership> membership;
  std::optional<CredentialKind> wants;
  std::optional<Controller> controller;  // only with a membership
  Evidence evidence;
  std::string payload;     // custom payload, JSON text; empty if none
  std::string model = {};  // the device model it names, bounded; empty if none
  // The device asks for a certificate: PKCS#10, DER; empty if it does not.
  base::Bytes certificate_request = {};
  // What a new identity starts with, as the device says; groups with passwords only.
  std::string display_name = {};
  std::string properties = {};      // reported properties, JSON object text
  std::string property_links = {};  // JSON text, kept and given back
  // Where it came from, for the trail.
  std::string dialect;    // "azure-dps"
  std::string transport;  // wire::to_string(transport)
  std::string source;     // address of the peer
  std::string host;       // host name the peer asked for (SNI or Host), lower-case
  std::string client;     // agent text as sent
};

// Proves the claim without registering: at MQTT CONNECT.
struct Authenticate {
  Claim claim;
};
// Registers, or registers again.
struct Register {
  Claim claim;
};
// State of an operation the same device began.
struct PollOperation {
  Claim claim;
  std::string operation_id;
};
// State of the device's registration.
struct LookUpRegistration {
  Claim claim;
};

using ProvisioningCommand = std::variant<Authenticate, Register, PollOperation, LookUpRegistration>;

}  // namespace berth::domain
