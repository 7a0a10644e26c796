// CA certificates of a scope: what an edit makes of one, and the writing of it. After every change
// that may end somebody's trust the hub looks at the connections of the scope again.
//
// Room management. Errors: kInvalid naming the member. Thread rule: as use_cases.h.
#pragma once

#include "management/changes.h"

#include <string>

namespace berth::management {

// Applies the edit to a record whose scope and name are set; times and version are not touched.
// Another certificate is not verified, unless the edit says that it is.
Result<Differences> edit_ca(const Call& call, domain::CaCertificate& ca,
                            const domain::CaEdit& edit);

// 1..64 letters, digits and `- . _`.
Result<std::string> ca_name(const std::optional<std::string>& given);

Act ca_act(std::string_view action, const domain::CaCertificate& ca, std::string detail = "{}");

// Writes it; the CA as it is then, with what an operator should know of it.
Task<Result<domain::CaCertificate>> store_ca(const Call& call, domain::CaCertificate ca,
                                             Expectation expectation, Act act);

}  // namespace berth::management
