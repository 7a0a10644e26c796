// What enrolment asks for (cloudplugs.md §4): things and controllers, over REST and MQTT alike, and
// prototypes.
//
// Room dialects/cloudplugs. A request that cannot be read becomes malformed evidence, so that it
// leaves a trail. Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "domain/claim.h"
#include "domain/data.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace berth::dialects::cloudplugs {

// As sent; each at most 256 bytes.
struct Enrollment {
  std::string model;   // Plug-ID of the template, lower-cased by the reader
  std::string serial;  // of the thing: the one that enrols, or is to be controlled
};

// The parts of a claim that say who enrols as what and how it proves that; dialect, transport and
// the rest are the caller's.
domain::Claim thing_claim(const Enrollment& enrollment, std::string_view password);
// `serial` is the controller's own; empty: it has none.
domain::Claim controller_claim(const Enrollment& enrollment, std::string_view password,
                               std::string_view serial);
domain::Claim malformed_claim(std::string what);

// POST /device with a model, and PUT /device.
domain::Claim read_thing(const boost::json::object& body);
domain::Claim read_controller(const boost::json::object& body);

// POST /device without a model.
Result<domain::CreatePrototype> read_prototype(const boost::json::object& body);

// {"id":"dev-…","auth":"…"}; clients search it as text, so nothing comes before and between.
std::string credentials_body(std::string_view id, std::string_view auth);

}  // namespace berth::dialects::cloudplugs
