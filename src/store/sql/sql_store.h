// The Store over any runner: what a driver wraps its runner in.
//
// Room store/sql. Thread rule: see store/store.h.
#pragma once

#include "store/sql/code_port.h"
#include "store/sql/data_ports.h"
#include "store/sql/fleet_port.h"
#include "store/sql/ports.h"
#include "store/sql/runner.h"
#include "store/sql/trimmer.h"

#include <memory>

namespace berth::store::sql {

class SqlStore final : public Store {
 public:
  // `kind` is a literal.
  SqlStore(std::string_view kind, std::unique_ptr<Runner> runner, const StoreOptions& options,
           const Clock& clock)
      : kind_(kind),
        runner_(std::move(runner)),
        trimmer_(*runner_, options, clock),
        registrations_(*runner_, trimmer_),
        catalog_(*runner_),
        devices_(*runner_),
        data_records_(*runner_),
        identities_(*runner_),
        codes_(*runner_, trimmer_),
        fleet_(*runner_) {}
  ~SqlStore() override { close_runner(); }

  provisioning::RegistrationStore& registrations() override { return registrations_; }
  management::Catalog& catalog() override { return catalog_; }
  hub::DeviceStore& devices() override { return devices_; }
  hub::DataRecords& data_records() override { return data_records_; }
  hub::Identities& identities() override { return identities_; }
  management::CodeStore& codes() override { return codes_; }
  management::Fleet& fleet() override { return fleet_; }
  std::string_view kind() const override { return kind_; }
  StoreStats stats() const override { return runner_->stats(); }
  bool ready() const override { return runner_->ready(); }
  void close() override { close_runner(); }

 private:
  void close_runner() { runner_->close(); }

  std::string_view kind_;
  std::unique_ptr<Runner> runner_;
  Trimmer trimmer_;
  RegistrationPort registrations_;
  CatalogPort catalog_;
  DevicePort devices_;
  DataRecordsPort data_records_;
  IdentitiesPort identities_;
  CodePort codes_;
  FleetPort fleet_;
};

}  // namespace berth::store::sql
