#include "cli/device_flags.h"

namespace berth::cli {

Flag device_flag() {
  return {
      "device-id", "ID", "The device id, exactly as it is spelled.", FlagKind::kText, {"did"}, {},
      true,        true};
}

Flag hub_flag() {
  return {"hub-name",
          "HUB",
          "Short name of the hub; may be left out while there is only one.",
          FlagKind::kText,
          {"hub"}};
}

std::string device_id(const Invocation& run) { return run.args.text_or("device-id", ""); }

Try<std::string> device_path(Invocation& run) {
  BERTH_TRY(const std::string hub, run.hub());
  return path_of({"hubs", hub, "devices", device_id(run)});
}

}  // namespace berth::cli
