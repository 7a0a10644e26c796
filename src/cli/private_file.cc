#include "cli/private_file.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

auto cannot(const fs::path& path, int error) {
  return Refuse(path.string() + " cannot be written", std::generic_category().message(error),
                "name another file, or let this user write there");
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Try<void> write_file(const fs::path& path, std::string_view content, mode_t mode) {
  std::error_code ignored;
  if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored)) {
    return Refuse(path.string() + " cannot be written", "it is no ordinary file",
                  "name another file");
  }
  // Written beside and renamed, so that an older file's mode never covers the new keys.
  const std::string beside = path.string() + ".new";
  ::unlink(beside.c_str());
  const int descriptor =
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (descriptor < 0) return cannot(path, errno);
  const bool whole = write_all(descriptor, content) && ::fsync(descriptor) == 0;
  const int error = errno;
  ::close(descriptor);
  if (!whole || ::rename(beside.c_str(), path.c_str()) != 0) {
    const int why = whole ? errno : error;
    ::unlink(beside.c_str());
    return cannot(path, why);
  }
  return {};
}

}  // namespace

Try<void> write_private_file(const fs::path& path, std::string_view content) {
  return write_file(path, content, 0600);
}

Try<void> write_plain_file(const fs::path& path, std::string_view content) {
  return write_file(path, content, 0666);
}

}  // namespace berth::cli
