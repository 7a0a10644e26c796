#include "dialects/tencent/reason_table.h"

#include "dialects/tencent/register_v1.h"
#include "dialects/tencent/register_v2.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace berth::dialects::tencent {
namespace {

using domain::Reason;

std::vector<Fault> all_faults() {
  std::vector<Fault> faults = {invalid_parameter(), missing_parameter(), signature_failure(),
                               own_certificate(), method_not_allowed()};
  for (const Reason reason : domain::kReasons) faults.push_back(fault_for(reason));
  return faults;
}

TEST(TencentReasons, EachHasTheVendorsWords) {
  const struct {
    Reason reason;
    int code;
    std::string_view word;
    std::string_view message;
  } expected[] = {
      {Reason::kProofMalformed, 1001, "InvalidParameter", "invalid parameter"},
      {Reason::kIdInvalid, 1001, "InvalidParameter", "invalid parameter"},
      {Reason::kProofMissing, 1001, "MissingParameter", "invalid parameter"},
      {Reason::kTooManyAttempts, 1002, "LimitExceeded", "too many requests"},
      {Reason::kClockOutOfWindow, 1003, "AuthFailure.SignatureExpire", "timestamp expired"},
      {Reason::kGroupUnknown, 1004, "FailedOperation", "product not exists"},
      {Reason::kRegistrationOff, 1005, "FailedOperation",
       "Not support dynamic device register, please check setting first"},
      {Reason::kEnrollmentDisabled, 1005, "FailedOperation",
       "Not support dynamic device register, please check setting first"},
      {Reason::kMemberUnknown, 1006, "FailedOperation", "Pre create mode: device not exists"},
      {Reason::kAlreadyActivated, 1007, "FailedOperation", "device already activated"},
      {Reason::kMembersExhausted, 1008, "LimitExceeded", "register limit exceeded"},
      {Reason::kMemberDisabled, 1009, "FailedOperation", "device disabled"},
      {Reason::kProofRejected, 1010, "AuthFailure.SignatureFailure", "Check signature failed"},
      {Reason::kDeviceIdTaken, 1011, "FailedOperation", "device name already in use"},
      {Reason::kNoHub, 1012, "FailedOperation", "product has no hub"},
      {Reason::kCredentialMismatch, 1014, "FailedOperation",
       "product issues another kind of credential"},
      {Reason::kRequestRepeated, 1015, "FailedOperation", "request repeated"},
      {Reason::kInternal, 1500, "InternalError", "internal error"},
      {Reason::kStoreUnavailable, 1503, "InternalError", "service unavailable"},
  };
  for (const auto& each : expected) {
    const Fault fault = fault_for(each.reason);
    EXPECT_EQ(fault.code, each.code) << to_string(each.reason);
    EXPECT_EQ(fault.word, each.word) << to_string(each.reason);
    EXPECT_EQ(fault.message, each.message) << to_string(each.reason);
  }
}

// The client takes 0 for success, and reads 255 bytes; a quote would end the text.
TEST(TencentReasons, EachFitsAnAnswer) {
  for (const Fault& fault : all_faults()) {
    EXPECT_NE(fault.code, 0) << fault.message;
    EXPECT_FALSE(fault.word.empty()) << fault.code;
    EXPECT_FALSE(fault.message.empty()) << fault.code;
    EXPECT_LE(fault.message.size(), kMessageBytesMax) << fault.code;
    EXPECT_LE(failure_v1(fault).size(), kKeyBodyBytesMax) << fault.code;
    for (const std::string_view text : {fault.word, fault.message}) {
      EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
        return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
      })) << fault.code;
    }
  }
}

TEST(TencentReasons, ANumberHasOneText) {
  std::set<std::pair<int, std::string_view>> pairs;
  std::set<int> codes;
  for (const Fault& fault : all_faults()) {
    pairs.insert({fault.code, fault.message});
    codes.insert(fault.code);
  }
  EXPECT_EQ(pairs.size(), codes.size());
}

// Whether the names exist is checked after the signature; a wrong one hears nothing of them.
TEST(TencentReasons, AWrongSignatureSoundsTheSameWhateverItWasFor) {
  for (const Reason reason :
       {Reason::kProofRejected, Reason::kProofAudienceMismatch, Reason::kAttestationMismatch}) {
    EXPECT_EQ(fault_for(reason), signature_failure());
  }
}

}  // namespace
}  // namespace berth::dialects::tencent
