#include "hub/records.h"

#include "base/codec.h"
#include "hub/core.h"
#include "hub/record_filter.h"
#include "hub/record_selection.h"
#include "hub/record_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace berth::hub {
namespace {

using domain::Record;
using domain::Step;

constexpr std::uint64_t kReadWhenUnsaid = 100;
// Records are read in parts, so that a request never holds more than a few of the largest.
constexpr std::size_t kPartSize = 100;
constexpr std::size_t kAnswerBytesMax = std::size_t{16} * 1024 * 1024;
// Of records whose data is tested, so many are looked at for one request.
constexpr std::size_t kTestedMax = 20'000;

struct Window {
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
};

Window window_of(std::uint64_t offset, std::optional<std::uint64_t> limit, std::uint64_t unsaid) {
  const std::uint64_t most = domain::kRecordsPerRequestMax;
  return {offset, std::min(limit.value_or(unsaid), most)};
}

// Goes through the records of a selection, newest first, part by part.
class Scan {
 public:
  Scan(std::shared_ptr<Core> core, RecordSelection selection, std::uint64_t offset)
      : core_(std::move(core)), selection_(std::move(selection)), offset_(offset) {}

  // The next part; empty: there are no more.
  Task<Result<std::vector<Record>, Rejection>> next(std::size_t count) {
    if (over_) co_return std::vector<Record>();
    Result<std::vector<Record>> part =
        co_await core_->ports.records.select(selection_, offset_, count);
    if (!part) co_return Fail(store_trouble(Step::kAuthorize, part.error()));
    offset_ += part->size();
    over_ = part->size() < count;
    co_return *std::move(part);
  }

 private:
  const std::shared_ptr<Core> core_;
  const RecordSelection selection_;
  std::uint64_t offset_;
  bool over_ = false;
};

Task<Result<std::vector<Record>, Rejection>> collect(std::shared_ptr<Core> core,
                                                     RecordSelection selection, Window window) {
  Scan scan(core, std::move(selection), window.offset);
  std::vector<Record> found;
  std::size_t bytes = 0;
  while (found.size() < window.limit) {
    const std::size_t count = std::min<std::size_t>(kPartSize, window.limit - found.size());
    Result<std::vector<Record>, Rejection> part = co_await scan.next(count);
    if (!part) co_return Fail(std::move(part).error());
    if (part->empty()) break;
    for (Record& each : *part) {
      bytes += each.data.size();
      if (bytes > kAnswerBytesMax) co_return found;
      found.push_back(std::move(each));
    }
  }
  co_return found;
}

Task<Result<std::vector<Record>, Rejection>> collect_tested(std::shared_ptr<Core> core,
                                                            RecordSelection selection,
                                                            DataTests tests, Window window) {
  Scan scan(core, std::move(selection), 0);
  std::vector<Record> found;
  std::size_t bytes = 0;
  std::uint64_t to_pass = window.offset;
  for (std::size_t seen = 0; seen < kTestedMax && found.size() < window.limit;) {
    Result<std::vector<Record>, Rejection> part = co_await scan.next(kPartSize);
    if (!part) co_return Fail(std::move(part).error());
    if (part->empty()) break;
    seen += part->size();
    for (Record& each : *part) {
      if (found.size() == window.limit || !tests.pass(each.data)) continue;
      if (to_pass > 0) {
        --to_pass;
        continue;
      }
      bytes += each.data.size();
      if (bytes > kAnswerBytesMax) co_return found;
      found.push_back(std::move(each));
    }
  }
  co_return found;
}

Task<Result<std::vector<std::string>, Rejection>> tested_channels(std::shared_ptr<Core> core,
                                                                  RecordSelection selection,
                                                                  DataTests tests) {
  Scan scan(core, std::move(selection), 0);
  std::set<std::string> channels;
  for (std::size_t seen = 0; seen < kTestedMax;) {
    Result<std::vector<Record>, Rejection> part = co_await scan.next(kPartSize);
    if (!part) co_return Fail(std::move(part).error());
    if (part->empty()) break;
    seen += part->size();
    for (Record& each : *part) {
      if (tests.pass(each.data)) channels.insert(std::move(each.channel));
    }
  }
  co_return std::vector<std::string>(channels.begin(), channels.end());
}

std::vector<std::string> cut(std::vector<std::string> channels, Window window) {
  const std::size_t from = std::min<std::uint64_t>(window.offset, channels.size());
  const std::size_t count = std::min<std::uint64_t>(window.limit, channels.size() - from);
  const auto first = channels.begin() + static_cast<std::ptrdiff_t>(from);
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

Rejection bad_tests(const Error& error) {
  return invalid_request("values to compare with, as JSON", error.what);
}

}  // namespace

Task<Answer> read_records(std::shared_ptr<Core> core, const Caller& caller,
                          domain::ReadRecords request) {
  Result<DataTests> tests = DataTests::read(request.filter);
  if (!tests) co_return Fail(bad_tests(tests.error()));
  const Window window = window_of(request.offset, request.limit, kReadWhenUnsaid);
  Result<RecordSelection, Rejection> selection =
      co_await select_records(core, caller, std::move(request.filter), Access::kRead);
  if (!selection) co_return Fail(std::move(selection).error());
  if (tests->empty()) {
    Result<std::vector<Record>, Rejection> found =
        co_await collect(core, *std::move(selection), window);
    if (!found) co_return Fail(std::move(found).error());
    co_return domain::RecordsRead{*std::move(found)};
  }
  Result<std::vector<Record>, Rejection> found =
      co_await collect_tested(core, *std::move(selection), *std::move(tests), window);
  if (!found) co_return Fail(std::move(found).error());
  co_return domain::RecordsRead{*std::move(found)};
}

Task<Answer> delete_records(std::shared_ptr<Core> core, const Caller& caller,
                            domain::DeleteRecords request) {
  const domain::RecordFilter& filter = request.filter;
  const bool says_which =
      !filter.ids.empty() || !filter.at.empty() || filter.before || filter.after;
  if (!says_which) {
    co_return Fail(invalid_request(
        "ids, times, or a time before or after which records are deleted", "none of them"));
  }
  if (!filter.tests.empty()) {
    co_return Fail(invalid_request("no tests of data", "tests, which deleting does not take"));
  }
  Result<RecordSelection, Rejection> selection =
      co_await select_records(core, caller, std::move(request.filter), Access::kWrite);
  if (!selection) co_return Fail(std::move(selection).error());
  Result<std::uint64_t> removed = co_await core->ports.records.remove(*std::move(selection));
  if (!removed) co_return Fail(store_trouble(Step::kAuthorize, removed.error()));
  co_return domain::Counted{*removed};
}

Task<Answer> list_channels(std::shared_ptr<Core> core, const Caller& caller,
                           domain::ListChannels request) {
  Result<DataTests> tests = DataTests::read(request.filter);
  if (!tests) co_return Fail(bad_tests(tests.error()));
  const Window window = window_of(request.offset, request.limit, domain::kRecordsPerRequestMax);
  Result<RecordSelection, Rejection> selection =
      co_await select_records(core, caller, std::move(request.filter), Access::kRead);
  if (!selection) co_return Fail(std::move(selection).error());
  if (!tests->empty()) {
    Result<std::vector<std::string>, Rejection> tested =
        co_await tested_channels(core, *std::move(selection), *std::move(tests));
    if (!tested) co_return Fail(std::move(tested).error());
    co_return domain::ChannelsListed{cut(*std::move(tested), window)};
  }
  if (window.limit == 0) co_return domain::ChannelsListed();
  Result<std::vector<std::string>> channels = co_await core->ports.records.channels(
      *std::move(selection), window.offset, static_cast<std::size_t>(window.limit));
  if (!channels) co_return Fail(store_trouble(Step::kAuthorize, channels.error()));
  co_return domain::ChannelsListed{*std::move(channels)};
}

}  // namespace berth::hub
