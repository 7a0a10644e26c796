// A folder of a test's own, removed with everything in it at the end. In memory where the system
// has a place for that: for tests that open hundreds of databases and bring their own idea of a
// disk.
//
// Room store/sqlite tests. Thread rule: plain value.
#pragma once

#include <filesystem>
#include <stdlib.h>
#include <string>
#include <vector>

namespace berth::store::sqlite {

class TemporaryFolder {
 public:
  enum class Place { kDisk, kMemory };

  explicit TemporaryFolder(Place place = Place::kDisk) {
    const std::filesystem::path memory = "/dev/shm";
    const bool in_memory = place == Place::kMemory && std::filesystem::is_directory(memory);
    const std::filesystem::path root = in_memory ? memory : std::filesystem::temp_directory_path();
    std::string name = (root / ("berth-store-" + std::string(6, 'X'))).string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace berth::store::sqlite
