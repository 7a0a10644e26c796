// Makes what is stored of a password that people chose, which takes long on purpose (Argon2id).
// Implemented in app/ on workers; hub/ports/password_check.h checks against it.
//
// Room management/ports. Thread rule: any io_context; the Task completes on the caller's executor.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"

#include <memory>
#include <string>

namespace berth::management {

class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;
  // The text for domain::Account::argon2id. kUnavailable when too many wait already.
  virtual Task<Result<std::string>> hash(SharedSecret password) = 0;
};

}  // namespace berth::management
