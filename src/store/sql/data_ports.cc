#include "store/sql/data_ports.h"

#include "store/sql/accounts.h"
#include "store/sql/controls.h"
#include "store/sql/guesses.h"
#include "store/sql/identities.h"
#include "store/sql/records.h"

namespace berth::store::sql {

using domain::DeviceId;
using domain::HubName;
using domain::Record;

namespace {

// What a caller may ask for in one go, whatever it says.
constexpr std::size_t kCountMax = 1'000;

Task<Result<bool>> look_for_expired(Runner& runner, TimePoint now) {
  return run<bool>(runner, Lane::kRead,
                   [now](Connection& c) { return any_record_expired(c, now); });
}

Task<Result<std::uint64_t>> remove_expired(Runner& runner, TimePoint now, std::size_t count_max) {
  return run<std::uint64_t>(runner, Lane::kWrite, [now, count_max](Connection& c) {
    return drop_expired_records(c, now, count_max);
  });
}

}  // namespace

Task<Result<std::vector<domain::ObjectId>>> DataRecordsPort::put(
    std::unique_ptr<hub::RecordsWrite> write) {
  const std::shared_ptr<const hub::RecordsWrite> input(std::move(write));
  return run<std::vector<domain::ObjectId>>(
      runner_, Lane::kWrite, [input](Connection& c) { return put_records(c, *input); });
}

Task<Result<std::optional<Record>>> DataRecordsPort::find(domain::ScopeId scope, std::string id) {
  return run<std::optional<Record>>(runner_, Lane::kRead,
                                    [scope = std::move(scope), id = std::move(id)](Connection& c) {
                                      return find_record(c, scope, id);
                                    });
}

Task<Result<std::vector<Record>>> DataRecordsPort::select(hub::RecordSelection selection,
                                                          std::uint64_t offset,
                                                          std::size_t count_max) {
  const std::size_t count = std::min(count_max, kCountMax);
  return run<std::vector<Record>>(runner_, Lane::kScan,
                                  [selection = std::move(selection), offset, count](Connection& c) {
                                    return select_records(c, selection, offset, count);
                                  });
}

// Alone: it may remove many, and takes its turns as it meets their publishers.
Task<Result<std::uint64_t>> DataRecordsPort::remove(hub::RecordSelection selection) {
  return run<std::uint64_t>(
      runner_, Lane::kWriteAlone,
      [selection = std::move(selection)](Connection& c) { return remove_records(c, selection); });
}

Task<Result<std::vector<std::string>>> DataRecordsPort::channels(hub::RecordSelection selection,
                                                                 std::uint64_t offset,
                                                                 std::size_t count_max) {
  const std::size_t count = std::min(count_max, kCountMax);
  return run<std::vector<std::string>>(
      runner_, Lane::kScan, [selection = std::move(selection), offset, count](Connection& c) {
        return read_channels(c, selection, offset, count);
      });
}

// Asked again and again, and mostly for nothing: then it costs no write.
Task<Result<std::uint64_t>> DataRecordsPort::drop_expired(TimePoint now, std::size_t count_max) {
  Result<bool> any = co_await look_for_expired(runner_, now);
  if (!any) co_return Fail(std::move(any).error());
  if (!*any) co_return std::uint64_t{0};
  Result<std::uint64_t> dropped = co_await remove_expired(runner_, now, count_max);
  co_return dropped;
}

Task<Result<std::optional<hub::Identity>>> IdentitiesPort::find(DeviceId device) {
  return run<std::optional<hub::Identity>>(
      runner_, Lane::kRead,
      [device = std::move(device)](Connection& c) { return find_identity(c, device); });
}

Task<Result<std::vector<DeviceId>>> IdentitiesPort::controlled_by(HubName hub, DeviceId device) {
  return run<std::vector<DeviceId>>(
      runner_, Lane::kRead, [hub = std::move(hub), device = std::move(device)](Connection& c) {
        return read_controlled(c, hub, device);
      });
}

Task<Result<bool>> IdentitiesPort::controls(DeviceId controller, DeviceId device) {
  return run<bool>(runner_, Lane::kRead,
                   [controller = std::move(controller), device = std::move(device)](Connection& c) {
                     return does_control(c, controller, device);
                   });
}

Task<Result<std::uint64_t>> IdentitiesPort::release(HubName hub, DeviceId controller,
                                                    std::vector<DeviceId> devices,
                                                    domain::AuditRecord audit) {
  Release release{std::move(hub), std::move(controller), std::move(devices), std::move(audit)};
  return run<std::uint64_t>(runner_, Lane::kWrite, [release = std::move(release)](Connection& c) {
    return release_control(c, release);
  });
}

Task<Result<std::uint64_t>> IdentitiesPort::put(std::unique_ptr<hub::IdentityWrite> write) {
  const std::shared_ptr<const hub::IdentityWrite> input(std::move(write));
  return run<std::uint64_t>(runner_, Lane::kWrite,
                            [input](Connection& c) { return put_identity(c, *input); });
}

Task<Result<std::vector<HubName>>> IdentitiesPort::hubs_of(domain::ScopeId scope) {
  return run<std::vector<HubName>>(runner_, Lane::kScan, [scope = std::move(scope)](Connection& c) {
    return hubs_of_scope(c, scope);
  });
}

Task<Result<bool>> IdentitiesPort::remove(hub::IdentityRemoval removal) {
  return run<bool>(runner_, Lane::kWrite, [removal = std::move(removal)](Connection& c) {
    return remove_identity(c, removal);
  });
}

Task<Result<std::optional<domain::Account>>> IdentitiesPort::account(std::string email) {
  return run<std::optional<domain::Account>>(
      runner_, Lane::kRead,
      [email = std::move(email)](Connection& c) { return find_account(c, email); });
}

Task<Result<std::vector<domain::Account>>> IdentitiesPort::accounts_of(domain::ScopeId scope) {
  return run<std::vector<domain::Account>>(
      runner_, Lane::kRead,
      [scope = std::move(scope)](Connection& c) { return read_accounts(c, scope); });
}

Task<Result<domain::Guesses>> IdentitiesPort::account_guessed(domain::ScopeId scope,
                                                              std::string email,
                                                              std::uint32_t guesses_max,
                                                              std::chrono::seconds lock_time,
                                                              TimePoint at) {
  AccountGuess guess{std::move(scope), std::move(email), guesses_max, lock_time, at};
  return run<domain::Guesses>(runner_, Lane::kWrite, [guess = std::move(guess)](Connection& c) {
    return sql::account_guessed(c, guess);
  });
}

}  // namespace berth::store::sql
