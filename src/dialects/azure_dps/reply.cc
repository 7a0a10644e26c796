#include "dialects/azure_dps/reply.h"

#include "base/codec.h"
#include "crypto/certificate.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace berth::dialects::azure_dps {
namespace {

namespace json = boost::json;
using domain::Registration;
using domain::RegistrationStatus;
using domain::Substatus;

// Where the values of one answer live until they are written; it grows beyond when there are
// certificates among them.
struct AnswerMemory {
  std::array<unsigned char, 2048> buffer;
  json::monotonic_resource resource{buffer.data(), buffer.size()};
};

// Grows no more until it has so many members.
json::object object_of(std::size_t members, const json::storage_ptr& memory) {
  json::object object(memory);
  object.reserve(members);
  return object;
}

// Compared with case by several SDKs (§9.3).
std::string_view status_word(RegistrationStatus status) {
  switch (status) {
    case RegistrationStatus::kUnassigned:
      return "unassigned";
    case RegistrationStatus::kAssigning:
      return "assigning";
    case RegistrationStatus::kAssigned:
      return "assigned";
    case RegistrationStatus::kFailed:
      return "failed";
    case RegistrationStatus::kDisabled:
      return "disabled";
  }
  return "failed";
}

// Never absent once assigned: the Python SDK then fails to print its own result and register()
// hangs for ever.
std::string_view substatus_word(const Registration& registration) {
  switch (registration.substatus) {
    case Substatus::kNone:
      return registration.status == RegistrationStatus::kAssigned ? "initialAssignment" : "";
    case Substatus::kInitialAssignment:
      return "initialAssignment";
    case Substatus::kDeviceDataMigrated:
      return "deviceDataMigrated";
    case Substatus::kDeviceDataReset:
      return "deviceDataReset";
    case Substatus::kReprovisionedToInitialAssignment:
      return "reprovisionedToInitialAssignment";
  }
  return "";
}

std::string utc(TimePoint time) { return base::format_utc(time, 7); }

// What proved it, with its group; a TPM also needs the key for its hub, which it takes in anew with
// each answer (§1.5, §1.9).
void add_attestation(json::object& state, const Registration& registration) {
  json::object group(state.storage());
  if (registration.enrollment.kind == domain::EnrollmentKind::kGroup) {
    group.emplace("enrollmentGroupId", registration.enrollment.id.text());
  }
  if (registration.attestation == "x509") {
    state.emplace("x509", std::move(group));
  } else if (registration.attestation == "tpm") {
    state.emplace(
        "tpm", json::object{{"authenticationKey", base::base64_encode(registration.activation)}});
  } else if (!group.empty()) {
    state.emplace("symmetricKey", std::move(group));
  }
}

json::string pem_of(const base::Bytes& der) { return json::string(crypto::certificate_pem(der)); }

// The device's own certificate first, the root last; never in the answer to a look-up (§1.5).
void add_certificates(json::object& state, const Registration& registration,
                      const ApiVersion& version) {
  const std::vector<base::Bytes>& chain = registration.issued_chain;
  if (chain.empty()) return;
  if (version.first_certificates()) {
    std::string own;
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) own += crypto::certificate_pem(chain[i]);
    state.emplace("issuedClientCertificate", own);
    const json::object root{{"certificate", pem_of(chain.back())}};
    state.emplace("trustBundle", json::object{{"certificates", json::array{root}}});
    return;
  }
  json::array certificates(state.storage());
  for (const base::Bytes& each : chain)
    certificates.push_back(json::string(base::base64_encode(each)));
  state.emplace("issuedCertificateChain", std::move(certificates));
}

json::object registration_state(const Registration& registration, const json::storage_ptr& memory) {
  json::object state = object_of(12, memory);
  state.emplace("registrationId", registration.id.text());
  state.emplace("createdDateTimeUtc", utc(registration.created_at));
  state.emplace("lastUpdatedDateTimeUtc", utc(registration.updated_at));
  if (registration.status == RegistrationStatus::kAssigned) {
    // Both or neither: clients refuse half of the pair (§9.4).
    state.emplace("assignedHub", registration.hub_host);
    state.emplace("deviceId", registration.device_id.text());
  }
  state.emplace("status", status_word(registration.status));
  const std::string_view substatus = substatus_word(registration);
  if (!substatus.empty()) state.emplace("substatus", substatus);
  if (registration.status == RegistrationStatus::kFailed) {
    const Fault fault = fault_for(registration.reason);
    state.emplace("errorCode", fault.code);
    state.emplace("errorMessage", fault.message);
  }
  state.emplace("etag", etag_of(registration));
  // No `payload`: that member brings what an allocation webhook returned, never the device's own
  // payload back, and must be an object (§1.5, §9.22).
  add_attestation(state, registration);
  return state;
}

// RegistrationOperationStatus.
std::string operation_text(const Registration& registration, RegistrationStatus status,
                           const ApiVersion& version) {
  AnswerMemory memory;
  json::object operation = object_of(3, &memory.resource);
  operation.emplace("operationId", registration.operation_id);
  operation.emplace("status", status_word(status));
  if (status != RegistrationStatus::kAssigning) {
    json::object state = registration_state(registration, operation.storage());
    if (registration.status == RegistrationStatus::kAssigned) {
      add_certificates(state, registration, version);
    }
    operation.emplace(version.state_member(), std::move(state));
  }
  return json::serialize(operation);
}

Reply success(int status, std::string body) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

// Always `assigning`, even when all is done: the newest .NET client demands it (§2.5, §9.8).
Reply accepted(const Registration& registration, const ApiVersion& version) {
  Reply reply = success(202, operation_text(registration, RegistrationStatus::kAssigning, version));
  const bool done = registration.status != RegistrationStatus::kAssigning;
  reply.retry_after_seconds = done ? kPollAfterDoneSeconds : kPollAfterSeconds;
  return reply;
}

Reply polled(const Registration& registration, const ApiVersion& version) {
  const bool done = registration.status != RegistrationStatus::kAssigning;
  Reply reply =
      success(done ? 200 : 202, operation_text(registration, registration.status, version));
  if (!done) reply.retry_after_seconds = kPollAfterSeconds;
  return reply;
}

Reply refused(const Fault& fault, TimePoint at, std::string_view tracking_id,
              std::chrono::seconds retry_after) {
  Reply reply;
  reply.status = fault.status();
  reply.error_code = fault.code;
  if (fault.transient()) {
    const std::int64_t seconds = retry_after.count() > 0 ? retry_after.count() : kPollAfterSeconds;
    reply.retry_after_seconds = static_cast<int>(std::min<std::int64_t>(seconds, 3600));
  }
  AnswerMemory memory;
  json::object body = object_of(4, &memory.resource);
  body.emplace("errorCode", fault.code);
  body.emplace("trackingId", tracking_id);
  body.emplace("message", fault.message);
  body.emplace("timestampUtc", utc(at));
  reply.body = json::serialize(body);
  return reply;
}

// A normal step for a TPM and no refusal; without a `status`, which the C SDK would take for one of
// a registration (§1.9). 401000 is ours, clients read the two members only.
Reply challenged(const domain::Challenged& challenge, TimePoint at, std::string_view tracking_id) {
  Reply reply;
  reply.status = 401;
  reply.error_code = 401000;
  AnswerMemory memory;
  json::object body = object_of(6, &memory.resource);
  body.emplace("errorCode", reply.error_code);
  body.emplace("trackingId", tracking_id);
  body.emplace("message", "Authorization required");
  body.emplace("timestampUtc", utc(at));
  body.emplace("authenticationKey", base::base64_encode(challenge.activation));
  body.emplace("keyName", "registration");
  reply.body = json::serialize(body);
  return reply;
}

Reply reply_to_state(const Registration& registration, Operation operation,
                     const ApiVersion& version) {
  switch (operation) {
    case Operation::kRegister:
      return accepted(registration, version);
    case Operation::kPoll:
      return polled(registration, version);
    case Operation::kLookUp:
      return success(200, registration_state_text(registration));
    case Operation::kAuthenticate:
      break;
  }
  return {};
}

// The lowest digits of `value`, from `at` on.
void put_hex(std::string& text, std::size_t at, std::size_t digits, std::uint64_t value) {
  for (; digits > 0; --digits, value >>= 4) text[at + digits - 1] = "0123456789abcdef"[value & 15];
}

const Registration* registration_in(const domain::Outcome& outcome) {
  if (const auto* accepted = std::get_if<domain::Accepted>(&outcome.result)) {
    return &accepted->registration;
  }
  if (const auto* current = std::get_if<domain::CurrentState>(&outcome.result)) {
    return &current->registration;
  }
  return nullptr;
}

}  // namespace

std::string registration_state_text(const Registration& registration) {
  AnswerMemory memory;
  return json::serialize(registration_state(registration, &memory.resource));
}

std::string etag_of(const Registration& registration) {
  const auto micros = static_cast<std::uint64_t>(base::to_unix_micros(registration.updated_at));
  std::string text = "\"00000000-0000-0300-0000-000000000000\"";
  put_hex(text, 1, 8, registration.version);
  put_hex(text, 10, 4, registration.version >> 32);
  put_hex(text, 25, 8, micros / 1'000'000);
  put_hex(text, 33, 4, micros % 1'000'000 / 16);
  return base::base64_encode(base::as_bytes(text));
}

Reply reply_to(const domain::Outcome& outcome, Operation operation, const ApiVersion& version,
               std::string_view request_id) {
  const std::string_view tracking_id = outcome.trail_id.empty() ? request_id : outcome.trail_id;
  Reply reply;
  const Registration* registration = registration_in(outcome);
  if (const auto* refusal = std::get_if<domain::Refused>(&outcome.result)) {
    reply = refused(fault_for(refusal->reason), outcome.at, tracking_id, refusal->retry_after);
  } else if (const auto* challenge = std::get_if<domain::Challenged>(&outcome.result)) {
    reply = challenged(*challenge, outcome.at, tracking_id);
  } else if (registration == nullptr || operation == Operation::kAuthenticate) {
    reply = refused(fault_for(domain::Reason::kInternal), outcome.at, tracking_id, {});
  } else if (registration->status == RegistrationStatus::kDisabled) {
    // Node throws on the status word `disabled`; every client takes a 401 (§7.3).
    reply = refused(fault_for(domain::Reason::kEnrollmentDisabled), outcome.at, tracking_id, {});
  } else {
    reply = reply_to_state(*registration, operation, version);
    // The first thing that a busy server does: all clients keep to it (§8).
    if (operation == Operation::kRegister) {
      const auto busy = static_cast<int>(std::min<std::int64_t>(outcome.poll_after.count(), 3600));
      reply.retry_after_seconds = std::max(reply.retry_after_seconds, busy);
    }
  }
  reply.tracking_id = tracking_id;
  return reply;
}

Reply reply_with(const Fault& fault, std::string_view request_id, TimePoint at) {
  Reply reply = refused(fault, at, request_id, {});
  reply.tracking_id = request_id;
  return reply;
}

}  // namespace berth::dialects::azure_dps
