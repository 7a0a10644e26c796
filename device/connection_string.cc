#include "berth/device/connection_string.h"

#include "base/codec.h"
#include "crypto/hmac.h"

#include <charconv>

namespace berth::device {
namespace {

constexpr std::size_t kTextBytesMax = 4'096;
constexpr std::size_t kHostBytesMax = 253;
constexpr std::size_t kIdBytesMax = 128;

auto invalid(std::string what) {
  return Fail(ErrorKind::kInvalid, "the connection string " + std::move(what),
              "copy all of it: HostName=HOST;DeviceId=ID;SharedAccessKey=KEY");
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// The last value of the key; an empty one counts as absent (§1.1). Key names have a case.
std::string_view value_of(std::string_view text, std::string_view key) {
  std::string_view found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = pair.find('=');
    if (equals != pair.npos && pair.substr(0, equals) == key) found = pair.substr(equals + 1);
  }
  return found;
}

bool is_printable(std::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

Result<void> read_host(std::string_view text, ConnectionString& hub) {
  const std::size_t colon = text.rfind(':');
  if (colon != text.npos) {
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
    if (error != std::errc() || stop != end || port == 0) {
      return invalid("has a HostName whose port is no number from 1 to 65535");
    }
    hub.port = port;
    text = text.substr(0, colon);
  }
  const bool fits = !text.empty() && text.size() <= kHostBytesMax && is_printable(text) &&
                    text.find_first_of("/?#&=") == text.npos;
  if (!fits) return invalid("has no HostName, or one that is no host name");
  hub.host = text;
  return {};
}

}  // namespace

Result<ConnectionString> parse_connection_string(std::string_view text) {
  text = trimmed(text);
  if (text.size() > kTextBytesMax) return invalid("is longer than any is");
  ConnectionString hub;
  if (Result<void> host = read_host(value_of(text, "HostName"), hub); !host) {
    return Fail(std::move(host).error());
  }
  hub.device_id = value_of(text, "DeviceId");
  const bool id_fits = !hub.device_id.empty() && hub.device_id.size() <= kIdBytesMax &&
                       is_printable(hub.device_id) &&
                       hub.device_id.find_first_of("/#") == hub.device_id.npos;
  if (!id_fits) return invalid("has no DeviceId, or one that no device can connect with");
  if (!value_of(text, "ModuleId").empty()) {
    return invalid("is a module's; this client connects devices");
  }
  hub.gateway = value_of(text, "GatewayHostName");
  hub.policy = value_of(text, "SharedAccessKeyName");
  const std::string_view key = value_of(text, "SharedAccessKey");
  const std::string_view token = value_of(text, "SharedAccessSignature");
  if (!value_of(text, "x509").empty()) {
    return invalid("is for a certificate; this client connects with keys");
  }
  if (key.empty() == token.empty()) {
    return invalid("needs either SharedAccessKey or SharedAccessSignature");
  }
  if (!token.empty()) {
    hub.ready_token = Secret::from_text(token);
    return hub;
  }
  std::optional<Secret> decoded = base::base64_decode_secret(key);
  if (!decoded || decoded->empty()) return invalid("has a SharedAccessKey that is not base64");
  hub.key = *std::move(decoded);
  return hub;
}

Secret connection_string(std::string_view host, std::string_view device_id,
                         const Secret& key_base64) {
  std::string head = "HostName=";
  head.append(host).append(";DeviceId=").append(device_id).append(";SharedAccessKey=");
  Secret whole = Secret::of_size(head.size() + key_base64.size());
  const auto bytes = whole.mutable_bytes();
  const auto after = std::copy(head.begin(), head.end(), bytes.begin());
  std::copy(key_base64.bytes().begin(), key_base64.bytes().end(), after);
  return whole;
}

Secret hub_token(const ConnectionString& hub, TimePoint expires) {
  if (!hub.ready_token.empty()) return hub.ready_token.clone();
  const std::string resource = base::percent_encode(hub.host + "/devices/" + hub.device_id);
  const std::string expiry = std::to_string(base::to_unix_seconds(expires));
  const crypto::Sha256 mac = crypto::hmac_sha256(hub.key.bytes(), resource + "\n" + expiry);
  std::string text = "SharedAccessSignature sr=" + resource +
                     "&sig=" + base::percent_encode(base::base64_encode(mac)) + "&se=" + expiry;
  if (!hub.policy.empty()) text += "&skn=" + base::percent_encode(hub.policy);
  return Secret::from_text(text);
}

}  // namespace berth::device
