// rooms: dialects
// Bodies that CloudPlugs clients send, read by every reader: what comes out is bounded, in lower
// case where ids are, and JSON where JSON is kept.
#include "base/check.h"
#include "base/codec.h"
#include "dialects/cloudplugs/device_text.h"
#include "dialects/cloudplugs/enroll_request.h"
#include "dialects/cloudplugs/id_list.h"
#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/plug_id.h"
#include "dialects/cloudplugs/property_text.h"
#include "dialects/cloudplugs/record_filter.h"
#include "dialects/cloudplugs/record_text.h"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>

namespace berth {
namespace {

using namespace dialects::cloudplugs;

void check_json(std::string_view text) {
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = 64;
  boost::json::parse({text.data(), text.size()}, error, {}, options);
  BERTH_CHECK((!error) && "what is kept is JSON");
}

void check_ids(const Result<std::vector<std::string>>& ids) {
  if (!ids) return;
  BERTH_CHECK((ids->size() <= kIdsMax) && "a bounded list");
  for (const std::string& id : *ids) {
    BERTH_CHECK((parse_device_id(id) == id) && "ids of devices, in lower case");
  }
}

void check_values(const PropertyValues& values) {
  BERTH_CHECK((values.size() <= kPropertiesMax) && "a bounded list");
  for (const auto& [name, value] : values) {
    BERTH_CHECK((!name.empty() && name.size() <= kPropertyNameBytesMax && base::is_utf8(name)) &&
                "a name of a property");
    if (!value.empty()) check_json(value);
  }
}

void check_edit(const Result<domain::DataRequest>& request) {
  if (!request) return;
  if (const auto* write = std::get_if<domain::WriteProperties>(&*request)) {
    check_values(write->values);
    return;
  }
  const auto& edit = std::get<domain::EditIdentity>(*request);
  check_values(edit.properties);
  if (edit.more_permissions) check_json(*edit.more_permissions);
  if (edit.property_links && !edit.property_links->empty()) check_json(*edit.property_links);
}

void check_publish(std::string_view body, std::string_view channel, IfNoJson if_no_json) {
  const Result<PublishRequest> read = read_publish(body, channel, if_no_json);
  if (!read) return;
  const std::vector<domain::NewRecord>& records = read->records.records;
  BERTH_CHECK((!records.empty() && records.size() <= domain::kRecordsPerRequestMax) &&
              "a bounded list");
  BERTH_CHECK((read->is_list || records.size() == 1) && "one, or a list");
  for (const domain::NewRecord& record : records) {
    check_json(record.data);
    BERTH_CHECK((!record.channel.empty()) && "a channel");
    BERTH_CHECK((record.id.empty() || parse_object_id(record.id) == record.id) && "an id");
    BERTH_CHECK((!record.lifetime || record.lifetime->count() > 0) && "a lifetime");
  }
}

void check_claim(const domain::Claim& claim) {
  BERTH_CHECK((claim.membership.has_value()) && "a member is named, however badly");
  BERTH_CHECK((claim.membership->member.size() <= 256) && "bounded");
  if (!claim.properties.empty()) check_json(claim.properties);
  if (!claim.property_links.empty()) check_json(claim.property_links);
}

int run(std::string_view body) {
  check_ids(read_unenrolled(body));
  check_ids(read_released(body));
  const Result<std::string> property = read_property_body(body);
  if (property && !property->empty()) check_json(*property);
  check_edit(read_device_edit("dev-588acc123945ec8436bde3c1", body));
  check_edit(read_property_edit("dev-588acc123945ec8436bde3c1", body));
  check_publish(body, "a", IfNoJson::kRefuse);
  check_publish(body, "", IfNoJson::kRefuse);
  check_publish(body, "a", IfNoJson::kIsText);
  const Result<domain::DeleteRecords> removal = read_deletion("", body);
  if (removal) {
    const domain::RecordFilter& filter = removal->filter;
    BERTH_CHECK((!filter.ids.empty() || !filter.at.empty() || filter.before || filter.after) &&
                "never all");
  }
  const Result<boost::json::object> object = read_object(body);
  if (!object) return 0;
  check_claim(read_thing(*object));
  check_claim(read_controller(*object));
  const Result<domain::CreatePrototype> prototype = read_prototype(*object);
  if (prototype) check_values(prototype->properties);
  return 0;
}

}  // namespace
}  // namespace berth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return berth::run({reinterpret_cast<const char*>(data), size});
}
