#include "issuing/retired_passwords.h"

namespace berth::issuing {

std::vector<std::pair<base::Bytes, TimePoint>> retire_passwords(const domain::Device& before,
                                                                const domain::Device& device) {
  if (!before.password || before.id != device.id) return {};
  std::vector<std::pair<base::Bytes, TimePoint>> retired;
  // A void one became a retired one when it was made void.
  if (!before.password->digest.empty()) {
    retired.emplace_back(before.password->digest, device.updated_at);
  }
  for (const auto& each : before.password->retired) {
    if (retired.size() == domain::kRetiredKeysMax) break;
    retired.push_back(each);
  }
  return retired;
}

}  // namespace berth::issuing
