// Tests on the data of records: a field of it compared with values, all of which must hold.
//
// Room hub. Thread rule: pure.
#pragma once

#include "base/result.h"
#include "domain/data.h"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace berth::hub {

inline constexpr std::size_t kValueTestsMax = 16;
inline constexpr std::size_t kFieldBytesMax = 1024;

class DataTests {
 public:
  // kInvalid: a value that is no JSON, or too many.
  static Result<DataTests> read(const domain::RecordFilter& filter);

  bool empty() const { return tests_.empty(); }
  // Numbers are compared with numbers and texts with texts; what cannot be compared, or lacks the
  // field, fails.
  bool pass(std::string_view data) const;

 private:
  struct Test {
    domain::ValueTest::Compare compare;
    boost::json::value value;
  };
  std::vector<std::string> path_;
  std::vector<Test> tests_;
};

}  // namespace berth::hub
