// Two request headers that decide how a file is answered (RFC 9110 §12.5.3, §13.1.2).
//
// Room dialects. Malformed headers mean the same as none. Thread rule: pure functions.
#pragma once

#include <string_view>

namespace berth::dialects::console {

// Of Accept-Encoding: whether gzip is named (or *) and not with q=0.
bool accepts_gzip(std::string_view header);

// Of If-None-Match: whether it names this ETag (with its quotes), weakly or not, or is *.
bool names_etag(std::string_view header, std::string_view etag);

}  // namespace berth::dialects::console
