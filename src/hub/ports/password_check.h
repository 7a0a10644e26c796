// Checks a password that people chose, which takes long on purpose (Argon2id). Implemented in app/
// on workers, with a short memory of what was right.
//
// Room hub/ports. Thread rule: any io_context; the Task completes on the caller's executor.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"

#include <memory>
#include <string>

namespace berth::hub {

class PasswordCheck {
 public:
  virtual ~PasswordCheck() = default;
  // `stored` is domain::Account::argon2id; empty (no such account) takes as long and is false.
  // kUnavailable when too many wait already.
  virtual Task<Result<bool>> matches(SharedSecret password, std::string stored) = 0;
};

}  // namespace berth::hub
