#include "store/conformance/backend.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>

namespace berth::store::conformance {
namespace {

std::vector<Backend>& backends() {
  static std::vector<Backend> all;
  return all;
}

std::map<std::string, int>& tests() {
  static std::map<std::string, int> counts;
  return counts;
}

class Report final : public testing::Environment {
 public:
  void TearDown() override {
    for (const Backend& backend : backends()) {
      std::cout << "conformance: " << backend.name << ": ";
      if (backend.skipped.empty()) {
        std::cout << tests()[backend.name] << " tests ran\n";
      } else {
        std::cout << "skipped, " << backend.skipped << '\n';
      }
    }
  }
};

[[maybe_unused]] const testing::Environment* const kReport =
    testing::AddGlobalTestEnvironment(new Report);

}  // namespace

bool add_backend(Backend backend) {
  backends().push_back(std::move(backend));
  return true;
}

void count_test(const std::string& backend) { ++tests()[backend]; }

std::vector<Backend> runnable_backends() {
  std::vector<Backend> runnable;
  for (const Backend& backend : backends()) {
    if (backend.skipped.empty()) runnable.push_back(backend);
  }
  return runnable;
}

}  // namespace berth::store::conformance
