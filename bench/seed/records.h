// The records that are put into the store: what operators' requests and devices' registrations
// leave behind, with keys that can be computed anew from the seed key.
//
// Keys, in the manner of a group's: the primary key of individual enrollment ID is
// derive_device_key(seed key, ID); every group's primary key is the seed key itself, so that one
// load generator speaks for devices of all groups; secondary keys come from the seed key, too, and
// are different everywhere.
//
// Bench seed. Thread rule: one thread, that of the place.
#pragma once

#include "bench/seed/options.h"
#include "bench/seed/place.h"

#include <cstdint>
#include <memory>
#include <string>

namespace berth::bench::seed {

// PREFIX0, PREFIX1 … are `apart` enrollments from each other, in the order of the ids and in that
// in which they were made; between them lie PREFIX0-1, PREFIX0-2 …. Devices that register one after
// the other as PREFIX0, PREFIX1 … then find what they need at as many places of the store, as those
// of a fleet do, whose serial numbers come in no order.
std::string individual_id(const Options& options, std::uint64_t number);

std::unique_ptr<management::Change> make_individual(Place& place, const Options& options,
                                                    std::uint64_t number);
std::unique_ptr<management::Change> make_group(Place& place, const Options& options,
                                               std::uint64_t number);
// The first registration of a device of a group: DEVICE-PREFIXi.
std::unique_ptr<provisioning::Assignment> make_assignment(Place& place, const Options& options,
                                                          std::uint64_t number);

}  // namespace berth::bench::seed
