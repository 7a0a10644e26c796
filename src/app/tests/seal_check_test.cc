#include "app/seal_check.h"

#include "app/vault.h"
#include "base/clock.h"
#include "base/rng.h"
#include "store/store.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace berth::app {
namespace {

namespace asio = boost::asio;

template <class T>
T run(Task<T> task) {
  asio::io_context context;
  auto result = asio::co_spawn(context, std::move(task), asio::use_future);
  context.run();
  return result.get();
}

class SealCheck : public testing::Test {
 protected:
  void SetUp() override {
    store::StoreOptions options;
    options.url = "sqlite::memory:";
    options.inline_runner = true;
    store_ = *store::open(options, clock_);
    vault_ = *make_vault(rng_.secret(32), rng_);
    other_vault_ = *make_vault(rng_.secret(32), rng_);
    domain::Scope scope;
    scope.id = domain::ScopeId::trusted("0ne00ABCDEF");
    put(management::PutScope{scope});
  }

  template <class Put>
  void put(Put what) {
    auto change = std::make_unique<management::Change>();
    change->what = std::move(what);
    change->expectation = management::MustNotExist{};
    change->audit.actor = "server";
    ASSERT_TRUE(run(store_->catalog().apply(std::move(change))));
  }
  void put_group() {
    domain::Enrollment group;
    group.scope = domain::ScopeId::trusted("0ne00ABCDEF");
    group.kind = domain::EnrollmentKind::kGroup;
    group.id = domain::EnrollmentId::trusted("line-7");
    const std::string context = domain::key_context(group.scope, group.kind, group.id);
    domain::SymmetricKeys keys;
    keys.primary = vault_->seal(rng_.secret(32), context);
    keys.secondary = vault_->seal(rng_.secret(32), context);
    group.attestation = keys;
    put(management::PutEnrollment{group});
  }

  void put_sealing_nothing(std::string_view id, domain::Attestation attestation) {
    domain::Enrollment group;
    group.scope = domain::ScopeId::trusted("0ne00ABCDEF");
    group.kind = domain::EnrollmentKind::kGroup;
    group.id = domain::EnrollmentId::trusted(std::string(id));
    group.attestation = std::move(attestation);
    put(management::PutEnrollment{group});
  }

  base::FakeClock clock_;
  base::SeededRng rng_{5};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<provisioning::Vault> vault_;
  std::unique_ptr<provisioning::Vault> other_vault_;
};

TEST_F(SealCheck, AStoreWithoutKeysOpensWithAnyMasterKey) {
  EXPECT_TRUE(run(check_seals(store_->catalog(), *other_vault_)));
}

TEST_F(SealCheck, EnrollmentsThatSealNothingAreLookedPast) {
  put_sealing_nothing("a-certificates", domain::CertificateTrust{});
  put_sealing_nothing("b-passwords", domain::MemberPasswords{});
  EXPECT_TRUE(run(check_seals(store_->catalog(), *other_vault_)));
  put_group();
  EXPECT_TRUE(run(check_seals(store_->catalog(), *vault_)));
  EXPECT_FALSE(run(check_seals(store_->catalog(), *other_vault_)));
}

TEST_F(SealCheck, OnlyTheMasterKeyOfTheStoreWillDo) {
  put_group();
  EXPECT_TRUE(run(check_seals(store_->catalog(), *vault_)));
  const Result<void> refused = run(check_seals(store_->catalog(), *other_vault_));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  EXPECT_NE(refused.error().mend.find("BERTH_MASTER_KEY"), std::string::npos);
}

}  // namespace
}  // namespace berth::app
