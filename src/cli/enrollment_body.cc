#include "cli/enrollment_body.h"

#include "cli/body.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <algorithm>

namespace berth::cli {
namespace {

void put_reprovision(json::object& body, const Arguments& args) {
  const auto policy = args.text("reprovision-policy");
  if (!policy) return;
  const bool never = *policy == "never";
  json::object reprovision;
  reprovision["updateHubAssignment"] = !never;
  reprovision["migrateDeviceData"] = never || *policy == "reprovisionandmigratedata";
  body["reprovision"] = std::move(reprovision);
}

void put_hubs(json::object& body, const Arguments& args) {
  if (!args.has("iot-hubs")) return;
  json::array hubs;
  for (const std::string& text : args.texts("iot-hubs")) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of(", "), rest.size());
      if (end > 0) hubs.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  body["hubs"] = std::move(hubs);
}

}  // namespace

std::vector<Flag> enrollment_flags(std::vector<Flag> proof) {
  std::vector<Flag> before{display_name_flag(),
                           {"provisioning-status",
                            "STATUS",
                            "disabled refuses its devices; enabled.",
                            FlagKind::kText,
                            {"ps"},
                            {"enabled", "disabled"}}};
  std::vector<Flag> after{{"allocation-policy",
                           "POLICY",
                           "How a hub is chosen; as the scope says.",
                           FlagKind::kText,
                           {"ap"},
                           {"hashed", "static", ""}},
                          {"iot-hubs",
                           "HUBS",
                           "Candidate hubs, separated by commas; all linked ones when empty.",
                           FlagKind::kText,
                           {"ih"},
                           {},
                           false,
                           false,
                           true},
                          {"reprovision-policy",
                           "POLICY",
                           "What registering again does; reprovisionandmigratedata.",
                           FlagKind::kText,
                           {"rp"},
                           {"reprovisionandmigratedata", "reprovisionandresetdata", "never"}},
                          {"initial-twin-tags",
                           "JSON",
                           "Tags of the twin a device starts with, or @FILE.",
                           FlagKind::kText,
                           {"tags"}},
                          {"initial-twin-properties",
                           "JSON",
                           "Desired properties it starts with, or @FILE.",
                           FlagKind::kText,
                           {"props"}}};
  return flags_of({std::move(before), std::move(proof), std::move(after)});
}

Try<void> put_enrollment(json::object& body, Invocation& run) {
  put_text(body, "displayName", run.args, "display-name");
  if (const auto status = run.args.text("provisioning-status")) {
    body["enabled"] = *status == "enabled";
  }
  put_text(body, "allocationPolicy", run.args, "allocation-policy");
  put_hubs(body, run.args);
  put_reprovision(body, run.args);
  BERTH_STEP(put_json_object(body, "tags", run, "initial-twin-tags"));
  BERTH_STEP(put_json_object(body, "desired", run, "initial-twin-properties"));
  return {};
}

}  // namespace berth::cli
