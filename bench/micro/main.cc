// rooms: store dialects provisioning net mqtt crypto
// links: benchmark
//
// The hot pieces of a registration, one by one (Google Benchmark):
//
//   micro_bench [--benchmark_filter=REGEX] [--benchmark_format=json]
//
// The database of the commits is made in the working directory and removed. Processor time is that
// of the whole process, so that the store's writer thread counts.
#include "base/log.h"

#include <benchmark/benchmark.h>

int main(int argc, char** argv) {
  berth::log::set_level(berth::log::Level::kWarn);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
