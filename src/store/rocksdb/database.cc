#include "store/rocksdb/database.h"

#include "base/log.h"
#include "store/rocksdb/record.h"
#include "store/rocksdb/salvage.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

namespace berth::store::rocksdb {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLock = "lock";
constexpr const char* kMarks = "marks";
constexpr const char* kDatabase = "events";
constexpr std::size_t kCopyBytes = 1024 * 1024;

std::string family_name(const std::string& hub) { return std::string(kHubFamilyPrefix) + hub; }

std::optional<std::string> hub_of(const std::string& family) {
  if (!family.starts_with(kHubFamilyPrefix)) return std::nullopt;
  return family.substr(kHubFamilyPrefix.size());
}

bool has_files(const std::string& directory) {
  std::error_code error;
  for (const fs::directory_entry& each : fs::directory_iterator(directory, error)) {
    const std::string extension = each.path().extension();
    if (extension == ".sst" || extension == ".log") return true;
  }
  return false;
}

// "20260101T000000Z"
std::string compact(TimePoint time) {
  std::string text = base::format_utc(time, 0);
  std::erase_if(text, [](char each) { return each == '-' || each == ':'; });
  return text;
}

Error closed_error() {
  return {ErrorKind::kUnavailable, "the telemetry log is not open", "try again later"};
}

}  // namespace

Database::Database(const LogOptions& options, const Clock& clock, rdb::Env* env)
    : options_(options), clock_(clock), env_(env) {}

Database::~Database() { Database::close(); }

Result<void> Database::lock_directory() {
  std::error_code error;
  fs::create_directories(options_.directory, error);
  if (error) {
    return Fail(ErrorKind::kUnavailable,
                fmt::format("telemetry log: cannot make the directory '{}': {}", options_.directory,
                            error.message()),
                "let the server's user write there");
  }
  lock_ = ::open(path(kLock).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) {
    return Fail(ErrorKind::kUnavailable,
                fmt::format("telemetry log: cannot open '{}': {}", path(kLock), ::strerror(errno)),
                "let the server's user read and write it");
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return {};
  return Fail(ErrorKind::kConflict,
              fmt::format("telemetry log: another process uses '{}'", options_.directory),
              "stop the other server, or give this one a directory of its own");
}

Result<void> Database::start() {
  Result<void> locked = lock_directory();
  if (!locked) return locked;
  BERTH_TRY(MarksFile file, MarksFile::open(path(kMarks)));
  file_ = std::make_unique<MarksFile>(std::move(file));
  Result<void> opened = open_or_recover();
  if (!opened) note_failure(opened.error(), Remedy::kReopen);
  return {};
}

void Database::close() {
  close_database();
  if (file_) file_->sync();
  file_.reset();
  if (lock_ >= 0) ::close(std::exchange(lock_, -1));
}

void Database::close_database() {
  if (!database_) return;
  for (const auto& [hub, family] : families_) {
    database_->DestroyColumnFamilyHandle(family->handle).PermitUncheckedError();
  }
  families_.clear();
  if (marks_handle_) database_->DestroyColumnFamilyHandle(marks_handle_).PermitUncheckedError();
  marks_handle_ = nullptr;
  database_->Close().PermitUncheckedError();
  database_.reset();
}

// ---- opening

Result<void> Database::open_or_recover() {
  close_database();
  const rdb::Status status = open_database();
  if (status.ok()) return {};
  close_database();
  const bool again = recovered_at_ && clock_.monotonic() - *recovered_at_ < kRecoverAgain;
  if (again || may_pass(status)) return Fail(to_error(status, "cannot be opened"));
  return recover(base::printable(status.ToString(), 512));
}

rdb::Status Database::open_database() {
  const std::string directory = path(kDatabase);
  rdb::DBOptions options = database_options(env_);
  std::vector<rdb::ColumnFamilyDescriptor> families;
  std::vector<std::string> names;
  const rdb::Status listed = rdb::DB::ListColumnFamilies(options, directory, &names);
  if (!listed.ok()) {
    if (has_files(directory))
      return listed.IsIOError() && may_pass(listed) ? listed
                                                    : rdb::Status::Corruption(listed.ToString());
    names = {rdb::kDefaultColumnFamilyName};
  }
  for (const std::string& each : names) {
    families.emplace_back(each, hub_of(each) ? events_options(options_) : marks_options());
  }
  watch_ = std::make_unique<WalWatch>();
  options.wal_filter = watch_.get();
  std::vector<rdb::ColumnFamilyHandle*> handles;
  rdb::DB* opened = nullptr;
  const rdb::Status status = rdb::DB::Open(options, directory, families, &handles, &opened);
  database_.reset(opened);
  if (!status.ok()) return status;
  for (rdb::ColumnFamilyHandle* each : handles) adopt(each);
  if (watch_->missing() > 0) tell_lost("several", watch_->missing());
  return open_families();
}

void Database::adopt(rdb::ColumnFamilyHandle* handle) {
  const std::optional<std::string> hub = hub_of(handle->GetName());
  if (!hub) {
    marks_handle_ = handle;
    return;
  }
  auto family = std::make_unique<Family>();
  family->hub = *hub;
  family->handle = handle;
  families_[*hub] = std::move(family);
}

rdb::Status Database::open_families() {
  for (auto each = families_.begin(); each != families_.end();) {
    Family& family = *each->second;
    std::string bytes;
    const rdb::Status found = database_->Get(rdb::ReadOptions(), marks_handle_,
                                             std::string(kMarksKeyPrefix) + family.hub, &bytes);
    if (!found.ok() && !found.IsNotFound()) return found;
    std::optional<Marks> marks = found.ok() ? decode_marks(bytes) : std::nullopt;
    if (!marks) marks = marks_in_file(family);
    if (!marks) {
      const rdb::Status dropped = drop_empty(family);
      if (!dropped.ok()) return dropped;
      each = families_.erase(each);
      continue;
    }
    family.marks = *std::move(marks);
    raise_to_file(family);
    ++each;
  }
  return rdb::Status::OK();
}

// The write that had the marks may be damaged.
std::optional<Marks> Database::marks_in_file(const Family& family) const {
  const Marks* known = file_->find(family.hub);
  if (!known || known->family != family.handle->GetID()) return std::nullopt;
  return *known;
}

// A family without marks was being made, or removed, when the server stopped. If it has events all
// the same, something is wrong.
rdb::Status Database::drop_empty(Family& family) {
  {
    const std::unique_ptr<rdb::Iterator> events(
        database_->NewIterator(rdb::ReadOptions(), family.handle));
    events->SeekToFirst();
    if (events->Valid() || !events->status().ok()) {
      return rdb::Status::Corruption("the marks of hub " + family.hub + " are missing");
    }
  }
  const rdb::Status dropped = database_->DropColumnFamily(family.handle);
  if (dropped.ok()) database_->DestroyColumnFamilyHandle(family.handle).PermitUncheckedError();
  return dropped;
}

void Database::tell_lost(const std::string& hub, std::uint64_t events) {
  damaged_.fetch_add(1, std::memory_order_relaxed);
  log::error("telemetry.lost",
             {{"hub", hub},
              {"events", fmt::format("{}", events)},
              {"mend",
               "the newest file of the log is damaged: check the disk; readers are told "
               "of the gap"}});
}

void Database::raise_to_file(Family& family) {
  const Marks* known = file_->find(family.hub);
  const bool is_same_life = known && known->generation == family.marks.generation;
  if (is_same_life && known->ordinal > family.marks.ordinal) {
    damaged_.fetch_add(1, std::memory_order_relaxed);
    log::error("telemetry.lost",
               {{"hub", family.hub},
                {"events", fmt::format("{}", known->ordinal - family.marks.ordinal)},
                {"mend",
                 "the end of the log was damaged while the server was down: check the "
                 "disk; readers are told of the gap"}});
    raise(family.marks, *known);
  }
  family.generation = family.marks.generation;
  last_generation_ = std::max(last_generation_, family.generation);
  family.ordinal.store(family.marks.ordinal, std::memory_order_release);
}

// ---- recovery

// Copies what a salvage finds into the new database.
class Database::Copy final : public Salvager {
 public:
  explicit Copy(Database& to) : to_(to) {}

  Result<void> begin(const std::string& hub, const Marks& marks) override {
    BERTH_TRY(Family * family, to_.family_for(hub));
    Marks& ours = family->marks;
    if (!marks.sequences.empty()) {
      ours.sequences.resize(marks.sequences.size());
      ours.generation = marks.generation;
      raise(ours, marks);
    }
    const Marks* in_file = to_.file_->find(hub);
    if (in_file && marks.sequences.empty()) {
      ours.sequences.resize(in_file->sequences.size());
      ours.generation = in_file->generation;
    }
    if (in_file && in_file->generation == ours.generation) raise(ours, *in_file);
    return {};
  }

  Result<void> event(const std::string& hub, std::uint64_t ordinal,
                     std::string_view record) override {
    const Family& family = *to_.families_.at(hub);
    raise_to(to_.families_.at(hub)->marks, ordinal, decode_head(record)->position);
    batch_.Put(family.handle, encode_ordinal(ordinal), record).PermitUncheckedError();
    ++events_;
    if (batch_.GetDataSize() < kCopyBytes) return {};
    return write();
  }

  // The marks last, then everything on disk. Hubs of which nothing was found go on counting, so
  // that their readers see the gap.
  Result<void> finish() {
    for (const std::string& hub : to_.file_->hubs()) {
      if (to_.families_.contains(hub)) continue;
      Result<void> begun = begin(hub, {});
      if (!begun) return begun;
    }
    std::vector<rdb::ColumnFamilyHandle*> handles{to_.marks_handle_};
    for (const auto& [hub, family] : to_.families_) {
      settle(*family);
      handles.push_back(family->handle);
    }
    Result<void> written = write();
    if (!written) return written;
    const rdb::Status flushed = to_.database_->Flush(rdb::FlushOptions(), handles);
    if (!flushed.ok()) return Fail(to_error(flushed, "cannot be copied"));
    return {};
  }

  std::uint64_t events() const { return events_; }

 private:
  static void raise_to(Marks& marks, std::uint64_t ordinal, const domain::EventPosition& position) {
    marks.ordinal = std::max(marks.ordinal, ordinal);
    if (position.partition >= kPartitionsMax) return;
    if (position.partition >= marks.sequences.size())
      marks.sequences.resize(position.partition + 1);
    std::uint64_t& sequence = marks.sequences[position.partition];
    sequence = std::max(sequence, position.sequence);
  }

  void settle(Family& family) {
    family.generation = family.marks.generation;
    to_.last_generation_ = std::max(to_.last_generation_, family.generation);
    family.ordinal.store(family.marks.ordinal, std::memory_order_release);
    to_.file_->put(family.hub, family.marks);
    const std::string key = std::string(kMarksKeyPrefix) + family.hub;
    batch_.Put(to_.marks_handle_, key, encode_marks(family.marks)).PermitUncheckedError();
  }

  Result<void> write() {
    rdb::WriteOptions options;
    options.disableWAL = true;  // finish() puts everything on disk
    const rdb::Status status = to_.database_->Write(options, &batch_);
    batch_.Clear();
    if (!status.ok()) return Fail(to_error(status, "cannot be copied"));
    return {};
  }

  Database& to_;
  rdb::WriteBatch batch_;
  std::uint64_t events_ = 0;
};

Result<void> Database::move_aside(std::string& aside) {
  aside = path(kDatabase) + ".damaged-" + compact(clock_.wall());
  std::error_code error;
  for (int number = 2; fs::exists(aside, error) && number < 1000; ++number) {
    aside = fmt::format("{}.damaged-{}-{}", path(kDatabase), compact(clock_.wall()), number);
  }
  fs::rename(path(kDatabase), aside, error);
  if (!error) return {};
  return Fail(
      ErrorKind::kUnavailable,
      fmt::format("telemetry log: cannot rename '{}': {}", path(kDatabase), error.message()),
      "let the server's user write in its directory");
}

Result<void> Database::recover(const std::string& why) {
  close_database();
  std::string aside;
  Result<void> moved = move_aside(aside);
  if (!moved) return moved;
  recovered_at_ = clock_.monotonic();
  recoveries_.fetch_add(1, std::memory_order_relaxed);
  damaged_.fetch_add(1, std::memory_order_relaxed);
  damage_seen_.store(false, std::memory_order_relaxed);
  const std::string mend =
      "check the disk; what could be read was copied into a new log and readers are told of the "
      "gap; remove the directory when you do not need it any more";
  log::error("telemetry.damaged", {{"error", why}, {"moved_to", aside}, {"mend", mend}});

  const rdb::Status opened = open_database();
  if (!opened.ok()) return Fail(to_error(opened, "a new one cannot be made"));
  Copy copy(*this);
  Result<SalvageCounts> counts = salvage(aside, env_, copy);
  Result<void> finished = copy.finish();
  if (!counts) log::error("telemetry.salvage_ended", {{"error", counts.error().what}});
  log::warn("telemetry.salvaged", {{"records", fmt::format("{}", copy.events())},
                                   {"files", fmt::format("{}", counts ? counts->files : 0)},
                                   {"damaged", fmt::format("{}", counts ? counts->damaged : 0)}});
  return finished;
}

// ---- families

Result<Family*> Database::family_for(const std::string& hub) {
  const auto known = families_.find(hub);
  if (known != families_.end()) return known->second.get();
  if (!database_) return Fail(closed_error());
  if (families_.size() >= options_.hubs_max) {
    return Fail(ErrorKind::kUnavailable,
                fmt::format("telemetry log: it keeps {} hubs and no more", options_.hubs_max),
                "delete hubs that are not used any more");
  }
  rdb::ColumnFamilyHandle* handle = nullptr;
  const rdb::Status made =
      database_->CreateColumnFamily(events_options(options_), family_name(hub), &handle);
  if (!made.ok()) return Fail(to_error(made, "cannot begin a hub's log"));
  auto family = std::make_unique<Family>();
  family->hub = hub;
  family->handle = handle;
  const auto now = static_cast<std::uint64_t>(base::to_unix_micros(clock_.wall()));
  last_generation_ = std::max(last_generation_ + 1, now);
  family->generation = last_generation_;
  family->marks.generation = last_generation_;
  family->marks.family = handle->GetID();
  family->marks.sequences.resize(options_.partitions);
  return families_.emplace(hub, std::move(family)).first->second.get();
}

Result<void> Database::forget(const std::string& hub) {
  if (!database_) return Fail(closed_error());
  const auto alone = gate_.close();
  const auto found = families_.find(hub);
  if (found == families_.end()) return {};
  // The marks first, everywhere: a family without any is dropped at the next start.
  file_->remove(hub);
  file_->sync();
  rdb::WriteOptions durable;
  durable.sync = true;
  rdb::WriteBatch batch;
  batch.PutLogData(forgotten_note(found->second->handle->GetID())).PermitUncheckedError();
  batch.Delete(marks_handle_, std::string(kMarksKeyPrefix) + hub).PermitUncheckedError();
  rdb::Status status = database_->Write(durable, &batch);
  if (status.ok()) status = database_->DropColumnFamily(found->second->handle);
  if (!status.ok()) return Fail(to_error(status, "cannot forget a hub"));
  database_->DestroyColumnFamilyHandle(found->second->handle).PermitUncheckedError();
  families_.erase(found);
  return {};
}

}  // namespace berth::store::rocksdb
