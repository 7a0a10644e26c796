#include "provisioning/connection_causes.h"

#include "domain/mend.h"
#include "provisioning/near_misses.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::provisioning {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::Device;
using domain::Finding;
using domain::Reason;

Finding said(std::string text, std::string mend_text) {
  return {Cause::kUnexplained, false, std::move(text), std::move(mend_text)};
}

// The step that refused, with what it expected and received.
domain::TrailStep failed_step(const domain::Trail& trail) {
  for (const domain::TrailStep& step : trail.steps) {
    if (!step.passed) return step;
  }
  return {};
}

Finding disabled(const domain::Claim& claim, const domain::Trail& trail,
                 const std::optional<Device>& device) {
  const std::string text =
      fmt::format("An operator switched device '{}' off.", base::printable(claim.registration_id));
  Device named;
  named.hub = domain::HubName::trusted(trail.hub);
  named.id = domain::DeviceId::trusted(claim.registration_id);
  return {Cause::kDeviceDisabled, true, text, mend::enable_device(device.value_or(named))};
}

// The id in a topic "devices/<id>/…"; empty for another form.
std::string_view id_in_topic(std::string_view topic) {
  constexpr std::string_view kDevices = "devices/";
  if (!topic.starts_with(kDevices)) return {};
  topic.remove_prefix(kDevices.size());
  const std::size_t end = topic.find('/');
  return end == std::string_view::npos ? std::string_view() : topic.substr(0, end);
}

Finding forbidden_topic(const domain::Claim& claim, const domain::TrailStep& step) {
  const std::string own = base::printable(claim.registration_id);
  if (step.received.starts_with("QoS ")) {
    return {Cause::kQosUnsupported, true,
            fmt::format("The device sent with a quality of service that hubs do not have: {}.",
                        step.received),
            "let the device publish with QoS 0 or 1"};
  }
  const std::string_view id = id_in_topic(step.received);
  if (!id.empty() && id != own) {
    return {
        Cause::kTopicOfOtherDevice, true,
        fmt::format("The device is '{}', and used the topic '{}' of another.", own, step.received),
        fmt::format("put the device's own id into its topics: devices/{}/…", own)};
  }
  return {Cause::kTopicUnknown, true, fmt::format("'{}' is no topic of a hub.", step.received),
          "use the topics that the trail names as expected; docs/dialects has all of them"};
}

Finding message_over_limit(const domain::TrailStep& step) {
  return {Cause::kOverLimit, true,
          fmt::format("A message was larger than the hub takes: {}; {} are allowed.", step.received,
                      step.expected),
          "send less at once"};
}

Finding twin_over_limit(const domain::TrailStep& step) {
  return {
      Cause::kOverLimit, true,
      fmt::format("The patch would have made the twin larger than it may be: {}.", step.received),
      "delete properties that are not needed, by sending null for them, or send fewer"};
}

Finding broken_document(const domain::TrailStep& step) {
  return {Cause::kDocumentRule, true,
          fmt::format("The patch of the twin breaks a rule: {}.", step.received),
          "send a JSON object that keeps the rules of twins: docs/reasons.md has them under "
          "document_rule"};
}

Finding stale(const domain::TrailStep& step) {
  return said(fmt::format("The patch was made for version {} of the properties, the present one is "
                          "{}.",
                          step.received, step.expected),
              "let the device read its twin first, or leave $version out");
}

std::vector<Finding> hosts_like(const domain::Claim& claim, const ConnectionFile& file) {
  std::vector<Finding> findings;
  const std::string sent = base::printable(claim.host, 64);
  std::vector<std::string> hosts;
  for (const domain::Hub& each : file.hubs) {
    hosts.push_back(each.host);
    // The short name of a hub is often taken for its host.
    if (base::equals_ignoring_case(each.name.text(), claim.host)) {
      findings.push_back(
          {Cause::kHostSpelling, true,
           fmt::format("'{}' is the name of a hub; its host is '{}'.", sent, each.host),
           fmt::format("set the device's host to '{}'", each.host)});
    }
  }
  for (const auto& [edits, host] : nearest_of(claim.host, std::move(hosts))) {
    findings.push_back({Cause::kHostSpelling, false,
                        fmt::format("No hub has the host '{}', but one has '{}' ({} characters "
                                    "differ).",
                                    sent, host, edits),
                        fmt::format("set the device's host to '{}'", host)});
  }
  return findings;
}

std::vector<Finding> host_causes(const domain::Claim& claim, const ConnectionFile& file) {
  std::vector<Finding> findings = hosts_like(claim, file);
  for (const domain::Scope& scope : file.scopes) {
    if (claim.host.empty() || !base::equals_ignoring_case(scope.service_host, claim.host)) continue;
    findings.push_back(
        {Cause::kHostOfProvisioning, true,
         fmt::format("At '{}' devices register; '{}' connects there as to a hub.",
                     base::printable(claim.host, 64), base::printable(claim.registration_id)),
         "let the device register there and connect to the hub it is assigned"});
  }
  return findings;
}

std::string host_of(const ConnectionFile& file, const domain::HubName& name) {
  const auto hub = std::find_if(file.hubs.begin(), file.hubs.end(),
                                [&](const domain::Hub& each) { return each.name == name; });
  return hub == file.hubs.end() ? name.text() : hub->host;
}

void add_elsewhere(const ConnectionFile& file, std::vector<Finding>& findings) {
  for (const Device& each : file.same_id) {
    findings.push_back({Cause::kDeviceAtOtherHub, false,
                        fmt::format("Hub '{}' has a device '{}'.", each.hub.text(), each.id.text()),
                        fmt::format("connect the device to '{}', or let it register again",
                                    host_of(file, each.hub))});
  }
}

std::vector<Finding> device_causes(const domain::Claim& claim, const ConnectionFile& file) {
  std::vector<Finding> findings;
  const std::string sent = base::printable(claim.registration_id);
  const auto& registration = file.enrolled.current;
  if (registration && file.hub && registration->hub == file.hub->name) {
    findings.push_back(
        {Cause::kDeviceRemoved, true,
         fmt::format("'{}' registered and was assigned to hub '{}' at {}; its "
                     "identity there was deleted since.",
                     sent, registration->hub.text(), base::format_utc(registration->updated_at, 0)),
         "let the device register again: it gets an identity anew"});
  }
  add_elsewhere(file, findings);
  std::vector<std::string> ids;
  for (const Device& each : file.same_hub) ids.push_back(each.id.text());
  for (const auto& [edits, id] : nearest_of(claim.registration_id, std::move(ids))) {
    const std::string what = edits == 0 ? std::string("hubs tell upper from lower case")
                                        : fmt::format("{} characters differ", edits);
    findings.push_back(
        {Cause::kIdSpelling, false,
         fmt::format("The hub has no device '{}', but one '{}': {}.", sent, id, what),
         fmt::format("set the device id in the device to '{}'", id)});
  }
  return findings;
}

Finding nothing_presented() {
  return {Cause::kNoCredential, true,
          "The device presented nothing: no token, no password, no certificate.",
          "give the device its connection string, and check that its client uses it"};
}

Finding not_permitted(const domain::TrailStep& step) {
  return {Cause::kPermissionMissing, true,
          fmt::format("The proof is good, but it may not do that: allowed is {}; it was {}.",
                      step.expected, step.received),
          "let the device take control of the other one with that one's control password, or "
          "change the other one's permissions"};
}

Finding too_many(const domain::Trail& trail) {
  return {Cause::kGuessing, true,
          fmt::format("Too many failed connections came from {}; what it does next is refused "
                      "without a closer look.",
                      trail.source),
          "mend the devices behind that address; the earlier trails say what is wrong"};
}

Finding locked(const domain::TrailStep& step) {
  return {Cause::kMemberLocked, true,
          fmt::format("Too many wrong passwords in a row: {}.", step.received),
          "wait until the lock is over, or lift it: berth thing account enable <email>"};
}

Finding invalid_request(const domain::TrailStep& step) {
  return said(fmt::format("The request asks for what there is not: {}; expected was {}.",
                          step.received, step.expected),
              "let the client send what docs/dialects describes for its vendor");
}

Finding no_property() {
  return said("The device has no property of that name.",
              "write the property first, or ask for one that is there");
}

Finding not_bound() {
  return said("The device spoke for another one that is not bound to it.",
              "let the gateway bind the other device first: it needs that device's secret");
}

Finding server_trouble(Reason reason) {
  const bool store = reason == Reason::kStoreUnavailable;
  return said(store ? "The store did not answer in time; the device was told to try again."
                    : "Something failed inside the server; its log has a line of the same second.",
              "berth doctor");
}

}  // namespace

std::vector<Finding> plain_connection_causes(const domain::Claim& claim, const domain::Trail& trail,
                                             const std::optional<Device>& device) {
  const domain::TrailStep step = failed_step(trail);
  switch (trail.reason) {
    case Reason::kDeviceDisabled:
    case Reason::kMemberDisabled:
      return {disabled(claim, trail, device)};
    case Reason::kProofMissing:
      return {nothing_presented()};
    case Reason::kTooManyAttempts:
      return {too_many(trail)};
    case Reason::kTopicForbidden:
      return {forbidden_topic(claim, step)};
    case Reason::kMessageTooLarge:
      return {message_over_limit(step)};
    case Reason::kDocumentTooLarge:
      return {twin_over_limit(step)};
    case Reason::kDocumentInvalid:
      return {broken_document(step)};
    case Reason::kVersionNotCurrent:
      return {stale(step)};
    case Reason::kOverloaded:
    case Reason::kStoreUnavailable:
    case Reason::kInternal:
      return {server_trouble(trail.reason)};
    case Reason::kNone:
    case Reason::kScopeUnknown:
    case Reason::kScopeDisabled:
    case Reason::kIdInvalid:
    case Reason::kNotEnrolled:
    case Reason::kEnrollmentDisabled:
    case Reason::kAttestationMismatch:
    case Reason::kProofMalformed:
    case Reason::kProofExpired:
    case Reason::kProofExpiryTooFar:
    case Reason::kProofAudienceMismatch:
    case Reason::kProofRejected:
    case Reason::kOwnedByOther:
    case Reason::kPayloadInvalid:
    case Reason::kNoHub:
    case Reason::kHubUnknown:
    case Reason::kDeviceIdTaken:
    case Reason::kOperationUnknown:
    case Reason::kNotRegistered:
    case Reason::kHostUnknown:
    case Reason::kDeviceUnknown:
    case Reason::kGroupUnknown:
    case Reason::kRegistrationOff:
    case Reason::kMemberUnknown:
    case Reason::kMembersExhausted:
    case Reason::kAlreadyActivated:
    case Reason::kCredentialMismatch:
    case Reason::kClockOutOfWindow:
    case Reason::kRequestRepeated:
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
    case Reason::kAlreadyRegistered:
    case Reason::kNotYetRegistered:
      return {};
    case Reason::kNotPermitted:
      return {not_permitted(step)};
    case Reason::kMemberLocked:
      return {locked(step)};
    case Reason::kRequestInvalid:
      return {invalid_request(step)};
    case Reason::kPropertyUnknown:
      return {no_property()};
    case Reason::kNotBound:
      return {not_bound()};
  }
  return {};
}

std::vector<Finding> recorded_causes(const domain::Claim& claim, const domain::Trail& trail,
                                     const ConnectionFile& file) {
  if (trail.reason == Reason::kDeviceUnknown) return device_causes(claim, file);
  if (trail.reason != Reason::kHostUnknown) return {};
  std::vector<Finding> findings = host_causes(claim, file);
  add_elsewhere(file, findings);
  return findings;
}

Finding unexplained_connection(const domain::Claim& claim, const domain::Trail& trail,
                               const std::optional<Device>& device) {
  const std::string look = device ? mend::show_device(*device) : mend::list_hubs();
  if (trail.reason == Reason::kHostUnknown) {
    return said("No hub of this server has a host name like that.", mend::list_hubs());
  }
  if (trail.reason == Reason::kDeviceUnknown) {
    return said(fmt::format("No hub of this server has a device '{}' or one like it.",
                            base::printable(claim.registration_id)),
                "let the device register first, or make it with berth device create");
  }
  if (trail.reason == Reason::kProofRejected) {
    return said(
        "No key this server knows gives that signature, used rightly or in any of the known wrong "
        "ways: the device has another key.",
        device ? mend::connection_string(*device) : look);
  }
  if (trail.reason == Reason::kProofMalformed) {
    return said(fmt::format("What the device sent cannot be read as a proof: {}.",
                            failed_step(trail).received),
                "build the token as docs/reasons.md shows under proof_malformed");
  }
  if (trail.reason == Reason::kIdInvalid) {
    return said("The device id breaks the rules for ids: see what was expected.",
                "give the device another id");
  }
  if (trail.reason == Reason::kAttestationMismatch) {
    return said("The device's identity expects another kind of proof than the device sent.", look);
  }
  return said("None of the known mistakes explains it: see what was expected and received.", look);
}

}  // namespace berth::provisioning
