#include "domain/trail.h"

namespace berth::domain {

std::string_view to_string(Step step) {
  switch (step) {
    case Step::kIdentify:
      return "identify";
    case Step::kAttest:
      return "attest";
    case Step::kAuthorize:
      return "authorize";
    case Step::kAllocate:
      return "allocate";
    case Step::kIssue:
      return "issue";
    case Step::kRecord:
      return "record";
  }
  return "identify";
}

std::string_view to_string(TrailOutcome outcome) {
  switch (outcome) {
    case TrailOutcome::kAssigned:
      return "assigned";
    case TrailOutcome::kRefused:
      return "refused";
    case TrailOutcome::kFailed:
      return "failed";
  }
  return "refused";
}

}  // namespace berth::domain
