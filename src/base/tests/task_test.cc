#include "base/result.h"
#include "base/tests/run_task.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace berth::base {
namespace {

Task<Result<std::string>> greet(std::string name) {
  if (name.empty()) co_return Fail(ErrorKind::kInvalid, "no name", "give one");
  co_return "hello " + name;
}

Task<Result<std::string>> greet_twice(std::string name) {
  Result<std::string> first = co_await greet(name);
  BERTH_CO_TRY(const std::string once, std::move(first));
  Result<std::string> second = co_await greet(once);
  co_return second;
}

Task<void> fail() {
  throw std::runtime_error("thrown");
  co_return;
}

TEST(RunTask, BringsTheResult) { EXPECT_EQ(*run_task(greet_twice("you")), "hello hello you"); }

TEST(RunTask, BringsTheError) {
  EXPECT_EQ(run_task(greet_twice("")).error().kind, ErrorKind::kInvalid);
}

TEST(RunTask, BringsTheException) { EXPECT_THROW(run_task(fail()), std::runtime_error); }

}  // namespace
}  // namespace berth::base
