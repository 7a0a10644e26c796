// rooms: dialects
// Paths, masks and filters of CloudPlugs requests: a method, a path and a query, a line each.
#include "base/check.h"
#include "base/codec.h"
#include "dialects/cloudplugs/http_route.h"
#include "dialects/cloudplugs/plug_id.h"
#include "dialects/cloudplugs/record_filter.h"
#include "dialects/cloudplugs/times.h"
#include "input_text.h"

#include <cstddef>
#include <cstdint>

namespace berth {
namespace {

using fuzz::next_line;
using namespace dialects::cloudplugs;

void check_time(TimePoint time) {
  const std::int64_t milliseconds = epoch_milliseconds(time);
  BERTH_CHECK((milliseconds >= 0 && milliseconds <= 253'402'300'799'999) && "1970 to 9999");
}

void check_bound(const std::optional<domain::TimeOrRecord>& bound) {
  if (!bound) return;
  if (const auto* time = std::get_if<TimePoint>(&*bound)) check_time(*time);
  if (const auto* id = std::get_if<std::string>(&*bound)) {
    BERTH_CHECK((parse_object_id(*id) == *id) && "the id of a record, in lower case");
  }
}

void check_query(const RecordQuery& query) {
  const domain::RecordFilter& filter = query.filter;
  BERTH_CHECK((filter.of.size() <= 1'000 && filter.ids.size() <= 1'000 &&
               filter.at.size() <= 1'000 && filter.tests.size() <= 16) &&
              "bounded lists");
  BERTH_CHECK((!query.limit || (*query.limit > 0 && *query.limit <= 1'000)) && "a bounded page");
  BERTH_CHECK((query.offset <= (std::uint64_t{1} << 53U)) && "a whole number");
  for (const std::string& id : filter.of) {
    const std::optional<PlugId> read = parse_plug_id(id);
    BERTH_CHECK((read && read->text == id) && "a Plug-ID, in lower case");
  }
  for (const TimePoint time : filter.at) check_time(time);
  check_bound(filter.before);
  check_bound(filter.after);
}

void check_route(const Route& route) {
  const bool reads =
      route.operation == Operation::kReadRecords || route.operation == Operation::kListChannels;
  BERTH_CHECK((base::is_utf8(route.mask) && base::is_utf8(route.name)) && "text");
  BERTH_CHECK((!reads || (!route.mask.empty() && !route.mask.ends_with('/'))) && "a lenient mask");
  BERTH_CHECK((route.device.empty() || parse_device_id(route.device) == route.device) &&
              "the id of a device, in lower case");
  BERTH_CHECK((route.operation != Operation::kWrongMethod || !route.allow.empty()) &&
              "what is allowed");
  BERTH_CHECK((route.operation != Operation::kMalformedPath || !route.what.empty()) && "why");
}

int run(std::string_view text) {
  wire::HttpRequest request;
  request.method = next_line(text);
  request.path = next_line(text);
  request.query = next_line(text);
  if (!text.empty()) request.headers.push_back({"x-http-method-override", std::string(text)});
  const wire::BodyRules rules = body_rules_of(request);
  BERTH_CHECK((!rules.unframed_delete || request.method == "DELETE") && "of DELETE alone");
  const Route route = route_of(request);
  check_route(route);
  const Result<RecordQuery> query = read_query(route.mask, request.query);
  if (query) check_query(*query);
  if (const std::optional<TimePoint> time = parse_time(std::string_view(request.query))) {
    check_time(*time);
  }
  return 0;
}

}  // namespace
}  // namespace berth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return berth::run({reinterpret_cast<const char*>(data), size});
}
