// Who a request says it is from: the X-Plug headers and Basic (cloudplugs.md §1.3).
//
// Room dialects/cloudplugs. Nothing is checked here. Thread rule: pure functions.
#pragma once

#include "domain/claim.h"
#include "wire/http.h"
#include "wire/peer.h"

#include <memory>
#include <string>

namespace berth::dialects::cloudplugs {

// A claim with where the request came from, and nothing else yet.
void say_where_from(domain::Claim& claim, const wire::Peer& peer, std::string_view host,
                    std::string_view client);
void say_where_from(domain::Claim& claim, const wire::Peer& peer, const wire::HttpRequest& request);

// The account's e-mail address and password, a device's id with the account's password, a device's
// id with its own, or Basic, in this order; no evidence when none of them is there.
domain::Claim credentials_of(const wire::Peer& peer, const wire::HttpRequest& request);

// A device's id (lower-case) and password, whoever they belong to: a PUT of a controller that is
// one already. Empty and null without them.
void say_controller(domain::Controller& controller, const wire::HttpRequest& request);

// Whether the password is an account's.
bool has_master(const domain::Claim& claim);
// Whether they are an account's alone: there is no device that is the caller.
bool is_account(const domain::Claim& claim);

}  // namespace berth::dialects::cloudplugs
