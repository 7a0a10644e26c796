// What devices and accounts do to identities: describe and change them, give up control, remove
// them, make prototypes.
//
// Room hub. Thread rule: any io_context; shares the Core. `caller` is kept by whoever awaits.
#pragma once

#include "base/task.h"
#include "hub/callers.h"
#include "hub/records.h"

#include <memory>
#include <string_view>

namespace berth::hub {

struct Core;

inline constexpr std::string_view kPrototypePrefix = "dev-";
inline constexpr std::size_t kDisplayNameBytesMax = 128;
inline constexpr std::size_t kKeptJsonBytesMax = std::size_t{16} * 1024;  // permissions, links
inline constexpr std::size_t kPasswordBytesMin = 4;  // of a prototype, as chosen
inline constexpr std::size_t kPasswordBytesMax = 127;

// IdentityDescribed.
Task<Answer> describe_device(std::shared_ptr<Core> core, const Caller& caller,
                             domain::DescribeDevice request);
// HubDone. Properties first: when they break a rule nothing is changed.
Task<Answer> edit_identity(std::shared_ptr<Core> core, const Caller& caller,
                           domain::EditIdentity request);
// Counted.
Task<Answer> release_control(std::shared_ptr<Core> core, const Caller& caller,
                             domain::ReleaseControl request);
// Counted; kNotPermitted when a device may remove none of them.
Task<Answer> remove_identities(std::shared_ptr<Core> core, const Caller& caller,
                               domain::RemoveIdentities request);
// PrototypeCreated.
Task<Answer> create_prototype(std::shared_ptr<Core> core, const Caller& caller,
                              domain::CreatePrototype request);

}  // namespace berth::hub
