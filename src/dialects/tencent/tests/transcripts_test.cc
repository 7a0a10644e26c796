#include "dialects/tencent/tencent.h"
#include "dialects/tests/transcript.h"

#include <gtest/gtest.h>

namespace berth::dialects::tencent {
namespace {

const std::string kFolder = "src/dialects/tencent/transcripts";

std::vector<std::string> transcripts() { return dialects::testing::transcripts_in(kFolder); }

class TencentTranscript : public ::testing::TestWithParam<std::string> {};

TEST_P(TencentTranscript, IsPlayedToTheLetter) {
  const std::unique_ptr<Dialect> dialect = make_tencent();
  dialects::testing::expect_transcript(*dialect, kFolder + "/" + GetParam() + ".txt");
}

TEST(TencentTranscripts, AreFoundFromTheRootOfTheCheckout) { EXPECT_GE(transcripts().size(), 6U); }

INSTANTIATE_TEST_SUITE_P(All, TencentTranscript, ::testing::ValuesIn(transcripts()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace berth::dialects::tencent
