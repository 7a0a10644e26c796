#include "net/psk_identity.h"

#include "net/tests/psk_harness.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace berth::net {
namespace {

using State = PskIdentity::State;

using testing::key_exchange;
using testing::tls_record;

// The message with at most `piece` bytes to a record.
std::string in_records(std::string_view message, std::size_t piece) {
  return testing::cut_first_record(tls_record(message), piece);
}

PskIdentity read(std::string_view sent) {
  return read_psk_identity({reinterpret_cast<const std::uint8_t*>(sent.data()), sent.size()});
}

TEST(PskIdentity, IsReadWhateverFollowsItsMessage) {
  const std::string sent = tls_record(key_exchange("dev-1"));
  for (const std::string& after : {std::string(), tls_record("\x01", 20), std::string("rubbish")}) {
    const PskIdentity found = read(sent + after);
    EXPECT_EQ(found.state, State::kIdentity);
    EXPECT_EQ(found.identity, "dev-1");
  }
}

TEST(PskIdentity, IsReadFromRecordsOfAnySize) {
  const std::string identity(kPskIdentityBytesMax, 'i');
  for (const std::size_t piece : {1U, 2U, 5U, 6U, 7U, 100U, 134U}) {
    const std::string sent = in_records(key_exchange(identity), piece);
    EXPECT_LE(sent.size(), kPskIdentityPeekMax);
    EXPECT_EQ(read(sent).identity, identity) << piece;
  }
}

TEST(PskIdentity, AsksForNoMoreThanWillComeAndComesToAnEnd) {
  for (const std::size_t piece : {1U, 3U, 11U, 50U}) {
    const std::string sent = in_records(key_exchange("device-of-middling-length"), piece);
    std::size_t here = 0;
    PskIdentity found = read({});
    while (found.state == State::kNeedMore) {
      ASSERT_GT(found.needed, here) << piece;
      ASSERT_LE(found.needed, sent.size()) << piece;
      here = found.needed;
      found = read(std::string_view(sent).substr(0, here));
    }
    EXPECT_EQ(found.identity, "device-of-middling-length") << piece;
  }
}

TEST(PskIdentity, KnowsAtOnceWhatIsNone) {
  const std::string good = key_exchange("dev-1");
  std::string trailing = tls_record(good + "x");
  std::string longer = good;
  longer[3] = static_cast<char>(longer[3] + 1);  // the message says it is longer than the identity
  std::string elliptic = good;
  elliptic[5] = 9;  // no identity length: other kinds of key exchange begin differently
  for (const std::string& sent :
       {tls_record(good, 21), tls_record(good, 20), tls_record(good, 23), tls_record({}),
        std::string("GET / HT"), tls_record(std::string("\x0b") + good), tls_record(longer),
        tls_record(elliptic), tls_record(key_exchange("")),
        tls_record(key_exchange(std::string("a\0b", 3))),
        tls_record(key_exchange(std::string(kPskIdentityBytesMax + 1, 'x'))),
        std::string("\x16\x02"), tls_record(good.substr(0, 3)) + tls_record(good.substr(3), 20)}) {
    EXPECT_EQ(read(sent).state, State::kNone) << ::testing::PrintToString(sent);
  }
  EXPECT_EQ(read(trailing).identity, "dev-1");  // the next message, which is not ours to judge
}

}  // namespace
}  // namespace berth::net
