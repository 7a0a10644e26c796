// A product between flags, the API's group and what people read of it.
// Room cli, private to it. Thread rule: as Invocation.
#pragma once

#include "cli/invocation.h"

#include <boost/json/object.hpp>

#include <vector>

namespace berth::cli {

// The flags that create and update share, and those that only creation has.
std::vector<Flag> product_edit_flags();
std::vector<Flag> product_create_flags();

// The body of a creation.
Try<json::object> new_product(Invocation& run);
// The body of an update. One that turns half of a switch reads the product first, at `path`;
// `etag` becomes the version it read, unless one is given.
Try<json::object> changed_product(Invocation& run, const std::string& path,
                                  std::optional<std::string>& etag);
// --product-secret, or the file it names, as `member`.
Try<void> put_product_secret(json::object& body, const char* member, Invocation& run);

// The group in the words of its flags, for print_card().
json::object product_card(const json::value& group);
// "key", "cert"; "off", "listed names", "any name".
std::string auth_mode(const json::value& group);
std::string registration_mode(const json::value& group);

}  // namespace berth::cli
