// The words of transcripts for requests about data, properties and other devices, and for what the
// hub answers to them. The first line of a result and the lines below it:
//
//   published                        OID, one a line
//   records                          OID PUBLISHER CHANNEL MILLISECONDS [expires=MS] [private] JSON
//   channels                         a channel a line
//   properties                       NAME JSON, one a line
//   described id=… role=… status=… [name=…] [group=…] [member=…] [serial=…] [control=…] [reads=…]
//             [writes=…] [more=…] [links=…]     properties as above; lists are CSV
//   counted N
//   prototype id=… [password=…]
//   refused REASON                   the detail on the next line
//
// Room dialects, tests. Thread rule: none.
#pragma once

#include "dialects/tests/transcript_text.h"
#include "domain/data.h"
#include "domain/hub_operations.h"

#include <optional>
#include <string>

namespace berth::dialects::testing {

// None: it is the result of something else.
std::optional<domain::HubResult> read_data_result(const Block& block);
domain::Record read_record(const std::string& line);

// From "=> " on, with its line end.
std::string write_data_request(const domain::DataRequest& request);

}  // namespace berth::dialects::testing
