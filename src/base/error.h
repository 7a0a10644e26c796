// What went wrong in our own machinery: a kind that callers branch on, and a text for people.
//
// Refusals of a device are not errors; they are domain::Refusal. An Error is for storage, files,
// operators' input and everything else that can fail. `what` says what and why, `mend` how to put
// it right; neither ever holds secret bytes.
// Thread rule: plain value.
#pragma once

#include <string>
#include <string_view>

namespace berth::base {

enum class ErrorKind {
  kInvalid,             // the input is wrong; sending it again will not help
  kNotFound,            // the named thing does not exist
  kConflict,            // it exists already, or belongs to somebody else
  kPreconditionFailed,  // the version (ETag) given is not the current one
  kUnauthenticated,     // no valid credential was presented
  kForbidden,           // the credential does not allow this
  kTooLarge,            // over a named limit
  kTooMany,             // over a named rate or count
  kOffline,             // the other party is not there; it may come back
  kTimeout,             // it is there and did not answer in time
  kUnavailable,         // a part we need is not there now; trying later may help
  kInternal,            // a bug or a broken machine
};

struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string what;
  std::string mend;
};

// The kind as a lower-case word with underscores, for logs and JSON ("not_found").
std::string_view to_string(ErrorKind kind);

}  // namespace berth::base
