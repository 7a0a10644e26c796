#include "hub/attachment.h"

#include "base/codec.h"
#include "hub/admission.h"
#include "hub/ask.h"
#include "hub/bindings.h"
#include "hub/core.h"
#include "hub/twins.h"
#include "hub/watching.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::hub {
namespace {

using domain::HubResult;
using domain::Reason;
using domain::Subscription;

constexpr std::size_t kFilterBytesMax = 1024;

// Why nothing more is taken from a connection that was told to end.
Reason reason_of(domain::EndReason reason) {
  switch (reason) {
    case domain::EndReason::kIdentityChanged:
      return Reason::kDeviceDisabled;
    case domain::EndReason::kProofExpired:
      return Reason::kProofExpired;
    case domain::EndReason::kTakenOver:
    case domain::EndReason::kTooSlow:
    case domain::EndReason::kStopping:
      return Reason::kStoreUnavailable;
  }
  return Reason::kInternal;
}

// Mistakes of the device's program, which somebody has to be told of; a version that is not the
// current one is part of ordinary life.
bool breaks_a_rule(Reason reason) {
  return reason == Reason::kDocumentInvalid || reason == Reason::kDocumentTooLarge;
}

void fill(domain::Event& event, const Connection& connection, const DeviceKey& of,
          domain::Message message) {
  event.hub = of.hub;
  event.device = of.device;
  event.kind = domain::EventKind::kTelemetry;
  if (of == connection.about.key) event.model_id = connection.about.model_id;
  event.message = std::move(message);
  event.scope = connection.about.scope;  // also that of whom it speaks for
}

class DeviceAttachment final : public Attachment {
 public:
  DeviceAttachment(std::shared_ptr<Core> core, std::shared_ptr<Connection> connection,
                   std::optional<domain::Message> will)
      : core_(std::move(core)), connection_(std::move(connection)) {
    if (will) will_ = std::make_unique<domain::Message>(*std::move(will));
  }
  ~DeviceAttachment() override;
  DeviceAttachment(const DeviceAttachment&) = delete;
  DeviceAttachment& operator=(const DeviceAttachment&) = delete;

  Task<HubResult> handle(domain::HubCommand command) override {
    return std::visit([this](auto& each) { return on(std::move(each)); }, command);
  }
  Task<Refusals> send(std::vector<domain::SendTelemetry> messages) override;

 private:
  Task<HubResult> on(domain::ConnectDevice command);
  Task<HubResult> on(domain::Subscribe command);
  Task<HubResult> on(domain::Unsubscribe command);
  Task<HubResult> on(domain::SendTelemetry command);
  Task<HubResult> on(domain::ReadTwin command);
  Task<HubResult> on(domain::PatchReported command);
  Task<HubResult> on(domain::AnswerMethod command);
  Task<HubResult> on(domain::SettleMessage command);
  Task<HubResult> on(domain::ReportMisuse command);
  Task<HubResult> on(domain::BindDevice command);
  Task<HubResult> on(domain::UnbindDevice command);
  Task<HubResult> on(domain::ListBound command);
  Task<HubResult> on(domain::AskData command);
  Task<HubResult> on(domain::WatchRecords command);
  Task<HubResult> on(domain::UnwatchRecords command);
  Task<HubResult> on(domain::Farewell command);

  std::optional<domain::HubRefused> ended() const;
  std::optional<domain::HubRefused> refusal_to_take(const domain::Message& message) const;
  Task<HubResult> keep(std::vector<Subscription> subscriptions);
  Bindings& bindings();
  // The device that this one speaks for, or why it may not.
  Task<Result<DeviceKey, domain::HubRefused>> sender(std::string of_device);
  // Of an offence on this connection.
  domain::HubRefused leave_trail(Rejection rejection, std::string detail,
                                 const std::string& of_device = {});

  const std::shared_ptr<Core> core_;
  const std::shared_ptr<Connection> connection_;
  std::unique_ptr<Bindings> bindings_;     // none until it is used
  std::unique_ptr<Watching> watching_;     // likewise
  std::unique_ptr<domain::Message> will_;  // none once the device has said farewell
};

DeviceAttachment::~DeviceAttachment() {
  const DeviceKey& key = connection_->about.key;
  connection_->gone();
  // Before it leaves, so that the next connection knows.
  const std::uint64_t unsettled = connection_->in_flight.highest_sequence();
  if (unsettled != 0) core_->unsettled.remember(key, unsettled);
  core_->directory.leave(*connection_);
  if (will_ && !core_->stopping) {
    auto event = std::make_unique<domain::Event>();
    fill(*event, *connection_, key, std::move(*will_));
    event->enqueued_at = core_->ports.clock.wall();
    core_->ports.log.append_detached(std::move(event));
  }
}

std::optional<domain::HubRefused> DeviceAttachment::ended() const {
  const std::optional<domain::EndReason> reason = connection_->end_reason();
  if (!reason) return std::nullopt;
  return refusal(*core_, reason_of(*reason),
                 fmt::format("the connection is ending: {}", to_string(*reason)));
}

Task<HubResult> DeviceAttachment::on(domain::ConnectDevice command) {
  static_cast<void>(command);
  co_return refusal(*core_, Reason::kInternal, "the connection belongs to a device already");
}

// Durable before it is answered when the session outlives the connection (azure-iot-hub.md §0.1).
// The caller has the device's turn.
Task<HubResult> DeviceAttachment::keep(std::vector<Subscription> subscriptions) {
  const DeviceKey& key = connection_->about.key;
  if (connection_->about.keeps_session && subscriptions != connection_->subscriptions()) {
    StoredSession session{
        key.hub,     key.device, subscriptions, core_->ports.clock.wall(), core_->settings.node,
        core_->epoch};
    Result<void> stored = co_await core_->ports.store.put_session(std::move(session));
    if (!stored) co_return refusal_of(*core_, stored.error());
  }
  connection_->subscribe(std::move(subscriptions));
  co_return domain::HubDone();
}

Task<HubResult> DeviceAttachment::on(domain::Subscribe command) {
  const DeviceKey key = connection_->about.key;
  const bool heard_methods = connection_->listens(domain::Channel::kMethods);
  HubResult result;
  {
    const Turns::Turn turn = co_await core_->turns.take(key, kTurnWaitMax);
    std::optional<domain::HubRefused> over = ended();
    if (over) co_return *std::move(over);
    if (!turn) co_return refusal(*core_, Reason::kStoreUnavailable, "too busy");
    std::vector<Subscription> subscriptions = connection_->subscriptions();
    for (Subscription& each : command.subscriptions) {
      if (each.filter.empty() || each.filter.size() > kFilterBytesMax) {
        co_return refusal(*core_, Reason::kTopicForbidden,
                          fmt::format("a filter of {} bytes; 1..{} are kept", each.filter.size(),
                                      kFilterBytesMax));
      }
      std::erase_if(subscriptions, [&](const auto& old) { return old.filter == each.filter; });
      subscriptions.push_back(std::move(each));
    }
    if (subscriptions.size() > core_->settings.subscriptions_max) {
      co_return refusal(*core_, Reason::kTopicForbidden,
                        fmt::format("{} subscriptions; at most {}", subscriptions.size(),
                                    core_->settings.subscriptions_max));
    }
    result = co_await keep(std::move(subscriptions));
  }
  if (!std::holds_alternative<domain::HubDone>(result)) co_return result;
  if (!heard_methods && connection_->listens(domain::Channel::kMethods)) {
    core_->arrivals.arrived(key);
  }
  co_await hand_out_waiting(core_, connection_);
  co_return result;
}

Task<HubResult> DeviceAttachment::on(domain::Unsubscribe command) {
  const DeviceKey key = connection_->about.key;
  const Turns::Turn turn = co_await core_->turns.take(key, kTurnWaitMax);
  std::optional<domain::HubRefused> over = ended();
  if (over) co_return *std::move(over);
  if (!turn) co_return refusal(*core_, Reason::kStoreUnavailable, "too busy");
  std::vector<Subscription> subscriptions = connection_->subscriptions();
  for (const std::string& filter : command.filters) {
    std::erase_if(subscriptions, [&](const auto& each) { return each.filter == filter; });
  }
  HubResult result = co_await keep(std::move(subscriptions));
  co_return result;
}

Task<HubResult> DeviceAttachment::on(domain::SendTelemetry command) {
  std::vector<domain::SendTelemetry> alone;
  alone.push_back(std::move(command));
  Refusals refusals = co_await send(std::move(alone));
  if (refusals.front()) co_return *std::move(refusals.front());
  co_return domain::HubDone();
}

std::optional<domain::HubRefused> DeviceAttachment::refusal_to_take(
    const domain::Message& message) const {
  std::optional<domain::HubRefused> over = ended();
  const std::size_t size = domain::size_of(message);
  if (over || size <= domain::kDeviceMessageBytesMax) return over;
  return refusal(*core_, Reason::kMessageTooLarge,
                 fmt::format("a message of {} bytes with its properties; at most {}", size,
                             domain::kDeviceMessageBytesMax));
}

Task<Attachment::Refusals> DeviceAttachment::send(std::vector<domain::SendTelemetry> messages) {
  Refusals refusals(messages.size());
  std::vector<domain::Event> events;
  events.reserve(messages.size());
  struct Sent {
    std::size_t place;  // among the messages
    std::size_t bytes;
  };
  std::vector<Sent> sent;
  sent.reserve(messages.size());
  const TimePoint now = core_->ports.clock.wall();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    domain::SendTelemetry& each = messages[i];
    refusals[i] = refusal_to_take(each.message);
    if (refusals[i]) continue;
    sent.push_back({i, domain::size_of(each.message)});
    if (each.of_device.empty()) {
      fill(events.emplace_back(), *connection_, connection_->about.key, std::move(each.message));
    } else {
      Result<DeviceKey, domain::HubRefused> of = co_await sender(std::move(each.of_device));
      if (!of) {
        refusals[i] = std::move(of).error();
        sent.pop_back();
        continue;
      }
      fill(events.emplace_back(), *connection_, *of, std::move(each.message));
    }
    events.back().enqueued_at = now;
  }
  const std::vector<Result<domain::EventPosition>> stored =
      co_await core_->ports.log.append_all(std::move(events));
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (!stored[i]) {
      refusals[sent[i].place] = refusal_of(*core_, stored[i].error());
      continue;
    }
    core_->count.messages_in.fetch_add(1, std::memory_order_relaxed);
    core_->count.bytes_in.fetch_add(sent[i].bytes, std::memory_order_relaxed);
  }
  co_return refusals;
}

Task<HubResult> DeviceAttachment::on(domain::ReadTwin command) {
  static_cast<void>(command);
  std::optional<domain::HubRefused> over = ended();
  if (over) co_return *std::move(over);
  HubResult result = co_await read_own_twin(core_, connection_->about.key);
  co_return result;
}

Task<HubResult> DeviceAttachment::on(domain::PatchReported command) {
  std::optional<domain::HubRefused> over = ended();
  if (over) co_return *std::move(over);
  HubResult result = co_await patch_reported(core_, connection_->about.key, std::move(command));
  const auto* refused = std::get_if<domain::HubRefused>(&result);
  if (refused == nullptr || !breaks_a_rule(refused->reason)) co_return result;
  const std::string why = base::printable(refused->detail);
  co_return leave_trail({domain::Step::kAuthorize, refused->reason, "a patch that keeps the rules",
                         why, std::chrono::seconds(0)},
                        why);
}

Task<HubResult> DeviceAttachment::on(domain::AnswerMethod command) {
  std::optional<domain::HubRefused> refused = take_answer(*core_, *connection_, std::move(command));
  if (refused) co_return *std::move(refused);
  co_return domain::HubDone();
}

// Also after the connection was told to end: what the device settled, it has.
Task<HubResult> DeviceAttachment::on(domain::SettleMessage command) {
  HubResult result = co_await settle(core_, connection_, command);
  co_return result;
}

Task<HubResult> DeviceAttachment::on(domain::ReportMisuse command) {
  co_return leave_trail(
      {domain::Step::kAuthorize, command.reason, base::printable(command.expected),
       base::printable(command.received), std::chrono::seconds(0)},
      {}, command.of_device);
}

domain::HubRefused DeviceAttachment::leave_trail(Rejection rejection, std::string detail,
                                                 const std::string& of_device) {
  const Connection::About& about = connection_->about;
  Admission admission = admission_of(*core_, *connection_, kConnect);
  if (!of_device.empty()) {
    admission.trail.findings = {
        {domain::Cause::kTopicOfOtherDevice, true,
         fmt::format("The device is '{}', and used the topic '{}' of '{}'.",
                     about.key.device.text(), rejection.received, base::printable(of_device, 160)),
         "put the device's own id into its topics"}};
  }
  return admission.refuse(std::move(rejection), std::nullopt, std::move(detail));
}

Bindings& DeviceAttachment::bindings() {
  if (!bindings_) {
    bindings_ = std::make_unique<Bindings>(core_, connection_->about.key, connection_->about.scope);
  }
  return *bindings_;
}

Task<Result<DeviceKey, domain::HubRefused>> DeviceAttachment::sender(std::string of_device) {
  Result<std::optional<DeviceKey>> found = co_await bindings().find(of_device);
  if (!found) co_return Fail(refusal_of(*core_, found.error()));
  if (*found) co_return **std::move(found);
  co_return Fail(leave_trail(
      {domain::Step::kAuthorize, Reason::kNotBound, "a device that is bound to this one",
       base::printable(of_device, 160), std::chrono::seconds(0)},
      "the device is not bound to this one"));
}

Task<HubResult> DeviceAttachment::on(domain::BindDevice command) {
  std::optional<domain::HubRefused> over = ended();
  if (over) co_return *std::move(over);
  domain::Claim claim = command.claim;
  Bindings::Bound bound = co_await bindings().bind(std::move(command.claim));
  if (bound.trouble) co_return *std::move(bound.trouble);
  if (!bound.rejection) co_return domain::HubDone();
  Admission admission(*core_, std::move(claim));
  admission.trail.scope = connection_->about.scope.text();
  co_return admission.refuse(*std::move(bound.rejection), std::move(bound.device));
}

Task<HubResult> DeviceAttachment::on(domain::UnbindDevice command) {
  std::optional<domain::HubRefused> over = ended();
  if (over) co_return *std::move(over);
  std::optional<domain::HubRefused> trouble = co_await bindings().unbind(std::move(command.device));
  if (trouble) co_return *std::move(trouble);
  co_return domain::HubDone();
}

Task<HubResult> DeviceAttachment::on(domain::ListBound command) {
  static_cast<void>(command);
  std::optional<domain::HubRefused> over = ended();
  if (over) co_return *std::move(over);
  Result<std::vector<Binding>> all = co_await bindings().all();
  if (!all) co_return refusal_of(*core_, all.error());
  domain::BoundDevices bound;
  for (Binding& each : *all) bound.devices.push_back(std::move(each.device));
  co_return bound;
}

Task<HubResult> DeviceAttachment::on(domain::AskData command) {
  std::optional<domain::HubRefused> over = ended();
  if (over) co_return *std::move(over);
  if (command.claim) {
    HubResult alone = co_await ask(core_, std::move(command));
    co_return alone;
  }
  HubResult result = co_await ask_connected(core_, connection_, std::move(command.request));
  co_return result;
}

Task<HubResult> DeviceAttachment::on(domain::WatchRecords command) {
  std::optional<domain::HubRefused> over = ended();
  if (over) co_return *std::move(over);
  if (!watching_) watching_ = std::make_unique<Watching>(core_, connection_);
  HubResult result = co_await watching_->watch(std::move(command));
  co_return result;
}

Task<HubResult> DeviceAttachment::on(domain::UnwatchRecords command) {
  if (watching_) watching_->unwatch(command.filter);
  co_return domain::HubDone();
}

Task<HubResult> DeviceAttachment::on(domain::Farewell command) {
  static_cast<void>(command);
  will_.reset();
  co_return domain::HubDone();
}

}  // namespace

std::unique_ptr<Attachment> make_attachment(std::shared_ptr<Core> core,
                                            std::shared_ptr<Connection> connection,
                                            std::optional<domain::Message> will) {
  return std::make_unique<DeviceAttachment>(std::move(core), std::move(connection),
                                            std::move(will));
}

}  // namespace berth::hub
