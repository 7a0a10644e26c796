#include "device/owner_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace berth::device {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

std::string reason(int error) { return std::generic_category().message(error); }

auto cannot(const fs::path& path, const char* what, const std::string& why) {
  return Fail(ErrorKind::kUnavailable, path.string() + " cannot be " + what + ": " + why,
              "let this user read and write it and its folder, or name another file");
}

bool write_all(int descriptor, std::span<const std::uint8_t> content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

// The renaming itself must outlive a power cut.
bool sync_folder(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.is_open() && (::fsync(opened.get()) == 0 || errno == EINVAL);
}

}  // namespace

Result<std::optional<Secret>> read_owner_file(const fs::path& path, std::size_t bytes_max) {
  // A pipe without a writer does not hold us up.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open() && errno == ENOENT) return std::optional<Secret>();
  struct stat found {};
  if (!file.is_open() || ::fstat(file.get(), &found) != 0) {
    return cannot(path, "read", reason(errno));
  }
  if (!S_ISREG(found.st_mode)) return cannot(path, "read", "it is no ordinary file");
  if (found.st_size < 0 || static_cast<std::size_t>(found.st_size) > bytes_max) {
    return Fail(ErrorKind::kTooLarge,
                path.string() + " has " + std::to_string(found.st_size) + " bytes, more than " +
                    std::to_string(bytes_max),
                "it is not a file that this program wrote; name another one");
  }
  Secret content = Secret::of_size(static_cast<std::size_t>(found.st_size));
  std::span<std::uint8_t> room = content.mutable_bytes();
  while (!room.empty()) {
    const ssize_t done = ::read(file.get(), room.data(), room.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return cannot(path, "read", done < 0 ? reason(errno) : "it became shorter");
    room = room.subspan(static_cast<std::size_t>(done));
  }
  return std::optional(std::move(content));
}

Result<void> write_owner_file(const fs::path& path, std::span<const std::uint8_t> content) {
  const std::string beside = path.string() + ".new";
  ::unlink(beside.c_str());
  int error = 0;
  {
    const Descriptor file(
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    const bool whole = file.is_open() && write_all(file.get(), content) && ::fsync(file.get()) == 0;
    if (!whole) error = errno != 0 ? errno : EIO;
  }
  if (error == 0 && ::rename(beside.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0 && !sync_folder(path)) error = errno;
  if (error == 0) return {};
  ::unlink(beside.c_str());
  return cannot(path, "written", reason(error));
}

Result<OwnerLock> OwnerLock::take(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return cannot(path, "written", reason(errno));
  OwnerLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return cannot(path, "locked", reason(errno));
  return Fail(ErrorKind::kConflict, "another process holds " + path.string(),
              "one at a time: end the other one, or wait for it");
}

OwnerLock::OwnerLock(OwnerLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

OwnerLock& OwnerLock::operator=(OwnerLock&& other) noexcept {
  if (this != &other) {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

OwnerLock::~OwnerLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace berth::device
