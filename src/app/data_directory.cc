#include "app/data_directory.h"

#include "app/files.h"
#include "base/codec.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace berth::app {
namespace {
// In the order they are written: tools wait for the last one.
constexpr const char* kAddressFiles[] = {"mqtt-plain-url", "http-url", "mqtt-url", "url"};
constexpr int kPublicMode = 0644;
constexpr std::size_t kNodeIdBytesMax = 64;
}  // namespace

Result<DataDirectory> DataDirectory::open(std::filesystem::path path) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(path, error);
  if (error) {
    return Fail(
        ErrorKind::kUnavailable,
        fmt::format("cannot make the data directory {}: {}", path.string(), error.message()),
        "name another with --data, or make it writable for this user");
  }
  if (made) ::chmod(path.c_str(), 0700);
  const auto lock_path = path / "lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    return Fail(ErrorKind::kUnavailable,
                fmt::format("cannot open {}: {}", lock_path.string(), std::strerror(errno)),
                "make the data directory writable for this user");
  }
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return Fail(ErrorKind::kConflict, fmt::format("another server is running in {}", path.string()),
                "stop it first (its process id is in berth.pid), or use another --data");
  }
  return DataDirectory(std::move(path), lock);
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory::~DataDirectory() {
  if (lock_ < 0) return;
  std::error_code ignored;
  std::filesystem::remove(path_ / "berth.pid", ignored);
  for (const char* file : kAddressFiles) std::filesystem::remove(path_ / file, ignored);
  ::close(lock_);
}

Result<std::string> DataDirectory::node_id(Rng& rng) {
  const std::filesystem::path file = path_ / "node";
  Result<Secret> kept = read_file(file);
  if (kept) {
    std::string id(kept->text());
    while (!id.empty() && id.back() == '\n') id.pop_back();
    const bool sound = !id.empty() && id.size() <= kNodeIdBytesMax && id == base::printable(id);
    if (sound) return id;
    return Fail(ErrorKind::kInvalid, fmt::format("{} holds no id of a server", file.string()),
                "delete the file; a new id is made up at the next start");
  }
  if (kept.error().kind != ErrorKind::kNotFound) return Fail(std::move(kept).error());
  std::string id = rng.uuid();
  Result<void> wrote = write_file(file, id + '\n', kPublicMode);
  if (!wrote) return Fail(std::move(wrote).error());
  return id;
}

Result<void> DataDirectory::announce(const Addresses& addresses) {
  Result<void> wrote =
      write_file(path_ / "berth.pid", fmt::format("{}\n", ::getpid()), kPublicMode);
  if (!wrote) return wrote;
  const std::string* const urls[] = {&addresses.mqtt_plain_url, &addresses.http_url,
                                     &addresses.mqtt_url, &addresses.url};
  for (std::size_t i = 0; i < std::size(kAddressFiles); ++i) {
    if (urls[i]->empty()) continue;
    wrote = write_file(path_ / kAddressFiles[i], *urls[i] + '\n', kPublicMode);
    if (!wrote) return wrote;
  }
  return {};
}

}  // namespace berth::app
