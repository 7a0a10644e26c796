// rooms: app mqtt
//
// What one registration costs in instructions and in calls of the allocator, without sockets and
// TLS, which no two machines count alike: bytes of a device to bytes of the answer.
//
//   valgrind --tool=callgrind --instr-atstart=no instructions_bench DIRECTORY CASE [OPERATIONS=200]
//
// DIRECTORY is there and empty. `./dev bench instructions` runs all cases, compares what callgrind
// counted with bench/instructions/recorded.json and says where it went. Prints one JSON object.
#include "bench/instructions/cases.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace berth::bench {
namespace {

constexpr std::size_t kOperations = 200;
constexpr std::size_t kWarmUp = 100;

int usage() {
  std::fputs("usage: instructions_bench DIRECTORY CASE [OPERATIONS]\n  cases:", stderr);
  for (const Case& each : cases()) std::fprintf(stderr, " %s", each.name);
  std::fputc('\n', stderr);
  return 2;
}

int fail(const Error& error) {
  std::fprintf(stderr, "instructions_bench: %s\n", error.what.c_str());
  return 1;
}

int run(const Case& which, const char* directory, std::size_t operations) {
  Result<std::unique_ptr<World>> world = World::make(directory);
  if (!world) return fail(world.error());
  Counter counter(**world, kWarmUp, operations);
  const Result<void> done = which.run(**world, counter);
  if (!done) return fail(done.error());
  boost::json::object phases;
  for (const Phase& phase : counter.phases()) {
    const auto each = static_cast<double>(phase.operations);
    phases[phase.name] =
        boost::json::object{{"operations", phase.operations},
                            {"allocations", static_cast<double>(phase.allocations) / each},
                            {"allocated_bytes", static_cast<double>(phase.bytes) / each}};
  }
  std::puts(boost::json::serialize(phases).c_str());
  return 0;
}

}  // namespace
}  // namespace berth::bench

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) return berth::bench::usage();
  const std::size_t operations =
      argc > 3 ? std::strtoull(argv[3], nullptr, 10) : berth::bench::kOperations;
  for (const berth::bench::Case& each : berth::bench::cases()) {
    if (std::string_view(argv[2]) == each.name && operations > 0) {
      return berth::bench::run(each, argv[1], operations);
    }
  }
  return berth::bench::usage();
}
