#include "management/code_source.h"

#include "domain/mend.h"
#include "management/keys.h"
#include "management/lookup.h"
#include "management/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::management {
namespace {

using domain::CodeMode;
using domain::CodeRequest;
using domain::Enrollment;
using domain::EnrollmentKind;
using domain::EnrollmentRef;
using domain::PickupKind;

constexpr std::size_t kGoodPassphraseBytes = 12;

Error invalid(std::string what, std::string mend) {
  return {ErrorKind::kInvalid, std::move(what), std::move(mend)};
}

bool has_text(const std::optional<Secret>& secret) { return secret && !secret->empty(); }

Result<void> check_lifetime(const std::optional<std::chrono::seconds>& lifetime) {
  if (!lifetime) return {};
  if (*lifetime >= domain::kCodeLifetimeMin && *lifetime <= domain::kCodeLifetimeMax) return {};
  return Fail(
      invalid(fmt::format("ttlSeconds is {}", lifetime->count()),
              fmt::format("use {} to {}; a code is good once, so minutes are enough",
                          domain::kCodeLifetimeMin.count(), domain::kCodeLifetimeMax.count())));
}

Result<void> check_passphrase(const CodeRequest& request) {
  if (!has_text(request.passphrase)) return {};
  if (request.mode == CodeMode::kClaim) {
    return Fail(invalid("a claim has nothing in it that a passphrase could protect",
                        "leave passphrase out, or ask for mode envelope"));
  }
  const std::string_view text = request.passphrase->text();
  if (text.size() <= domain::kCodePassphraseBytesMax && base::is_utf8(text)) return {};
  return Fail(invalid("passphrase is too long or not UTF-8",
                      fmt::format("use at most {} bytes", domain::kCodePassphraseBytesMax)));
}

Result<void> check_compatible(const CodeRequest& request) {
  if (request.pickup == PickupKind::kLetters) {
    return Fail(invalid("a compatible code is picked up by its number, not by letters",
                        "ask for a number, or for mode claim or envelope"));
  }
  if (has_text(request.passphrase) && request.unencrypted) {
    return Fail(invalid("both a passphrase and unencrypted are given", "give one of the two"));
  }
  if (has_text(request.passphrase) || request.unencrypted) return {};
  return Fail(invalid("there is no passphrase, so the code would be the device's key in clear",
                      "give a passphrase; for apps that read nothing else, say unencrypted"));
}

// What only compatible codes have.
Result<void> check_modern(const CodeRequest& request) {
  if (request.pickup == PickupKind::kNumber) {
    return Fail(
        invalid("a number has five digits, which can be tried out: it is for compatible "
                "codes, whose apps know nothing better",
                "ask for letters instead"));
  }
  if (request.unencrypted || request.includes_passphrase || request.object) {
    return Fail(invalid("unencrypted and includePassphrase are for compatible codes only",
                        "leave them out"));
  }
  return {};
}

// The text as it was given; it decodes to a key.
Result<Secret> given_key(const Secret& text) {
  const std::optional<Secret> key = base::base64_decode_secret(text.text());
  if (!key) {
    return Fail(invalid("deviceKey is not base64",
                        "copy the device's primary key whole, with the = at its end"));
  }
  Result<void> good = check_key("deviceKey", *key);
  if (!good) return Fail(std::move(good).error());
  return text.clone();
}

Result<domain::Keys> keys_of(const Call& call, const Enrollment& enrollment) {
  const auto* keys = std::get_if<domain::SymmetricKeys>(&enrollment.attestation);
  if (keys == nullptr) {
    return Fail(invalid(
        fmt::format("{} '{}' proves its devices by {}, so there is no key to put into a code",
                    noun(enrollment.kind), enrollment.id.text(),
                    attestation_name(enrollment.attestation)),
        "ask for mode claim, which needs none: who redeems it brings a key of its own"));
  }
  return open_keys(call.ports, *keys,
                   key_context(enrollment.scope, enrollment.kind, enrollment.id));
}

void note_enrollment(const Enrollment& enrollment, CodeSource& source) {
  source.enrollment = EnrollmentRef{enrollment.kind, enrollment.id};
  source.hubs = enrollment.hubs;
  if (enrollment.enabled) return;
  source.warnings.push_back(
      fmt::format("{} '{}' is switched off: the device is refused until it is on "
                  "again: {}",
                  noun(enrollment.kind), enrollment.id.text(), domain::mend::enable(enrollment)));
}

EnrollmentRef individual_of(const domain::RegistrationId& device) {
  return {EnrollmentKind::kIndividual, domain::EnrollmentId::trusted(device.text())};
}

// Of that device, if there is one.
Task<Result<std::optional<Enrollment>>> find_individual(const Call& call, domain::ScopeId scope,
                                                        domain::RegistrationId device) {
  const EnrollmentKind kind = EnrollmentKind::kIndividual;
  Result<Enrollment> found =
      co_await call.ports.catalog.get_enrollment(scope.text(), kind, device.key());
  if (found) co_return std::optional<Enrollment>(*std::move(found));
  if (found.error().kind == ErrorKind::kNotFound) co_return std::optional<Enrollment>();
  co_return Fail(std::move(found).error());
}

Error goes_first(const domain::RegistrationId& device, std::string_view group) {
  return {ErrorKind::kConflict,
          fmt::format("'{}' has an individual enrollment, which goes before group '{}'",
                      device.text(), group),
          "leave the group out: the code is for the individual enrollment then"};
}

// The enrollment that the request means, as far as there is one.
Task<Result<std::optional<Enrollment>>> find_meant(const Call& call, const CodeRequest& request,
                                                   domain::RegistrationId device) {
  const domain::ScopeId scope = domain::ScopeId::trusted(request.scope);
  Result<std::optional<Enrollment>> individual = co_await find_individual(call, scope, device);
  if (!individual || request.group.empty()) co_return individual;
  if (*individual) co_return Fail(goes_first(device, request.group));
  const EnrollmentKind kind = EnrollmentKind::kGroup;
  Result<Enrollment> group = co_await find_enrollment(call, request.scope, kind, request.group);
  if (!group) co_return Fail(std::move(group).error());
  co_return std::optional<Enrollment>(*std::move(group));
}

Error no_key(const CodeRequest& request) {
  return {ErrorKind::kNotFound,
          fmt::format("'{}' has no individual enrollment, and neither a group nor a key is given",
                      request.device),
          fmt::format("name the group that a new device is to be in, give the device's key, or "
                      "enroll it: {}; a claim (mode claim) needs none of that",
                      domain::mend::create_individual(request.scope, request.device))};
}

Result<Secret> key_from(const Call& call, const Enrollment& enrollment,
                        const domain::RegistrationId& device) {
  BERTH_TRY(const domain::Keys keys, keys_of(call, enrollment));
  if (enrollment.kind == EnrollmentKind::kIndividual) {
    return base::base64_encode_secret(keys.primary.bytes());
  }
  return call.ports.code_desk.derive_key(keys.primary, device.key());
}

Error codes_are_off(const domain::Scope& scope) {
  return {ErrorKind::kConflict,
          fmt::format("scope {} makes no compatible codes: they hold the device's key under a "
                      "passphrase that can be guessed millions of times a second, or in clear",
                      scope.id.text()),
          "ask for mode claim or envelope; for apps that read nothing else, an admin switches them "
          "on: berth scope update --id-scope " +
              scope.id.text() + " --compatible-codes on"};
}

// Whose settings a claim takes; whoever redeems it has the id for itself.
Task<Result<void>> complete_claim(const Call& call, const CodeRequest& request,
                                  CodeSource& source) {
  Result<std::optional<Enrollment>> meant = co_await find_meant(call, request, source.device);
  if (!meant) co_return Fail(std::move(meant).error());
  if (*meant) note_enrollment(**meant, source);
  const EnrollmentRef owner = individual_of(source.device);
  Result<void> free = co_await check_id_owner(call, source.scope.id, source.device, owner);
  co_return free;
}

Task<Result<void>> complete_key(const Call& call, const CodeRequest& request, CodeSource& source) {
  if (has_text(request.device_key)) {
    BERTH_CO_TRY(source.device_key, given_key(*request.device_key));
    co_return Result<void>();
  }
  Result<std::optional<Enrollment>> meant = co_await find_meant(call, request, source.device);
  if (!meant) co_return Fail(std::move(meant).error());
  if (!*meant) co_return Fail(no_key(request));
  const Enrollment& enrollment = **meant;
  BERTH_CO_TRY(source.device_key, key_from(call, enrollment, source.device));
  note_enrollment(enrollment, source);
  Result<void> owned =
      co_await check_id_owner(call, source.scope.id, source.device, *source.enrollment);
  co_return owned;
}

void add_compatible_weaknesses(const CodeRequest& request, std::vector<std::string>& out) {
  out.emplace_back(
      "the picture holds the device's key for good: revoking the code does not take it back, only "
      "a new key of the device does");
  if (request.unencrypted) {
    out.emplace_back("it is not encrypted: whoever sees the picture has the device's key");
  } else {
    out.emplace_back(
        "its key comes from the passphrase by three rounds of MD5, so millions of passphrases a "
        "second can be tried on the picture: use a long random one");
    out.emplace_back("nothing in it shows that it was changed on the way");
  }
  if (request.includes_passphrase) {
    out.emplace_back("the passphrase stands in it: one broken code gives the passphrase away");
  }
  if (request.pickup == PickupKind::kNumber) {
    out.emplace_back(
        "its number has five digits, so strangers may hit it by guessing; it is good once");
  }
}

}  // namespace

Result<void> check_code_request(const CodeRequest& request) {
  if (request.scope.empty()) {
    return Fail(invalid("scope is missing", "see: " + domain::mend::list_scopes()));
  }
  Result<void> good = check_lifetime(request.lifetime);
  if (good) good = check_passphrase(request);
  if (!good) return good;
  good = request.mode == CodeMode::kCompatible ? check_compatible(request) : check_modern(request);
  if (!good) return good;
  if (request.model.size() > domain::kCodeModelBytesMax ||
      base::printable(request.model, domain::kCodeModelBytesMax) != request.model) {
    return Fail(invalid("modelId is too long, not UTF-8, or has control characters",
                        "give a DTMI, such as dtmi:com:example:Thermostat;1"));
  }
  const bool has_key = has_text(request.device_key);
  if (has_key && request.mode == CodeMode::kClaim) {
    return Fail(invalid("a claim carries no key: who redeems it makes one",
                        "leave deviceKey out, or ask for mode envelope"));
  }
  if (!has_key || request.group.empty()) return {};
  return Fail(invalid("both deviceKey and enrollmentGroupId are given",
                      "give the group, and the key is derived; or the key alone"));
}

Task<Result<CodeSource>> find_code_source(const Call& call, const CodeRequest& request) {
  CodeSource source;
  BERTH_CO_TRY(source.device, domain::RegistrationId::parse(request.device));
  Result<domain::Scope> scope = co_await find_scope(call, request.scope);
  if (!scope) co_return Fail(std::move(scope).error());
  source.scope = *std::move(scope);
  const bool compatible = request.mode == CodeMode::kCompatible;
  if (compatible && !source.scope.compatible_codes) co_return Fail(codes_are_off(source.scope));
  if (!source.scope.enabled) {
    source.warnings.push_back("the scope is switched off: " +
                              domain::mend::enable_scope(source.scope.id.text()));
  }
  if (request.object) co_return source;
  if (request.mode == CodeMode::kClaim) {
    Result<void> done = co_await complete_claim(call, request, source);
    if (!done) co_return Fail(std::move(done).error());
  } else {
    Result<void> done = co_await complete_key(call, request, source);
    if (!done) co_return Fail(std::move(done).error());
  }
  co_return source;
}

std::vector<std::string> weaknesses(const CodeRequest& request) {
  std::vector<std::string> out;
  switch (request.mode) {
    case CodeMode::kClaim:
      break;
    case CodeMode::kEnvelope:
      out.emplace_back(
          "the picture holds the device's key, encrypted: who has it and the passphrase has the "
          "key for good; a claim has no key in it");
      if (has_text(request.passphrase) && request.passphrase->size() < kGoodPassphraseBytes) {
        out.push_back(
            fmt::format("the passphrase is shorter than {} characters: leave it out, and "
                        "letters that cannot be guessed are made",
                        kGoodPassphraseBytes));
      }
      break;
    case CodeMode::kCompatible:
      add_compatible_weaknesses(request, out);
      break;
  }
  return out;
}

Task<Result<void>> check_id_owner(const Call& call, domain::ScopeId scope,
                                  domain::RegistrationId device, EnrollmentRef owner) {
  Result<domain::Registration> current =
      co_await call.ports.catalog.get_registration(scope.text(), device.key());
  if (!current && current.error().kind == ErrorKind::kNotFound) co_return Result<void>();
  if (!current) co_return Fail(std::move(current).error());
  const EnrollmentRef& has = current->enrollment;
  if (has.kind == owner.kind && has.id.key() == owner.id.key()) co_return Result<void>();
  co_return Fail(
      ErrorKind::kConflict,
      fmt::format("'{}' has registered through {} '{}', which its id belongs to now", device.text(),
                  noun(has.kind), has.id.text()),
      fmt::format("make the code for that enrollment, or delete the registration or transfer it "
                  "first; see: {}",
                  domain::mend::show_registration(scope.text(), device.text())));
}

Task<Result<std::string>> likely_hub_host(const Call& call, domain::ScopeId scope,
                                          std::vector<domain::HubName> named) {
  if (named.empty()) {
    Result<domain::Listing<domain::HubLink>> links =
        co_await call.ports.catalog.list_hub_links(scope.text());
    if (!links) co_return Fail(std::move(links).error());
    for (const domain::HubLink& link : links->items) {
      if (link.apply_allocation) named.push_back(link.hub);
    }
  }
  if (named.size() != 1) co_return std::string();
  Result<domain::Hub> hub = co_await call.ports.catalog.get_hub(named.front().text());
  if (hub) co_return std::move(hub->host);
  if (hub.error().kind == ErrorKind::kNotFound) co_return std::string();
  co_return Fail(std::move(hub).error());
}

std::string endpoint_of(const Settings& settings, const domain::Scope& scope) {
  std::string own = settings.endpoint;
  if (own.empty()) {
    constexpr std::uint16_t kUsual = 443;
    const std::uint16_t port = settings.https_port == nullptr ? 0 : settings.https_port->load();
    own = settings.server_host;
    if (port != 0 && port != kUsual) own += fmt::format(":{}", port);
  }
  if (scope.service_host.empty()) return own;
  const std::size_t port = own.rfind(':');
  const bool has_port = port != std::string::npos && own.find(']', port) == std::string::npos;
  return scope.service_host + (has_port ? own.substr(port) : "");
}

bool is_code_id(std::string_view text) {
  constexpr std::size_t kSize = 32;
  return text.size() == kSize && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace berth::management
