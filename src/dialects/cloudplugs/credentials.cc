#include "dialects/cloudplugs/credentials.h"

#include "base/codec.h"
#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/plug_id.h"

#include <optional>
#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

constexpr std::size_t kHostBytesMax = 255;
constexpr std::size_t kClientBytesMax = 256;
constexpr std::size_t kEmailBytesMax = 254;
constexpr std::string_view kIdHeader = "x-plug-id";
constexpr std::string_view kAuthHeader = "x-plug-auth";
constexpr std::string_view kEmailHeader = "x-plug-email";
constexpr std::string_view kMasterHeader = "x-plug-master";

std::string_view header_of(const wire::HttpRequest& request, std::string_view name) {
  const std::string* value = request.header(name);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

// "host:443" → "host", "[::1]:443" → "::1".
std::string_view without_port(std::string_view host) {
  if (!host.starts_with('[')) return host.substr(0, host.find(':'));
  const std::size_t end = host.find(']');
  return end == std::string_view::npos ? host : host.substr(1, end - 1);
}

domain::Evidence password_of(domain::PasswordUse use, std::string_view text,
                             std::string_view account = {}) {
  if (text.size() > kPasswordBytesMax) return domain::MalformedEvidence{"a password too long"};
  if (account.size() > kEmailBytesMax) return domain::MalformedEvidence{"an address too long"};
  domain::Password password;
  password.use = use;
  password.text = secret_of(text);
  password.account = account;
  return password;
}

// Of a device, in lower case; any other text stays as it is, cut, and is no device of ours.
std::string named_device(std::string_view id) {
  if (std::optional<std::string> device = parse_device_id(id)) return *std::move(device);
  return base::printable(id, kPlugIdBytes);
}

domain::Evidence basic_of(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  const std::string_view scheme = authorization.substr(0, kScheme.size());
  if (!base::equals_ignoring_case(scheme, kScheme)) return domain::NoEvidence{};
  const std::optional<Secret> decoded =
      base::base64_decode_secret(authorization.substr(kScheme.size()));
  if (!decoded) return domain::MalformedEvidence{"Basic credentials that are no base64"};
  const std::string_view pair = decoded->text();
  const std::size_t colon = pair.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return domain::MalformedEvidence{"Basic credentials without an e-mail address"};
  }
  return password_of(domain::PasswordUse::kAccount, pair.substr(colon + 1), pair.substr(0, colon));
}

}  // namespace

void say_where_from(domain::Claim& claim, const wire::Peer& peer, std::string_view host,
                    std::string_view client) {
  claim.dialect = "cloudplugs";
  claim.transport = wire::to_string(peer.transport);
  claim.source = peer.address;
  const std::string_view name = peer.server_name.empty() ? host : peer.server_name;
  claim.host = base::printable(base::ascii_lower(name), kHostBytesMax);
  claim.client = base::printable(client, kClientBytesMax);
}

void say_where_from(domain::Claim& claim, const wire::Peer& peer,
                    const wire::HttpRequest& request) {
  say_where_from(claim, peer, without_port(header_of(request, "host")),
                 header_of(request, "user-agent"));
}

domain::Claim credentials_of(const wire::Peer& peer, const wire::HttpRequest& request) {
  domain::Claim claim;
  say_where_from(claim, peer, request);
  const std::string_view id = header_of(request, kIdHeader);
  const std::string* master = request.header(kMasterHeader);
  const std::string* email = request.header(kEmailHeader);
  const std::string* auth = request.header(kAuthHeader);
  if (master != nullptr && email != nullptr && !email->empty()) {
    claim.evidence = password_of(domain::PasswordUse::kAccount, *master, *email);
  } else if (master != nullptr && !id.empty()) {
    claim.registration_id = named_device(id);
    claim.evidence = password_of(domain::PasswordUse::kAccount, *master);
  } else if (auth != nullptr && !id.empty()) {
    claim.registration_id = named_device(id);
    claim.evidence = password_of(domain::PasswordUse::kConnect, *auth);
  } else {
    claim.evidence = basic_of(header_of(request, "authorization"));
  }
  return claim;
}

void say_controller(domain::Controller& controller, const wire::HttpRequest& request) {
  const std::optional<std::string> device = parse_device_id(header_of(request, kIdHeader));
  const std::string* auth = request.header(kAuthHeader);
  if (!device || auth == nullptr || auth->size() > kPasswordBytesMax) return;
  controller.device = *device;
  controller.password = secret_of(*auth);
}

bool has_master(const domain::Claim& claim) {
  const auto* password = std::get_if<domain::Password>(&claim.evidence);
  return password != nullptr && password->use == domain::PasswordUse::kAccount;
}

bool is_account(const domain::Claim& claim) {
  return has_master(claim) && claim.registration_id.empty();
}

}  // namespace berth::dialects::cloudplugs
