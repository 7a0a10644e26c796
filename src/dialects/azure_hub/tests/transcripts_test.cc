#include "dialects/azure_hub/azure_hub.h"
#include "dialects/tests/transcript.h"

#include <gtest/gtest.h>

namespace berth::dialects::azure_hub {
namespace {

const std::string kFolder = "src/dialects/azure_hub/transcripts";

std::vector<std::string> transcripts() { return testing::transcripts_in(kFolder); }

class AzureHubTranscript : public ::testing::TestWithParam<std::string> {};

TEST_P(AzureHubTranscript, IsPlayedToTheLetter) {
  const std::unique_ptr<Dialect> dialect = make_azure_hub();
  testing::expect_transcript(*dialect, kFolder + "/" + GetParam() + ".txt");
}

TEST(AzureHubTranscripts, AreFoundFromTheRootOfTheCheckout) {
  EXPECT_GE(transcripts().size(), 10U);
}

INSTANTIATE_TEST_SUITE_P(All, AzureHubTranscript, ::testing::ValuesIn(transcripts()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace berth::dialects::azure_hub
