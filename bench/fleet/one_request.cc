#include "bench/fleet/one_request.h"

#include "base/codec.h"

namespace berth::fleet {

OneRequest::OneRequest(std::string request, int status)
    : request_(std::move(request)), status_(status) {}

Step OneRequest::begin(Tally&) { return Step::send(std::move(request_)); }

Step OneRequest::answered(const Answer& answer, Tally&) {
  if (answer.status == status_) return Step::done();
  return Step::fail(unexpected(answer, std::to_string(status_)));
}

std::string unexpected(const Answer& answer, std::string_view wanted) {
  return "answered " + std::to_string(answer.status) + " instead of " + std::string(wanted) + ": " +
         base::printable(answer.body);
}

}  // namespace berth::fleet
