// Registrations over HTTPS: register and poll on one connection, with a key or a certificate;
// strangers who are refused; and polls alone.
#include "base/codec.h"
#include "bench/fleet/cases.h"
#include "bench/fleet/dps.h"
#include "bench/fleet/messages.h"

#include <optional>

namespace berth::fleet {
namespace {

// Between polls while the server has not decided; it usually has when the first comes.
constexpr double kPollPause = 0.02;

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
    if (!released_) return not_counted(Step::hold());
    tally.operation.push_back(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(tally.now - asked_).count()));
    ++tally.done;
    return left_ == 0 ? Step::done() : again(tally);
  }

 private:
  static Step not_counted(Step step) {
    step.counts = false;
    return step;
  }

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

// A stranger: no enrollment fits its id, and no group its token.
class UnknownScript final : public Script {
 public:
  explicit UnknownScript(std::string request) : request_(std::move(request)) {}

  Step begin(Tally&) override { return Step::send(std::move(request_)); }

  Step answered(const Answer& answer, Tally&) override {
    return answer.status == 401 ? Step::done() : Step::fail(unexpected(answer, "401"));
  }

 private:
  std::string request_;
};

class HttpPlan : public Plan {
 public:
  HttpPlan(DpsFleet fleet, Shape shape) : fleet_(std::move(fleet)), shape_(shape) {}

  Shape shape() const override { return shape_; }

  std::unique_ptr<Script> script(std::uint64_t device) override {
    return std::make_unique<RegisterScript>(fleet_, device);
  }

 protected:
  const DpsFleet fleet_;
  const Shape shape_;
};

class X509Plan final : public HttpPlan {
 public:
  X509Plan(DpsFleet fleet, Shape shape, ClientPapers papers)
      : HttpPlan(std::move(fleet), shape), papers_(std::move(papers)) {}

  const ClientPaper* paper(std::uint64_t device) const override { return papers_.at(device); }

 private:
  const ClientPapers papers_;
};

class UnknownPlan final : public HttpPlan {
 public:
  using HttpPlan::HttpPlan;

  std::unique_ptr<Script> script(std::uint64_t device) override {
    return std::make_unique<UnknownScript>(fleet_.register_request(device));
  }
};

class PollPlan final : public HttpPlan {
 public:
  PollPlan(DpsFleet fleet, Shape shape, std::uint64_t polls)
      : HttpPlan(std::move(fleet), shape), polls_(polls) {}

  std::unique_ptr<Script> script(std::uint64_t device) override {
    const bool has_more = device < polls_ % shape_.scripts;
    return std::make_unique<PollScript>(fleet_, device,
                                        polls_ / shape_.scripts + (has_more ? 1 : 0));
  }

 private:
  const std::uint64_t polls_;
};

Result<Shape> read_shape(const Options& options) {
  Shape shape;
  BERTH_TRY(shape.scripts, options.number("count", 1'000, 1, 100'000'000));
  shape.kept = options.is_set("kept");
  return shape;
}

}  // namespace

MadePlan make_dps_http(const Options& options, const Clock& clock) {
  BERTH_TRY(const Shape shape, read_shape(options));
  BERTH_TRY(DpsFleet fleet, DpsFleet::read(options, clock, DpsFleet::Proof::kToken));
  return std::make_unique<HttpPlan>(std::move(fleet), shape);
}

MadePlan make_dps_x509(const Options& options, const Clock& clock) {
  Shape shape;
  BERTH_TRY(shape.scripts, options.number("count", 1'000, 1, 100'000'000));
  BERTH_TRY(DpsFleet fleet, DpsFleet::read(options, clock, DpsFleet::Proof::kCertificate));
  BERTH_TRY(ClientPapers papers, make_papers(options, clock, fleet));
  return std::make_unique<X509Plan>(std::move(fleet), shape, std::move(papers));
}

MadePlan make_unknown(const Options& options, const Clock& clock) {
  BERTH_TRY(const Shape shape, read_shape(options));
  if (options.text("id-scope").empty()) {
    return Fail(ErrorKind::kInvalid, "--id-scope is missing", "name a scope of the server");
  }
  BERTH_TRY(DpsFleet fleet, DpsFleet::made_up(options, clock));
  return std::make_unique<UnknownPlan>(std::move(fleet), shape);
}

MadePlan make_poll(const Options& options, const Clock& clock) {
  Shape shape;
  BERTH_TRY(const std::uint64_t polls, options.number("count", 1'000, 1, 100'000'000));
  BERTH_TRY(const std::uint64_t connections, options.number("concurrency", 64, 1, 15'000));
  shape.scripts = std::min(connections, polls);
  shape.hold = Shape::Hold::kAfter;
  shape.counts_itself = true;
  BERTH_TRY(DpsFleet fleet, DpsFleet::read(options, clock, DpsFleet::Proof::kToken));
  return std::make_unique<PollPlan>(std::move(fleet), shape, polls);
}

}  // namespace berth::fleet
