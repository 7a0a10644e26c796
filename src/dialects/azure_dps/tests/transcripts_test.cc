#include "dialects/azure_dps/azure_dps.h"
#include "dialects/tests/transcript.h"

#include <gtest/gtest.h>

namespace berth::dialects::azure_dps {
namespace {

const std::string kFolder = "src/dialects/azure_dps/transcripts";

std::vector<std::string> transcripts() { return testing::transcripts_in(kFolder); }

class AzureDpsTranscript : public ::testing::TestWithParam<std::string> {};

TEST_P(AzureDpsTranscript, IsPlayedToTheLetter) {
  const std::unique_ptr<Dialect> dialect = make_azure_dps();
  testing::expect_transcript(*dialect, kFolder + "/" + GetParam() + ".txt");
}

TEST(AzureDpsTranscripts, AreFoundFromTheRootOfTheCheckout) {
  EXPECT_GE(transcripts().size(), 10U);
}

INSTANTIATE_TEST_SUITE_P(All, AzureDpsTranscript, ::testing::ValuesIn(transcripts()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace berth::dialects::azure_dps
