#include "store/rocksdb/salvage.h"

#include "store/rocksdb/bytes.h"
#include "store/rocksdb/engine_options.h"
#include "store/rocksdb/record.h"
#include "store/rocksdb/wal_reader.h"

#include <rocksdb/sst_file_reader.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace berth::store::rocksdb {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_with(const std::string& directory, std::string_view extension) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const fs::directory_entry& each : fs::directory_iterator(directory, ignored)) {
    if (each.path().extension() == extension) files.push_back(each.path());
  }
  std::sort(files.begin(), files.end());  // numbers of six digits and more: nearly by age
  return files;
}

std::string_view hub_of_family(std::string_view family) {
  return family.starts_with(kHubFamilyPrefix) ? family.substr(kHubFamilyPrefix.size())
                                              : std::string_view();
}

// ---- table files

class TableFile {
 public:
  TableFile(const fs::path& path, rdb::Env* env) : reader_(options(env)) {
    if (reader_.Open(path.string()).ok()) properties_ = reader_.GetTableProperties();
    if (!properties_) return;
    rdb::ReadOptions reading;
    reading.verify_checksums = true;
    reading.fill_cache = false;
    iterator_.reset(reader_.NewIterator(reading));
  }

  bool readable() const { return iterator_ != nullptr; }
  std::string_view family() const { return properties_->column_family_name; }
  std::uint32_t family_number() const {
    return static_cast<std::uint32_t>(properties_->column_family_id);
  }

  // Gives every readable entry to `each` and returns how many stretches were not.
  template <class Each>
  Result<std::uint64_t> read(const Each& each) {
    std::uint64_t damaged = 0;
    std::string next;
    iterator_->SeekToFirst();
    while (iterator_->Valid() || !iterator_->status().ok()) {
      if (!iterator_->Valid()) {
        ++damaged;
        if (!step_over(next)) return damaged;
        continue;
      }
      Result<void> taken = each(iterator_->key().ToStringView(), iterator_->value().ToStringView());
      if (!taken) return Fail(std::move(taken).error());
      next = iterator_->key().ToString() + '\0';
      iterator_->Next();
    }
    return damaged;
  }

 private:
  static rdb::Options options(rdb::Env* env) {
    return rdb::Options(database_options(env), marks_options());
  }

  // Keys are ordinals: tries those behind `next`, in growing steps, until one can be read.
  bool step_over(std::string& next) {
    next.resize(8);
    const std::optional<std::uint64_t> ordinal = decode_ordinal(next);
    if (!ordinal || properties_->column_family_name == rdb::kDefaultColumnFamilyName) return false;
    for (std::uint64_t step = 1; step < std::uint64_t{1} << 40; step *= 2) {
      iterator_->Seek(encode_ordinal(*ordinal + step));
      if (iterator_->status().ok()) return narrow(*ordinal, step / 2, step);
    }
    return false;
  }

  bool narrow(std::uint64_t base, std::uint64_t bad, std::uint64_t good) {
    while (good - bad > 1) {
      const std::uint64_t middle = bad + (good - bad) / 2;
      iterator_->Seek(encode_ordinal(base + middle));
      (iterator_->status().ok() ? good : bad) = middle;
    }
    iterator_->Seek(encode_ordinal(base + good));
    return iterator_->status().ok();
  }

  rdb::SstFileReader reader_;
  std::shared_ptr<const rdb::TableProperties> properties_;
  std::unique_ptr<rdb::Iterator> iterator_;
};

// Two passes: the first learns which hubs there are and which families are theirs, the second reads
// the events of these families.
class Salvage {
 public:
  Salvage(Salvager& to, rdb::Env* env) : to_(to), env_(env) {}

  Result<SalvageCounts> run(const std::string& directory) {
    const std::vector<fs::path> tables = files_with(directory, ".sst");
    const std::vector<fs::path> logs = files_with(directory, ".log");
    for (const fs::path& each : tables) survey_table(each);
    Result<void> done;
    for (const fs::path& each : logs) {
      if (done) done = read_log(each);
    }
    pass_ = Pass::kEvents;
    if (done) done = begin_hubs();
    for (const fs::path& each : tables) {
      if (done) done = read_table(each);
    }
    for (const fs::path& each : logs) {
      if (done) done = read_log(each);
    }
    if (!done) return Fail(std::move(done).error());
    return counts_;
  }

  Result<void> take_logged(std::uint32_t family, std::string_view key, std::string_view value) {
    if (pass_ == Pass::kSurvey) {
      if (family == 0) take_marks(key, value);
      return {};
    }
    const auto hub = hubs_.find(family);
    if (hub == hubs_.end()) return {};
    return take_event(hub->second, key, value);
  }

  void take_note(std::string_view note) {
    ByteReader in(note);
    const std::uint64_t family = in.fixed();
    if (in.done()) gone_.insert(static_cast<std::uint32_t>(family));
  }

 private:
  enum class Pass { kSurvey, kEvents };

  void survey_table(const fs::path& path) {
    ++counts_.files;
    TableFile file(path, env_);
    if (!file.readable()) {
      ++counts_.damaged;
      return;
    }
    const std::string hub(hub_of_family(file.family()));
    if (!hub.empty()) {
      families_[file.family_number()].first = hub;
      return;
    }
    const auto take = [this](std::string_view key, std::string_view value) -> Result<void> {
      take_marks(key, value);
      return {};
    };
    counts_.damaged += file.read(take).value_or(0);
  }

  void take_marks(std::string_view key, std::string_view value) {
    if (!key.starts_with(kMarksKeyPrefix)) return;
    const std::optional<Marks> marks = decode_marks(value);
    if (!marks) {
      ++counts_.damaged;
      return;
    }
    auto& [hub, known] = families_[marks->family];
    hub = key.substr(kMarksKeyPrefix.size());
    if (known.ordinal <= marks->ordinal) known = *marks;
  }

  // A hub's newest family is the one that counts; older ones were of a hub that was deleted.
  Result<void> begin_hubs() {
    std::map<std::string, std::uint32_t> newest;
    for (const auto& [number, family] : families_) {
      if (!gone_.contains(number)) newest[family.first] = number;
    }
    for (const auto& [hub, number] : newest) {
      hubs_[number] = hub;
      Result<void> begun = to_.begin(hub, families_[number].second);
      if (!begun) return begun;
    }
    return {};
  }

  Result<void> read_table(const fs::path& path) {
    TableFile file(path, env_);
    if (!file.readable()) return {};
    const auto hub = hubs_.find(file.family_number());
    if (hub == hubs_.end()) return {};
    const auto take = [&](std::string_view key, std::string_view value) {
      return take_event(hub->second, key, value);
    };
    const Result<std::uint64_t> damaged = file.read(take);
    if (!damaged) return Fail(damaged.error());
    counts_.damaged += *damaged;
    return {};
  }

  Result<void> take_event(const std::string& hub, std::string_view key, std::string_view value) {
    const std::optional<std::uint64_t> ordinal = decode_ordinal(key);
    if (ordinal && decode_event(value)) return to_.event(hub, *ordinal, value);
    ++counts_.damaged;
    return {};
  }

  Result<void> read_log(const fs::path& path);

  Salvager& to_;
  rdb::Env* const env_;
  Pass pass_ = Pass::kSurvey;
  SalvageCounts counts_;
  std::map<std::uint32_t, std::pair<std::string, Marks>> families_;  // by number: hub, marks
  std::set<std::uint32_t> gone_;                                     // families of deleted hubs
  std::map<std::uint32_t, std::string> hubs_;                        // by number: what is copied
};

// ---- write-ahead logs

// Takes the writes of one record of a log.
class LoggedWrites final : public rdb::WriteBatch::Handler {
 public:
  explicit LoggedWrites(Salvage& salvage) : salvage_(salvage) {}
  Result<void> outcome;

 private:
  rdb::Status PutCF(std::uint32_t family, const rdb::Slice& key, const rdb::Slice& value) override {
    outcome = salvage_.take_logged(family, key.ToStringView(), value.ToStringView());
    return outcome ? rdb::Status::OK() : rdb::Status::Aborted();
  }
  rdb::Status DeleteCF(std::uint32_t, const rdb::Slice&) override { return rdb::Status::OK(); }
  void LogData(const rdb::Slice& note) override { salvage_.take_note(note.ToStringView()); }

  Salvage& salvage_;
};

Result<void> Salvage::read_log(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  LoggedWrites writes(*this);
  const std::uint64_t damaged = read_wal(in, [&writes](const std::string& record) {
    rdb::WriteBatch(record).Iterate(&writes).PermitUncheckedError();
    return writes.outcome.has_value();
  });
  if (pass_ == Pass::kEvents) return writes.outcome;
  ++counts_.files;
  counts_.damaged += damaged;
  return writes.outcome;
}

}  // namespace

Result<SalvageCounts> salvage(const std::string& directory, ::rocksdb::Env* env, Salvager& to) {
  return Salvage(to, env).run(directory);
}

std::string forgotten_note(std::uint32_t family) {
  std::string note;
  ByteWriter(note).fixed(family);
  return note;
}

}  // namespace berth::store::rocksdb
