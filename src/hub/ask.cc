#include "hub/ask.h"

#include "hub/callers.h"
#include "hub/core.h"
#include "hub/identity_requests.h"
#include "hub/properties.h"
#include "hub/records.h"

#include <utility>

namespace berth::hub {
namespace {

using domain::HubResult;
using domain::Reason;

// What the part did, for each kind of request.
class Doer {
 public:
  Doer(std::shared_ptr<Core> core, const Caller& caller)
      : core_(std::move(core)), caller_(caller) {}

  Task<Answer> operator()(domain::PublishRecords& request) const {
    return publish_records(core_, caller_, std::move(request));
  }
  Task<Answer> operator()(domain::ReadRecords& request) const {
    return read_records(core_, caller_, std::move(request));
  }
  Task<Answer> operator()(domain::DeleteRecords& request) const {
    return delete_records(core_, caller_, std::move(request));
  }
  Task<Answer> operator()(domain::ListChannels& request) const {
    return list_channels(core_, caller_, std::move(request));
  }
  Task<Answer> operator()(domain::DescribeDevice& request) const {
    return describe_device(core_, caller_, std::move(request));
  }
  Task<Answer> operator()(domain::EditIdentity& request) const {
    return edit_identity(core_, caller_, std::move(request));
  }
  Task<Answer> operator()(domain::ReadProperties& request) const {
    return read_properties(core_, caller_, std::move(request));
  }
  Task<Answer> operator()(domain::WriteProperties& request) const {
    return write_properties(core_, caller_, std::move(request));
  }
  Task<Answer> operator()(domain::ReleaseControl& request) const {
    return release_control(core_, caller_, std::move(request));
  }
  Task<Answer> operator()(domain::RemoveIdentities& request) const {
    return remove_identities(core_, caller_, std::move(request));
  }
  Task<Answer> operator()(domain::CreatePrototype& request) const {
    return create_prototype(core_, caller_, std::move(request));
  }

 private:
  const std::shared_ptr<Core> core_;
  const Caller& caller_;
};

// What is wrong with a request is no secret from the one who made it.
std::string told(const Rejection& rejection) {
  const bool own_fault =
      rejection.reason == Reason::kRequestInvalid || rejection.reason == Reason::kDocumentInvalid ||
      rejection.reason == Reason::kDocumentTooLarge || rejection.reason == Reason::kMessageTooLarge;
  return own_fault ? rejection.received : std::string();
}

HubResult refuse(Admission& admission, Rejection rejection, std::optional<domain::Device> device) {
  std::string detail = told(rejection);
  return admission.refuse(std::move(rejection), std::move(device), std::move(detail));
}

Task<HubResult> carry_out(std::shared_ptr<Core> core, Admission& admission, Caller caller,
                          domain::DataRequest request) {
  Task<Answer> doing = std::visit(Doer(core, caller), request);
  Answer answer = co_await std::move(doing);
  if (answer) co_return *std::move(answer);
  std::optional<domain::Device> device;
  if (caller.identity) device = std::move(caller.identity->device);
  co_return refuse(admission, std::move(answer).error(), std::move(device));
}

}  // namespace

Task<HubResult> ask(std::shared_ptr<Core> core, domain::AskData command) {
  if (!command.claim) co_return refusal(*core, Reason::kInternal, "the request has no claim");
  if (core->stopping) {
    domain::HubRefused refused =
        refusal(*core, Reason::kStoreUnavailable, "the server is stopping");
    refused.retry_after = std::chrono::seconds(1);
    co_return refused;
  }
  Admission admission(*core, *std::move(command.claim), kAsk);
  Result<Caller, Rejection> caller = co_await find_caller(core, admission);
  if (!caller) co_return refuse(admission, std::move(caller).error(), std::move(admission.named));
  HubResult result =
      co_await carry_out(core, admission, *std::move(caller), std::move(command.request));
  co_return result;
}

Task<HubResult> ask_connected(std::shared_ptr<Core> core, std::shared_ptr<Connection> connection,
                              domain::DataRequest request) {
  Admission admission = admission_of(*core, *connection, kAsk);
  Result<Caller, Rejection> caller = co_await connected_caller(core, *connection);
  if (!caller) co_return refuse(admission, std::move(caller).error(), std::nullopt);
  HubResult result = co_await carry_out(core, admission, *std::move(caller), std::move(request));
  co_return result;
}

}  // namespace berth::hub
