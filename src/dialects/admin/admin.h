// The admin API: `/api/v1` and the three probes, HTTP and JSON to operations and back. docs/api.md
// is for its users, docs/openapi.json has every member, README.md in this folder how to add one.
//
// Room dialects. Served over TLS only: claims() refuses plain listeners. Tokens are handed to
// management unseen; nothing here authorises. Thread rule: stateless; step it from any thread.
#pragma once

#include "dialects/dialect.h"

#include <memory>

namespace berth::dialects::admin {

std::unique_ptr<Dialect> make_admin();

}  // namespace berth::dialects::admin
