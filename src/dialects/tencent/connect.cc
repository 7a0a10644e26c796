#include "dialects/tencent/connect.h"

#include "base/codec.h"
#include "crypto/certificate.h"
#include "dialects/tencent/user_name.h"

#include <fmt/format.h>

#include <utility>

namespace berth::dialects::tencent {
namespace {

using domain::MalformedEvidence;
using domain::Reason;
using wire::MqttConnectCode;

domain::Evidence channel_evidence(const wire::Peer& peer, std::string_view client_id) {
  if (peer.psk_identity != client_id) {
    return MalformedEvidence{"the PSK identity of the connection is not the client id"};
  }
  return domain::SharedKeyChannel{peer.psk_identity, peer.psk_credential};
}

domain::Evidence certificate_evidence(const wire::Peer& peer, std::string_view client_id) {
  const Result<crypto::CertificateFacts> facts = crypto::read_certificate(peer.certificates[0]);
  if (!facts) return MalformedEvidence{"the client certificate cannot be read"};
  if (facts->common_name != client_id) {
    return MalformedEvidence{"the CN of the client certificate is not the client id"};
  }
  return domain::CertificateChain{peer.certificates};
}

// A channel that is proven itself needs no password, and one that is sent does not count (§7.3).
domain::Evidence evidence_of(const wire::Peer& peer, const wire::MqttConnect& packet) {
  const std::string_view text = packet.user_name ? std::string_view(*packet.user_name) : "";
  if (text.size() > kUserNameBytesMax) {
    return MalformedEvidence{
        fmt::format("the user name has {} bytes; at most {}", text.size(), kUserNameBytesMax)};
  }
  const std::optional<UserName> name = parse_user_name(text);
  if (!name) {
    return MalformedEvidence{"the user name is not <client id>;<app id>;<connection id>;<expiry>"};
  }
  if (name->client_id != packet.client_id) {
    return MalformedEvidence{"the MQTT client id is not the first part of the user name"};
  }
  const Expiry expiry = parse_expiry(name->expiry);
  if (!expiry.readable) return MalformedEvidence{"the user name's expiry is not a number"};
  if (!peer.psk_identity.empty()) return channel_evidence(peer, packet.client_id);
  if (!peer.certificates.empty()) return certificate_evidence(peer, packet.client_id);
  if (!packet.password || packet.password->empty()) return domain::NoEvidence{};
  return parse_password(packet.password->text(), text, expiry.at_seconds);
}

std::string client_text(const wire::MqttConnect& packet) {
  if (!packet.user_name || packet.user_name->size() > kUserNameBytesMax) return {};
  const std::optional<UserName> name = parse_user_name(*packet.user_name);
  if (!name) return {};
  return base::printable(fmt::format("{};{}", name->app_id, name->connection_id), 64);
}

}  // namespace

void set_origin(domain::Claim& claim, const wire::Peer& peer) {
  claim.dialect = "tencent";
  claim.transport = wire::to_string(peer.transport);
  claim.source = peer.address;
  claim.host = base::printable(peer.server_name, 255);
}

domain::ConnectDevice connect_command(const wire::Peer& peer, const wire::MqttConnect& packet) {
  domain::ConnectDevice command;
  command.keeps_session = !packet.clean_session;
  domain::Claim& claim = command.claim;
  set_origin(claim, peer);
  claim.client = client_text(packet);
  claim.registration_id = packet.client_id.substr(0, kUserNameBytesMax);
  claim.membership = split_client_id(claim.registration_id);
  claim.evidence = evidence_of(peer, packet);
  return command;
}

MqttConnectCode connect_code_for(Reason reason) {
  switch (reason) {
    case Reason::kIdInvalid:
      return MqttConnectCode::kIdentifierRejected;
    case Reason::kProofMissing:
    case Reason::kProofMalformed:
    case Reason::kProofExpired:
    case Reason::kProofExpiryTooFar:
    case Reason::kProofAudienceMismatch:
    case Reason::kProofRejected:
    case Reason::kCertificateInvalid:
    case Reason::kCertificateExpired:
    case Reason::kCertificateNotYetValid:
    case Reason::kCertificateUsage:
    case Reason::kCertificateWeak:
    case Reason::kCertificateExtension:
    case Reason::kCertificateName:
    case Reason::kCertificateRevoked:
    case Reason::kChainTooLong:
    case Reason::kChainIncomplete:
    case Reason::kCaNotVerified:
    case Reason::kFirmwareUnknown:
    case Reason::kFirmwareTooOld:
    case Reason::kFirmwareNotAccepted:
    case Reason::kFirmwareHeld:
    case Reason::kApprovalAwaited:
    case Reason::kModelUnknown:
    case Reason::kDeviceBlocked:
    case Reason::kChallengeRequired:
    case Reason::kChallengeOver:
    case Reason::kCertificateRequestInvalid:
    case Reason::kIssuanceOff:
    case Reason::kClockOutOfWindow:
    case Reason::kRequestRepeated:
    case Reason::kAttestationMismatch:
    case Reason::kCredentialMismatch:
    case Reason::kDeviceUnknown:
    case Reason::kMemberUnknown:
    case Reason::kGroupUnknown:
    case Reason::kHostUnknown:
    case Reason::kScopeUnknown:
    case Reason::kNotEnrolled:
    case Reason::kNotRegistered:
      return MqttConnectCode::kBadUserNameOrPassword;
    case Reason::kDeviceDisabled:
    case Reason::kMemberDisabled:
    case Reason::kScopeDisabled:
    case Reason::kEnrollmentDisabled:
    case Reason::kRegistrationOff:
    case Reason::kMembersExhausted:
    case Reason::kAlreadyActivated:
    case Reason::kOwnedByOther:
    case Reason::kDeviceIdTaken:
    case Reason::kNotBound:
    case Reason::kTopicForbidden:
    case Reason::kAlreadyRegistered:
    case Reason::kMemberLocked:
    case Reason::kNotYetRegistered:
    case Reason::kNotPermitted:
    case Reason::kRequestInvalid:
    case Reason::kPropertyUnknown:
    case Reason::kMessageTooLarge:
    case Reason::kPayloadInvalid:
    case Reason::kDocumentInvalid:
    case Reason::kDocumentTooLarge:
    case Reason::kVersionNotCurrent:
      return MqttConnectCode::kNotAuthorized;
    case Reason::kTooManyAttempts:
    case Reason::kOverloaded:
    case Reason::kStoreUnavailable:
    case Reason::kNoHub:
    case Reason::kHubUnknown:
    case Reason::kOperationUnknown:
    case Reason::kInternal:
    case Reason::kNone:
      return MqttConnectCode::kServerUnavailable;
  }
  return MqttConnectCode::kServerUnavailable;
}

}  // namespace berth::dialects::tencent
