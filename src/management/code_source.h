// What a new code is made of: the device, whose key it carries or whose settings a claim takes, and
// every rule about which of that fits together.
//
// Room management. Errors: kInvalid naming the member, kNotFound, kConflict (the id belongs to
// another enrollment, the scope allows no compatible codes), kInternal (a seal does not open).
// Thread rule: as use_cases.h; `request` is kept by the caller.
#pragma once

#include "management/call.h"

#include <optional>
#include <string>
#include <vector>

namespace berth::management {

struct CodeSource {
  domain::Scope scope;
  domain::RegistrationId device;
  std::optional<domain::EnrollmentRef> enrollment;
  std::vector<domain::HubName> hubs;  // that the enrollment names
  Secret device_key;                  // base64 text; empty for claims and for objects given whole
  std::vector<std::string> warnings;  // about the enrollment and the key
};

// What can be said of a request alone.
Result<void> check_code_request(const domain::CodeRequest& request);

Task<Result<CodeSource>> find_code_source(const Call& call, const domain::CodeRequest& request);

// What is weak about a code of that kind, in sentences.
std::vector<std::string> weaknesses(const domain::CodeRequest& request);

// kConflict when the id has been registered through another enrollment than `owner`.
Task<Result<void>> check_id_owner(const Call& call, domain::ScopeId scope,
                                  domain::RegistrationId device, domain::EnrollmentRef owner);

// The host of the only hub where such a device can go; empty when there are several. `named`: by
// its enrollment.
Task<Result<std::string>> likely_hub_host(const Call& call, domain::ScopeId scope,
                                          std::vector<domain::HubName> named);

// Where devices of the scope reach this server: host, with its port unless it is 443.
std::string endpoint_of(const Settings& settings, const domain::Scope& scope);

// 32 hex digits in lower case.
bool is_code_id(std::string_view text);

}  // namespace berth::management
