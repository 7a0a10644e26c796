#include "store/sql/certificates.h"
#include "store/sql/device_rows.h"
#include "store/sql/ports.h"
#include "store/sql/registration_rows.h"
#include "store/sql/templates.h"

namespace berth::store::sql {

using domain::DeviceId;
using domain::HubName;
using domain::QueuedMessage;

namespace {

// The hub's own table of host names has no room for more.
constexpr std::size_t kHubsMax = 1000;

Task<Result<bool>> look_for_expired(Runner& runner, TimePoint now) {
  return run<bool>(runner, Lane::kRead, [now](Connection& c) { return any_expired(c, now); });
}

Task<Result<std::vector<QueuedMessage>>> remove_expired(Runner& runner, TimePoint now,
                                                        std::size_t count_max) {
  return run<std::vector<QueuedMessage>>(runner, Lane::kWrite, [now, count_max](Connection& c) {
    return sql::take_expired(c, now, count_max);
  });
}

Task<Result<void>> write_activation(Runner& runner, HubName hub, DeviceId device,
                                    std::uint64_t version, TimePoint at) {
  return run<void>(runner, Lane::kWrite,
                   [hub = std::move(hub), device = std::move(device), version, at](Connection& c) {
                     return sql::activate(c, hub, device, version, at);
                   });
}

Task<Result<bool>> look_for_news(Runner& runner, HubName hub, DeviceId device, std::string model) {
  return run<bool>(runner, Lane::kRead,
                   [hub = std::move(hub), device = std::move(device), model = std::move(model)](
                       Connection& c) { return is_news(c, hub, device, model); });
}

Task<Result<void>> write_model(Runner& runner, HubName hub, DeviceId device, std::string model) {
  return run<void>(runner, Lane::kWrite,
                   [hub = std::move(hub), device = std::move(device), model = std::move(model)](
                       Connection& c) { return sql::note_model(c, hub, device, model); });
}

}  // namespace

Task<Result<std::uint64_t>> DevicePort::begin_epoch(std::string node) {
  return run<std::uint64_t>(runner_, Lane::kWrite, [node = std::move(node)](Connection& c) {
    return sql::begin_epoch(c, node);
  });
}

Task<Result<std::vector<domain::Hub>>> DevicePort::all_hubs() {
  return run<std::vector<domain::Hub>>(runner_, Lane::kScan,
                                       [](Connection& c) { return read_all_hubs(c, kHubsMax); });
}

Task<Result<hub::Dossier>> DevicePort::open_dossier(HubName hub, DeviceId device) {
  return run<hub::Dossier>(runner_, Lane::kRead,
                           [hub = std::move(hub), device = std::move(device)](Connection& c) {
                             return read_device_dossier(c, hub, device);
                           });
}

Task<Result<hub::Dossier>> DevicePort::open_member_dossier(DeviceId device) {
  return run<hub::Dossier>(runner_, Lane::kRead, [device = std::move(device)](Connection& c) {
    return read_member_dossier(c, device);
  });
}

// Refused inside the unit, so that what it has written by then is undone.
Task<Result<bool>> DevicePort::activate(HubName hub, DeviceId device, std::uint64_t version,
                                        TimePoint at) {
  const Result<void> done = co_await write_activation(runner_, hub, device, version, at);
  if (done) co_return true;
  if (done.error().kind == ErrorKind::kPreconditionFailed) co_return false;
  co_return Fail(done.error());
}

Task<Result<void>> DevicePort::note_model(HubName hub, DeviceId device, std::string model) {
  const Result<bool> news = co_await look_for_news(runner_, hub, device, model);
  if (!news) co_return Fail(news.error());
  if (!*news) co_return Result<void>();
  const Result<void> noted = co_await write_model(runner_, hub, device, model);
  co_return noted;
}

Task<Result<std::optional<domain::RevokedCertificate>>> DevicePort::find_revoked(
    domain::ScopeId scope, std::vector<base::Bytes> certificates) {
  return run<std::optional<domain::RevokedCertificate>>(
      runner_, Lane::kRead,
      [scope = std::move(scope), certificates = std::move(certificates)](Connection& c) {
        return sql::find_revoked(c, scope, certificates);
      });
}

Task<Result<void>> DevicePort::bind(hub::Binding binding) {
  return run<void>(runner_, Lane::kWrite, [binding = std::move(binding)](Connection& c) {
    return bind_device(c, binding);
  });
}

Task<Result<void>> DevicePort::unbind(hub::Binding binding) {
  return run<void>(runner_, Lane::kWrite, [binding = std::move(binding)](Connection& c) {
    return unbind_device(c, binding);
  });
}

Task<Result<std::vector<hub::Binding>>> DevicePort::bound_to(HubName hub, DeviceId gateway) {
  return run<std::vector<hub::Binding>>(
      runner_, Lane::kScan, [hub = std::move(hub), gateway = std::move(gateway)](Connection& c) {
        return read_bound(c, hub, gateway);
      });
}

Task<Result<std::optional<domain::Twin>>> DevicePort::get_twin(HubName hub, DeviceId device) {
  return run<std::optional<domain::Twin>>(
      runner_, Lane::kRead, [hub = std::move(hub), device = std::move(device)](Connection& c) {
        return read_twin(c, hub, device);
      });
}

Task<Result<std::uint64_t>> DevicePort::put_twin(std::unique_ptr<hub::TwinWrite> write) {
  const std::shared_ptr<const hub::TwinWrite> input(std::move(write));
  return run<std::uint64_t>(runner_, Lane::kWrite,
                            [input](Connection& c) { return sql::put_twin(c, *input); });
}

Task<Result<void>> DevicePort::put_session(hub::StoredSession session) {
  return run<void>(runner_, Lane::kWrite, [session = std::move(session)](Connection& c) {
    return sql::put_session(c, session);
  });
}

Task<Result<void>> DevicePort::remove_session(HubName hub, DeviceId device) {
  return run<void>(runner_, Lane::kWrite,
                   [hub = std::move(hub), device = std::move(device)](Connection& c) {
                     return sql::remove_session(c, hub, device);
                   });
}

void DevicePort::note_connection(hub::ConnectionRecord record) {
  const std::uint64_t ordinal = next_ordinal_.fetch_add(1, std::memory_order_relaxed);
  const auto ignore = [](const Result<void>&) {};  // the runner counts and logs what it drops
  run_detached<void>(
      runner_, Lane::kLazy,
      [record = std::move(record), ordinal](Connection& c) {
        return put_connection(c, record, ordinal);
      },
      ignore);
}

Task<Result<std::optional<hub::ConnectionRecord>>> DevicePort::get_connection(HubName hub,
                                                                              DeviceId device) {
  return run<std::optional<hub::ConnectionRecord>>(
      runner_, Lane::kRead, [hub = std::move(hub), device = std::move(device)](Connection& c) {
        return read_connection(c, hub, device);
      });
}

Task<Result<std::uint64_t>> DevicePort::enqueue(std::unique_ptr<hub::MessageWrite> write) {
  const std::shared_ptr<const hub::MessageWrite> input(std::move(write));
  return run<std::uint64_t>(runner_, Lane::kWrite,
                            [input](Connection& c) { return sql::enqueue(c, *input); });
}

// Not kRead: messages may be large.
Task<Result<std::vector<QueuedMessage>>> DevicePort::waiting(HubName hub, DeviceId device,
                                                             std::uint64_t after, TimePoint now,
                                                             std::size_t count_max) {
  QueueQuery query{std::move(hub), std::move(device), after, now, count_max};
  return run<std::vector<QueuedMessage>>(
      runner_, Lane::kScan,
      [query = std::move(query)](Connection& c) { return read_waiting(c, query); });
}

Task<Result<bool>> DevicePort::settle(HubName hub, DeviceId device, std::uint64_t sequence) {
  return run<bool>(runner_, Lane::kWrite,
                   [hub = std::move(hub), device = std::move(device), sequence](Connection& c) {
                     return sql::settle(c, hub, device, sequence);
                   });
}

// Asked every second, and nearly always for nothing: then it costs no write.
Task<Result<std::vector<QueuedMessage>>> DevicePort::take_expired(TimePoint now,
                                                                  std::size_t count_max) {
  Result<bool> any = co_await look_for_expired(runner_, now);
  if (!any) co_return Fail(std::move(any).error());
  if (!*any) co_return std::vector<QueuedMessage>();
  Result<std::vector<QueuedMessage>> taken = co_await remove_expired(runner_, now, count_max);
  co_return taken;
}

}  // namespace berth::store::sql
