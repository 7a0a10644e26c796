// Result<T>: a value or the reason there is none. The only file that names the library behind it.
//
//   Result<Key> key = parse_key(text);
//   if (!key) return Fail(std::move(key).error());
//
//   BERTH_TRY(auto key, parse_key(text));        // in plain functions
//   BERTH_CO_TRY(auto key, parse_key(text));     // in coroutines (the expression has no co_await)
//
// Thread rule: plain value.
#pragma once

#include "base/error.h"

#include <tl/expected.hpp>

#include <utility>

namespace berth::base {

template <class T, class E = Error>
using Result = tl::expected<T, E>;

// Makes the failing side of any Result; E is taken from the argument.
template <class E>
auto Fail(E&& error) {
  return tl::unexpected<std::decay_t<E>>(std::forward<E>(error));
}

inline auto Fail(ErrorKind kind, std::string what, std::string mend = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(what), std::move(mend)});
}

}  // namespace berth::base

namespace berth {
using base::Error;
using base::ErrorKind;
using base::Fail;
using base::Result;
}  // namespace berth

#define BERTH_CONCAT_INNER(a, b) a##b
#define BERTH_CONCAT(a, b) BERTH_CONCAT_INNER(a, b)

#define BERTH_TRY_IMPL(temporary, declaration, expression, leave)          \
  auto temporary = (expression);                                           \
  if (!temporary) leave ::berth::base::Fail(std::move(temporary).error()); \
  declaration = *std::move(temporary)

#define BERTH_TRY(declaration, expression) \
  BERTH_TRY_IMPL(BERTH_CONCAT(berth_try_, __LINE__), declaration, expression, return)
#define BERTH_CO_TRY(declaration, expression) \
  BERTH_TRY_IMPL(BERTH_CONCAT(berth_try_, __LINE__), declaration, expression, co_return)
