// The fleet: its list, what happened lately, and leave to follow what happens now.
#include "domain/mend.h"
#include "management/authorise.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

constexpr std::size_t kQueryBytesMax = 128;
constexpr std::size_t kFilterBytesMax = 256;
constexpr std::uint32_t kHoursMax = 7 * 24;

Result<void> check_text(std::string_view name, std::string_view value, std::size_t bytes_max) {
  if (value.size() <= bytes_max && base::printable(value, bytes_max) == value) return {};
  return Fail(ErrorKind::kInvalid,
              fmt::format("{} is longer than {} bytes or not printable", name, bytes_max),
              fmt::format("give a shorter {}", name));
}

}  // namespace

Task<Answer> run(const Call& call, domain::FindDevices command) {
  BERTH_CO_TRY(command.page, checked_page(std::move(command.page), call.ports.settings));
  BERTH_CO_TRY(command.scope, narrowed_scope(call.actor, std::move(command.scope)));
  Result<void> query = check_text("query", command.query, kQueryBytesMax);
  if (!query) co_return Fail(std::move(query).error());
  for (const std::string* each : {&command.hub, &command.template_id, &command.enrollment}) {
    Result<void> filter = check_text("a filter", *each, kFilterBytesMax);
    if (!filter) co_return Fail(std::move(filter).error());
  }
  Result<domain::Listing<domain::FleetRow>> found =
      co_await call.ports.fleet.find(std::move(command));
  if (!found) co_return Fail(std::move(found).error());
  co_return *std::move(found);
}

Task<Answer> run(const Call& call, domain::GetOverview command) {
  BERTH_CO_TRY(command.scope, narrowed_scope(call.actor, std::move(command.scope)));
  if (command.hours < 1 || command.hours > kHoursMax) {
    co_return Fail(ErrorKind::kInvalid, fmt::format("hours is {}", command.hours),
                   fmt::format("use 1 to {}", kHoursMax));
  }
  const TimePoint now = call.ports.clock.wall();
  Result<domain::Overview> seen = co_await call.ports.fleet.overview(std::move(command), now);
  if (!seen) co_return Fail(std::move(seen).error());
  co_return *std::move(seen);
}

// Asked again with every beat of the stream, so that it ends with the session.
Task<Answer> run(const Call& call, domain::FollowLive command) {
  BERTH_CO_TRY(command.scope, narrowed_scope(call.actor, std::move(command.scope)));
  for (const std::string* each : {&command.hub, &command.device}) {
    Result<void> filter = check_text("a filter", *each, kFilterBytesMax);
    if (!filter) co_return Fail(std::move(filter).error());
  }
  domain::Following following;
  following.filter = std::move(command);
  following.until = call.actor.expires_at;
  following.who = call.actor.operator_name.empty() ? "token:" + call.actor.token_id
                                                   : "operator:" + call.actor.operator_name;
  co_return following;
}

}  // namespace berth::management
