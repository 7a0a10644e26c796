#include "app/files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace berth::app {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

auto failed(std::string_view what, const std::filesystem::path& path) {
  return Fail(ErrorKind::kUnavailable,
              fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)),
              "check that the data directory exists and that this user may write there");
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

Result<void> write_file(const std::filesystem::path& path, std::string_view content, int mode) {
  const std::filesystem::path beside = path.string() + ".new";
  ::unlink(beside.c_str());
  {
    const Descriptor file(
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode)));
    if (file.get() < 0) return failed("write", beside);
    if (!write_all(file.get(), content) || ::fsync(file.get()) != 0) return failed("write", beside);
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return failed("rename to", path);
  const Descriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return failed("sync the folder of", path);
  return {};
}

Result<Secret> read_file(const std::filesystem::path& path, std::size_t size_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) {
    return Fail(ErrorKind::kNotFound, fmt::format("there is no file {}", path.string()));
  }
  if (file.get() < 0) return failed("read", path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failed("read", path);
  if (static_cast<std::size_t>(status.st_size) > size_max) {
    return Fail(ErrorKind::kTooLarge, fmt::format("{} has {} bytes; at most {} are read",
                                                  path.string(), status.st_size, size_max));
  }
  Secret content = Secret::of_size(static_cast<std::size_t>(status.st_size));
  std::span<std::uint8_t> rest = content.mutable_bytes();
  while (!rest.empty()) {
    const ssize_t count = ::read(file.get(), rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed("read", path);
    rest = rest.subspan(static_cast<std::size_t>(count));
  }
  return content;
}

Result<void> check_private(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failed("look at", path);
  if ((status.st_mode & 077) != 0) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("{} can be read by other users (mode {:04o})", path.string(),
                            status.st_mode & 07777),
                fmt::format("chmod 600 {}", path.string()));
  }
  return {};
}

}  // namespace berth::app
