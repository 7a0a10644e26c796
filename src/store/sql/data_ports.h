// Two more ports over a runner (sql/ports.h): published records, and identities as others of their
// scope see them.
//
// Room store/sql. Thread rule: as the runner's; the runner outlives the ports.
#pragma once

#include "hub/ports/data_records.h"
#include "hub/ports/identities.h"
#include "store/sql/runner.h"

namespace berth::store::sql {

class DataRecordsPort final : public hub::DataRecords {
 public:
  explicit DataRecordsPort(Runner& runner) : runner_(runner) {}

  Task<Result<std::vector<domain::ObjectId>>> put(
      std::unique_ptr<hub::RecordsWrite> write) override;
  Task<Result<std::optional<domain::Record>>> find(domain::ScopeId scope, std::string id) override;
  Task<Result<std::vector<domain::Record>>> select(hub::RecordSelection selection,
                                                   std::uint64_t offset,
                                                   std::size_t count_max) override;
  Task<Result<std::uint64_t>> remove(hub::RecordSelection selection) override;
  Task<Result<std::vector<std::string>>> channels(hub::RecordSelection selection,
                                                  std::uint64_t offset,
                                                  std::size_t count_max) override;
  Task<Result<std::uint64_t>> drop_expired(TimePoint now, std::size_t count_max) override;

 private:
  Runner& runner_;
};

class IdentitiesPort final : public hub::Identities {
 public:
  explicit IdentitiesPort(Runner& runner) : runner_(runner) {}

  Task<Result<std::optional<hub::Identity>>> find(domain::DeviceId device) override;
  Task<Result<std::vector<domain::DeviceId>>> controlled_by(domain::HubName hub,
                                                            domain::DeviceId device) override;
  Task<Result<bool>> controls(domain::DeviceId controller, domain::DeviceId device) override;
  Task<Result<std::uint64_t>> release(domain::HubName hub, domain::DeviceId controller,
                                      std::vector<domain::DeviceId> devices,
                                      domain::AuditRecord audit) override;
  Task<Result<std::uint64_t>> put(std::unique_ptr<hub::IdentityWrite> write) override;
  Task<Result<std::vector<domain::HubName>>> hubs_of(domain::ScopeId scope) override;
  Task<Result<bool>> remove(hub::IdentityRemoval removal) override;
  Task<Result<std::optional<domain::Account>>> account(std::string email) override;
  Task<Result<std::vector<domain::Account>>> accounts_of(domain::ScopeId scope) override;
  Task<Result<domain::Guesses>> account_guessed(domain::ScopeId scope, std::string email,
                                                std::uint32_t guesses_max,
                                                std::chrono::seconds lock_time,
                                                TimePoint at) override;

 private:
  Runner& runner_;
};

}  // namespace berth::store::sql
