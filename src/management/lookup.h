// Finding things by name, and saying something useful when they are not there: the nearest name
// that exists, and the command that lists them.
//
// Room management. kNotFound, kUnavailable. Tokens limited to a scope find hubs and devices of
// their scope only; others are not found rather than forbidden, so that nothing leaks.
// Thread rule: as use_cases.h.
#pragma once

#include "management/call.h"

#include <optional>
#include <string>

namespace berth::management {

Task<Result<domain::Scope>> find_scope(const Call& call, std::string id);
Task<Result<domain::Hub>> find_hub(const Call& call, std::string name);
// The hub at that host name, if there is one; of all hubs, whoever asks.
Task<Result<std::optional<domain::Hub>>> find_hub_by_host(const Call& call, std::string host);
// Also says so when the scope itself is unknown, or an enrollment of the other kind has the id.
Task<Result<domain::Enrollment>> find_enrollment(const Call& call, std::string scope,
                                                 domain::EnrollmentKind kind, std::string id);
// A group that has a product secret; kInvalid when it has another attestation.
Task<Result<domain::Enrollment>> find_product_group(const Call& call, std::string scope,
                                                    std::string id);
// One that has a roster: with a product secret or member passwords.
Task<Result<domain::Enrollment>> find_roster_group(const Call& call, std::string scope,
                                                   std::string id);
Task<Result<domain::MemberView>> find_member(const Call& call, domain::Enrollment group,
                                             std::string name);
Task<Result<domain::Registration>> find_registration(const Call& call, std::string scope,
                                                     std::string id);
// `email` in any case.
Task<Result<domain::Account>> find_account(const Call& call, std::string scope, std::string email);
// `name` in any case.
Task<Result<domain::CaCertificate>> find_ca(const Call& call, std::string scope, std::string name);
Task<Result<domain::Device>> find_device(const Call& call, std::string hub, std::string id);

// Whether its devices are listed members: it has a product secret or member passwords.
bool has_roster(const domain::Enrollment& group);
// "individual enrollment", "enrollment group".
std::string_view noun(domain::EnrollmentKind kind);

}  // namespace berth::management
