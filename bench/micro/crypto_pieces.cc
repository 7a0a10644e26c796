// Keys, signatures, seals and certificates.
#include "base/clock.h"
#include "base/codec.h"
#include "base/rng.h"
#include "crypto/chain.h"
#include "crypto/device_key.h"
#include "crypto/hmac.h"
#include "crypto/keyring.h"
#include "crypto/tests/pki.h"

#include <benchmark/benchmark.h>

namespace berth::bench {
namespace {

namespace pki = crypto::pki;
constexpr std::string_view kSigned =
    "0ne00ABCDEF%2Fregistrations%2Fsn-0011223344556677\n1767229200";

void verify_token_mac(benchmark::State& state) {
  base::SeededRng rng(1);
  const Secret key = rng.secret(32);
  const crypto::Sha256 mac = crypto::hmac_sha256(key.bytes(), kSigned);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(crypto::verify_hmac_sha256(key.bytes(), kSigned, mac));
  }
}
BENCHMARK(verify_token_mac);

void derive_device_key(benchmark::State& state) {
  base::SeededRng rng(2);
  const Secret key = rng.secret(64);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(crypto::derive_device_key(key.bytes(), "sn-0011223344556677"));
  }
}
BENCHMARK(derive_device_key);

void unseal_group_key(benchmark::State& state) {
  base::SeededRng rng(3);
  const Result<crypto::Keyring> ring = crypto::Keyring::create(rng.secret(crypto::kMasterKeyBytes));
  const std::string context = "enrollment/0ne00ABCDEF/group/line-7/primary";
  const base::Bytes seal = ring->seal(rng.secret(64), context, rng);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(ring->open(seal, context));
}
BENCHMARK(unseal_group_key);

void seal_device_key(benchmark::State& state) {
  base::SeededRng rng(4);
  const Result<crypto::Keyring> ring = crypto::Keyring::create(rng.secret(crypto::kMasterKeyBytes));
  const std::string context = "device/hub-1/sn-0011223344556677/primary";
  const Secret key = rng.secret(32);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(ring->seal(key, context, rng));
}
BENCHMARK(seal_device_key);

void base64_of_32_bytes(benchmark::State& state) {
  base::SeededRng rng(5);
  const std::string text = base::base64_encode(rng.secret(32).bytes());
  for ([[maybe_unused]] auto _ : state) {
    const std::optional<base::Bytes> bytes = base::base64_decode(text);
    benchmark::DoNotOptimize(base::base64_encode(*bytes));
  }
}
BENCHMARK(base64_of_32_bytes);

void decode_certificate(benchmark::State& state) {
  const pki::Made root = pki::make(pki::ca("Root"));
  const pki::Made leaf = pki::make(pki::leaf("sn-0011223344556677"), &root);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(crypto::read_certificate(leaf.der));
  }
}
BENCHMARK(decode_certificate)->Unit(benchmark::kMicrosecond);

// A leaf and an intermediate that has been seen before, as of a device that arrives at a running
// server.
void verify_chain(benchmark::State& state) {
  const pki::Made root = pki::make(pki::ca("Root"));
  const pki::Made maker = pki::make(pki::ca("Maker"), &root);
  const pki::Made leaf = pki::make(pki::leaf("sn-0011223344556677"), &maker);
  const std::vector<base::Bytes> trusted = {root.der};
  const auto anchors = crypto::TrustAnchors::make(trusted);
  const std::vector<base::Bytes> presented = {leaf.der, maker.der};
  crypto::ChainVerifier verifier;
  const crypto::ChainMoment now{pki::day(1)};
  for ([[maybe_unused]] auto _ : state) {
    const auto verified = verifier.verify(**anchors, presented, {}, now);
    if (!verified) state.SkipWithError(verified.error().what.c_str());
  }
}
BENCHMARK(verify_chain)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace berth::bench
