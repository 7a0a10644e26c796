// What the engine makes of the options it is given.
#include "store/rocksdb/engine_options.h"

#include "store/rocksdb/tests/log_fixture.h"

namespace berth::store::rocksdb {
namespace {

using EngineOptionsTest = LogTest;

// It changes them when it opens: a time to live of 0 became 30 days, and files that nobody had
// opened yet counted as older than that.
TEST_F(EngineOptionsTest, TheEngineDropsNothingForItsAge) {
  rdb::Options options(database_options(rdb::Env::Default()), events_options(options_));
  rdb::DB* opened = nullptr;
  const rdb::Status status = rdb::DB::Open(options, folder_ + "/engine", &opened);
  ASSERT_TRUE(status.ok()) << status.ToString();
  const std::unique_ptr<rdb::DB> engine(opened);
  EXPECT_EQ(engine->GetOptions().compaction_style, rdb::kCompactionStyleFIFO);
  EXPECT_EQ(engine->GetOptions().ttl, 0U);
  EXPECT_EQ(engine->GetOptions().periodic_compaction_seconds, 0U);
}

}  // namespace
}  // namespace berth::store::rocksdb
