// Which operation a method and a path ask for (cloudplugs.md §2.3, §3). Paths are routed raw and
// decoded after that, so that an escaped slash is part of a name; a plus sign stays one.
//
// Room dialects/cloudplugs. Thread rule: pure functions.
#pragma once

#include "wire/http.h"

#include <string>
#include <string_view>

namespace berth::dialects::cloudplugs {

// "/iot", and what is under it.
bool is_our_path(std::string_view path);
wire::BodyRules body_rules_of(const wire::HttpRequest& header);

enum class Operation {
  kUnknownPath,
  kWrongMethod,       // `allow` says which there are
  kMalformedPath,     // escapes that are none, a Plug-ID that is none, …; `what` says it
  kEnrollByPost,      // a thing or a prototype
  kEnrollController,  // or to control one thing more
  kUnenroll,
  kReadDevice,
  kEditDevice,
  kReleaseControl,
  kReadProperties,
  kEditProperties,
  kReadProperty,
  kWriteProperty,
  kDeleteProperty,
  kPublish,
  kReadRecords,
  kDeleteRecords,
  kListChannels,
};

struct Route {
  Operation operation = Operation::kUnknownPath;
  std::string device = {};  // lower-case Plug-ID
  std::string name = {};    // of a property, decoded
  std::string mask = {};    // a channel or mask, decoded; of GET the lenient form (§5.4)
  std::string_view allow = {};
  std::string_view what = {};
};

Route route_of(const wire::HttpRequest& request);

}  // namespace berth::dialects::cloudplugs
