#include "dialects/console/negotiation.h"

#include <gtest/gtest.h>

namespace berth::dialects::console {
namespace {

TEST(Negotiation, GzipIsAcceptedWhereItIsNamed) {
  for (const char* header : {"gzip", "GZip", "br, gzip", "gzip;q=1.0", "gzip ; q=0.1", "*",
                             "br;q=1, *;q=0.5", "deflate,\tgzip", "gzip;x=y", "gzip;q="}) {
    EXPECT_TRUE(accepts_gzip(header)) << header;
  }
}

TEST(Negotiation, GzipIsNotAcceptedWhereItIsRefusedOrNotNamed) {
  for (const char* header : {"", "br", "gzip;q=0", "gzip; Q=0.000", "*;q=0", "gzip;q=0, *",
                             "*, gzip;q=0.", "xgzip", "gzip2", ",,;;", "identity"}) {
    EXPECT_FALSE(accepts_gzip(header)) << header;
  }
}

TEST(Negotiation, AnEtagIsFoundInTheList) {
  for (const char* header : {"\"1a\"", "W/\"1a\"", "\"0\", \"1a\"", "\"0\",W/\"1a\" ", "*"}) {
    EXPECT_TRUE(names_etag(header, "\"1a\"")) << header;
  }
  for (const char* header : {"", "1a", "\"1a", "\"1A\"", "\"1a-gzip\"", "w/\"1a\"", ","}) {
    EXPECT_FALSE(names_etag(header, "\"1a\"")) << header;
  }
}

}  // namespace
}  // namespace berth::dialects::console
