#include "dialects/cloudplugs/http_request.h"

#include "dialects/cloudplugs/credentials.h"
#include "dialects/cloudplugs/device_text.h"
#include "dialects/cloudplugs/enroll_request.h"
#include "dialects/cloudplugs/id_list.h"
#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/property_text.h"
#include "dialects/cloudplugs/record_filter.h"
#include "dialects/cloudplugs/record_text.h"

#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

struct Incoming {
  const wire::Peer& peer;
  const wire::HttpRequest& request;
  const Route& route;
};

HttpPending pending_of(const Incoming& incoming) {
  HttpPending pending;
  pending.operation = incoming.route.operation;
  return pending;
}

HttpCommand enroll(const Incoming& incoming, domain::Claim claim) {
  say_where_from(claim, incoming.peer, incoming.request);
  return {Provision{domain::Register{std::move(claim)}}, pending_of(incoming)};
}

// A request that stands alone, with the credentials it carries.
HttpCommand ask(const Incoming& incoming, domain::DataRequest request) {
  HttpPending pending = pending_of(incoming);
  domain::Claim claim = credentials_of(incoming.peer, incoming.request);
  pending.has_master = has_master(claim);
  pending.is_account = is_account(claim);
  domain::AskData command;
  command.request = std::move(request);
  command.claim = std::move(claim);
  return {Operate{std::move(command)}, std::move(pending)};
}

// With a model it is a thing's, whatever credentials came along: some clients send those they
// have, one cannot do without (§4.5, §9.2).
Result<HttpCommand> enroll_by_post(const Incoming& incoming) {
  const Result<boost::json::object> body = read_object(incoming.request.body);
  if (!body) return enroll(incoming, malformed_claim(body.error().what));
  if (find(*body, "model") != nullptr) return enroll(incoming, read_thing(*body));
  BERTH_TRY(domain::CreatePrototype create, read_prototype(*body));
  SharedSecret password = create.password;
  HttpCommand command = ask(incoming, std::move(create));
  command.pending.password = std::move(password);
  return command;
}

Result<HttpCommand> enroll_controller(const Incoming& incoming) {
  const Result<boost::json::object> body = read_object(incoming.request.body);
  if (!body) return enroll(incoming, malformed_claim(body.error().what));
  domain::Claim claim = read_controller(*body);
  if (claim.controller) say_controller(*claim.controller, incoming.request);
  return enroll(incoming, std::move(claim));
}

Result<HttpCommand> unenroll(const Incoming& incoming) {
  domain::RemoveIdentities remove;
  BERTH_TRY(remove.devices, read_unenrolled(incoming.request.body));
  const bool names_some = !remove.devices.empty();
  HttpCommand command = ask(incoming, std::move(remove));
  command.pending.names_some = names_some;
  if (!names_some && command.pending.is_account) {
    return Fail(ErrorKind::kInvalid, "expected the Plug-IDs to un-enrol");
  }
  return command;
}

Result<HttpCommand> release_control(const Incoming& incoming) {
  domain::ReleaseControl release;
  release.controller = incoming.route.device;
  BERTH_TRY(release.devices, read_released(incoming.request.body));
  return ask(incoming, std::move(release));
}

Result<HttpCommand> read_property(const Incoming& incoming) {
  domain::ReadProperties read;
  read.device = incoming.route.device;
  BERTH_TRY(read.name, read_property_name(incoming.route.name));
  std::string name = read.name;
  HttpCommand command = ask(incoming, std::move(read));
  command.pending.name = std::move(name);
  return command;
}

Result<HttpCommand> write_property(const Incoming& incoming) {
  domain::WriteProperties write;
  write.device = incoming.route.device;
  BERTH_TRY(std::string name, read_property_name(incoming.route.name));
  std::string value;
  if (incoming.route.operation == Operation::kWriteProperty) {
    BERTH_TRY(value, read_property_body(incoming.request.body));
  }
  write.values.emplace_back(std::move(name), std::move(value));
  return ask(incoming, std::move(write));
}

Result<HttpCommand> publish(const Incoming& incoming) {
  BERTH_TRY(PublishRequest read,
            read_publish(incoming.request.body, incoming.route.mask, IfNoJson::kRefuse));
  HttpCommand command = ask(incoming, std::move(read.records));
  command.pending.is_list = read.is_list;
  return command;
}

Result<HttpCommand> read_records(const Incoming& incoming) {
  BERTH_TRY(RecordQuery query, read_query(incoming.route.mask, incoming.request.query));
  return ask(incoming, domain::ReadRecords{std::move(query.filter), query.offset, query.limit});
}

Result<HttpCommand> list_channels(const Incoming& incoming) {
  BERTH_TRY(RecordQuery query, read_query(incoming.route.mask, incoming.request.query));
  return ask(incoming, domain::ListChannels{std::move(query.filter), query.offset, query.limit});
}

Result<HttpCommand> delete_records(const Incoming& incoming) {
  BERTH_TRY(domain::DeleteRecords remove,
            read_deletion(incoming.route.mask, incoming.request.body));
  return ask(incoming, std::move(remove));
}

Result<HttpCommand> edit(const Incoming& incoming) {
  const std::string& device = incoming.route.device;
  const bool whole = incoming.route.operation == Operation::kEditDevice;
  BERTH_TRY(domain::DataRequest request, whole ? read_device_edit(device, incoming.request.body)
                                               : read_property_edit(device, incoming.request.body));
  return ask(incoming, std::move(request));
}

}  // namespace

Result<HttpCommand> read_request(const wire::Peer& peer, const wire::HttpRequest& request,
                                 const Route& route) {
  const Incoming incoming{peer, request, route};
  switch (route.operation) {
    case Operation::kEnrollByPost:
      return enroll_by_post(incoming);
    case Operation::kEnrollController:
      return enroll_controller(incoming);
    case Operation::kUnenroll:
      return unenroll(incoming);
    case Operation::kReadDevice:
      return ask(incoming, domain::DescribeDevice{route.device});
    case Operation::kEditDevice:
    case Operation::kEditProperties:
      return edit(incoming);
    case Operation::kReleaseControl:
      return release_control(incoming);
    case Operation::kReadProperties:
      return ask(incoming, domain::ReadProperties{route.device, {}});
    case Operation::kReadProperty:
      return read_property(incoming);
    case Operation::kWriteProperty:
    case Operation::kDeleteProperty:
      return write_property(incoming);
    case Operation::kPublish:
      return publish(incoming);
    case Operation::kReadRecords:
      return read_records(incoming);
    case Operation::kDeleteRecords:
      return delete_records(incoming);
    case Operation::kListChannels:
      return list_channels(incoming);
    case Operation::kUnknownPath:
    case Operation::kWrongMethod:
    case Operation::kMalformedPath:
      break;
  }
  return Fail(ErrorKind::kInternal, "no command for this route");
}

}  // namespace berth::dialects::cloudplugs
