// A registration over MQTT, and the least that a broker does at the same edge: connect, subscribe,
// one QoS 1 publish, disconnect.
//
// Answers are awaited before the next request is sent. An acknowledgement that a device owes goes
// out in one write with its next packet.
#include "bench/fleet/cases.h"
#include "bench/fleet/dps.h"
#include "bench/fleet/logins.h"
#include "bench/fleet/messages.h"

namespace berth::fleet {
namespace {

constexpr std::string_view kAnswers = "$dps/registrations/res/#";
constexpr std::string_view kRegister = "$dps/registrations/PUT/iotdps-register/?$rid=1";
constexpr std::string_view kPoll =
    "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=2&operationId=";
constexpr std::uint16_t kRegisterId = 2;
constexpr std::uint16_t kPollId = 3;

// CONNECT and SUBSCRIBE, one after the other; then what the case is about.
class SubscribedScript : public Script {
 public:
  Step answered(const Answer& answer, Tally& tally) override {
    switch (stage_) {
      case Stage::kConnecting:
        if (answer.type != mqtt_type::kConnack || mqtt_code(answer, 1) != "0") {
          return Step::fail("CONNECT was answered " + mqtt_code(answer, 1));
        }
        stage_ = Stage::kSubscribing;
        return Step::send(mqtt_subscribe(filter(), 1)).uncounted();
      case Stage::kSubscribing:
        if (answer.type != mqtt_type::kSuback || mqtt_code(answer, 2) != "1") {
          return Step::fail("SUBSCRIBE was answered " + mqtt_code(answer, 2));
        }
        stage_ = Stage::kSubscribed;
        return subscribed().uncounted();
      case Stage::kSubscribed:
        break;
    }
    return heard(answer, tally);
  }

 protected:
  virtual std::string filter() const = 0;
  virtual Step subscribed() = 0;
  virtual Step heard(const Answer& answer, Tally& tally) = 0;

 private:
  enum class Stage { kConnecting, kSubscribing, kSubscribed } stage_ = Stage::kConnecting;
};

class DpsScript final : public SubscribedScript {
 public:
  DpsScript(const DpsFleet& fleet, std::uint64_t device) : fleet_(fleet), device_(device) {}

  Step begin(Tally&) override {
    const std::string id = fleet_.id(device_);
    const std::string user = fleet_.user_name(device_);
    const std::string token = fleet_.token(device_);
    return Step::send(mqtt_connect({id, user, token}));
  }

  Step resumed(Tally& tally) override { return poll({}, tally); }

 protected:
  std::string filter() const override { return std::string(kAnswers); }

  Step subscribed() override {
    return Step::send(mqtt_publish(kRegister, fleet_.body(device_), kRegisterId));
  }

  Step heard(const Answer& answer, Tally& tally) override {
    if (answer.type == mqtt_type::kPuback) return Step::hear();
    const auto published = read_publish(answer);
    if (!published)
      return Step::fail("packet " + std::to_string(answer.type) + " was not asked for");
    const std::string acknowledged = mqtt_puback(published->packet_id);
    const bool is_pending = published->topic.starts_with("$dps/registrations/res/202/");
    if (operation_.empty()) {
      operation_ = json_text(published->payload, "operationId");
      if (is_pending && !operation_.empty()) return poll(acknowledged, tally);
      return Step::fail("register was answered " + std::string(published->topic));
    }
    if (is_pending) {
      owed_ = acknowledged;
      return Step::pause(kPollPause);
    }
    if (!published->topic.starts_with("$dps/registrations/res/200/") ||
        json_text(published->payload, "status") != "assigned") {
      return Step::fail("the poll was answered " + std::string(published->topic));
    }
    return Step::done(acknowledged + mqtt_disconnect());
  }

 private:
  Step poll(std::string before, Tally& tally) {
    ++tally.polls;
    before += std::exchange(owed_, {});
    return Step::send(before + mqtt_publish(std::string(kPoll) + operation_, " ", kPollId));
  }

  const DpsFleet& fleet_;
  const std::uint64_t device_;
  std::string operation_;
  std::string owed_;
};

class PublishScript final : public SubscribedScript {
 public:
  PublishScript(const Logins& logins, const DpsFleet& fleet, std::uint64_t device)
      : logins_(logins), fleet_(fleet), device_(device) {}

  Step begin(Tally&) override { return Step::send(logins_.connect(device_)); }

 protected:
  // As long as a registration's; what is published goes elsewhere, so nothing is delivered.
  std::string filter() const override { return "answers/" + fleet_.id(device_) + "/#"; }

  Step subscribed() override {
    const std::string topic = "requests/" + fleet_.id(device_) + "/register";
    return Step::send(mqtt_publish(topic, fleet_.body(device_), kRegisterId));
  }

  Step heard(const Answer& answer, Tally&) override {
    if (answer.type == mqtt_type::kPuback) return Step::done(mqtt_disconnect());
    return Step::fail("packet " + std::to_string(answer.type) + " instead of PUBACK");
  }

 private:
  const Logins& logins_;
  const DpsFleet& fleet_;
  const std::uint64_t device_;
};

class PublishPlan final : public Plan {
 public:
  PublishPlan(Logins logins, DpsFleet fleet, Shape shape)
      : logins_(std::move(logins)), fleet_(std::move(fleet)), shape_(shape) {}

  Shape shape() const override { return shape_; }
  std::unique_ptr<Script> script(std::uint64_t device) override {
    return std::make_unique<PublishScript>(logins_, fleet_, device);
  }

 private:
  const Logins logins_;
  const DpsFleet fleet_;
  const Shape shape_;
};

Result<Shape> mqtt_shape(const Options& options) {
  BERTH_TRY(Shape shape, counted_shape(options));
  shape.framing = Framing::kMqtt;
  return shape;
}

}  // namespace

MadePlan make_dps_mqtt(const Options& options, const Clock& clock) {
  BERTH_TRY(const Shape shape, mqtt_shape(options));
  BERTH_TRY(DpsFleet fleet, DpsFleet::read(options, clock, DpsFleet::Proof::kToken));
  return std::make_unique<DpsPlan>(std::move(fleet), shape, &make_dps_script<DpsScript>);
}

MadePlan make_mqtt_publish(const Options& options, const Clock& clock) {
  BERTH_TRY(const Shape shape, mqtt_shape(options));
  BERTH_TRY(Logins logins, Logins::of_broker(options));
  BERTH_TRY(DpsFleet fleet, DpsFleet::made_up(options, clock));
  return std::make_unique<PublishPlan>(std::move(logins), std::move(fleet), shape);
}

}  // namespace berth::fleet
