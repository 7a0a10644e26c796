#include "issuing/opened_seals.h"

#include <utility>

namespace berth::issuing {
namespace {

constexpr std::size_t kSecretsMax = 4096;  // of 2,000 groups, in a few hundred kilobytes

}  // namespace

Result<SharedSecret> OpenedSeals::open(const domain::Sealed& sealed, const std::string& context) {
  std::string key = context;
  key += '\0';
  key.append(sealed.bytes.begin(), sealed.bytes.end());
  const auto found = by_seal_.find(key);
  if (found != by_seal_.end()) return found->second;
  BERTH_TRY(Secret opened, vault_.open(sealed, context));
  auto secret = std::make_shared<const Secret>(std::move(opened));
  if (by_seal_.size() >= kSecretsMax) by_seal_.clear();
  by_seal_.emplace(std::move(key), secret);
  return SharedSecret(std::move(secret));
}

}  // namespace berth::issuing
