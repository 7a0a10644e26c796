#include "domain/revocation.h"

#include "domain/mend.h"

#include <fmt/format.h>

namespace berth::domain {

std::string describe(const RevokedCertificate& revoked) {
  return fmt::format(
      "'{}' (SHA-256 {}), revoked {}{}", base::printable(revoked.subject, 200),
      base::hex_encode(revoked.sha256), base::format_utc(revoked.at, 0),
      revoked.reason.empty() ? std::string() : ": " + base::printable(revoked.reason, 200));
}

Finding finding_of(const RevokedCertificate& revoked) {
  return {Cause::kCertificateRevoked, true,
          fmt::format("An operator revoked {}. The device needs a certificate that it is no part "
                      "of; or it was a mistake.",
                      describe(revoked)),
          mend::certificate("restore", revoked.scope.text(), {},
                            "--sha256 " + base::hex_encode(revoked.sha256))};
}

}  // namespace berth::domain
