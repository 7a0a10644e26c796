#include "domain/fleet.h"

#include "domain/names.h"

namespace berth::domain {
namespace {

constexpr Names<FleetStatus, 9> kStatuses{{
    {FleetStatus::kRegistered, "registered"},
    {FleetStatus::kWaiting, "waiting"},
    {FleetStatus::kBlocked, "blocked"},
    {FleetStatus::kUnassigned, "unassigned"},
    {FleetStatus::kAssigning, "assigning"},
    {FleetStatus::kAssigned, "assigned"},
    {FleetStatus::kFailed, "failed"},
    {FleetStatus::kDisabled, "disabled"},
    {FleetStatus::kIdentity, "identity"},
}};
constexpr Names<FleetOrder, 4> kOrders{{
    {FleetOrder::kId, "id"},
    {FleetOrder::kIdDown, "-id"},
    {FleetOrder::kUpdated, "updatedAt"},
    {FleetOrder::kUpdatedDown, "-updatedAt"},
}};

}  // namespace

std::string_view to_string(FleetStatus status) { return name_of(kStatuses, status); }
std::optional<FleetStatus> parse_fleet_status(std::string_view text) {
  return value_of(kStatuses, text);
}
std::string_view to_string(FleetOrder order) { return name_of(kOrders, order); }
std::optional<FleetOrder> parse_fleet_order(std::string_view text) {
  return value_of(kOrders, text);
}

}  // namespace berth::domain
