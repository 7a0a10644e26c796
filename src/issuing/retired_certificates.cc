#include "issuing/retired_certificates.h"

namespace berth::issuing {

std::vector<domain::RetiredCertificate> retire_certificates(const domain::Device& before,
                                                            const domain::Device& device) {
  std::vector<domain::RetiredCertificate> retired;
  const bool replaced = before.certificate && before.certificate != device.certificate &&
                        before.certificate != device.secondary_certificate;
  if (replaced) retired.push_back({before.certificate->sha256, device.updated_at});
  for (const domain::RetiredCertificate& each : before.retired_certificates) {
    if (retired.size() == domain::kRetiredKeysMax) break;
    retired.push_back(each);
  }
  return retired;
}

}  // namespace berth::issuing
