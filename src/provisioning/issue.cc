#include "provisioning/steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::provisioning {
namespace {

// What a device of a group with passwords says of itself, or what it had.
void take_wishes(domain::Device& device, const IssueWith& with, const Identified& identified) {
  const domain::Claim& claim = *with.claim;
  if (!claim.display_name.empty()) device.display_name = claim.display_name;
  device.role =
      identified.for_controller ? domain::DeviceRole::kController : domain::DeviceRole::kDevice;
  device.serial = identified.for_controller ? claim.controller->serial : claim.membership->member;
  device.first_reported = claim.properties;
  device.property_links = claim.property_links;
  if (with.before == nullptr) return;
  device.permissions = with.before->permissions;
  if (device.property_links.empty()) device.property_links = with.before->property_links;
}

// A new identity starts with the template's twin, below what its enrollment says.
void assign_template(domain::Device& device, const IssueWith& with, const Identified& identified) {
  const auto& current = identified.dossier->current;
  if (!with.claim->model.empty()) {
    device.model = model_of(*with.claim);
  } else if (current) {
    device.model = current->model;
  }
  const domain::TemplateTwin* found = find_template(*identified.snapshot, device.model);
  if (found == nullptr) return;
  device.template_id = found->id;
  device.twin = domain::overlaid(found->initial_twin, device.twin);
}

}  // namespace

Task<Result<std::optional<domain::Device>, Refusal>> identity_before(RegistrationStore& store,
                                                                     const Identified& identified) {
  const auto& current = identified.dossier->current;
  if (!current || current->hub.empty() || current->device_id.empty()) {
    co_return std::optional<domain::Device>();
  }
  Result<std::optional<domain::Device>> found =
      co_await store.find_device(current->hub, current->device_id);
  if (!found) co_return Fail(store_refusal(found.error()));
  // An operator may have deleted it, and somebody else may have made another of that id.
  const bool own = *found && (*found)->scope == current->scope &&
                   (*found)->registration.key() == current->id.key();
  if (!own) co_return std::optional<domain::Device>();
  co_return *std::move(found);
}

Result<Issued, Refusal> issue(const IssueWith& with, const Identified& identified,
                              const Proven& proven, const Placement& placement) {
  const domain::Enrollment& enrollment = *proven.enrollment;
  const bool is_member = is_named_only(enrollment);
  if (is_member && with.before != nullptr && !with.before->enabled) {
    return Fail(Refusal{
        domain::Reason::kDeviceDisabled, "an enabled identity", "one that is disabled", {}});
  }
  Issued issued;
  domain::Device& device = issued.device;
  device.hub = placement.hub;
  device.id = placement.device_id;
  device.scope = enrollment.scope;
  device.registration =
      identified.dossier->current ? identified.dossier->current->id : identified.registration;
  device.display_name = placement.device_id.text();
  device.iot_edge = enrollment.iot_edge;
  device.twin = enrollment.initial_twin;
  assign_template(device, with, identified);
  if (is_member) device.group = enrollment.id;
  if (std::holds_alternative<domain::MemberPasswords>(enrollment.attestation)) {
    take_wishes(device, with, identified);
  }
  device.created_at = with.now;
  device.updated_at = with.now;

  const auto issuer = std::find_if(with.issuers.begin(), with.issuers.end(), [&](const auto& each) {
    return each->issues_for(enrollment, *with.claim);
  });
  if (issuer == with.issuers.end()) {
    return Fail(Refusal{domain::Reason::kInternal,
                        "an issuer for the enrollment's attestation",
                        std::string(attestation_name(enrollment.attestation)),
                        {}});
  }
  const bool keeps = with.before != nullptr && keeps_credential(identified, enrollment);
  Result<domain::Credential, Refusal> credential = (*issuer)->issue(
      {enrollment, proven.attested.derivation_id, with.before, keeps, identified.for_controller,
       with.claim, &proven.attested, &*identified.dossier->scope},
      device);
  if (!credential) return Fail(std::move(credential).error());
  issued.credential = *std::move(credential);
  return issued;
}

std::string describe(const Issued& issued) {
  struct What {
    std::string_view operator()(std::monostate) const { return "credential"; }
    std::string_view operator()(const domain::IssuedSecret&) const { return "new secret"; }
    std::string_view operator()(const domain::IssuedCertificate&) const {
      return "new certificate";
    }
    std::string_view operator()(const domain::IssuedPassword&) const { return "new password"; }
    std::string_view operator()(const domain::IssuedTpmKey&) const {
      return "new key, wrapped for its TPM,";
    }
    std::string_view operator()(const domain::IssuedChain&) const {
      return "new certificate for its request,";
    }
  };
  return fmt::format("{} for device '{}'", std::visit(What{}, issued.credential),
                     issued.device.id.text());
}

}  // namespace berth::provisioning
