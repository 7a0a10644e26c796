// A hub's events. A hub may serve several scopes: a token limited to one gets the events of its
// own devices, so its pages are shorter and sometimes empty before the log ends.
#include "management/authorise.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

#include <map>

namespace berth::management {
namespace {

using domain::EventPage;
using domain::StoredEvent;

constexpr std::chrono::seconds kEventWaitMax{60};
// Each device of a limited token's page costs a read.
constexpr std::size_t kLimitedEventsMax = 100;

// From when on a device's events are the actor's to see: its making, because an id that was deleted
// and given to another scope must not show what the one before it sent. None: never.
using Visible = std::map<std::string, std::optional<TimePoint>>;

Task<Result<std::optional<TimePoint>>> visible_since(const Call& call, std::string hub,
                                                     std::string device) {
  Result<domain::Device> found =
      co_await call.ports.catalog.get_device(std::move(hub), std::move(device));
  if (!found && found.error().kind != ErrorKind::kNotFound) {
    co_return Fail(std::move(found).error());
  }
  if (!found || !may_see(call.actor, found->scope.text())) co_return std::optional<TimePoint>();
  co_return std::optional(found->created_at);
}

Task<Result<EventPage>> narrowed(const Call& call, EventPage page) {
  Visible visible;
  for (const StoredEvent& each : page.events) {
    const std::string& device = each.event.device.text();
    if (visible.contains(device)) continue;
    Result<std::optional<TimePoint>> since =
        co_await visible_since(call, each.event.hub.text(), device);
    if (!since) co_return Fail(std::move(since).error());
    visible.emplace(device, *since);
  }
  std::erase_if(page.events, [&](const StoredEvent& each) {
    const std::optional<TimePoint>& since = visible.at(each.event.device.text());
    return !since || each.event.enqueued_at < *since;
  });
  co_return page;
}

// The cursor and limits of an event query follow the rules of every other page.
Result<hub::EventQuery> query_of(const Call& call, domain::ReadEvents command) {
  domain::Page asked{std::move(command.cursor), command.limit};
  BERTH_TRY(domain::Page page, checked_page(std::move(asked), call.ports.settings));
  if (command.wait > kEventWaitMax || command.wait < std::chrono::seconds(0)) {
    return Fail(ErrorKind::kInvalid, fmt::format("wait is {} s", command.wait.count()),
                fmt::format("use 0 to {}", kEventWaitMax.count()));
  }
  hub::EventQuery query;
  query.cursor = std::move(page.cursor);
  query.count_max = page.limit;
  if (call.actor.scope) query.count_max = std::min(query.count_max, kLimitedEventsMax);
  query.wait = command.wait;
  if (!command.device.empty()) {
    BERTH_TRY(query.device, domain::DeviceId::parse(command.device));
  }
  return query;
}

}  // namespace

Task<Answer> run(const Call& call, domain::ReadEvents command) {
  Result<domain::Hub> hub = co_await find_hub(call, command.hub);
  if (!hub) co_return Fail(std::move(hub).error());
  BERTH_CO_TRY(hub::EventQuery query, query_of(call, std::move(command)));
  query.hub = hub->name;
  Result<hub::EventBatch> batch = co_await call.ports.hub.read_events(std::move(query));
  if (!batch) co_return Fail(std::move(batch).error());
  EventPage page;
  page.cursor = std::move(batch->cursor);
  page.gap = batch->gap;
  for (hub::LoggedEvent& each : batch->events) {
    page.events.push_back({each.position, std::move(each.event)});
  }
  if (!call.actor.scope) co_return page;
  Result<EventPage> own = co_await narrowed(call, std::move(page));
  if (!own) co_return Fail(std::move(own).error());
  co_return *std::move(own);
}

}  // namespace berth::management
