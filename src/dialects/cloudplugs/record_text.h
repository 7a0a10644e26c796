// Records as clients publish them and get them (cloudplugs.md §5.5, §5.6, §6.2); the same over REST
// and MQTT.
//
// Room dialects/cloudplugs. Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "domain/data.h"

#include <string>
#include <string_view>
#include <vector>

namespace berth::dialects::cloudplugs {

// What a body that is no JSON is: an error, or text that is published.
enum class IfNoJson { kRefuse, kIsText };

struct PublishRequest {
  domain::PublishRecords records;
  bool is_list = false;  // the answer is a list, too
};
// A record, a list of records, or, whatever else it is, the data of one. `channel` is that of the
// URL or topic, empty if it has none.
Result<PublishRequest> read_publish(std::string_view body, std::string_view channel,
                                    IfNoJson if_no_json);

// "OID", or ["OID",…].
std::string published_json(const domain::RecordsPublished& published, bool is_list);
// {"id","channel","data","at","of"[,"expire_at"][,"is_priv"]}, times as epoch milliseconds.
std::string record_json(const domain::Record& record);
std::string records_json(const std::vector<domain::Record>& records);

}  // namespace berth::dialects::cloudplugs
