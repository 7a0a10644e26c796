// A web server that says 204: the floor under a registration. It gets the very bytes of a
// registration's first request, and the client closes first, as after a registration.
#include "bench/fleet/cases.h"
#include "bench/fleet/dps.h"
#include "bench/fleet/one_request.h"

#include <optional>

namespace berth::fleet {
MadePlan make_static(const Options& options, const Clock& clock) {
  BERTH_TRY(Shape shape, counted_shape(options));
  shape.tls = !options.is_set("plain");
  shape.kept = options.is_set("kept");
  BERTH_TRY(DpsFleet fleet, DpsFleet::made_up(options, clock));
  std::optional<ClientPapers> papers;
  if (options.is_set("client-certificates")) {
    fleet.show_certificates();
    BERTH_TRY(papers, make_papers(options, clock, fleet));
  }
  const auto script = [](const DpsFleet& of, std::uint64_t device) {
    return std::make_unique<OneRequest>(of.register_request(device), 204);
  };
  return std::make_unique<DpsPlan>(std::move(fleet), shape, script, std::move(papers));
}

}  // namespace berth::fleet
