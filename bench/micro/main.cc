// rooms: store dialects provisioning net mqtt crypto
// links: benchmark
//
// The hot pieces of a registration, one by one (Google Benchmark):
//
//   micro_bench [--store=postgresql://...] [--benchmark_filter=REGEX] [--benchmark_format=json]
//
// The database of the commits is made in the working directory and removed, unless another one is
// named. Processor time is that of the whole process, so that the store's writer thread counts.
#include "base/log.h"
#include "bench/micro/store_pieces.h"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

int main(int argc, char** argv) {
  constexpr std::string_view kStore = "--store=";
  berth::log::set_level(berth::log::Level::kWarn);
  benchmark::Initialize(&argc, argv);
  std::string store;
  if (argc == 2 && std::string_view(argv[1]).starts_with(kStore)) {
    store = argv[--argc] + kStore.size();
  }
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  berth::bench::add_commits(store);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
