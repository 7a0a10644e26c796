// The web console: its files below /console/, with the headers that keep a browser from doing
// anything else with them. What the pages show comes from the admin API; this dialect has no
// commands. docs/console.md says what each header is for.
//
// Room dialects. Served over TLS only, on listeners for operators. The files are compiled into the
// program and live as long as it does; the dialect keeps views of them. Thread rule: stateless
// after it was made; step it from any thread.
#pragma once

#include "dialects/dialect.h"

#include <memory>
#include <span>
#include <string_view>

namespace berth::dialects::console {

struct Asset {
  std::string_view path;  // below /console/: "assets/index-B1x.js"
  std::string_view content_type;
  std::string_view plain;
  std::string_view gzip;   // empty: it does not get smaller
  std::string_view etag;   // a digest of `plain`, in hex
  bool immutable = false;  // its name changes with its content
};

// The page that every address below /console/ shows which is no file. The word kNonceMark in it is
// replaced in each response.
inline constexpr std::string_view kIndexPath = "index.html";
inline constexpr std::string_view kNonceMark = "berth-nonce";

// Without any assets it says how to build them.
std::unique_ptr<Dialect> make_console(std::span<const Asset> assets);

}  // namespace berth::dialects::console
