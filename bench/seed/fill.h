// Fills a store, until all is on disk, one record fails, or the time is over.
//
// Bench seed. Thread rule: blocks the caller's thread, on which all records are made.
#pragma once

#include "bench/seed/options.h"
#include "bench/seed/place.h"
#include "bench/seed/progress.h"

namespace berth::bench::seed {

// Groups, then individual enrollments. The store gives each change of an operator a transaction of
// its own, and so an fsync; here the same repository works in transactions of thousands.
Result<void> fill_enrollments(Place& place, const Options& options, Instant until);

// Registrations with their devices, as provisioning commits them: many at once, which the store
// groups by itself.
Result<void> fill_devices(Place& place, const Options& options, Instant until);

}  // namespace berth::bench::seed
