#include "hub/record_selection.h"

#include "base/codec.h"
#include "hub/core.h"
#include "hub/record_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::hub {
namespace {

using domain::Step;
using Publishers = std::optional<std::vector<std::string>>;

// Of a controller: itself, and what it controls as far as that lets it.
Task<Result<Publishers, Rejection>> controlled(std::shared_ptr<Core> core, const Caller& caller,
                                               Access access) {
  const domain::Device& own = caller.device();
  Result<std::vector<domain::DeviceId>> all =
      co_await core->ports.identities.controlled_by(own.hub, own.id);
  if (!all) co_return Fail(store_trouble(Step::kAuthorize, all.error()));
  std::vector<std::string> publishers{caller.publisher};
  for (const domain::DeviceId& each : *all) {
    Result<std::optional<Identity>> found = co_await core->ports.identities.find(each);
    if (!found) co_return Fail(store_trouble(Step::kAuthorize, found.error()));
    if (!*found || may(access, own, (*found)->device, true) != Verdict::kAllowed) continue;
    publishers.push_back(each.text());
  }
  co_return Publishers(std::move(publishers));
}

// A device names another publisher; one that it may not touch is refused.
Task<Result<void, Rejection>> check_publisher(std::shared_ptr<Core> core, const Caller& caller,
                                              const std::string& publisher, Access access) {
  if (publisher == caller.publisher) co_return Result<void, Rejection>();
  if (publisher.starts_with(domain::kAccountPrefix)) {
    const bool reads = access == Access::kRead && may_read_account(caller.device(), publisher);
    if (reads) co_return Result<void, Rejection>();
    co_return Fail(not_permitted(caller, publisher, Verdict::kPermissionMissing));
  }
  Result<Identity, Rejection> target = co_await reach(core, caller, publisher, access);
  if (!target) co_return Fail(std::move(target).error());
  co_return Result<void, Rejection>();
}

Task<Result<Publishers, Rejection>> publishers_of(std::shared_ptr<Core> core, const Caller& caller,
                                                  const domain::RecordFilter& filter,
                                                  Access access) {
  if (filter.of.empty()) {
    // Deleting by time reaches for nobody else's records unless they are named.
    if (access == Access::kWrite && filter.ids.empty() && !caller.is_account()) {
      co_return Publishers(std::vector<std::string>{caller.publisher});
    }
    Result<Publishers, Rejection> all = co_await reachable(core, caller, access);
    co_return all;
  }
  if (!caller.is_account()) {
    for (const std::string& each : filter.of) {
      Result<void, Rejection> allowed = co_await check_publisher(core, caller, each, access);
      if (!allowed) co_return Fail(std::move(allowed).error());
    }
  }
  co_return Publishers(filter.of);
}

bool covers(const RecordSelection& selection, const domain::Record& record) {
  const std::vector<std::string>& publishers = selection.publishers;
  const bool listed = publishers.empty() || std::find(publishers.begin(), publishers.end(),
                                                      record.publisher) != publishers.end();
  const bool open =
      !record.is_private || selection.reader.empty() || selection.reader == record.publisher;
  return listed && open;
}

// The time, or that of the record which stands for it.
Task<Result<std::optional<TimePoint>, Rejection>> time_of(
    std::shared_ptr<Core> core, const RecordSelection& selection,
    std::optional<domain::TimeOrRecord> given) {
  if (!given) co_return std::optional<TimePoint>();
  if (const auto* time = std::get_if<TimePoint>(&*given)) co_return *time;
  const std::string id = base::ascii_lower(std::get<std::string>(*given));
  Result<std::optional<domain::Record>> found =
      co_await core->ports.records.find(selection.scope, id);
  if (!found) co_return Fail(store_trouble(Step::kAuthorize, found.error()));
  if (!*found || !covers(selection, **found)) {
    co_return Fail(invalid_request("the id of a record", fmt::format("'{}', which is none", id)));
  }
  co_return (*found)->at;
}

Result<void, Rejection> check_bounds(const domain::RecordFilter& filter) {
  const std::size_t most = std::max({filter.of.size(), filter.ids.size(), filter.at.size()});
  if (most > domain::kRecordsPerRequestMax) {
    return Fail(
        invalid_request(fmt::format("lists of at most {} elements", domain::kRecordsPerRequestMax),
                        fmt::format("one of {}", most)));
  }
  Result<void> mask = domain::validate_mask(filter.mask);
  if (!mask) return Fail(invalid_request("a mask of channels", mask.error().what));
  for (const std::string& each : filter.ids) {
    Result<domain::ObjectId> id = domain::ObjectId::parse(each);
    if (!id) return Fail(invalid_request("ids of records", id.error().what));
  }
  return {};
}

}  // namespace

Task<Result<Publishers, Rejection>> reachable(std::shared_ptr<Core> core, const Caller& caller,
                                              Access access) {
  if (caller.is_account()) co_return Publishers();
  const domain::Device& own = caller.device();
  switch (own.role) {
    case domain::DeviceRole::kDevice:
      break;
    case domain::DeviceRole::kController: {
      Result<Publishers, Rejection> publishers = co_await controlled(core, caller, access);
      co_return publishers;
    }
    case domain::DeviceRole::kPrototype: {
      Publishers publishers =
          access == Access::kRead ? own.permissions.reads : own.permissions.writes;
      if (publishers) publishers->push_back(caller.publisher);
      co_return publishers;
    }
  }
  co_return Publishers(std::vector<std::string>{caller.publisher});
}

Task<Result<RecordSelection, Rejection>> select_records(std::shared_ptr<Core> core,
                                                        const Caller& caller,
                                                        domain::RecordFilter filter,
                                                        Access access) {
  Result<void, Rejection> bounded = check_bounds(filter);
  if (!bounded) co_return Fail(std::move(bounded).error());
  Result<Publishers, Rejection> publishers = co_await publishers_of(core, caller, filter, access);
  if (!publishers) co_return Fail(std::move(publishers).error());
  RecordSelection selection;
  selection.scope = caller.scope;
  if (*publishers) selection.publishers = **std::move(publishers);
  if (!caller.is_account()) selection.reader = caller.publisher;
  selection.mask = std::move(filter.mask);
  for (const std::string& each : filter.ids) selection.ids.push_back(base::ascii_lower(each));
  for (const TimePoint each : filter.at) selection.at.push_back(in_milliseconds(each));
  selection.now = core->ports.clock.wall();
  Result<std::optional<TimePoint>, Rejection> before =
      co_await time_of(core, selection, std::move(filter.before));
  if (!before) co_return Fail(std::move(before).error());
  Result<std::optional<TimePoint>, Rejection> after =
      co_await time_of(core, selection, std::move(filter.after));
  if (!after) co_return Fail(std::move(after).error());
  selection.before = *before;
  selection.after = *after;
  co_return selection;
}

}  // namespace berth::hub
