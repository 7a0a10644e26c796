// Devices that are connected: telemetry of many at once, and what an idle connection costs.
#include "bench/fleet/cases.h"
#include "bench/fleet/logins.h"
#include "bench/fleet/messages.h"

#include <deque>

namespace berth::fleet {
namespace {

constexpr std::uint64_t kSocketsMax = 15'000;

// Connects and holds.
class IdleScript : public Script {
 public:
  IdleScript(const Logins& logins, std::uint64_t device) : logins_(logins), device_(device) {}

  Step begin(Tally&) override { return Step::send(logins_.connect(device_)); }

  Step answered(const Answer& answer, Tally&) override {
    const std::string code = mqtt_code(answer, 1);
    if (answer.type == mqtt_type::kConnack && code == "0") return Step::hold();
    return Step::fail("CONNECT was answered " + code);
  }

  Step released(Tally&) override { return Step::done(mqtt_disconnect()); }

 protected:
  const Logins& logins_;
  const std::uint64_t device_;
};

struct Load {
  std::uint64_t messages = 0;
  std::uint64_t devices = 0;
  std::uint64_t window = 0;
  std::uint64_t payload = 0;
};

// Then publishes its share with QoS 1; never more than a window of messages is unacknowledged.
class TelemetryScript final : public IdleScript {
 public:
  TelemetryScript(const Logins& logins, std::uint64_t device, const Load& load)
      : IdleScript(logins, device),
        topic_("devices/" + logins.client_id(device) + "/messages/events/"),
        payload_(load.payload, 'm'),
        left_(load.messages / load.devices + (device < load.messages % load.devices ? 1 : 0)),
        window_(load.window) {}

  Step answered(const Answer& answer, Tally& tally) override {
    if (!sending_) return IdleScript::answered(answer, tally);
    const bool is_next =
        answer.type == mqtt_type::kPuback && !asked_.empty() && packet_id(answer) == expected_id();
    if (!is_next) return Step::fail("what came is not the next PUBACK");
    tally.operation.push_back(micros(tally.now - asked_.front()));
    asked_.pop_front();
    ++tally.done;
    if (left_ > 0) return Step::hear(message(tally.now));
    return asked_.empty() ? Step::done(mqtt_disconnect()) : Step::hear();
  }

  Step released(Tally& tally) override {
    sending_ = true;
    std::string bytes;
    for (std::uint64_t i = 0; i < window_ && left_ > 0; ++i) bytes += message(tally.now);
    return bytes.empty() ? Step::done(mqtt_disconnect()) : Step::send(std::move(bytes));
  }

 private:
  static constexpr std::uint16_t kIds = 60'000;

  // Of the oldest message that is not acknowledged.
  std::uint16_t expected_id() const {
    return static_cast<std::uint16_t>(1 + (sent_ - asked_.size()) % kIds);
  }

  std::string message(Instant now) {
    const auto id = static_cast<std::uint16_t>(1 + sent_ % kIds);
    ++sent_;
    --left_;
    asked_.push_back(now);
    return mqtt_publish(topic_, payload_, id);
  }

  const std::string topic_;
  const std::string payload_;
  std::uint64_t left_;
  const std::uint64_t window_;
  std::uint64_t sent_ = 0;
  bool sending_ = false;
  std::deque<Instant> asked_;
};

class IdlePlan final : public Plan {
 public:
  IdlePlan(Logins logins, std::uint64_t count) : logins_(std::move(logins)), count_(count) {}

  Shape shape() const override {
    Shape shape;
    shape.scripts = count_;
    shape.framing = Framing::kMqtt;
    shape.hold = Shape::Hold::kBefore;
    return shape;
  }
  std::unique_ptr<Script> script(std::uint64_t device) override {
    return std::make_unique<IdleScript>(logins_, device);
  }

  void report(const Tally& tally, boost::json::object& out) const override {
    const auto connects = static_cast<double>(tally.connects);
    const double cpu = out["cpu_seconds"].as_double();
    const auto grown = [&](const char* after, const char* before) {
      const auto& memory = out["memory"].as_object();
      return (memory.at(after).to_number<double>() - memory.at(before).to_number<double>()) /
             connects;
    };
    if (connects <= 0) return;
    out["connects_per_cpu_second"] = cpu > 0 ? connects / cpu : 0;
    out["rss_per_connection"] = grown("rss_after", "rss_before");
    out["pss_per_connection"] = grown("pss_after", "pss_before");
  }

 private:
  const Logins logins_;
  const std::uint64_t count_;
};

class TelemetryPlan final : public Plan {
 public:
  TelemetryPlan(Logins logins, Load load) : logins_(std::move(logins)), load_(load) {}

  Shape shape() const override {
    Shape shape;
    shape.scripts = load_.devices;
    shape.framing = Framing::kMqtt;
    shape.hold = Shape::Hold::kAfter;
    shape.counts_itself = true;
    return shape;
  }
  std::unique_ptr<Script> script(std::uint64_t device) override {
    return std::make_unique<TelemetryScript>(logins_, device, load_);
  }

  void report(const Tally& tally, boost::json::object& out) const override {
    out["devices"] = load_.devices;
    out["window"] = load_.window;
    out["payload_bytes"] = load_.payload;
    const double cpu = out["cpu_seconds"].as_double();
    out["messages_per_cpu_second"] = cpu > 0 ? static_cast<double>(tally.done) / cpu : 0;
  }

 private:
  const Logins logins_;
  const Load load_;
};

}  // namespace

MadePlan make_idle(const Options& options, const Clock& clock) {
  BERTH_TRY(const std::uint64_t count, options.number("count", 1'000, 1, kSocketsMax));
  BERTH_TRY(Logins logins, Logins::read(options, clock));
  return std::make_unique<IdlePlan>(std::move(logins), count);
}

MadePlan make_telemetry(const Options& options, const Clock& clock) {
  Load load;
  BERTH_TRY(load.messages, options.number("count", 1'000, 1, 100'000'000));
  BERTH_TRY(load.devices, options.number("devices", 1'000, 1, kSocketsMax));
  BERTH_TRY(load.window, options.number("window", 8, 1, 1'000));
  BERTH_TRY(load.payload, options.number("payload-bytes", 256, 0, 65'536));
  load.devices = std::min(load.devices, load.messages);
  BERTH_TRY(Logins logins, Logins::read(options, clock));
  return std::make_unique<TelemetryPlan>(std::move(logins), load);
}

}  // namespace berth::fleet
