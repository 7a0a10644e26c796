#include "net/tls_memory.h"

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <set>
#include <thread>
#include <vector>

namespace berth::net {
namespace {

// OpenSSL takes its memory functions once, before its first use, so a process of its own tries it.
int use_and_report() {
  if (!keep_tls_buffers()) return 1;
  void* const first = OPENSSL_malloc(16'600);
  OPENSSL_free(first);
  if (OPENSSL_malloc(16'700) != first) return 2;  // the same one again
  std::set<void*> held;
  for (int i = 0; i < 100; ++i) held.insert(OPENSSL_malloc(16'500));
  if (held.size() != 100) return 3;
  for (void* block : held) OPENSSL_free(block);
  void* grown = OPENSSL_malloc(16'600);
  grown = OPENSSL_realloc(grown, 100'000);
  if (grown == nullptr) return 4;
  OPENSSL_free(grown);
  std::thread([] {
    std::vector<void*> all;
    for (int i = 0; i < 20; ++i) all.push_back(OPENSSL_malloc(16'600));
    for (void* block : all) OPENSSL_free(block);
  }).join();
  for (const std::size_t size : {1U, 100U, 16'383U, 16'384U, 16'896U, 16'897U, 200'000U}) {
    auto* bytes = static_cast<unsigned char*>(OPENSSL_zalloc(size));
    if (bytes == nullptr || bytes[size - 1] != 0) return 5;
    OPENSSL_free(bytes);
  }
  return 0;
}

TEST(TlsMemoryDeathTest, BuffersAreUsedAgainAndOthersAreAsTheyWere) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(std::_Exit(use_and_report()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace berth::net
