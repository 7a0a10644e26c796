// What verbs about products share. A product is an enrollment group whose members hold one secret
// when they leave the factory: the API has it among the groups.
//
// Room cli, private to it. Thread rule: as Invocation.
#pragma once

#include "cli/invocation.h"

#include <boost/json/array.hpp>

#include <functional>
#include <string>

namespace berth::cli {

Flag product_flag();                  // --product-id, for product_of()
Flag product_id_flag(bool required);  // the same, positional

bool is_product(const json::value& group);
// --product-id, else the only product of the scope.
Try<std::string> product_of(Invocation& run, const std::string& scope);
// "/api/v1/scopes/SCOPE/enrollment-groups/PRODUCT", either found as above.
Try<std::string> product_path(Invocation& run);

// Every item of a list, page after page; `take` says whether to read on.
Try<void> read_pages(Invocation& run, const std::string& path,
                     const std::function<bool(const json::array&)>& take);

// "604800", "90m", "12h", "7d" as seconds; wrong usage otherwise.
Try<std::uint64_t> seconds_of(const std::string& flag, const std::string& text);

}  // namespace berth::cli
