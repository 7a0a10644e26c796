// A web server that says 204: the floor under a registration. It gets the very bytes of a
// registration's first request, and the client closes first, as after a registration.
#include "bench/fleet/cases.h"
#include "bench/fleet/dps.h"
#include "bench/fleet/messages.h"

#include <optional>

namespace berth::fleet {
namespace {

class StaticScript final : public Script {
 public:
  explicit StaticScript(std::string request) : request_(std::move(request)) {}

  Step begin(Tally&) override { return Step::send(std::move(request_)); }

  Step answered(const Answer& answer, Tally&) override {
    return answer.status == 204 ? Step::done() : Step::fail(unexpected(answer, "204"));
  }

 private:
  std::string request_;
};

class StaticPlan final : public Plan {
 public:
  StaticPlan(DpsFleet fleet, Shape shape, std::optional<ClientPapers> papers)
      : fleet_(std::move(fleet)), shape_(shape), papers_(std::move(papers)) {}

  Shape shape() const override { return shape_; }

  std::unique_ptr<Script> script(std::uint64_t device) override {
    return std::make_unique<StaticScript>(fleet_.register_request(device));
  }

  const ClientPaper* paper(std::uint64_t device) const override {
    return papers_ ? papers_->at(device) : nullptr;
  }

 private:
  const DpsFleet fleet_;
  const Shape shape_;
  const std::optional<ClientPapers> papers_;
};

}  // namespace

MadePlan make_static(const Options& options, const Clock& clock) {
  Shape shape;
  BERTH_TRY(shape.scripts, options.number("count", 1'000, 1, 100'000'000));
  shape.tls = !options.is_set("plain");
  shape.kept = options.is_set("kept");
  BERTH_TRY(DpsFleet fleet, DpsFleet::made_up(options, clock));
  std::optional<ClientPapers> papers;
  if (options.is_set("client-certificates")) {
    fleet.show_certificates();
    BERTH_TRY(papers, make_papers(options, clock, fleet));
  }
  return std::make_unique<StaticPlan>(std::move(fleet), shape, std::move(papers));
}

}  // namespace berth::fleet
