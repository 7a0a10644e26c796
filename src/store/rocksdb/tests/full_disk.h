// A disk that can be full: everything that would take space fails as the kernel says it, until
// there is space again.
//
// Room store/rocksdb tests. Thread rule: any thread.
#pragma once

#include "store/rocksdb/engine_options.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <utility>

namespace berth::store::rocksdb {

class FullFile final : public rdb::FSWritableFileOwnerWrapper {
 public:
  FullFile(std::unique_ptr<rdb::FSWritableFile> file, const std::atomic<bool>& full)
      : FSWritableFileOwnerWrapper(std::move(file)), full_(full) {}

  rdb::IOStatus Append(const rdb::Slice& data, const rdb::IOOptions& options,
                       rdb::IODebugContext* debug) override {
    if (full_) return no_space();
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  rdb::IOStatus Append(const rdb::Slice& data, const rdb::IOOptions& options,
                       const rdb::DataVerificationInfo& info, rdb::IODebugContext* debug) override {
    if (full_) return no_space();
    return FSWritableFileOwnerWrapper::Append(data, options, info, debug);
  }

  static rdb::IOStatus no_space() {
    return rdb::IOStatus::NoSpace("While appending to a file", "No space left on device");
  }

 private:
  const std::atomic<bool>& full_;
};

class FullDisk final : public rdb::FileSystemWrapper {
 public:
  FullDisk() : FileSystemWrapper(rdb::FileSystem::Default()) {}
  const char* Name() const override { return "FullDisk"; }

  rdb::IOStatus NewWritableFile(const std::string& name, const rdb::FileOptions& options,
                                std::unique_ptr<rdb::FSWritableFile>* file,
                                rdb::IODebugContext* debug) override {
    if (full) return FullFile::no_space();
    std::unique_ptr<rdb::FSWritableFile> inner;
    rdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, &inner, debug);
    if (status.ok()) *file = std::make_unique<FullFile>(std::move(inner), full);
    return status;
  }

  std::atomic<bool> full{false};
};

}  // namespace berth::store::rocksdb
