// Why a command did not do what was asked, in the three parts that are printed: what, why, mend.
// Room cli. Thread rule: plain value.
#pragma once

#include "base/result.h"

#include <string>

namespace berth::cli {

struct Failure {
  std::string what;
  std::string why;
  std::string mend;
  bool is_usage = false;  // exit code 2 instead of 1
  std::string problem;    // the API's own error document, if it answered one
  ErrorKind kind = ErrorKind::kInvalid;

  Failure() = default;
  // From the rooms below: what holds both what and why.
  Failure(Error error)  // NOLINT: implicit, so that BERTH_TRY can pass errors on
      : what(std::move(error.what)), mend(std::move(error.mend)), kind(error.kind) {}
};

template <class T>
using Try = Result<T, Failure>;

inline auto Refuse(std::string what, std::string why = {}, std::string mend = {}) {
  Failure failure;
  failure.what = std::move(what);
  failure.why = std::move(why);
  failure.mend = std::move(mend);
  return Fail(std::move(failure));
}

inline auto WrongUsage(std::string what, std::string mend = {}) {
  Failure failure;
  failure.what = std::move(what);
  failure.mend = std::move(mend);
  failure.is_usage = true;
  return Fail(std::move(failure));
}

}  // namespace berth::cli

// BERTH_TRY for a step that yields nothing.
#define BERTH_STEP(expression)                                                          \
  do {                                                                                  \
    if (auto berth_step = (expression); !berth_step) {                                  \
      return ::berth::base::Fail(::berth::cli::Failure(std::move(berth_step).error())); \
    }                                                                                   \
  } while (false)
