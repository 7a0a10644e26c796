// The data directory of a server: made on first start, locked while it runs, and where the command
// line finds the URL, the CA and the first token.
//
// Room app. Thread rule: start-up and shut-down only, from the main thread.
#pragma once

#include "base/result.h"
#include "base/rng.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace berth::app {

class DataDirectory {
 public:
  // Makes the directory (0700) if need be and locks it. kConflict when another server holds it.
  static Result<DataDirectory> open(std::filesystem::path path);
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  ~DataDirectory();  // unlocks; removes the pid and url files

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path token_file() const { return path_ / "admin.token"; }

  // This server's id, the same at every start: made up on the first and kept in the file `node`.
  Result<std::string> node_id(Rng& rng);

  // Where the server is, for tools; an empty one is not served.
  struct Addresses {
    std::string url;  // of the admin API
    std::string mqtt_url;
    std::string http_url;        // plain
    std::string mqtt_plain_url;  // plain
  };
  // Writes berth.pid and, for each address, the file of its name: url, mqtt-url, http-url,
  // mqtt-plain-url.
  Result<void> announce(const Addresses& addresses);

 private:
  DataDirectory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace berth::app
