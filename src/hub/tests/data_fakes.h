// The ports for records, identities and accounts in memory. Identities are those of the
// MemoryStore.
//
// Room hub, tests. Thread rule: may be used from several threads.
#pragma once

#include "hub/ports/data_records.h"
#include "hub/ports/identities.h"
#include "hub/ports/password_check.h"
#include "hub/tests/fakes.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace berth::hub {

class MemoryRecords final : public DataRecords {
 public:
  Task<Result<std::vector<domain::ObjectId>>> put(std::unique_ptr<RecordsWrite> write) override {
    const std::lock_guard lock(mutex);
    ++writes;
    if (down) co_return unavailable();
    std::vector<domain::ObjectId> ids;
    for (domain::Record& each : write->records) {
      std::erase_if(records, [&](const domain::Record& old) {
        const bool same_time = old.channel == each.channel && old.at == each.at;
        const bool replaced = old.publisher == each.publisher && (old.id == each.id || same_time);
        if (replaced && same_time) each.id = old.id;
        return replaced;
      });
      ids.push_back(each.id);
      records.push_back(std::move(each));
    }
    per_publisher_max = write->per_publisher_max;
    co_return ids;
  }
  Task<Result<std::optional<domain::Record>>> find(domain::ScopeId scope, std::string id) override {
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    for (const domain::Record& each : records) {
      if (each.scope == scope && each.id.text() == id) co_return each;
    }
    co_return std::nullopt;
  }
  Task<Result<std::vector<domain::Record>>> select(RecordSelection selection, std::uint64_t offset,
                                                   std::size_t count_max) override {
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    std::vector<domain::Record> found = all(selection);
    const std::size_t from = std::min<std::size_t>(offset, found.size());
    found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(from));
    if (found.size() > count_max) found.resize(count_max);
    co_return found;
  }
  Task<Result<std::uint64_t>> remove(RecordSelection selection) override {
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    co_return std::erase_if(records, [&](const auto& each) { return fits(selection, each); });
  }
  Task<Result<std::vector<std::string>>> channels(RecordSelection selection, std::uint64_t offset,
                                                  std::size_t count_max) override {
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    std::set<std::string> names;
    for (const domain::Record& each : all(selection)) names.insert(each.channel);
    std::vector<std::string> found;
    for (const std::string& each : names) {
      if (offset > 0) {
        --offset;
      } else if (found.size() < count_max) {
        found.push_back(each);
      }
    }
    co_return found;
  }
  Task<Result<std::uint64_t>> drop_expired(TimePoint now, std::size_t count_max) override {
    const std::lock_guard lock(mutex);
    static_cast<void>(count_max);
    co_return std::erase_if(
        records, [now](const auto& each) { return each.expires_at && *each.expires_at <= now; });
  }

  std::mutex mutex;
  bool down = false;
  int writes = 0;
  std::size_t per_publisher_max = 0;
  std::vector<domain::Record> records;

 private:
  static tl::unexpected<Error> unavailable() { return Fail(ErrorKind::kUnavailable, "down"); }
  template <class T>
  static bool one_of(const std::vector<T>& values, const T& value) {
    return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
  }
  static bool fits(const RecordSelection& wanted, const domain::Record& record) {
    const bool whose = record.scope == wanted.scope && one_of(wanted.publishers, record.publisher);
    const bool open =
        !record.is_private || wanted.reader.empty() || wanted.reader == record.publisher;
    const bool when = one_of(wanted.at, record.at) &&
                      (!wanted.before || record.at < *wanted.before) &&
                      (!wanted.after || record.at > *wanted.after);
    const bool lives = !record.expires_at || *record.expires_at > wanted.now;
    return whose && open && when && lives && one_of(wanted.ids, record.id.text()) &&
           domain::mask_matches(wanted.mask, record.channel);
  }
  std::vector<domain::Record> all(const RecordSelection& wanted) const {
    std::vector<domain::Record> found;
    for (const domain::Record& each : records) {
      if (fits(wanted, each)) found.push_back(each);
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return a.at != b.at ? a.at > b.at : a.id.text() > b.id.text();
    });
    return found;
  }
};

class MemoryIdentities final : public Identities {
 public:
  explicit MemoryIdentities(MemoryStore& store) : store_(store) {}

  Task<Result<std::optional<Identity>>> find(domain::DeviceId device) override {
    const std::lock_guard lock(store_.mutex);
    ++finds;
    if (store_.down) co_return unavailable();
    for (const auto& [key, each] : store_.devices) {
      if (key.device != device || !MemoryStore::hubless(each)) continue;
      Identity identity{each, {}};
      const auto found = registrations.find(device.text());
      if (found != registrations.end()) identity.registration = found->second;
      co_return identity;
    }
    co_return std::nullopt;
  }
  Task<Result<std::vector<domain::DeviceId>>> controlled_by(domain::HubName hub,
                                                            domain::DeviceId device) override {
    const std::lock_guard lock(store_.mutex);
    static_cast<void>(hub);
    if (store_.down) co_return unavailable();
    std::vector<domain::DeviceId> found;
    for (const auto& [controller, thing] : control) {
      if (controller == device.text()) found.push_back(domain::DeviceId::trusted(thing));
    }
    co_return found;
  }
  Task<Result<bool>> controls(domain::DeviceId controller, domain::DeviceId device) override {
    const std::lock_guard lock(store_.mutex);
    if (store_.down) co_return unavailable();
    co_return control.contains({controller.text(), device.text()});
  }
  Task<Result<std::uint64_t>> release(domain::HubName hub, domain::DeviceId controller,
                                      std::vector<domain::DeviceId> devices,
                                      domain::AuditRecord audit) override {
    const std::lock_guard lock(store_.mutex);
    static_cast<void>(hub);
    if (store_.down) co_return unavailable();
    store_.audits.push_back(std::move(audit));
    co_return std::erase_if(control, [&](const auto& each) {
      const bool named =
          devices.empty() || std::any_of(devices.begin(), devices.end(),
                                         [&](const auto& id) { return id.text() == each.second; });
      return named && each.first == controller.text();
    });
  }
  Task<Result<std::uint64_t>> put(std::unique_ptr<IdentityWrite> write) override {
    const std::lock_guard lock(store_.mutex);
    if (store_.down) co_return unavailable();
    if (conflicts > 0) {
      --conflicts;
      co_return Fail(ErrorKind::kConflict, "another was faster");
    }
    const DeviceKey key{write->device.hub, write->device.id};
    const auto found = store_.devices.find(key);
    const std::uint64_t current = found == store_.devices.end() ? 0 : found->second.version;
    if (current != write->expected_version || serial_taken(write->device)) {
      co_return Fail(ErrorKind::kConflict, "taken");
    }
    domain::Device& place = store_.devices[key];
    place = std::move(write->device);
    place.version = current + 1;
    if (write->resets) registrations[key.device.text()].reset = true;
    store_.audits.push_back(std::move(write->audit));
    co_return current + 1;
  }
  Task<Result<std::vector<domain::HubName>>> hubs_of(domain::ScopeId scope) override {
    const std::lock_guard lock(store_.mutex);
    static_cast<void>(scope);
    co_return linked;
  }
  Task<Result<bool>> remove(IdentityRemoval removal) override {
    const std::lock_guard lock(store_.mutex);
    if (store_.down) co_return unavailable();
    store_.audits.push_back(std::move(removal.audit));
    registrations.erase(removal.device.text());
    co_return store_.devices.erase({removal.hub, removal.device}) != 0;
  }
  Task<Result<std::optional<domain::Account>>> account(std::string email) override {
    const std::lock_guard lock(store_.mutex);
    if (store_.down) co_return unavailable();
    const auto found = accounts.find(base::ascii_lower(email));
    if (found == accounts.end()) co_return std::nullopt;
    co_return found->second;
  }
  Task<Result<std::vector<domain::Account>>> accounts_of(domain::ScopeId scope) override {
    const std::lock_guard lock(store_.mutex);
    if (store_.down) co_return unavailable();
    std::vector<domain::Account> found;
    for (const auto& [email, each] : accounts) {
      if (each.scope == scope) found.push_back(each);
    }
    co_return found;
  }
  Task<Result<domain::Guesses>> account_guessed(domain::ScopeId scope, std::string email,
                                                std::uint32_t guesses_max,
                                                std::chrono::seconds lock_time,
                                                TimePoint at) override {
    const std::lock_guard lock(store_.mutex);
    static_cast<void>(scope);
    domain::Guesses& guesses = accounts.at(email).guesses;
    if (guesses_max == 0) guesses = {};
    if (guesses_max != 0 && ++guesses.wrong >= guesses_max) guesses.locked_until = at + lock_time;
    co_return guesses;
  }

  int finds = 0;
  int conflicts = 0;  // of the next writes
  std::set<std::pair<std::string, std::string>> control;
  std::map<std::string, domain::Registration> registrations;
  std::map<std::string, domain::Account> accounts;  // by lower-case address
  std::vector<domain::HubName> linked;

 private:
  static tl::unexpected<Error> unavailable() { return Fail(ErrorKind::kUnavailable, "down"); }
  bool serial_taken(const domain::Device& device) const {
    return std::any_of(store_.devices.begin(), store_.devices.end(), [&](const auto& each) {
      return !device.serial.empty() && each.second.serial == device.serial &&
             each.second.role == device.role && each.second.id != device.id;
    });
  }

  MemoryStore& store_;
};

// The stored text of a password is the password.
class PlainPasswords final : public PasswordCheck {
 public:
  Task<Result<bool>> matches(SharedSecret password, std::string stored) override {
    ++checks;
    if (busy) co_return Fail(ErrorKind::kUnavailable, "too many wait");
    co_return !stored.empty() && password->text() == stored;
  }
  std::atomic<int> checks{0};
  bool busy = false;
};

}  // namespace berth::hub
