// The blocks of a transcript that speak with a hub: scripted results, events, and commands as text.
//
//   <= connected session-present=1 device=dev1      restored subscriptions follow, one a line:
//   messages 1 devices/dev1/messages/devicebound/#
//   (topics=event:pub,control:sub,data:pubsub: what its group lets it use)
//   <= done
//   <= bound                                        ids of devices, one a line
//   <= twin desired-version=4 reported-version=7    desired and reported document, one a line
//   <= patched version=8
//   <= refused document_invalid trail=…             what the developer is told follows, if anything
//   !! message delivery=7 redelivered=yes ack=full  "Name: value" lines, a blank one, the body
//   !! method request=1a name=reboot                the payload follows
//   !! desired version=5                            the patch follows
//   !! record filter=TEXT                           the record follows (transcript_data.h)
//   !! end taken_over
//
// Results and requests about data and other devices: transcript_data.h.
// Room dialects, tests. Thread rule: none.
#pragma once

#include "dialects/tests/transcript_text.h"

namespace berth::dialects::testing {

domain::HubResult read_hub_result(const Block& block, TimePoint at);
domain::HubEvent read_hub_event(const Block& block);
std::string write_hub_command(const domain::HubCommand& command);

}  // namespace berth::dialects::testing
