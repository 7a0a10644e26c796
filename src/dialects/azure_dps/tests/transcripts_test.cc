#include "dialects/azure_dps/azure_dps.h"
#include "dialects/tests/transcript.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace berth::dialects::azure_dps {
namespace {

const std::string kFolder = "src/dialects/azure_dps/transcripts";

std::vector<std::string> transcripts() {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder, missing)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

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
