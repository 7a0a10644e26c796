#include "app/registry.h"

#include "allocation/hashed.h"
#include "allocation/static.h"
#include "attestation/member_passwords.h"
#include "attestation/product_secret.h"
#include "attestation/symmetric_key.h"
#include "attestation/tpm.h"
#include "attestation/x509.h"
#include "base/nearest.h"
#include "dialects/admin/admin.h"
#include "dialects/azure_dps/azure_dps.h"
#include "dialects/azure_hub/azure_hub.h"
#include "dialects/central/central.h"
#include "dialects/cloudplugs/cloudplugs.h"
#include "dialects/tencent/tencent.h"
#include "issuing/certificate.h"
#include "issuing/derived_key.h"
#include "issuing/issued_certificate.h"
#include "issuing/password.h"
#include "issuing/presented_certificate.h"
#include "issuing/random_secret.h"
#include "issuing/tpm_key.h"
#include "sinks/json_lines/json_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace berth::app {

namespace {

std::vector<std::unique_ptr<dialects::Dialect>> all_dialects(
    std::span<const dialects::console::Asset> console) {
  std::vector<std::unique_ptr<dialects::Dialect>> dialects;
  dialects.push_back(dialects::admin::make_admin());
  dialects.push_back(dialects::console::make_console(console));
  dialects.push_back(dialects::central::make_central());
  dialects.push_back(dialects::central::make_central_portal());
  dialects.push_back(dialects::azure_dps::make_azure_dps());
  dialects.push_back(dialects::azure_hub::make_azure_hub());
  dialects.push_back(dialects::tencent::make_tencent());
  // Last: its devices' first connections have no user name.
  dialects.push_back(dialects::cloudplugs::make_cloudplugs());
  return dialects;
}

Error no_such_dialect(const std::string& name, const std::vector<std::string>& known) {
  const std::optional<std::string> near = base::nearest(name, known);
  return {ErrorKind::kInvalid,
          fmt::format("dialects_off names '{}', which is no dialect that can be left out{}", name,
                      near ? fmt::format("; did you mean '{}'?", *near) : std::string()),
          fmt::format("name some of: {}", fmt::join(known, ", "))};
}

}  // namespace

Result<std::vector<std::unique_ptr<dialects::Dialect>>> make_dialects(
    const std::vector<std::string>& off, std::span<const dialects::console::Asset> console) {
  std::vector<std::unique_ptr<dialects::Dialect>> dialects = all_dialects(console);
  std::vector<std::string> known;
  for (const auto& each : dialects) {
    if (!each->for_operators()) known.emplace_back(each->name());
  }
  for (const std::string& name : off) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return Fail(no_such_dialect(name, known));
    }
    // With it goes what operators do for it.
    std::erase_if(dialects, [&](const auto& each) {
      return each->name() == name || each->name() == name + "-portal";
    });
  }
  return dialects;
}

std::vector<net::Upgrade> websocket_upgrades() {
  // azure-dps.md §2.1: most SDKs, .NET, and an older React Native client.
  return {{"/$iothub/websocket", "mqtt"}, {"/", "mqtt"}, {"/mqtt", "mqtt"}};
}

std::vector<std::string> names_not_asked_for_certificates(const config::Config& config) {
  // Seen with the Hub C SDK 3.2.3: its mbedTLS fails with "bad input data"
  // (docs/dialects/tencent.md).
  std::vector<std::string> names = {"gateway.tencentdevices.com", "*.gateway.tencentdevices.com"};
  names.insert(names.end(), config.tls.no_certificate_hosts.begin(),
               config.tls.no_certificate_hosts.end());
  return names;
}

Result<std::vector<std::unique_ptr<hub::EventSink>>> make_sinks(const config::Config& config,
                                                                const Clock& clock) {
  std::vector<std::unique_ptr<hub::EventSink>> sinks;
  const config::Telemetry& telemetry = config.telemetry;
  if (!telemetry.json_lines_file.empty()) {
    sinks::json_lines::Options options;
    options.path = telemetry.json_lines_file.string();
    options.bytes_max = telemetry.json_lines_bytes_max;
    options.files_max = static_cast<std::uint32_t>(telemetry.json_lines_files_max);
    BERTH_TRY(auto file, sinks::json_lines::JsonLines::open(std::move(options), clock));
    sinks.push_back(std::move(file));
  }
  return sinks;
}

attestation::SymmetricKeySettings key_settings(const config::Config& config) {
  attestation::SymmetricKeySettings settings;
  settings.clock_skew =
      std::chrono::duration_cast<std::chrono::seconds>(config.attestation.clock_skew);
  settings.expiry_ahead_max =
      std::chrono::duration_cast<std::chrono::seconds>(config.attestation.expiry_max);
  return settings;
}

attestation::TpmSettings tpm_settings(const config::Config& config) {
  attestation::TpmSettings settings;
  settings.clock_skew = key_settings(config).clock_skew;
  settings.expiry_ahead_max = key_settings(config).expiry_ahead_max;
  return settings;
}

std::vector<std::unique_ptr<provisioning::Attestor>> make_attestors(provisioning::Vault& vault,
                                                                    Rng& rng,
                                                                    const config::Config& config) {
  std::vector<std::unique_ptr<provisioning::Attestor>> attestors;
  attestors.push_back(
      std::make_unique<attestation::SymmetricKeyAttestor>(vault, key_settings(config)));
  attestors.push_back(
      std::make_unique<attestation::ProductSecretAttestor>(vault, key_settings(config)));
  attestors.push_back(
      std::make_unique<attestation::MemberPasswordAttestor>(vault, key_settings(config)));
  attestors.push_back(std::make_unique<attestation::X509Attestor>(
      attestation::X509Settings{key_settings(config).clock_skew}));
  attestors.push_back(std::make_unique<attestation::TpmAttestor>(vault, rng, tpm_settings(config)));
  return attestors;
}

std::vector<std::unique_ptr<provisioning::Allocator>> make_allocators() {
  std::vector<std::unique_ptr<provisioning::Allocator>> allocators;
  allocators.push_back(std::make_unique<allocation::Hashed>());
  allocators.push_back(std::make_unique<allocation::Static>());
  return allocators;
}

std::vector<std::unique_ptr<provisioning::Issuer>> make_issuers(const IssueTools& tools) {
  std::vector<std::unique_ptr<provisioning::Issuer>> issuers;
  // First: whoever asks for a certificate is given one, whatever it was proven with.
  issuers.push_back(
      std::make_unique<issuing::IssuedCertificate>(tools.vault, tools.rng, tools.clock));
  issuers.push_back(std::make_unique<issuing::DerivedKey>(tools.vault));
  issuers.push_back(std::make_unique<issuing::PresentedCertificate>());
  issuers.push_back(std::make_unique<issuing::TpmKey>(tools.vault, tools.rng));
  issuers.push_back(std::make_unique<issuing::RandomSecret>(tools.vault, tools.rng));
  issuers.push_back(std::make_unique<issuing::Password>(tools.vault, tools.rng));
  issuers.push_back(
      std::make_unique<issuing::Certificate>(tools.authority, tools.rng, tools.clock));
  return issuers;
}

}  // namespace berth::app
