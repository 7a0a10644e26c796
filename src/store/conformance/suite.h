// The fixture of the conformance suite and the records its tests are made of.
//
// Room store/conformance. A test awaits one Task after another on an io_context of its own; races
// use threads with one each. Thread rule: see each function.
#pragma once

#include "store/conformance/backend.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <optional>

namespace berth::store::conformance {

// Runs the Task to its end in this thread.
template <class T>
T wait(Task<T> task) {
  boost::asio::io_context context(1);
  std::optional<T> result;
  const auto keep = [&result](const std::exception_ptr& exception, T value) {
    if (exception) std::rethrow_exception(exception);
    result.emplace(std::move(value));
  };
  boost::asio::co_spawn(context, std::move(task), keep);
  context.run();
  return *std::move(result);
}

inline const domain::ScopeId kScope = domain::ScopeId::trusted("0ne000000A1");
inline const domain::ScopeId kOtherScope = domain::ScopeId::trusted("0ne000000B2");
inline const domain::HubName kHub = domain::HubName::trusted("hub-one");
inline const domain::HubName kOtherHub = domain::HubName::trusted("hub-two");

TimePoint at(std::int64_t seconds);
domain::Scope make_scope(const domain::ScopeId& id = kScope);
domain::Hub make_hub(const domain::HubName& name = kHub);
domain::HubLink make_link(const domain::ScopeId& scope = kScope, const domain::HubName& hub = kHub);
domain::Enrollment make_individual(std::string_view id, const domain::ScopeId& scope = kScope);
domain::Enrollment make_group(std::string_view id, const domain::ScopeId& scope = kScope);
domain::Registration make_registration(std::string_view id);
domain::Device make_device(const domain::Registration& registration);
// As made by hand.
domain::Device make_identity(std::string_view id, const domain::HubName& hub = kHub);
domain::Twin make_twin(std::string_view device, const domain::HubName& hub = kHub);
hub::StoredSession make_session(std::string_view device, const domain::HubName& hub = kHub);
hub::ConnectionRecord make_connection(std::string_view device, bool connected = true);
domain::QueuedMessage make_message(std::string_view device, std::string_view id = "m-1");
domain::Trail make_trail(std::string_view registration_id,
                         domain::TrailOutcome outcome = domain::TrailOutcome::kAssigned);
domain::AuditRecord make_audit(std::string_view action = "test");
domain::Token make_token(std::string_view id);
// An Assignment of a new registration with its device.
std::unique_ptr<provisioning::Assignment> make_assignment(std::string_view id);

// The error, or an error that says there was none.
template <class T>
Error error_of(const Result<T>& result) {
  return result ? Error{ErrorKind::kInternal, "no error", ""} : result.error();
}

MATCHER_P(FailsWith, kind, "") {
  if (arg) {
    *result_listener << "succeeded";
    return false;
  }
  *result_listener << base::to_string(arg.error().kind) << ": " << arg.error().what;
  return arg.error().kind == kind;
}

MATCHER(Succeeds, "") {
  if (!arg) *result_listener << base::to_string(arg.error().kind) << ": " << arg.error().what;
  return arg.has_value();
}

class Suite : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Closes the store and opens it again, with other options if a test wants.
  void reopen(StoreOptions options = {});

  Store& store() { return *store_; }
  provisioning::RegistrationStore& registrations() { return store_->registrations(); }
  management::Catalog& catalog() { return store_->catalog(); }
  hub::DeviceStore& device_store() { return store_->devices(); }

  template <class What>
  Result<std::uint64_t> apply(What what, management::Expectation expectation,
                              domain::AuditRecord audit = make_audit()) {
    auto change = std::make_unique<management::Change>();
    change->what = std::move(what);
    change->expectation = expectation;
    change->audit = std::move(audit);
    return wait(catalog().apply(std::move(change)));
  }
  template <class What>
  Result<std::uint64_t> create(What what) {
    return apply(std::move(what), management::MustNotExist{});
  }
  // kScope with kHub linked, and the group "line-7".
  void create_scope_with_hub();
  Result<domain::Registration> commit(std::unique_ptr<provisioning::Assignment> assignment) {
    return wait(registrations().commit(std::move(assignment)));
  }
  // The new version.
  Result<std::uint64_t> put_twin(domain::Twin twin, std::uint64_t expected_version) {
    auto write = std::make_unique<hub::TwinWrite>();
    write->twin = std::move(twin);
    write->expected_version = expected_version;
    return wait(device_store().put_twin(std::move(write)));
  }
  Result<std::uint64_t> enqueue(domain::QueuedMessage message, std::size_t depth_max = 50) {
    auto write = std::make_unique<hub::MessageWrite>();
    write->message = std::move(message);
    write->depth_max = depth_max;
    return wait(device_store().enqueue(std::move(write)));
  }
  hub::Dossier device_dossier(std::string_view device, const domain::HubName& hub = kHub);
  std::vector<domain::QueuedMessage> waiting(std::string_view device, std::uint64_t after = 0,
                                             TimePoint now = at(0));
  // Twin, session, connection and a message of a device that is there.
  void leave_traces(std::string_view device, const domain::HubName& hub = kHub);
  // What of these is there, in a few words.
  std::string traces(std::string_view device, const domain::HubName& hub = kHub);
  provisioning::Dossier dossier(const std::string& key, const std::string& scope = kScope.text());
  std::uint64_t catalog_version(const domain::ScopeId& scope = kScope);
  // Trail ids, newest first.
  std::vector<std::string> trail_ids(domain::ListTrails query = {});

  base::SystemClock clock_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Store> store_;
};

}  // namespace berth::store::conformance

#define BERTH_CONFORMANCE(Fixture)                                  \
  GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Fixture);           \
  INSTANTIATE_TEST_SUITE_P(                                         \
      Conformance, Fixture, testing::ValuesIn(runnable_backends()), \
      [](const testing::TestParamInfo<Backend>& info) { return info.param.name; })
