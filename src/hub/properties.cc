#include "hub/properties.h"

#include "base/codec.h"
#include "domain/json_text.h"
#include "hub/core.h"
#include "hub/json_text.h"
#include "hub/twins.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::hub {
namespace {

using domain::Reason;
using domain::Step;

Rejection broken(Reason reason, const std::string& detail) {
  return {Step::kAuthorize, reason, "properties that keep the rules", base::printable(detail), {}};
}

Rejection trouble(domain::HubRefused refused) {
  if (refused.reason == Reason::kStoreUnavailable) {
    return {Step::kRecord, refused.reason, "an answer of the store", std::move(refused.detail),
            refused.retry_after};
  }
  return broken(refused.reason, refused.detail);
}

Rejection unknown(const std::string& name) {
  return {Step::kAuthorize,
          Reason::kPropertyUnknown,
          "a property that the device has",
          base::printable(name, 160),
          {}};
}

DeviceKey key_of(const domain::Device& device) { return {device.hub, device.id}; }

Result<void, Rejection> check_names(const PropertyValues& values) {
  if (values.size() > kPropertiesPerRequestMax) {
    return Fail(invalid_request(fmt::format("at most {} properties", kPropertiesPerRequestMax),
                                fmt::format("{}", values.size())));
  }
  for (const auto& [name, text] : values) {
    if (name.empty()) return Fail(invalid_request("the name of a property", "an empty one"));
  }
  return {};
}

}  // namespace

Task<Result<domain::PropertiesRead, Rejection>> properties_of_device(std::shared_ptr<Core> core,
                                                                     DeviceKey key) {
  domain::HubResult read = co_await read_own_twin(core, std::move(key));
  auto* twin = std::get_if<domain::TwinRead>(&read);
  if (twin != nullptr) co_return properties_of(twin->twin);
  co_return Fail(trouble(std::get<domain::HubRefused>(std::move(read))));
}

Task<Result<void, Rejection>> write_properties_of(std::shared_ptr<Core> core, DeviceKey key,
                                                  PropertyValues values, bool replaces) {
  Result<void, Rejection> named = check_names(values);
  if (!named) co_return Fail(std::move(named).error());
  Result<std::string, DocumentFault> patch = reported_patch(values);
  if (!patch) co_return Fail(broken(patch.error().reason, patch.error().detail));
  ReportedWrite write{*std::move(patch), replaces, true, {}};
  Result<domain::Twin, domain::HubRefused> written =
      co_await write_reported(core, std::move(key), std::move(write));
  if (!written) co_return Fail(trouble(std::move(written).error()));
  co_return Result<void, Rejection>();
}

Task<Answer> read_properties(std::shared_ptr<Core> core, const Caller& caller,
                             domain::ReadProperties request) {
  Result<Identity, Rejection> target =
      co_await reach(core, caller, std::move(request.device), Access::kRead);
  if (!target) co_return Fail(std::move(target).error());
  Result<domain::PropertiesRead, Rejection> all =
      co_await properties_of_device(core, key_of(target->device));
  if (!all) co_return Fail(std::move(all).error());
  if (request.name.empty()) co_return *std::move(all);
  const auto found = std::find_if(all->values.begin(), all->values.end(),
                                  [&](const auto& each) { return each.first == request.name; });
  if (found == all->values.end()) co_return Fail(unknown(request.name));
  domain::PropertiesRead one;
  one.values.push_back(std::move(*found));
  co_return one;
}

Task<Answer> write_properties(std::shared_ptr<Core> core, const Caller& caller,
                              domain::WriteProperties request) {
  Result<Identity, Rejection> target =
      co_await reach(core, caller, std::move(request.device), Access::kWrite);
  if (!target) co_return Fail(std::move(target).error());
  if (request.values.empty() && !request.replaces) co_return domain::HubDone();
  Result<void, Rejection> written = co_await write_properties_of(
      core, key_of(target->device), std::move(request.values), request.replaces);
  if (!written) co_return Fail(std::move(written).error());
  co_return domain::HubDone();
}

Result<std::string, Rejection> first_properties(const PropertyValues& values, TimePoint now) {
  Result<void, Rejection> named = check_names(values);
  if (!named) return Fail(std::move(named).error());
  Result<std::string, DocumentFault> patch = reported_patch(values);
  if (!patch) return Fail(broken(patch.error().reason, patch.error().detail));
  const domain::TwinSection none;
  Result<SectionWritten, DocumentFault> written =
      write_section(none, {Section::kReported, *patch, true, now, false});
  if (!written) return Fail(broken(written.error().reason, written.error().detail));
  boost::json::object properties;
  for (const auto& [name, text] : values) {
    if (text.empty()) continue;
    Result<boost::json::value> value = read_json(text);
    if (value && !value->is_null()) properties[json_view(name)] = *std::move(value);
  }
  return domain::to_json_text(properties);
}

}  // namespace berth::hub
