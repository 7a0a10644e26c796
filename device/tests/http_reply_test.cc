#include "device/http_reply.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::device {
namespace {

TEST(ReadReply, WaitsForTheWholeBody) {
  const std::string whole = "HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\n{}rest";
  HttpReply reply;
  for (std::size_t size = 0; size < whole.size() - 4; ++size) {
    EXPECT_EQ(read_reply(whole.substr(0, size), reply), Reading::kMore) << size;
  }
  ASSERT_EQ(read_reply(whole, reply), Reading::kDone);
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body, "{}");
  EXPECT_EQ(reply.consumed, whole.size() - 4);
  EXPECT_FALSE(reply.closes);
}

TEST(ReadReply, TakesChunksAndTrailers) {
  const std::string whole =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
      "2;ext=1\r\nab\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
  HttpReply reply;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(read_reply(whole.substr(0, size), reply), Reading::kMore) << size;
  }
  ASSERT_EQ(read_reply(whole, reply), Reading::kDone);
  EXPECT_EQ(reply.body, "ab0123456789");
  EXPECT_EQ(reply.consumed, whole.size());
  EXPECT_TRUE(reply.closes);
}

TEST(ReadReply, SkipsInterimAnswers) {
  const std::string whole = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
  HttpReply reply;
  EXPECT_EQ(read_reply(whole.substr(0, 30), reply), Reading::kMore);
  ASSERT_EQ(read_reply(whole, reply), Reading::kDone);
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.consumed, whole.size());
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "HTTP/1.1 100 C\r\n\r\n";
  EXPECT_EQ(read_reply(many, reply), Reading::kBroken);
}

TEST(ReadReply, RefusesWhatIsNone) {
  HttpReply reply;
  for (const std::string text :
       {"HTTP/2 200\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd", "\r\n\r\n"}) {
    EXPECT_EQ(read_reply(text, reply), Reading::kBroken) << text;
  }
  EXPECT_EQ(read_reply(std::string(kReplyBytesMax + 1, 'x'), reply), Reading::kBroken);
}

}  // namespace
}  // namespace berth::device
