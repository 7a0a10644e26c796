#include "cli/private_file.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace berth::cli {
namespace {

auto cannot(const std::filesystem::path& path, int error) {
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

}  // namespace

Try<void> write_private_file(const std::filesystem::path& path, std::string_view content) {
  // Written beside and renamed, so that an older file's mode never covers the new keys.
  const std::string beside = path.string() + ".new";
  ::unlink(beside.c_str());
  const int descriptor =
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
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

}  // namespace berth::cli
