// Who asks about data, properties and other devices, how it proves that, and which devices it can
// reach.
//
// Room hub. Thread rule: any io_context; a Caller belongs to one request.
#pragma once

#include "base/task.h"
#include "domain/claim.h"
#include "domain/records.h"
#include "hub/admission.h"
#include "hub/permissions.h"
#include "hub/ports/authenticator.h"
#include "hub/ports/identities.h"

#include <memory>
#include <optional>
#include <string>

namespace berth::hub {

struct Core;
class Connection;

// A device, or the account of a scope. With both it is a device that the account vouches for: it
// acts as the device.
struct Caller {
  domain::ScopeId scope;
  std::string publisher;  // of the records it publishes in its own name
  std::optional<Identity> identity;
  std::optional<domain::Account> account;
  std::string source;    // address
  std::string model_id;  // what the connected device said it is

  bool is_account() const { return !identity; }
  const domain::Device& device() const { return identity->device; }
  // For audit records.
  std::string actor() const;
};

// The proof of a device: its own, or the password of an account of its scope. What `standing`
// refers to is kept by the caller.
Task<Result<Authenticated, Rejection>> prove(std::shared_ptr<Core> core, const domain::Claim& claim,
                                             const domain::Hub& hub, Standing standing);
// Reasons: kCertificateRevoked, kStoreUnavailable, kInternal.
Task<Result<void, Rejection>> check_revoked(std::shared_ptr<Core> core, domain::ScopeId scope,
                                            std::vector<base::Bytes> certificates);
// A device that uses what it was issued may not register again; this must be on disk before it is
// told that it is in.
Task<Result<void, Rejection>> activate(std::shared_ptr<Core> core, const domain::Device& device);

// Who makes a request that stands alone; steps that pass are noted in `admission`,
// and admission.named is the device, if there is one.
Task<Result<Caller, Rejection>> find_caller(std::shared_ptr<Core> core, Admission& admission);
// The device of a connection, as it is now.
Task<Result<Caller, Rejection>> connected_caller(std::shared_ptr<Core> core,
                                                 const Connection& connection);

// The device of that id, which the caller may read or write; empty: the caller itself. Rejections:
// kRequestInvalid (an account must name a device), kNotPermitted, also when there is none.
Task<Result<Identity, Rejection>> reach(std::shared_ptr<Core> core, const Caller& caller,
                                        std::string device, Access access);
// The same decision about a device that was read already.
Task<Result<Verdict, Rejection>> decide(std::shared_ptr<Core> core, const domain::Device& asks,
                                        const domain::Device& target, Access access);

Rejection not_permitted(const Caller& caller, const std::string& device, Verdict verdict);
Rejection invalid_request(std::string expected, std::string received);

}  // namespace berth::hub
