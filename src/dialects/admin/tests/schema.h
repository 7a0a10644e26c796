// As much of JSON Schema as docs/openapi.json uses: $ref, type, enum, properties, required,
// additionalProperties: false, items, minimum, maximum. A keyword it does not know is a failure, so
// that nothing in the document goes unchecked.
//
// Room dialects, tests. Thread rule: pure functions.
#pragma once

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace berth::dialects::admin::testing {

// What is wrong with `value`, each with its place; empty when it fits. `document` resolves $ref.
std::vector<std::string> misfits(const boost::json::value& value, const boost::json::value& schema,
                                 const boost::json::value& document);

// The schema itself, or what its $ref points at.
const boost::json::object& resolved(const boost::json::value& schema,
                                    const boost::json::value& document);

}  // namespace berth::dialects::admin::testing
