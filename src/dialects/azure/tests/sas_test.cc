#include "dialects/azure/sas.h"

#include "base/codec.h"
#include "crypto/hmac.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace berth::dialects::azure {
namespace {

using domain::MacOverText;
using domain::MalformedEvidence;

const std::string kAudience = "0ne00ABCDEF/registrations/device-01";

MacOverText read(std::string_view token, std::string expected = kAudience) {
  domain::Evidence evidence = read_shared_access_signature(token, std::move(expected));
  const auto* malformed = std::get_if<MalformedEvidence>(&evidence);
  EXPECT_EQ(malformed, nullptr) << (malformed == nullptr ? "" : malformed->what);
  return malformed == nullptr ? std::get<MacOverText>(evidence) : MacOverText{};
}

std::string fault(std::string_view token) {
  domain::Evidence evidence = read_shared_access_signature(token, kAudience);
  const auto* malformed = std::get_if<MalformedEvidence>(&evidence);
  return malformed == nullptr ? "" : malformed->what;
}

// azure-dps.md §4: the group key 00..3F, the device key derived from it for device-01, and the
// signature of each spelling of the resource.
struct Vector {
  std::string_view sr;
  std::string_view signature;
};
constexpr Vector kVectors[] = {
    {"0ne00ABCDEF%2Fregistrations%2Fdevice-01", "Q1z8G9Q8YwWucS/5AE4a2G3KGDb0PuXfA7WwNrIgJpk="},
    {"0ne00ABCDEF%2fregistrations%2fdevice-01", "RW64h+vq4njV0NGumqAcXqf+0MxIr5LBmi632Jz4L6A="},
    {"0ne00ABCDEF/registrations/device-01", "DncWMWZgiNWqgb2g9lz4M0b0QZtqPSt2Umz4dX9KI10="},
};

TEST(Sas, SignedTextIsTheResourceAsSentAndTheExpiry) {
  const auto key = base::base64_decode("4mnWPt8Zt2l+dGRNpd2grurMijx75QG0Gw4rgHMHFgA=");
  for (const Vector& each : kVectors) {
    const MacOverText mac = read("SharedAccessSignature sr=" + std::string(each.sr) +
                                 "&sig=" + base::percent_encode(each.signature) + "&se=1900000000");
    EXPECT_EQ(mac.signed_text, std::string(each.sr) + "\n1900000000");
    EXPECT_EQ(mac.raw_audience, each.sr);
    EXPECT_EQ(mac.raw_expiry, "1900000000");
    EXPECT_EQ(mac.audience, kAudience);
    EXPECT_EQ(mac.expires_at_seconds, 1'900'000'000);
    EXPECT_EQ(base::base64_encode(mac.mac), each.signature);
    const auto computed = crypto::hmac_sha256(*key, mac.signed_text);
    EXPECT_EQ(base::base64_encode(computed), each.signature);
  }
}

TEST(Sas, ReadsBothHexCasesAndLiteralPlusAndSlashInTheSignature) {
  const std::string raw = "RW64h+vq4njV0NGumqAcXqf+0MxIr5LBmi632Jz4L6A=";
  for (const std::string& sig :
       {raw, std::string("RW64h%2bvq4njV0NGumqAcXqf%2b0MxIr5LBmi632Jz4L6A%3d"),
        std::string("RW64h%2Bvq4njV0NGumqAcXqf%2B0MxIr5LBmi632Jz4L6A%3D"),
        std::string("RW64h+vq4njV0NGumqAcXqf%2b0MxIr5LBmi632Jz4L6A%3D")}) {
    EXPECT_EQ(base::base64_encode(read("SharedAccessSignature sr=a%2fb&sig=" + sig + "&se=1").mac),
              raw);
  }
}

TEST(Sas, TakesParametersInAnyOrder) {
  const std::string parts[] = {"sr=a", "sig=AAAA", "se=7", "skn=registration"};
  std::vector<std::size_t> order = {0, 1, 2, 3};
  do {
    std::string token = "SharedAccessSignature ";
    for (const std::size_t i : order) token += parts[i] + "&";
    token.pop_back();
    const MacOverText mac = read(token);
    EXPECT_EQ(mac.signed_text, "a\n7") << token;
    EXPECT_EQ(mac.raw_signature, "AAAA") << token;
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Sas, HandsOnTheNameOfTheKeyDecoded) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"&skn=", ""},
      {"&skn=registration", "registration"},
      {"&skn=regis%74ration", "registration"},
      {"&skn=iothubowner", "iothubowner"},
  };
  for (const auto& [skn, name] : cases) {
    EXPECT_EQ(read("SharedAccessSignature sr=a&sig=AAAA&se=7" + skn).key_name, name) << skn;
  }
  for (const std::string& skn : {std::string("%2"), std::string(65, 'a')}) {
    EXPECT_EQ(fault("SharedAccessSignature sr=a&sig=AAAA&se=7&skn=" + skn),
              "the token's 'skn' is not the name of a key");
  }
}

TEST(Sas, IgnoresUnknownParametersAndStrayAmpersands) {
  EXPECT_EQ(read("SharedAccessSignature &sr=a&&x=y&sig=AAAA&se=7&").signed_text, "a\n7");
}

TEST(Sas, AcceptsTheSchemeInAnyCaseAndSeveralBlanks) {
  EXPECT_EQ(read("sharedaccesssignature   sr=a&sig=AAAA&se=7").signed_text, "a\n7");
}

TEST(Sas, KeepsTheExpectedAudienceOfTheRequest) {
  const MacOverText mac = read("SharedAccessSignature sr=x%2Fy&sig=AAAA&se=7", "s/registrations/D");
  EXPECT_EQ(mac.audience, "x/y");
  EXPECT_EQ(mac.expected_audience, "s/registrations/D");
}

TEST(Sas, HandsOnASignatureThatIsNotBase64Of32BytesForTheExplainer) {
  const std::string cases[] = {
      "RW64h-vq4njV0NGumqAcXqf-0MxIr5LBmi632Jz4L6A",         // base64url without padding
      "RW64h vq4njV0NGumqAcXqf 0MxIr5LBmi632Jz4L6A=",        // plus signs read as blanks
      "AAAA",                                                // base64 of something else
      std::string(64, 'a'),                                  // hexadecimal, and also base64
      "RW64h%2Bvq4njV0NGumqAcXqf%2B0MxIr5LBmi632Jz4L6A%3D",  // escaped once too often
  };
  for (const std::string& sig : cases) {
    const MacOverText mac =
        read("SharedAccessSignature sr=a&sig=" + base::percent_encode(sig) + "&se=7");
    EXPECT_TRUE(mac.mac.empty()) << sig;
    EXPECT_EQ(mac.raw_signature, sig);
  }
  const MacOverText good =
      read("SharedAccessSignature sr=a&sig=" + std::string(43, 'A') + "=&se=7");
  EXPECT_EQ(good.mac.size(), 32U);
  EXPECT_EQ(good.raw_signature, "");
  const MacOverText long_one =
      read("SharedAccessSignature sr=a&sig=" + std::string(999, 'A') + "&se=7");
  EXPECT_EQ(long_one.raw_signature, std::string(256, 'A'));
}

TEST(Sas, NamesWhatIsWrongWithoutQuotingTheToken) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"x", "the token does not begin with 'SharedAccessSignature '"},
      {"SharedAccessSignature", "the token does not begin with 'SharedAccessSignature '"},
      {"SharedAccessSignaturesr=a", "the token does not begin with 'SharedAccessSignature '"},
      {"Bearer sr=a&sig=AAAA&se=7", "the token does not begin with 'SharedAccessSignature '"},
      {"SharedAccessSignature ", "the token has no 'sr' (resource)"},
      {"SharedAccessSignature sig=AAAA&se=7", "the token has no 'sr' (resource)"},
      {"SharedAccessSignature sr=&sig=AAAA&se=7", "the token has no 'sr' (resource)"},
      {"SharedAccessSignature sr=a&se=7", "the token has no 'sig' (signature)"},
      {"SharedAccessSignature sr=a&sig=&se=7", "the token has no 'sig' (signature)"},
      {"SharedAccessSignature sr=a&sig=AAAA", "the token has no 'se' (expiry)"},
      {"SharedAccessSignature sr=a&sig=AAAA&se=", "the token has no 'se' (expiry)"},
      {"SharedAccessSignature sr=a&sig=AAAA&se=7&sr=b", "the token names 'sr' twice"},
      {"SharedAccessSignature sr=a&sig=AAAA&se=7&se=7", "the token names 'se' twice"},
      {"SharedAccessSignature sr=a&sig&se=7", "the token has a part without '='"},
      {"SharedAccessSignature sr=a%2&sig=AAAA&se=7",
       "the token's 'sr' has a broken percent escape"},
      {"SharedAccessSignature sr=a&sig=%zz&se=7", "the token's 'sig' has a broken percent escape"},
      {"SharedAccessSignature sr=a&sig=AAAA&se=-7", "the token's 'se' is not a count of seconds"},
      {"SharedAccessSignature sr=a&sig=AAAA&se=+7", "the token's 'se' is not a count of seconds"},
      {"SharedAccessSignature sr=a&sig=AAAA&se=7.5", "the token's 'se' is not a count of seconds"},
      {"SharedAccessSignature sr=a&sig=AAAA&se=7 ", "the token's 'se' is not a count of seconds"},
      {"SharedAccessSignature sr=a&sig=AAAA&se=99999999999999999999",
       "the token's 'se' is not a count of seconds"},
  };
  for (const auto& [token, what] : cases) EXPECT_EQ(fault(token), what) << token;
}

TEST(Sas, ReadsTokensUpToItsLimitAndNoFurther) {
  const std::string head = "SharedAccessSignature sig=AAAA&se=7&sr=";
  EXPECT_EQ(fault(head + std::string(kTokenBytesMax - head.size(), 'a')), "");
  EXPECT_EQ(fault(head + std::string(kTokenBytesMax - head.size() + 1, 'a')),
            "the token has 4097 bytes; at most 4096 are read");
}

}  // namespace
}  // namespace berth::dialects::azure
