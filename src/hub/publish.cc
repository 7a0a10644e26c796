// Publishing records: checked all together, kept, told to the log, told to those who watch.
#include "base/codec.h"
#include "hub/core.h"
#include "hub/json_text.h"
#include "hub/record_times.h"
#include "hub/records.h"
#include "hub/watching.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace berth::hub {
namespace {

using domain::NewRecord;
using domain::Record;
using domain::Step;

// No record outlives its publisher's patience by so much.
constexpr std::chrono::hours kLifetimeMax{24 * 365 * 100};
constexpr std::int64_t kTimeMaxMicros = 253'402'300'799'000'000;  // the end of the year 9999

// In whose name records of one request are published.
using Publishers = std::map<std::string, std::optional<domain::Device>>;

Rejection too_large(std::size_t bytes) {
  return {Step::kAuthorize,
          domain::Reason::kMessageTooLarge,
          fmt::format("data of at most {} bytes", domain::kRecordBytesMax),
          fmt::format("data of {} bytes", bytes),
          {}};
}

bool in_range(TimePoint time) {
  const std::int64_t micros = base::to_unix_micros(time);
  return micros >= 0 && micros <= kTimeMaxMicros;
}

Result<void, Rejection> check(const NewRecord& record) {
  Result<void> channel = domain::validate_channel(record.channel);
  if (!channel) return Fail(invalid_request("a channel", channel.error().what));
  if (record.data.size() > domain::kRecordBytesMax) return Fail(too_large(record.data.size()));
  Result<void> json = check_json(record.data, domain::kRecordBytesMax);
  if (!json) return Fail(invalid_request("data in JSON", json.error().what));
  if (!record.id.empty()) {
    Result<domain::ObjectId> id = domain::ObjectId::parse(record.id);
    if (!id) return Fail(invalid_request("the id of a record", id.error().what));
  }
  const bool times = in_range(record.at.value_or(TimePoint())) &&
                     in_range(record.expires_at.value_or(TimePoint()));
  if (!times) return Fail(invalid_request("times of the years 1970 to 9999", "another time"));
  const bool lives = !record.lifetime || record.expires_at ||
                     (record.lifetime->count() > 0 && *record.lifetime <= kLifetimeMax);
  if (!lives) return Fail(invalid_request("a time to live of up to 100 years", "another"));
  return {};
}

domain::ObjectId made_id(Core& core, TimePoint now) {
  const std::uint64_t seconds = static_cast<std::uint64_t>(base::to_unix_seconds(now));
  return domain::ObjectId::trusted(
      fmt::format("{:08x}{}", seconds & 0xffffffffU, core.ports.rng.hex(8)));
}

// An id that was given is that of a record of the same publisher.
Task<Result<void, Rejection>> check_overwritten(std::shared_ptr<Core> core, const Caller& caller,
                                                const Record& record) {
  Result<std::optional<Record>> found =
      co_await core->ports.records.find(record.scope, record.id.text());
  if (!found) co_return Fail(store_trouble(Step::kAuthorize, found.error()));
  if (*found && (*found)->publisher == record.publisher) co_return Result<void, Rejection>();
  if (*found) co_return Fail(not_permitted(caller, (*found)->publisher, Verdict::kOtherScope));
  co_return Fail(invalid_request("the id of a record of the publisher",
                                 fmt::format("'{}', which is none", record.id.text())));
}

Task<Result<void, Rejection>> find_publishers(std::shared_ptr<Core> core, const Caller& caller,
                                              const std::vector<NewRecord>& records,
                                              Publishers& publishers) {
  for (const NewRecord& each : records) {
    if (publishers.contains(each.of)) continue;
    if (each.of.empty() || each.of == caller.publisher) {
      std::optional<domain::Device>& own = publishers[each.of];
      if (caller.identity) own = caller.device();
      continue;
    }
    Result<Identity, Rejection> target = co_await reach(core, caller, each.of, Access::kWrite);
    if (!target) co_return Fail(std::move(target).error());
    publishers[each.of] = std::move(target->device);
  }
  co_return Result<void, Rejection>();
}

Record record_of(Core& core, const Caller& caller, NewRecord given) {
  const TimePoint now = core.ports.clock.wall();
  Record record;
  record.scope = caller.scope;
  record.publisher = given.of.empty() ? caller.publisher : std::move(given.of);
  record.id = given.id.empty() ? made_id(core, now)
                               : domain::ObjectId::trusted(base::ascii_lower(given.id));
  record.at = given.at ? in_milliseconds(*given.at) : core.record_times.next(record.publisher, now);
  record.channel = std::move(given.channel);
  record.data = std::move(given.data);
  record.expires_at = given.expires_at;
  if (!record.expires_at && given.lifetime) record.expires_at = now + *given.lifetime;
  record.is_private = given.is_private;
  return record;
}

domain::Event event_of(Core& core, const Caller& caller, const Record& record,
                       const domain::Device& publisher) {
  domain::Event event;
  event.hub = publisher.hub;
  event.device = publisher.id;
  event.kind = domain::EventKind::kTelemetry;
  event.enqueued_at = core.ports.clock.wall();
  if (record.publisher == caller.publisher) event.model_id = caller.model_id;
  event.message.content_type = "application/json";
  event.message.properties = {{"channel", record.channel}};
  event.message.body = record.data;
  event.scope = publisher.scope;
  return event;
}

// On disk when it returns, all of them.
Task<Result<void, Rejection>> log_events(std::shared_ptr<Core> core,
                                         std::vector<domain::Event> events) {
  for (const domain::Event& each : events) {
    core->count.messages_in.fetch_add(1, std::memory_order_relaxed);
    core->count.bytes_in.fetch_add(each.message.body.size(), std::memory_order_relaxed);
  }
  const std::vector<Result<domain::EventPosition>> stored =
      co_await core->ports.log.append_all(std::move(events));
  for (const Result<domain::EventPosition>& each : stored) {
    if (!each) co_return Fail(store_trouble(Step::kRecord, each.error()));
  }
  co_return Result<void, Rejection>();
}

}  // namespace

Task<Answer> publish_records(std::shared_ptr<Core> core, const Caller& caller,
                             domain::PublishRecords request) {
  std::vector<NewRecord>& given = request.records;
  if (given.empty() || given.size() > domain::kRecordsPerRequestMax) {
    co_return Fail(invalid_request(fmt::format("1..{} records", domain::kRecordsPerRequestMax),
                                   fmt::format("{}", given.size())));
  }
  for (const NewRecord& each : given) {
    Result<void, Rejection> valid = check(each);
    if (!valid) co_return Fail(std::move(valid).error());
  }
  Publishers publishers;
  Result<void, Rejection> found = co_await find_publishers(core, caller, given, publishers);
  if (!found) co_return Fail(std::move(found).error());

  auto write = std::make_unique<RecordsWrite>();
  write->per_publisher_max = core->settings.records_per_device_max;
  std::vector<const std::optional<domain::Device>*> of;
  for (NewRecord& each : given) {
    const bool overwrites = !each.id.empty();
    of.push_back(&publishers.at(each.of));
    write->records.push_back(record_of(*core, caller, std::move(each)));
    if (!overwrites) continue;
    Result<void, Rejection> own = co_await check_overwritten(core, caller, write->records.back());
    if (!own) co_return Fail(std::move(own).error());
  }
  std::vector<Record> records = write->records;
  Result<std::vector<domain::ObjectId>> ids = co_await core->ports.records.put(std::move(write));
  if (!ids) co_return Fail(store_trouble(Step::kRecord, ids.error()));

  std::vector<domain::Event> events;
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].id = ids->at(i);
    if (*of[i]) events.push_back(event_of(*core, caller, records[i], **of[i]));
  }
  Result<void, Rejection> logged = co_await log_events(core, std::move(events));
  if (!logged) co_return Fail(std::move(logged).error());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const domain::Device* publisher = *of[i] ? &**of[i] : nullptr;
    co_await deliver_record(core, records[i], publisher);
  }
  co_return domain::RecordsPublished{*std::move(ids)};
}

}  // namespace berth::hub
