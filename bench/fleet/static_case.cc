// A web server that says 204: the floor under a registration. It gets the very bytes of a
// registration's first request.
#include "bench/fleet/cases.h"
#include "bench/fleet/dps.h"
#include "bench/fleet/messages.h"

namespace berth::fleet {
namespace {

class StaticScript final : public Script {
 public:
  explicit StaticScript(std::string request) : request_(std::move(request)) {}

  Step begin(Tally&) override { return Step::send(std::move(request_)); }

  Step answered(const Answer& answer, Tally&) override {
    if (answer.status == 204) return Step::done();
    return Step::fail("answered " + std::to_string(answer.status) + " instead of 204");
  }

 private:
  std::string request_;
};

class StaticPlan final : public Plan {
 public:
  StaticPlan(DpsFleet fleet, Shape shape) : fleet_(std::move(fleet)), shape_(shape) {}

  Shape shape() const override { return shape_; }

  std::unique_ptr<Script> script(std::uint64_t device) override {
    return std::make_unique<StaticScript>(fleet_.register_request(device));
  }

 private:
  const DpsFleet fleet_;
  const Shape shape_;
};

}  // namespace

Result<std::unique_ptr<Plan>> make_static(const Options& options, const Clock& clock) {
  Shape shape;
  BERTH_TRY(shape.scripts, options.number("count", 1'000, 1, 100'000'000));
  shape.tls = !options.is_set("plain");
  shape.kept = options.is_set("kept");
  return std::make_unique<StaticPlan>(DpsFleet::made_up(options, clock), shape);
}

}  // namespace berth::fleet
