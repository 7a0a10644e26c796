// What tests of credential codes have in common: requests, and what stands around them.
//
// Room management, tests. Thread rule: one thread.
#pragma once

#include "management/tests/desk.h"

#include <string>
#include <utility>

namespace berth::management::testing {

class CodeDeskTest : public Desk {
 protected:
  static domain::CodeRequest claim(const std::string& device) {
    domain::CodeRequest request;
    request.scope = kScope;
    request.device = device;
    return request;
  }
  static domain::CodeRequest in_group(domain::CodeMode mode, const std::string& device,
                                      const std::string& group) {
    domain::CodeRequest request = claim(device);
    request.mode = mode;
    request.group = group;
    return request;
  }
  // Of a device of group line-7.
  static domain::CodeRequest with_number(const std::string& device) {
    domain::CodeRequest request = in_group(domain::CodeMode::kCompatible, device, "line-7");
    request.passphrase = Secret::from_text("correct horse");
    request.pickup = domain::PickupKind::kNumber;
    return request;
  }
  domain::NewCode create(domain::CodeRequest request) {
    return expect<domain::NewCode>(ask(operator_, domain::CreateCode{std::move(request)}));
  }
  Error refuse(domain::CodeRequest request) {
    return refused(ask(operator_, domain::CreateCode{std::move(request)}));
  }
  // What stands behind # in a claim's link.
  static std::string token_of(const domain::NewCode& made) {
    const std::string_view text = made.text.text();
    return std::string(text.substr(text.find('#') + 1));
  }
  void switch_compatible_on() { catalog.scopes.at(kScope).compatible_codes = true; }
  domain::Enrollment make_individual(const std::string& id) {
    domain::EnrollmentEdit edit;
    edit.id = id;
    return expect<domain::Enrollment>(ask(
        operator_,
        domain::CreateEnrollment{kScope, domain::EnrollmentKind::kIndividual, std::move(edit)}));
  }
  void registered_by(const std::string& device, domain::EnrollmentRef owner) {
    domain::Registration registration;
    registration.scope = domain::ScopeId::trusted(kScope);
    registration.id = domain::RegistrationId::trusted(device);
    registration.enrollment = std::move(owner);
    registration.version = 1;
    catalog.registrations[FakeCatalog::Pair(kScope, registration.id.key())] = registration;
  }
};

}  // namespace berth::management::testing
