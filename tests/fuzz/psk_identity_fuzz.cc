// rooms: net
// The reader of a TLS-PSK client's identity, on bytes that TLS has not judged yet. Seen in parts,
// the bytes yield what they yield at once, the reader never asks for what it does not need, and no
// identity is one that the look-up must not see.
#include "net/psk_identity.h"

#include "base/check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace {

using namespace berth::net;
using State = PskIdentity::State;

void check(const PskIdentity& read, std::size_t seen) {
  BERTH_CHECK((read.state == State::kIdentity) == !read.identity.empty());
  if (read.state == State::kNeedMore) {
    BERTH_CHECK(read.needed > seen && read.needed <= kPskIdentityPeekMax);
    return;
  }
  BERTH_CHECK(read.identity.size() <= kPskIdentityBytesMax);
  BERTH_CHECK(read.identity.find('\0') == std::string::npos);
}

// Every beginning of the bytes is read: more of them would only make that slow.
constexpr std::size_t kReadMax = 320;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, std::min(size, kReadMax));
  const PskIdentity whole = read_psk_identity(bytes);
  check(whole, bytes.size());
  PskIdentity part;
  part.state = State::kNeedMore;
  std::size_t awaited = 0;
  for (std::size_t seen = 0; part.state == State::kNeedMore && seen <= bytes.size(); ++seen) {
    part = read_psk_identity(bytes.first(seen));
    check(part, seen);
    // Who waits for what was asked must not wait for more than a good peer sends.
    if (part.state == State::kIdentity) BERTH_CHECK(awaited <= seen);
    awaited = std::max(awaited, part.needed);
  }
  BERTH_CHECK(part.state == whole.state && part.identity == whole.identity);
  return 0;
}
