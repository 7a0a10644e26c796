#include "dialects/cloudplugs/cloudplugs.h"
#include "dialects/tests/transcript.h"

#include <gtest/gtest.h>

namespace berth::dialects::cloudplugs {
namespace {

const std::string kFolder = "src/dialects/cloudplugs/transcripts";

std::vector<std::string> transcripts() { return testing::transcripts_in(kFolder); }

class CloudPlugsTranscript : public ::testing::TestWithParam<std::string> {};

TEST_P(CloudPlugsTranscript, IsPlayedToTheLetter) {
  const std::unique_ptr<Dialect> dialect = make_cloudplugs();
  testing::expect_transcript(*dialect, kFolder + "/" + GetParam() + ".txt");
}

TEST(CloudPlugsTranscripts, AreFoundFromTheRootOfTheCheckout) {
  EXPECT_GE(transcripts().size(), 10U);
}

INSTANTIATE_TEST_SUITE_P(All, CloudPlugsTranscript, ::testing::ValuesIn(transcripts()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace berth::dialects::cloudplugs
