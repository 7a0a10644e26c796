// The shortest thing that a device does over HTTP: it asks once, and the answer has the status that
// it should have.
//
// Thread rule: one thread. Owns the request.
#pragma once

#include "bench/fleet/plan.h"

#include <string>
#include <string_view>

namespace berth::fleet {

class OneRequest final : public Script {
 public:
  OneRequest(std::string request, int status);

  Step begin(Tally& tally) override;
  Step answered(const Answer& answer, Tally& tally) override;

 private:
  std::string request_;
  int status_;
};

// "answered 401 instead of 202: {...}"
std::string unexpected(const Answer& answer, std::string_view wanted);

}  // namespace berth::fleet
