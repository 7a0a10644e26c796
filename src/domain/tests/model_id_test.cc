// The grammar of model ids.
#include "domain/model_id.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::domain {
namespace {

constexpr DtmiRules kVersionTwo{.versions = DtmiVersions::kRequired};
constexpr DtmiRules kVersionThree{.versions = DtmiVersions::kOptional};

std::string id_of(std::size_t size) {
  const std::string head = "dtmi:";
  const std::string tail = ";1";
  return head + std::string(size - head.size() - tail.size(), 'a') + tail;
}

TEST(Dtmi, HasSegmentsOfLettersDigitsAndUnderscores) {
  for (const char* good :
       {"dtmi:a;1", "dtmi:com:example:Thermostat;1", "dtmi:a_b:c9:D_0;999999999", "dtmi:a__b;12"}) {
    EXPECT_TRUE(check_dtmi(good, kVersionTwo)) << good;
  }
  for (const char* bad :
       {"", "dtmi:", "dtmi:;1", "dtmi:a:;1", "dtmi::a;1", "dtmi:a::b;1", "dtmi:9a;1", "dtmi:a_;1",
        "dtmi:a:b_;1", "dtmi:a-b;1", "dtmi:a b;1", "DTMI:a;1", "dtm:a;1", " dtmi:a;1", "dtmi:a;1 ",
        "dtmi:a\n;1", "dtmi:\xc3\xa4;1", "dtmi:a;1;2", "dtmi:a#x;1"}) {
    EXPECT_FALSE(check_dtmi(bad, kVersionTwo)) << bad;
    EXPECT_FALSE(check_dtmi(bad, kVersionThree)) << bad;
  }
}

TEST(Dtmi, NeedsAWholeVersionInLanguageTwo) {
  for (const char* bad : {"dtmi:a", "dtmi:a;", "dtmi:a;0", "dtmi:a;01", "dtmi:a;-1", "dtmi:a;x",
                          "dtmi:a;1000000000", "dtmi:a;1.2", "dtmi:a;1."}) {
    EXPECT_FALSE(check_dtmi(bad, kVersionTwo)) << bad;
  }
}

TEST(Dtmi, MayHaveAMinorVersionOrNoneInLanguageThree) {
  for (const char* good : {"dtmi:a", "dtmi:a;1", "dtmi:a;1.2", "dtmi:a;999999999.999999"}) {
    EXPECT_TRUE(check_dtmi(good, kVersionThree)) << good;
  }
  for (const char* bad : {"dtmi:a;", "dtmi:a;1.", "dtmi:a;1.0", "dtmi:a;1.02", "dtmi:a;1.1000000",
                          "dtmi:a;1.2.3", "dtmi:a;.2"}) {
    EXPECT_FALSE(check_dtmi(bad, kVersionThree)) << bad;
  }
  EXPECT_FALSE(check_dtmi("dtmi:a", {.versions = DtmiVersions::kMinor}));
  EXPECT_TRUE(check_dtmi("dtmi:a;1.2", {.versions = DtmiVersions::kMinor}));
}

TEST(Dtmi, LeavesSystemSegmentsToTheLanguage) {
  EXPECT_FALSE(check_dtmi("dtmi:a:_b;1", kVersionTwo));
  EXPECT_TRUE(check_dtmi("dtmi:a:_b:__c;1", {.system_segments = true}));
  EXPECT_FALSE(check_dtmi("dtmi:_;1", {.system_segments = true}));
}

TEST(Dtmi, IsBounded) {
  const DtmiRules interface {
    .size_max = kInterfaceIdSizeMax
  };
  EXPECT_TRUE(check_dtmi(id_of(kInterfaceIdSizeMax), interface));
  EXPECT_FALSE(check_dtmi(id_of(kInterfaceIdSizeMax + 1), interface));
  EXPECT_TRUE(check_dtmi(id_of(kElementIdSizeMax), {}));
  EXPECT_FALSE(check_dtmi(id_of(kElementIdSizeMax + 1), {}));
}

TEST(Dtmi, QuotesLittleOfWhatItRefuses) {
  const Result<void> refused = check_dtmi("dtmi:" + std::string(1000, '!') + ";1", {});
  ASSERT_FALSE(refused);
  EXPECT_LT(refused.error().what.size(), 200U);
  EXPECT_FALSE(refused.error().mend.empty());
}

TEST(ModelId, IsADtmiOfEitherLanguageOrAnOlderUrn) {
  for (const char* good :
       {"dtmi:com:example:Thermostat;1", "dtmi:com:example:Thermostat;1.2", "dtmi:com:example:T",
        "urn:continuousPatientMonitoringTemplate:Smart_Knee_Brace_5k3:1", "urn:a"}) {
    EXPECT_TRUE(check_model_id(good)) << good;
  }
  for (const char* bad :
       {"", "urn:", "urn:a b", "urn:a\x7f", "urn:\xc3\xa4", "URN:a", "thermostat", "dtmi:a:_b;1"}) {
    EXPECT_FALSE(check_model_id(bad)) << bad;
  }
  EXPECT_TRUE(check_model_id("urn:" + std::string(kUrnSizeMax - 4, 'a')));
  EXPECT_FALSE(check_model_id("urn:" + std::string(kUrnSizeMax - 3, 'a')));
}

}  // namespace
}  // namespace berth::domain
