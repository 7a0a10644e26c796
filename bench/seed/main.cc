// rooms: app
//
// Fills the store of a data directory, while no server runs on it, so that a Berth with a million
// enrollments or devices can be measured. What is written goes the way it always goes: through the
// store's repositories, sealed with the vault of the data directory, in transactions that are
// synced.
//
//   berth serve --data DIR …                      # once: makes scope, hub and keys; end it
//   seed_bench --data DIR --key-file FILE --individuals 1000000 --apart 50
//
// Prints one JSON object. FILE has a key of one's own in base64; records.h says which keys come
// from it.
#include "base/log.h"
#include "bench/seed/fill.h"

#include <cstdio>

namespace berth::bench::seed {
namespace {

int explain(const Error& error) {
  std::fprintf(stderr, "seed_bench: %s\n", error.what.c_str());
  if (!error.mend.empty()) std::fprintf(stderr, "  to mend it: %s\n", error.mend.c_str());
  return 1;
}

int run(std::span<char*> arguments) {
  base::SystemClock clock;
  base::SystemRng rng;
  const Result<Options> options = parse_options(arguments);
  if (!options) return explain(options.error());
  const Result<std::unique_ptr<Place>> place =
      open_place(options->data, options->key_file, clock, rng);
  if (!place) return explain(place.error());
  const Instant begun = clock.monotonic();
  const Instant until =
      begun + std::chrono::seconds(static_cast<std::int64_t>(options->max_seconds));
  Result<void> filled = fill_enrollments(**place, *options, until);
  if (filled) filled = fill_devices(**place, *options, until);
  if (!filled) return explain(filled.error());
  (*place)->store->close();
  const std::chrono::duration<double> took = clock.monotonic() - begun;
  std::printf(R"({"scope":"%s","hub":"%s","individuals":%llu,"groups":%llu,"devices":%llu,)"
              R"("seconds":%.3f})"
              "\n",
              (*place)->scope.id.text().c_str(), (*place)->hub.name.text().c_str(),
              static_cast<unsigned long long>(options->individuals),
              static_cast<unsigned long long>(options->groups),
              static_cast<unsigned long long>(options->devices), took.count());
  return 0;
}

}  // namespace
}  // namespace berth::bench::seed

int main(int argc, char** argv) {
  berth::log::set_level(berth::log::Level::kWarn);
  return berth::bench::seed::run({argv + 1, static_cast<std::size_t>(argc - 1)});
}
