#include "management/dice_policy.h"

#include "base/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace berth::management {
namespace {

using domain::DicePolicy;
using domain::DicePolicyEdit;

// SHA-256, SHA-384 and SHA-512.
constexpr std::array<std::size_t, 3> kDigestBytes = {32, 48, 64};
constexpr std::size_t kVersionDigitsMax = 9;  // of one of its numbers

Error invalid(std::string what, std::string mend) {
  return {ErrorKind::kInvalid, std::move(what), std::move(mend)};
}

bool is_listed(const std::vector<std::string>& digests, const std::string& digest) {
  return std::find(digests.begin(), digests.end(), digest) != digests.end();
}

Result<std::vector<std::string>> checked_digests(const std::vector<std::string>& given) {
  std::vector<std::string> digests;
  if (given.size() > domain::kAcceptedDigestsMax) {
    return Fail(invalid(fmt::format("dice.digests has {} digests", given.size()),
                        fmt::format("list at most {}", domain::kAcceptedDigestsMax)));
  }
  for (const std::string& each : given) {
    const std::optional<base::Bytes> bytes = base::hex_decode(each);
    const std::size_t size = bytes ? bytes->size() : 0;
    if (std::find(kDigestBytes.begin(), kDigestBytes.end(), size) == kDigestBytes.end()) {
      return Fail(
          invalid(fmt::format("dice.digests: '{}' is no digest", base::printable(each, 140)),
                  "give SHA-256, SHA-384 or SHA-512 of the firmware: 64, 96 or 128 hex digits"));
    }
    std::string digest = base::ascii_lower(each);
    if (!is_listed(digests, digest)) digests.push_back(std::move(digest));
  }
  return digests;
}

Result<void> check_text(std::string_view member, const std::string& text) {
  if (text.size() <= kFirmwareTextMax && base::printable(text, kFirmwareTextMax) == text) return {};
  return Fail(invalid(
      fmt::format("dice.{} is too long, or not printable UTF-8", member),
      fmt::format("use at most {} bytes, as the device's certificate has it", kFirmwareTextMax)));
}

// "1", "2.10.3": every number of 1..9 digits.
bool is_version(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '.' && digits == 0) return false;
    digits = c == '.' ? 0 : digits + 1;
    const bool fits = c == '.' || (c >= '0' && c <= '9' && digits <= kVersionDigitsMax);
    if (!fits) return false;
  }
  return digits > 0;
}

Result<void> check_version_min(const std::string& text) {
  const bool fits = text.empty() || (text.size() <= kFirmwareVersionMax && is_version(text));
  if (fits) return {};
  return Fail(
      invalid(fmt::format("dice.versionMin '{}' is no version", base::printable(text, 64)),
              "write numbers with dots, such as 1.2.0: they are compared number by number"));
}

std::string text_of(const std::optional<std::uint64_t>& number) {
  return number ? std::to_string(*number) : std::string("none");
}

void set(std::string_view member, std::string& field, const std::optional<std::string>& given,
         Differences& changed) {
  if (given) changed.set(member, field, *given);
}

Result<void> check(const DicePolicyEdit& edit) {
  Result<void> done = check_text("vendor", edit.vendor.value_or(""));
  if (done) done = check_text("model", edit.model.value_or(""));
  if (done) done = check_version_min(edit.version_min.value_or(""));
  return done;
}

Result<void> apply_edit(DicePolicy& policy, const DicePolicyEdit& edit, Differences& changed) {
  Result<void> valid = check(edit);
  if (!valid) return valid;
  if (edit.digests) {
    BERTH_TRY(std::vector<std::string> digests, checked_digests(*edit.digests));
    if (digests != policy.digests) {
      changed.note("dice.digests", fmt::format("{}", fmt::join(policy.digests, ",")),
                   fmt::format("{}", fmt::join(digests, ",")));
    }
    policy.digests = std::move(digests);
  }
  set("dice.vendor", policy.vendor, edit.vendor, changed);
  set("dice.model", policy.model, edit.model, changed);
  set("dice.versionMin", policy.version_min, edit.version_min, changed);
  if (edit.svn_min && *edit.svn_min != policy.svn_min) {
    changed.note("dice.svnMin", text_of(policy.svn_min), text_of(*edit.svn_min));
    policy.svn_min = *edit.svn_min;
  }
  if (edit.debug) changed.set("dice.debug", policy.debug, *edit.debug);
  if (edit.unknown && *edit.unknown != policy.unknown) {
    changed.note("dice.unknown", to_string(policy.unknown), to_string(*edit.unknown));
    policy.unknown = *edit.unknown;
  }
  return {};
}

}  // namespace

Result<void> edit_dice_policy(std::optional<DicePolicy>& policy,
                              const std::optional<DicePolicyEdit>& given, Differences& changed) {
  if (!given) {
    if (policy) changed.note("dice", "a policy", "none");
    policy.reset();
    return {};
  }
  if (!policy) changed.note("dice", "none", "a policy");
  if (!policy) policy.emplace();
  return apply_edit(*policy, *given, changed);
}

Result<std::vector<std::string>> accept_digests(DicePolicy& policy,
                                                const std::vector<std::string>& digests) {
  std::vector<std::string> added;
  for (const std::string& each : digests) {
    if (is_listed(policy.digests, each)) continue;
    if (policy.digests.size() >= domain::kAcceptedDigestsMax) {
      return Fail(
          ErrorKind::kTooMany,
          fmt::format("the enrollment accepts {} firmware digests already, which is the "
                      "most",
                      policy.digests.size()),
          "take out those that are no longer in use: berth enrollment update --dice-digest");
    }
    policy.digests.push_back(each);
    added.push_back(each);
  }
  return added;
}

}  // namespace berth::management
