#include "crypto/openssl_parts.h"

#include <openssl/err.h>

#include <ctime>

namespace berth::crypto {

std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

TimePoint time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return TimePoint{};
  return base::from_unix_seconds(::timegm(&parts));
}

}  // namespace berth::crypto
