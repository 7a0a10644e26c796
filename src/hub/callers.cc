#include "hub/callers.h"

#include "base/codec.h"
#include "domain/revocation.h"
#include "hub/accounts.h"
#include "hub/core.h"

#include <fmt/format.h>

#include <utility>

namespace berth::hub {
namespace {

using domain::PasswordUse;
using domain::Reason;
using domain::Step;

const domain::Password* password_of(const domain::Claim& claim) {
  const auto* password = std::get_if<domain::Password>(&claim.evidence);
  return password != nullptr && password->text ? password : nullptr;
}

bool void_password(const domain::Device& device) {
  return device.password && device.password->digest.empty();
}

// What the account of the scope has to answer for: it is named instead of the device's own
// password, or stands for that of a prototype that was given none.
bool by_account(const domain::Password& password, const domain::Device& device) {
  if (password.use == PasswordUse::kAccount) return true;
  return password.use == PasswordUse::kConnect && void_password(device) &&
         device.role == domain::DeviceRole::kPrototype;
}

Task<Result<domain::Account, Rejection>> prove_by_account(std::shared_ptr<Core> core,
                                                          const domain::Claim& claim,
                                                          domain::ScopeId scope) {
  Result<std::vector<domain::Account>> accounts =
      co_await core->ports.identities.accounts_of(std::move(scope));
  if (!accounts) co_return Fail(store_trouble(Step::kAttest, accounts.error()));
  const std::string& email = password_of(claim)->account;
  std::erase_if(*accounts, [&](const domain::Account& each) {
    return !email.empty() && !base::equals_ignoring_case(each.email, email);
  });
  SharedSecret text = password_of(claim)->text;
  Result<domain::Account, Rejection> proven =
      co_await prove_account(core, *std::move(accounts), std::move(text), claim.source);
  co_return proven;
}

Result<Authenticated, Rejection> prove_by_own(Core& core, const domain::Claim& claim,
                                              const domain::Hub& hub, const Standing& standing) {
  const domain::Device& device = standing.device;
  if (password_of(claim) != nullptr && void_password(device)) {
    return Fail(Rejection{Step::kAttest,
                          Reason::kProofRejected,
                          "a password: what it had is void until it registers again",
                          "a password",
                          {}});
  }
  Result<Authenticated, ProofRefusal> proof =
      core.ports.authenticator.authenticate(claim, hub, standing, core.ports.clock.wall());
  if (proof) return *std::move(proof);
  ProofRefusal& why = proof.error();
  return Fail(
      Rejection{Step::kAttest, why.reason, std::move(why.expected), std::move(why.received), {}});
}

Rejection unknown_device(const domain::Claim& claim) {
  return {Step::kIdentify,
          Reason::kDeviceUnknown,
          "a device that connects without naming a hub",
          base::printable(claim.registration_id, 160),
          {}};
}

Rejection disabled_device() {
  return {Step::kAuthorize, Reason::kDeviceDisabled, "an enabled device", "a disabled one", {}};
}

Caller caller_for(Identity identity, std::string source) {
  Caller caller;
  caller.source = std::move(source);
  caller.scope = identity.device.scope;
  caller.publisher = identity.device.id.text();
  caller.identity = std::move(identity);
  return caller;
}

Task<Result<Caller, Rejection>> find_account(std::shared_ptr<Core> core, Admission& admission,
                                             domain::Password password) {
  Result<std::optional<domain::Account>> found =
      co_await core->ports.identities.account(password.account);
  if (!found) co_return Fail(store_trouble(Step::kIdentify, found.error()));
  std::vector<domain::Account> accounts;
  if (*found) {
    admission.trail.scope = (*found)->scope.text();
    admission.pass(Step::kIdentify, fmt::format("account '{}'", (*found)->email));
    accounts.push_back(**std::move(found));
  }
  Result<domain::Account, Rejection> proven = co_await prove_account(
      core, std::move(accounts), std::move(password.text), admission.claim.source);
  if (!proven) co_return Fail(std::move(proven).error());
  admission.pass(Step::kAttest, "password of the account");
  Caller caller;
  caller.source = admission.claim.source;
  caller.scope = proven->scope;
  caller.publisher = std::string(domain::kAccountPrefix) + proven->id.text();
  caller.account = *std::move(proven);
  co_return caller;
}

// The identity that the claim names, at a hub that is there.
Task<Result<Identity, Rejection>> identify(std::shared_ptr<Core> core, const domain::Claim& claim) {
  Result<domain::DeviceId> id = domain::DeviceId::parse(claim.registration_id);
  if (!id) {
    co_return Fail(
        Rejection{Step::kIdentify, Reason::kIdInvalid, "a device id", id.error().what, {}});
  }
  Result<void> refreshed = co_await refresh_hubs(core);
  if (!refreshed) co_return Fail(store_trouble(Step::kIdentify, refreshed.error()));
  Result<std::optional<Identity>> found = co_await core->ports.identities.find(*std::move(id));
  if (!found) co_return Fail(store_trouble(Step::kIdentify, found.error()));
  if (!*found || !core->hubs.now()->find((*found)->device.hub)) {
    co_return Fail(unknown_device(claim));
  }
  co_return **std::move(found);
}

Task<Result<Caller, Rejection>> find_device(std::shared_ptr<Core> core, Admission& admission) {
  Result<Identity, Rejection> identity = co_await identify(core, admission.claim);
  if (!identity) co_return Fail(std::move(identity).error());
  const domain::Device& device = identity->device;
  admission.named = device;
  admission.pass(Step::kIdentify,
                 fmt::format("device '{}' of hub '{}'", device.id.text(), device.hub.text()));
  const HubTable::Entry hub = core->hubs.now()->find(device.hub);
  if (!hub) co_return Fail(unknown_device(admission.claim));

  std::optional<domain::Account> account;
  const domain::Password* password = password_of(admission.claim);
  if (password != nullptr && password->use == PasswordUse::kAccount) {
    Result<domain::Account, Rejection> proven =
        co_await prove_by_account(core, admission.claim, device.scope);
    if (!proven) co_return Fail(std::move(proven).error());
    account = *std::move(proven);
    admission.pass(Step::kAttest, "password of the account");
  } else {
    Result<Authenticated, Rejection> proof = co_await prove(core, admission.claim, *hub, {device});
    if (!proof) co_return Fail(std::move(proof).error());
    admission.pass(Step::kAttest, std::move(proof->detail));
  }
  if (!device.enabled) co_return Fail(disabled_device());
  Result<void, Rejection> active = co_await activate(core, device);
  if (!active) co_return Fail(std::move(active).error());
  Caller caller = caller_for(*std::move(identity), admission.claim.source);
  caller.account = std::move(account);
  co_return caller;
}

// Another request of the device was faster with what this one had to write: worth a second look.
bool changed_meanwhile(const Rejection& rejection) {
  return rejection.step == Step::kAuthorize && rejection.reason == Reason::kStoreUnavailable;
}

Rejection no_such_target(const Caller& caller, const std::string& device) {
  return not_permitted(caller, device, Verdict::kOtherScope);
}

}  // namespace

std::string Caller::actor() const {
  if (is_account()) return fmt::format("account:{}/{}", scope.text(), account->email);
  return fmt::format("device:{}/{}", scope.text(), device().id.text());
}

Task<Result<Authenticated, Rejection>> prove(std::shared_ptr<Core> core, const domain::Claim& claim,
                                             const domain::Hub& hub, Standing standing) {
  const domain::Device& device = standing.device;
  const domain::Password* password = password_of(claim);
  if (password == nullptr || !by_account(*password, device)) {
    Result<Authenticated, Rejection> own = prove_by_own(*core, claim, hub, standing);
    if (!own || own->certificates.empty()) co_return own;
    Result<void, Rejection> good = co_await check_revoked(core, device.scope, own->certificates);
    if (!good) co_return Fail(std::move(good).error());
    co_return own;
  }
  Result<domain::Account, Rejection> account = co_await prove_by_account(core, claim, device.scope);
  if (!account) co_return Fail(std::move(account).error());
  co_return Authenticated{"password of the account", {}, {}};
}

Task<Result<void, Rejection>> check_revoked(std::shared_ptr<Core> core, domain::ScopeId scope,
                                            std::vector<base::Bytes> certificates) {
  Result<std::optional<domain::RevokedCertificate>> revoked =
      co_await core->ports.store.find_revoked(std::move(scope), std::move(certificates));
  if (!revoked) co_return Fail(store_trouble(Step::kAttest, revoked.error()));
  if (!*revoked) co_return Result<void, Rejection>();
  co_return Fail(Rejection{Step::kAttest,
                           Reason::kCertificateRevoked,
                           "certificates that nobody revoked",
                           describe(**revoked),
                           {},
                           {finding_of(**revoked)}});
}

Task<Result<void, Rejection>> activate(std::shared_ptr<Core> core, const domain::Device& device) {
  if (!device.awaits_activation) co_return Result<void, Rejection>();
  const TimePoint now = core->ports.clock.wall();
  Result<bool> activated =
      co_await core->ports.store.activate(device.hub, device.id, device.version, now);
  if (!activated) co_return Fail(store_trouble(Step::kAuthorize, activated.error()));
  if (*activated) co_return Result<void, Rejection>();
  co_return Fail(Rejection{Step::kAuthorize, Reason::kStoreUnavailable,
                           "an identity that stays as it is",
                           "one that was issued anew in this moment", std::chrono::seconds(1)});
}

Task<Result<Caller, Rejection>> find_caller(std::shared_ptr<Core> core, Admission& admission) {
  const domain::Password* password = password_of(admission.claim);
  const bool account = password != nullptr && password->use == PasswordUse::kAccount;
  if (account && !password->account.empty()) {
    domain::Password named = *password;
    Result<Caller, Rejection> caller = co_await find_account(core, admission, std::move(named));
    co_return caller;
  }
  Result<Caller, Rejection> caller = co_await find_device(core, admission);
  if (caller || !changed_meanwhile(caller.error())) co_return caller;
  // A device may make its first requests side by side, and only one of them activates it.
  admission.trail.steps.clear();
  Result<Caller, Rejection> again = co_await find_device(core, admission);
  co_return again;
}

Task<Result<Caller, Rejection>> connected_caller(std::shared_ptr<Core> core,
                                                 const Connection& connection) {
  const DeviceKey key = connection.about.key;
  Result<std::optional<Identity>> found = co_await core->ports.identities.find(key.device);
  if (!found) co_return Fail(store_trouble(Step::kIdentify, found.error()));
  if (!*found || (*found)->device.hub != key.hub) {
    co_return Fail(Rejection{Step::kIdentify,
                             Reason::kDeviceUnknown,
                             "a device that connects without naming a hub",
                             key.device.text(),
                             {}});
  }
  if (!(*found)->device.enabled) co_return Fail(disabled_device());
  Caller caller = caller_for(**std::move(found), connection.about.source);
  caller.model_id = connection.about.model_id;
  co_return caller;
}

Task<Result<Verdict, Rejection>> decide(std::shared_ptr<Core> core, const domain::Device& asks,
                                        const domain::Device& target, Access access) {
  bool controls = false;
  if (asks.scope == target.scope && needs_control(asks, target.id)) {
    Result<bool> known = co_await core->ports.identities.controls(asks.id, target.id);
    if (!known) co_return Fail(store_trouble(Step::kAuthorize, known.error()));
    controls = *known;
  }
  co_return may(access, asks, target, controls);
}

Task<Result<Identity, Rejection>> reach(std::shared_ptr<Core> core, const Caller& caller,
                                        std::string device, Access access) {
  if (device.empty() && caller.is_account()) {
    co_return Fail(invalid_request("the id of a device", "none, and an account is no device"));
  }
  if (device.empty() || (!caller.is_account() && device == caller.publisher)) {
    co_return *caller.identity;
  }
  Result<domain::DeviceId> id = domain::DeviceId::parse(device);
  if (!id) co_return Fail(no_such_target(caller, device));
  Result<std::optional<Identity>> found = co_await core->ports.identities.find(*std::move(id));
  if (!found) co_return Fail(store_trouble(Step::kAuthorize, found.error()));
  if (!*found || (*found)->device.scope != caller.scope) {
    co_return Fail(no_such_target(caller, device));
  }
  if (caller.is_account()) co_return **std::move(found);
  Result<Verdict, Rejection> verdict =
      co_await decide(core, caller.device(), (*found)->device, access);
  if (!verdict) co_return Fail(std::move(verdict).error());
  if (*verdict != Verdict::kAllowed) co_return Fail(not_permitted(caller, device, *verdict));
  co_return **std::move(found);
}

Rejection not_permitted(const Caller& caller, const std::string& device, Verdict verdict) {
  Rejection rejection{Step::kAuthorize,
                      Reason::kNotPermitted,
                      "a device of its scope that it may do this to",
                      base::printable(device, 160),
                      {}};
  const std::string who = base::printable(caller.publisher, 160);
  const std::string whom = base::printable(device, 160);
  switch (verdict) {
    case Verdict::kAllowed:
    case Verdict::kOtherScope:
      break;
    case Verdict::kNotControlled:
      rejection.findings = {{domain::Cause::kNotControlled, true,
                             fmt::format("'{}' does not control '{}'.", who, whom),
                             "let it take control with the control password of the device"}};
      break;
    case Verdict::kPermissionMissing:
      rejection.findings = {
          {domain::Cause::kPermissionMissing, true,
           fmt::format("The permissions of '{}' and '{}' do not allow it.", who, whom),
           "change the permissions of the device as the account of the scope"}};
      break;
  }
  return rejection;
}

Rejection invalid_request(std::string expected, std::string received) {
  return {domain::Step::kAuthorize,
          Reason::kRequestInvalid,
          std::move(expected),
          base::printable(received),
          {}};
}

}  // namespace berth::hub
