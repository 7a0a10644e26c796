#include "hub/watching.h"

#include "base/codec.h"
#include "base/log.h"
#include "hub/core.h"

#include <fmt/format.h>

#include <utility>

namespace berth::hub {
namespace {

using domain::DeviceRole;
using domain::HubResult;
using domain::Reason;
using domain::Step;

constexpr std::size_t kFilterBytesMax = 1024;
// In one call of the chores.
constexpr std::size_t kFollowedMax = 1000;

// What of a device never changes.
domain::Device lasting(const domain::Device& device) {
  domain::Device kept;
  kept.hub = device.hub;
  kept.id = device.id;
  kept.scope = device.scope;
  kept.role = device.role;
  return kept;
}

struct Reach {
  std::vector<std::string> publishers;
  bool whole_scope = false;
};

Task<Result<std::vector<std::string>>> with_controlled(std::shared_ptr<Core> core,
                                                       const domain::Device& controller) {
  Result<std::vector<domain::DeviceId>> all =
      co_await core->ports.identities.controlled_by(controller.hub, controller.id);
  if (!all) co_return Fail(std::move(all).error());
  std::vector<std::string> publishers{controller.id.text()};
  for (const domain::DeviceId& each : *all) publishers.push_back(each.text());
  co_return publishers;
}

// Where to list a watch. What it may read is decided again with each record.
Task<Result<Reach, Rejection>> reach_of(std::shared_ptr<Core> core, const Caller& caller,
                                        std::string of) {
  const domain::Device& device = caller.device();
  if (!of.empty()) {
    const bool account = of.starts_with(domain::kAccountPrefix) && may_read_account(device, of);
    if (account) co_return Reach{{std::move(of)}, false};
    Result<Identity, Rejection> target = co_await reach(core, caller, of, Access::kRead);
    if (!target) co_return Fail(std::move(target).error());
    co_return Reach{{std::move(of)}, false};
  }
  switch (device.role) {
    case DeviceRole::kDevice:
      break;
    case DeviceRole::kController: {
      Result<std::vector<std::string>> publishers = co_await with_controlled(core, device);
      if (!publishers) co_return Fail(store_trouble(Step::kAuthorize, publishers.error()));
      co_return Reach{*std::move(publishers), false};
    }
    case DeviceRole::kPrototype:
      co_return Reach{{}, true};
  }
  co_return Reach{{device.id.text()}, false};
}

Rejection bad_filter(std::string expected, std::string received) {
  return {Step::kAuthorize,
          Reason::kTopicForbidden,
          std::move(expected),
          base::printable(received),
          {}};
}

HubResult refuse(Core& core, const Connection& connection, Rejection rejection) {
  Admission admission = admission_of(core, connection, kAsk);
  return admission.refuse(std::move(rejection), std::nullopt);
}

// The permissions of a prototype are its own and may have changed; a controller's are those of
// what it controls.
Task<Result<bool, Rejection>> prototype_reads(std::shared_ptr<Core> core,
                                              const domain::Device& prototype,
                                              const domain::Record& record,
                                              const domain::Device* publisher) {
  Result<std::optional<Identity>> now = co_await core->ports.identities.find(prototype.id);
  if (!now) co_return Fail(store_trouble(Step::kAuthorize, now.error()));
  if (!*now) co_return false;
  const domain::Device& device = (*now)->device;
  if (publisher == nullptr) co_return may_read_account(device, record.publisher);
  co_return may(Access::kRead, device, *publisher, false) == Verdict::kAllowed;
}

Task<Result<bool, Rejection>> may_hear(std::shared_ptr<Core> core, const Watch& watch,
                                       const domain::Record& record,
                                       const domain::Device* publisher) {
  if (record.scope != watch.device.scope) co_return false;
  if (record.publisher == watch.device.id.text()) co_return true;
  if (record.is_private) co_return false;
  switch (watch.device.role) {
    case DeviceRole::kDevice:
      co_return false;
    case DeviceRole::kPrototype: {
      Result<bool, Rejection> reads =
          co_await prototype_reads(core, watch.device, record, publisher);
      co_return reads;
    }
    case DeviceRole::kController:
      break;
  }
  if (publisher == nullptr) co_return false;
  Result<Verdict, Rejection> verdict =
      co_await decide(core, watch.device, *publisher, Access::kRead);
  if (!verdict) co_return Fail(std::move(verdict).error());
  co_return *verdict == Verdict::kAllowed;
}

}  // namespace

Watching::Watching(std::shared_ptr<Core> core, std::shared_ptr<Connection> connection)
    : core_(std::move(core)), connection_(std::move(connection)) {}

Watching::~Watching() {
  for (const WatchPtr& each : watches_) core_->watchers.end(each);
}

Task<HubResult> Watching::watch(domain::WatchRecords command) {
  Result<void> mask = domain::validate_mask(command.mask);
  if (!mask) {
    co_return refuse(*core_, *connection_, bad_filter("a mask of channels", mask.error().what));
  }
  if (command.filter.empty() || command.filter.size() > kFilterBytesMax) {
    co_return refuse(*core_, *connection_,
                     bad_filter(fmt::format("a filter of 1..{} bytes", kFilterBytesMax),
                                fmt::format("{} bytes", command.filter.size())));
  }
  Result<Caller, Rejection> caller = co_await connected_caller(core_, *connection_);
  if (!caller) co_return refuse(*core_, *connection_, std::move(caller).error());
  Result<Reach, Rejection> reach = co_await reach_of(core_, *caller, command.of);
  if (!reach) co_return refuse(*core_, *connection_, std::move(reach).error());
  unwatch(command.filter);
  if (watches_.size() >= core_->settings.subscriptions_max) {
    co_return refuse(
        *core_, *connection_,
        bad_filter(fmt::format("at most {} watches", core_->settings.subscriptions_max),
                   "one more"));
  }
  auto watch = std::make_shared<Watch>();
  watch->connection = connection_;
  watch->device = lasting(caller->device());
  watch->filter = std::move(command.filter);
  watch->of = std::move(command.of);
  watch->mask = std::move(command.mask);
  watches_.push_back(watch);
  core_->watchers.begin(watch, std::move(reach->publishers), reach->whole_scope);
  co_return domain::HubDone();
}

void Watching::unwatch(const std::string& filter) {
  for (const WatchPtr& each : watches_) {
    if (each->filter == filter) core_->watchers.end(each);
  }
  std::erase_if(watches_, [&](const WatchPtr& each) { return each->filter == filter; });
}

Task<void> deliver_record(std::shared_ptr<Core> core, const domain::Record& record,
                          const domain::Device* publisher) {
  const std::vector<WatchPtr> watches = core->watchers.of(record.publisher, record.scope);
  for (const WatchPtr& each : watches) {
    if (each->connection->ended() || !domain::mask_matches(each->mask, record.channel)) continue;
    Result<bool, Rejection> may = co_await may_hear(core, *each, record, publisher);
    if (!may) ++core->count.events_dropped;
    if (!may || !*may) continue;
    if (each->connection->deliver(domain::DeliverRecord{each->filter, record})) continue;
    ++core->count.events_dropped;
  }
}

Task<void> follow_control(std::shared_ptr<Core> core) {
  const std::vector<WatchPtr> watches = core->watchers.roaming(kFollowedMax);
  for (const WatchPtr& each : watches) {
    Result<std::vector<std::string>> publishers = co_await with_controlled(core, each->device);
    if (!publishers) {
      log::warn("hub.control_unread", {{"why", publishers.error().what}});
      co_return;
    }
    core->watchers.follow(each, *std::move(publishers));
  }
}

}  // namespace berth::hub
