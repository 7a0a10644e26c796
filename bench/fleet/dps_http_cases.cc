// Registrations over HTTPS: register and poll on one connection, with a key or a certificate;
// strangers who are refused; and polls alone.
#include "bench/fleet/cases.h"
#include "bench/fleet/dps.h"
#include "bench/fleet/messages.h"
#include "bench/fleet/one_request.h"

#include <algorithm>

namespace berth::fleet {
namespace {

class RegisterScript : public Script {
 public:
  RegisterScript(const DpsFleet& fleet, std::uint64_t device) : fleet_(fleet), device_(device) {}

  Step begin(Tally&) override { return Step::send(fleet_.register_request(device_)); }

  Step answered(const Answer& answer, Tally& tally) override {
    if (operation_.empty()) {
      operation_ = json_text(answer.body, "operationId");
      if (answer.status != 202 || operation_.empty()) return Step::fail(unexpected(answer, "202"));
      return poll(tally);
    }
    if (answer.status == 202) return Step::pause(kPollPause);
    if (answer.status != 200 || json_text(answer.body, "status") != "assigned") {
      return Step::fail(unexpected(answer, "200, assigned"));
    }
    return assigned(tally);
  }

  Step resumed(Tally& tally) override { return poll(tally); }

 protected:
  virtual Step assigned(Tally&) { return Step::done(); }

  Step poll(Tally& tally) {
    ++tally.polls;
    return Step::send(fleet_.poll_request(device_, operation_));
  }

 private:
  const DpsFleet& fleet_;
  const std::uint64_t device_;
  std::string operation_;
};

// Registers, holds, and then asks for the result again and again.
class PollScript final : public RegisterScript {
 public:
  PollScript(const DpsFleet& fleet, std::uint64_t device, std::uint64_t polls)
      : RegisterScript(fleet, device), left_(polls) {}

  Step released(Tally& tally) override { return again(tally); }

 protected:
  Step assigned(Tally& tally) override {
    if (!released_) return Step::hold().uncounted();
    tally.operation.push_back(micros(tally.now - asked_));
    ++tally.done;
    return left_ == 0 ? Step::done() : again(tally);
  }

 private:
  Step again(Tally& tally) {
    released_ = true;
    if (left_ == 0) return Step::done();
    --left_;
    asked_ = tally.now;
    return poll(tally);
  }

  std::uint64_t left_;
  bool released_ = false;
  Instant asked_ = {};
};

Result<Shape> kept_or_fresh(const Options& options) {
  BERTH_TRY(Shape shape, counted_shape(options));
  shape.kept = options.is_set("kept");
  return shape;
}

}  // namespace

MadePlan make_dps_http(const Options& options, const Clock& clock) {
  BERTH_TRY(const Shape shape, kept_or_fresh(options));
  BERTH_TRY(DpsFleet fleet, DpsFleet::read(options, clock, DpsFleet::Proof::kToken));
  return std::make_unique<DpsPlan>(std::move(fleet), shape, &make_dps_script<RegisterScript>);
}

MadePlan make_dps_x509(const Options& options, const Clock& clock) {
  BERTH_TRY(const Shape shape, counted_shape(options));
  BERTH_TRY(DpsFleet fleet, DpsFleet::read(options, clock, DpsFleet::Proof::kCertificate));
  BERTH_TRY(ClientPapers papers, make_papers(options, clock, fleet));
  return std::make_unique<DpsPlan>(std::move(fleet), shape, &make_dps_script<RegisterScript>,
                                   std::move(papers));
}

// Strangers: no enrollment fits their ids, and no group their tokens.
MadePlan make_unknown(const Options& options, const Clock& clock) {
  BERTH_TRY(const Shape shape, kept_or_fresh(options));
  if (options.text("id-scope").empty()) {
    return Fail(ErrorKind::kInvalid, "--id-scope is missing", "name a scope of the server");
  }
  BERTH_TRY(DpsFleet fleet, DpsFleet::made_up(options, clock));
  const auto script = [](const DpsFleet& of, std::uint64_t device) {
    return std::make_unique<OneRequest>(of.register_request(device), 401);
  };
  return std::make_unique<DpsPlan>(std::move(fleet), shape, script);
}

MadePlan make_poll(const Options& options, const Clock& clock) {
  Shape shape;
  BERTH_TRY(const std::uint64_t polls, options.number("count", 1'000, 1, 100'000'000));
  BERTH_TRY(const std::uint64_t connections, options.number("concurrency", 64, 1, 15'000));
  shape.scripts = std::min(connections, polls);
  shape.hold = Shape::Hold::kAfter;
  shape.counts_itself = true;
  BERTH_TRY(DpsFleet fleet, DpsFleet::read(options, clock, DpsFleet::Proof::kToken));
  const std::uint64_t share = polls / shape.scripts;
  const std::uint64_t has_more = polls % shape.scripts;
  const auto script = [share, has_more](const DpsFleet& of, std::uint64_t device) {
    return std::make_unique<PollScript>(of, device, share + (device < has_more ? 1 : 0));
  };
  return std::make_unique<DpsPlan>(std::move(fleet), shape, script);
}

}  // namespace berth::fleet
