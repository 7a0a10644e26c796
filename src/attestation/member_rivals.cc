#include "attestation/member_rivals.h"

#include "attestation/text_test.h"
#include "base/codec.h"
#include "crypto/certificate.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::attestation {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::Device;
using domain::KeySlot;
using domain::ProductSecret;
using domain::Reason;
using provisioning::ConnectionInput;

// Whose connection it is, and how its trouble ends.
struct Case {
  const ConnectionInput& input;
  const Device& device;
  ProductRivalTools tools;
};

std::string context_of(const Device& device) { return device_key_context(device.hub, device.id); }

// "device 'd'"; one of another scope is not named.
std::string name_of(const Case& of, const Device& other) {
  if (of.device.scope != other.scope) return "a device of another scope";
  return fmt::format("device '{}'", other.id.text());
}

// The group whose member it is, if it could be read.
const domain::Enrollment* group_of(const Case& of) {
  if (!of.device.group) return nullptr;
  for (const auto list : {of.input.candidates, of.input.same_scope}) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& each) {
      return each.id.key() == of.device.group->key() &&
             std::holds_alternative<ProductSecret>(each.attestation);
    });
    if (found != list.end()) return &*found;
  }
  return nullptr;
}

// Lets the device register once more, so that it holds what the hub has.
std::string register_again(const Case& of) {
  const domain::Enrollment* group = group_of(of);
  const auto& registration = of.input.registration;
  if (group == nullptr || !registration || !registration->member) {
    return mend::show_device(of.device) + " --show-keys";
  }
  return mend::product_device("reset", *group, registration->member->text());
}

std::string issued_text(const Case& of) {
  return fmt::format("What device '{}' has now was issued at {}", of.device.id.text(),
                     base::format_utc(of.device.updated_at, 0));
}

Findings reissued(const Case& of, TimePoint at, bool proven) {
  return {{Cause::kReissuedSince, proven,
           fmt::format("{} a credential that device '{}' had until {}: it has been issued another "
                       "since, and did not get or keep it.",
                       proven ? "The device uses" : "The device may still use", of.device.id.text(),
                       base::format_utc(at, 0)),
           register_again(of)}};
}

Findings issued_but_other(const Case& of) {
  return {{Cause::kIssuedButOther, false,
           fmt::format("{}, and the device uses something else: its storage was overwritten, or "
                       "another device uses its name.",
                       issued_text(of)),
           register_again(of)}};
}

Findings other_kind(const Case& of, std::string_view came_with) {
  const std::string_view has = of.device.certificate ? "a certificate"
                               : of.device.keys      ? "a secret"
                                                     : "no credential";
  return {{Cause::kOtherCredentialKind, true,
           fmt::format("Device '{}' was issued {}, but it came with {}.", of.device.id.text(), has,
                       came_with),
           register_again(of)}};
}

std::vector<NamedKey> keys_of(const Case& of, const Device& device, std::string_view whose) {
  std::vector<NamedKey> keys;
  if (!device.keys) return keys;
  const std::string context = context_of(device);
  for (const KeySlot slot : {KeySlot::kPrimary, KeySlot::kSecondary}) {
    Result<Secret> key = of.tools.vault.open(
        slot == KeySlot::kPrimary ? device.keys->primary : device.keys->secondary, context);
    if (!key) continue;
    keys.push_back({*std::move(key), fmt::format("the {} key of {}", to_string(slot), whose)});
  }
  return keys;
}

// A MAC over the user name that no key of the device gives.
class SignedCase {
 public:
  SignedCase(const Case& of, const domain::SignedText& proof)
      : of_(of),
        test_(proof, of.tools.budget),
        own_(keys_of(of, of.device, name_of(of, of.device))) {}

  Findings rejected() {
    for (const auto hypothesis :
         {&SignedCase::replaced, &SignedCase::product_secret_used, &SignedCase::other_key_form,
          &SignedCase::rest_in_key, &SignedCase::text_otherwise, &SignedCase::of_other_device}) {
      Findings findings = (this->*hypothesis)();
      if (!findings.empty()) return findings;
    }
    return issued_but_other(of_);
  }

  Findings malformed() { return mac_encoded_otherwise(test_, own_); }

 private:
  Findings replaced() {
    const std::string context = context_of(of_.device);
    for (const domain::RetiredKey& each : of_.device.keys->retired) {
      const Result<Secret> key = of_.tools.vault.open(each.key, context);
      if (key && test_.verifies(*key)) return reissued(of_, each.retired_at, true);
    }
    return {};
  }

  // As its text, or decoded as the device's own secret would be.
  Findings product_secret_used() {
    const domain::Enrollment* group = group_of(of_);
    if (group == nullptr) return {};
    const auto& secret = std::get<ProductSecret>(group->attestation);
    Result<const OpenedKeys*> opened = of_.tools.keys.open(*group, secret);
    if (!opened) return {};
    const OpenedKeys& keys = **opened;
    const std::optional<Secret> decoded = base::base64_decode_secret(keys.primary.text());
    const bool used = test_.verifies(keys.primary.bytes()) ||
                      (decoded && test_.verifies(decoded->bytes())) ||
                      (!keys.secondary.empty() && test_.verifies(keys.secondary.bytes()));
    if (!used) return {};
    return {{Cause::kGroupKeyUnderived, true,
             fmt::format("The device signs with the product secret of group '{}'; it has to use "
                         "the secret that it was issued when it registered.",
                         group->id.text()),
             "let the device keep what it was issued, and connect with that"}};
  }

  Findings other_key_form() {
    const bool bytes = test_.received().key_form == domain::KeyForm::kBytes;
    for (const NamedKey& each : own_) {
      const Secret text = base::base64_encode_secret(each.key.bytes());
      if (bytes && test_.verifies(text.bytes())) {
        return {{Cause::kKeyTextNotDecoded, true,
                 fmt::format("The base64 text of {} was used as the key; it has to be decoded "
                             "first.",
                             each.whose),
                 "decode the secret in the device before signing"}};
      }
      if (!bytes && test_.verifies(each.key.bytes())) {
        return {{Cause::kSecretDecoded, true,
                 fmt::format("The bytes of {} were used as the key; here its base64 text is.",
                             each.whose),
                 "sign with the text of the secret as it was issued"}};
      }
    }
    return {};
  }

  Findings rest_in_key() { return key_with_rest(test_, own_); }

  Findings text_otherwise() { return text_signed_otherwise(test_, own_); }

  Findings of_other_device() {
    for (const auto list : {of_.input.same_id, of_.input.same_hub}) {
      for (const Device& other : list) {
        if (test_.spent()) return {};
        for (const NamedKey& key : keys_of(of_, other, "")) {
          if (!test_.verifies(key.key)) continue;
          return {{Cause::kKeyOfOtherDevice, true,
                   fmt::format("The device has the key of {}, but calls itself '{}'.",
                               name_of(of_, other), of_.device.id.text()),
                   "give each device its own secret: two of them were flashed with one image"}};
        }
      }
    }
    return {};
  }

  const Case& of_;
  TextTest test_;
  std::vector<NamedKey> own_;
};

Findings signed_text_expired(const domain::SignedText& proof, const ConnectionInput& input) {
  const std::int64_t expiry = proof.expires_at_seconds.value_or(0);
  const std::int64_t ago = base::to_unix_seconds(input.now) - expiry;
  return {{Cause::kClockBehind, false,
           fmt::format("The signature is right, but the user name was good until {} ({} s ago): "
                       "the device's clock is behind, or it uses an old user name again.",
                       seconds_text(expiry), ago),
           "let the device set its clock, and make a new user name for every connection"}};
}

Findings signed_text(const Case& of, const domain::SignedText& proof) {
  const Reason reason = of.input.reason;
  if (reason == Reason::kProofExpired) return signed_text_expired(proof, of.input);
  if (reason == Reason::kAttestationMismatch) return other_kind(of, "a signed user name");
  if (!of.device.keys) return {};
  SignedCase signed_case(of, proof);
  if (reason == Reason::kProofMalformed) return signed_case.malformed();
  return reason == Reason::kProofRejected ? signed_case.rejected() : Findings{};
}

Findings channel(const Case& of, const domain::SharedKeyChannel& shared) {
  const Reason reason = of.input.reason;
  if (reason == Reason::kAttestationMismatch) return other_kind(of, "a secret");
  if (reason == Reason::kProofRejected) return reissued(of, of.device.updated_at, true);
  if (reason != Reason::kProofAudienceMismatch) return {};
  return {{Cause::kTokenForOtherDevice, true,
           fmt::format("The connection was keyed as '{}', and connects as '{}'.",
                       base::printable(shared.identity, 128), of.device.id.text()),
           "use the same device for the handshake and the connection"}};
}

// The key exchange of the connection itself came to nothing: nobody knows what key the device used.
Findings handshake(const Case& of) {
  if (of.input.reason != Reason::kProofRejected) return {};
  if (!of.device.keys) return other_kind(of, "a secret");
  const std::vector<domain::RetiredKey>& retired = of.device.keys->retired;
  return retired.empty() ? issued_but_other(of) : reissued(of, retired.front().retired_at, false);
}

Findings certificate_time(const Case& of, const crypto::CertificateFacts& leaf) {
  if (of.input.now > leaf.not_after) {
    return {{Cause::kCertificateExpired, true,
             fmt::format("The certificate of device '{}' was good until {}.", of.device.id.text(),
                         base::format_utc(leaf.not_after, 0)),
             register_again(of)}};
  }
  return {{Cause::kUnexplained, false,
           fmt::format("The certificate of device '{}' is good from {} on: the clock of whoever "
                       "made it is ahead of this server's.",
                       of.device.id.text(), base::format_utc(leaf.not_before, 0)),
           "berth doctor"}};
}

Findings other_certificate(const Case& of, const crypto::CertificateFacts& leaf) {
  const auto is_leaf = [&](const base::Bytes& sha256) {
    return std::equal(sha256.begin(), sha256.end(), leaf.sha256.begin(), leaf.sha256.end());
  };
  for (const domain::RetiredCertificate& each : of.device.retired_certificates) {
    if (is_leaf(each.sha256)) return reissued(of, each.retired_at, true);
  }
  for (const auto list : {of.input.same_id, of.input.same_hub}) {
    for (const Device& other : list) {
      if (!other.certificate || !is_leaf(other.certificate->sha256)) continue;
      return {{Cause::kCertificateOfOther, true,
               fmt::format("The certificate is that of {}, but the device calls itself '{}'.",
                           name_of(of, other), of.device.id.text()),
               "give each device its own certificate"}};
    }
  }
  return issued_but_other(of);
}

Findings certificates(const Case& of, const domain::CertificateChain& chain) {
  const Reason reason = of.input.reason;
  if (reason == Reason::kAttestationMismatch) return other_kind(of, "a client certificate");
  if (chain.certificates.empty()) return {};
  const Result<crypto::CertificateFacts> leaf =
      crypto::read_certificate(chain.certificates.front());
  if (!leaf) return {};
  if (reason == Reason::kCertificateInvalid) return certificate_time(of, *leaf);
  return reason == Reason::kProofRejected ? other_certificate(of, *leaf) : Findings{};
}

}  // namespace

std::vector<domain::Finding> test_member_rivals(const ConnectionInput& input,
                                                ProductRivalTools tools) {
  if (input.device == nullptr) return {};
  const Case of{input, *input.device, tools};
  const domain::Evidence& evidence = input.claim.evidence;
  if (const auto* text = std::get_if<domain::SignedText>(&evidence)) return signed_text(of, *text);
  if (const auto* shared = std::get_if<domain::SharedKeyChannel>(&evidence)) {
    return channel(of, *shared);
  }
  if (const auto* chain = std::get_if<domain::CertificateChain>(&evidence)) {
    // Those of other devices have rivals of their own (x509_rivals.h).
    return input.device->group ? certificates(of, *chain) : Findings{};
  }
  return std::holds_alternative<domain::NoEvidence>(evidence) ? handshake(of) : Findings{};
}

}  // namespace berth::attestation
