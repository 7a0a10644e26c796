// Passwords of the accounts of scopes: compared slowly on purpose, counted when they are wrong,
// locked when too many were.
//
// Room hub. Thread rule: any io_context; shares the Core.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"
#include "domain/records.h"
#include "hub/admission.h"

#include <memory>
#include <string>
#include <vector>

namespace berth::hub {

struct Core;

// Of the accounts of one scope at most so many are tried when the request does not say which.
inline constexpr std::size_t kAccountsTriedMax = 10;

// The one of `accounts` whose password it is. Takes as long without any, and when it is locked.
// Rejections: kProofRejected, kMemberLocked, kNotPermitted (switched off), kTooManyAttempts,
// kStoreUnavailable.
Task<Result<domain::Account, Rejection>> prove_account(std::shared_ptr<Core> core,
                                                       std::vector<domain::Account> accounts,
                                                       SharedSecret password, std::string source);

}  // namespace berth::hub
