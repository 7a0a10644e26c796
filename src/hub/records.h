// Records: published durably, then told to the telemetry log and to those who watch; read, listed
// and deleted as far as the caller may.
//
// Room hub. Thread rule: any io_context; shares the Core. `caller` is kept by whoever awaits.
#pragma once

#include "base/task.h"
#include "domain/hub_operations.h"
#include "hub/callers.h"

#include <memory>

namespace berth::hub {

struct Core;

using Answer = Result<domain::HubResult, Rejection>;

// RecordsPublished. Rejections: kRequestInvalid, kMessageTooLarge, kNotPermitted.
Task<Answer> publish_records(std::shared_ptr<Core> core, const Caller& caller,
                             domain::PublishRecords request);
// RecordsRead.
Task<Answer> read_records(std::shared_ptr<Core> core, const Caller& caller,
                          domain::ReadRecords request);
// Counted.
Task<Answer> delete_records(std::shared_ptr<Core> core, const Caller& caller,
                            domain::DeleteRecords request);
// ChannelsListed.
Task<Answer> list_channels(std::shared_ptr<Core> core, const Caller& caller,
                           domain::ListChannels request);

}  // namespace berth::hub
