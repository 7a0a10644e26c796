#include "factory/tcb_info.h"

#include <gtest/gtest.h>

namespace berth::factory {
namespace {

crypto::DiceLayer full_layer() {
  crypto::DiceLayer layer;
  layer.vendor = "Contoso";
  layer.model = "Gate";
  layer.version = "1.10.2";
  layer.svn = 200;
  layer.layer = 2;
  layer.index = 0;
  layer.digests = {{"sha256", base::Bytes(32, 1)}, {"2.16.840.1.101.3.4.2.8", base::Bytes(32, 2)}};
  layer.flags = crypto::kTcbRecovery | crypto::kTcbNotConfigured;
  layer.vendor_info = {9, 8};
  layer.type = {7};
  layer.flags_mask = 0xF;
  return layer;
}

TEST(TcbInfo, IsReadBackAsItWasWritten) {
  const crypto::DiceLayer layer = full_layer();
  const auto written = write_tcb_info(layer);
  ASSERT_TRUE(written.has_value()) << written.error().what;
  const auto read = crypto::read_tcb_info(*written);
  ASSERT_TRUE(read.has_value()) << read.error().what;
  EXPECT_EQ(read->vendor, layer.vendor);
  EXPECT_EQ(read->model, layer.model);
  EXPECT_EQ(read->version, layer.version);
  EXPECT_EQ(read->svn, layer.svn);
  EXPECT_EQ(read->layer, layer.layer);
  EXPECT_EQ(read->index, layer.index);
  EXPECT_EQ(read->digests, layer.digests);
  EXPECT_EQ(read->flags, layer.flags);
  EXPECT_EQ(read->mode, crypto::DiceMode::kRecovery);
  EXPECT_EQ(read->vendor_info, layer.vendor_info);
  EXPECT_EQ(read->type, layer.type);
  EXPECT_EQ(read->flags_mask, layer.flags_mask);
}

// Written out by hand after the ASN.1 of §4.
TEST(TcbInfo, HasTheBytesOfItsAsn1) {
  crypto::DiceLayer layer;
  layer.vendor = "V";
  layer.svn = 128;
  layer.digests = {{"sha256", base::Bytes(32, 0xAA)}};
  layer.flags = crypto::kTcbDebug;
  EXPECT_EQ(base::hex_encode(*write_tcb_info(layer)),
            "303c"
            "800156"
            "83020080"
            "a62f302d0609608648016503040201"
            "0420aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            "87020410");
}

TEST(TcbInfo, ListsOfLayersKeepTheirOrder) {
  std::vector<crypto::DiceLayer> layers(2);
  layers[0].layer = 1;
  layers[1].model = "boot";
  const auto written = write_multi_tcb_info(layers);
  ASSERT_TRUE(written.has_value());
  const auto read = crypto::read_multi_tcb_info(*written);
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].layer, 1U);
  EXPECT_EQ((*read)[1].model, "boot");
}

TEST(TcbInfo, UeidIsReadBack) {
  const auto written = write_ueid(base::Bytes{1, 2, 3});
  EXPECT_EQ(base::hex_encode(*written), "30050403010203");
  EXPECT_EQ(*crypto::read_ueid(*written), (base::Bytes{1, 2, 3}));
}

TEST(TcbInfo, NothingIsWrittenThatNoReaderTakes) {
  crypto::DiceLayer layer = full_layer();
  layer.digests = {{"sha256", base::Bytes(20, 1)}};
  EXPECT_FALSE(write_tcb_info(layer).has_value()) << "a digest of another size";
  for (const char* name : {"md4", "1", "1.", "3.1", "1..2", "1.2.99999999999999999999", ""}) {
    layer.digests = {{name, base::Bytes(20, 1)}};
    EXPECT_FALSE(write_tcb_info(layer).has_value()) << name;
  }
  layer = full_layer();
  layer.vendor = std::string(257, 'v');
  EXPECT_FALSE(write_tcb_info(layer).has_value());
  EXPECT_FALSE(write_multi_tcb_info({}).has_value());
  EXPECT_FALSE(write_ueid({}).has_value());
}

}  // namespace
}  // namespace berth::factory
