// Answers about codes. Whatever is wrong with a code, the answer to its holder is the same, byte
// for byte.
//
// Room dialects. Thread rule: pure functions.
#pragma once

#include "base/error.h"
#include "dialects/central/requests.h"
#include "domain/code_operations.h"
#include "wire/http.h"

#include <string_view>

namespace berth::dialects::central {

// As the portal answered (§1.2).
wire::HttpResponse made(const domain::NewCode& code, const WantedKinds& kinds);
wire::HttpResponse nothing_made();
wire::HttpResponse invalid_body();
// For operators: what and how to mend it, as text.
wire::HttpResponse refused(const Error& error);

wire::HttpResponse number_resolved(const Secret& code);
wire::HttpResponse no_such_number();

wire::HttpResponse picked_up(const domain::PickedUp& taken);
wire::HttpResponse redeemed(const domain::ClaimRedeemed& done);
// For holders of codes: kNotFound says nothing of why.
wire::HttpResponse problem(const Error& error);

enum class Page { kClaim, kEnvelope };
wire::HttpResponse page(Page which);
wire::HttpResponse method_not_allowed(std::string_view allow);

}  // namespace berth::dialects::central
