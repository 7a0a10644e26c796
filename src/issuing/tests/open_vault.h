// A vault whose seals a test can read.
//
// Room issuing, tests. Thread rule: one test.
#pragma once

#include "provisioning/ports/vault.h"

#include <string>
#include <string_view>

namespace berth::issuing {

// Seals by writing the context beside the secret, so that a test can see both.
class OpenVault final : public provisioning::Vault {
 public:
  domain::Sealed seal(const Secret& secret, std::string_view context) override {
    domain::Sealed sealed;
    sealed.bytes.assign(context.begin(), context.end());
    sealed.bytes.push_back(0);
    sealed.bytes.insert(sealed.bytes.end(), secret.bytes().begin(), secret.bytes().end());
    return sealed;
  }
  Result<Secret> open(const domain::Sealed& sealed, std::string_view context) override {
    ++opened_count;
    const std::string text(sealed.bytes.begin(), sealed.bytes.end());
    if (!text.starts_with(std::string(context) + '\0')) {
      return Fail(ErrorKind::kInternal, "sealed for something else");
    }
    return Secret::from_text(text.substr(context.size() + 1));
  }
  base::Bytes digest(std::span<const std::uint8_t> bytes, std::string_view) override {
    return {bytes.begin(), bytes.end()};
  }
  std::string fingerprint(std::span<const std::uint8_t>) override { return "0"; }

  int opened_count = 0;
};

}  // namespace berth::issuing
