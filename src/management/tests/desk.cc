#include "management/tests/desk.h"

#include "management/token_check.h"

namespace berth::management::testing {

using domain::Role;

domain::Sealed FakeVault::seal(const Secret& secret, std::string_view context) {
  domain::Sealed sealed;
  for (const char c : context) sealed.bytes.push_back(static_cast<std::uint8_t>(c));
  sealed.bytes.push_back(0);
  sealed.bytes.insert(sealed.bytes.end(), secret.bytes().begin(), secret.bytes().end());
  return sealed;
}

Result<Secret> FakeVault::open(const domain::Sealed& sealed, std::string_view context) {
  const std::string_view text(reinterpret_cast<const char*>(sealed.bytes.data()),
                              sealed.bytes.size());
  if (!text.starts_with(context) || text.size() <= context.size()) {
    return Fail(ErrorKind::kInternal, "sealed under another context");
  }
  return Secret::from_text(text.substr(context.size() + 1));
}

base::Bytes FakeVault::digest(std::span<const std::uint8_t> bytes, std::string_view purpose) {
  base::Bytes digest(32, 0);
  std::uint64_t state = 14695981039346656037ULL;  // FNV-1a, spread over 32 bytes
  const auto take = [&](std::uint8_t byte) { state = (state ^ byte) * 1099511628211ULL; };
  for (const char c : purpose) take(static_cast<std::uint8_t>(c));
  for (const std::uint8_t byte : bytes) take(byte);
  for (std::uint8_t& byte : digest) {
    take(byte);
    byte = static_cast<std::uint8_t>(state >> 32);
  }
  return digest;
}

std::string FakeVault::fingerprint(std::span<const std::uint8_t> bytes) {
  const base::Bytes all = digest(bytes, "fingerprint");
  return base::hex_encode(std::span(all).first(6));
}

Task<Result<std::string>> FakeHasher::hash(SharedSecret password) {
  if (busy) co_return Fail(ErrorKind::kUnavailable, "too many wait", "try again");
  hashed.emplace_back(password->text());
  co_return "$argon2id$" + std::to_string(hashed.size());
}

Task<Result<bool>> FakePasswordCheck::matches(SharedSecret password, std::string stored) {
  ++checks;
  if (hasher_.busy) co_return Fail(ErrorKind::kUnavailable, "too many wait", "try again");
  for (std::size_t i = 0; i < hasher_.hashed.size(); ++i) {
    const bool made_by_it = stored == "$argon2id$" + std::to_string(i + 1);
    if (made_by_it) co_return hasher_.hashed[i] == password->text();
  }
  co_return false;
}

std::vector<domain::NewMember> named(const std::vector<std::string>& names) {
  std::vector<domain::NewMember> members;
  for (const std::string& name : names) members.push_back({name});
  return members;
}

Desk::Desk() {
  Settings settings;
  settings.server_host = "berth.example.net";
  settings.version = "0.1.0";
  settings.started_at = clock.wall();
  settings.guesses.failures_max = 3;
  settings.endpoint = "berth.example.net:8443";
  const Ports ports{catalog,      vault, hub,       clock, rng,           hasher,
                    certificates, codes, code_desk, fleet, password_check};
  management = std::make_unique<Management>(ports, settings);
  for (const char* id : {kScope, kOtherScope}) {
    domain::Scope scope;
    scope.id = domain::ScopeId::trusted(id);
    scope.display_name = id;
    scope.version = 1;
    catalog.scopes.emplace(id, scope);
  }
  for (const char* name : {"hub-1", "hub-2"}) {
    domain::Hub made;
    made.name = domain::HubName::trusted(name);
    made.host = std::string(name) + ".example.net";
    made.version = 1;
    catalog.hubs.emplace(name, made);
  }
  domain::HubLink link;
  link.scope = domain::ScopeId::trusted(kScope);
  link.hub = domain::HubName::trusted("hub-1");
  link.version = 1;
  catalog.links.emplace(FakeCatalog::Pair(kScope, "hub-1"), link);

  admin = make_token(Role::kAdmin);
  operator_ = make_token(Role::kOperator);
  viewer = make_token(Role::kViewer);
  limited_admin = make_token(Role::kAdmin, kScope);
  limited_operator = make_token(Role::kOperator, kScope);
  limited_viewer = make_token(Role::kViewer, kScope);
}

domain::Device& Desk::add_device(const std::string& id, const std::string& scope) {
  domain::Device device;
  device.hub = domain::HubName::trusted("hub-1");
  device.id = domain::DeviceId::trusted(id);
  device.scope = domain::ScopeId::trusted(scope);
  device.created_at = clock.wall();
  device.version = 1;
  const std::string context = domain::device_key_context(device.hub, device.id);
  device.keys.emplace();
  device.keys->primary = vault.seal(rng.secret(64), context);
  device.keys->secondary = vault.seal(rng.secret(64), context);
  return catalog.devices.insert_or_assign(FakeCatalog::Pair("hub-1", id), device).first->second;
}

std::string Desk::make_token(Role role, const std::string& scope) {
  domain::Token token;
  token.id = rng.hex(5);
  token.role = role;
  token.version = 1;
  if (!scope.empty()) token.scope = domain::ScopeId::trusted(scope);
  const Secret text = make_token_text(token.id, rng);
  token.digest = token_digest(vault, token.id, text.text());
  catalog.tokens.emplace(token.id, token);
  return std::string(text.text());
}

Result<domain::ManagementResult> Desk::ask(const std::string& token,
                                           domain::ManagementCommand command,
                                           const std::string& source) {
  domain::Caller caller{Secret::from_text(token), source};
  Result<domain::ManagementResult> answer =
      base::run_task(management->handle(std::move(caller), std::move(command)));
  return answer;
}

Error Desk::refused(Result<domain::ManagementResult> answer) {
  EXPECT_FALSE(answer.has_value());
  return answer ? Error() : answer.error();
}

domain::Enrollment Desk::make_group(const std::string& id, domain::EnrollmentEdit edit) {
  edit.id = id;
  domain::CreateEnrollment command{kScope, domain::EnrollmentKind::kGroup, std::move(edit)};
  return expect<domain::Enrollment>(ask(operator_, std::move(command)));
}

domain::Enrollment Desk::make_product(const std::string& id, domain::ProductSecretEdit product) {
  domain::EnrollmentEdit edit;
  edit.product = std::move(product);
  return make_group(id, std::move(edit));
}

domain::Enrollment Desk::make_password_group(domain::MemberPasswordsEdit passwords) {
  domain::CreateEnrollment command{kScope, domain::EnrollmentKind::kGroup, {}};
  command.edit.passwords = std::move(passwords);
  return expect<domain::Enrollment>(ask(operator_, std::move(command)));
}

Secret Desk::key_of(const domain::Enrollment& enrollment, domain::KeySlot slot) {
  const auto& keys = std::get<domain::SymmetricKeys>(enrollment.attestation);
  const auto& sealed = slot == domain::KeySlot::kPrimary ? keys.primary : keys.secondary;
  Result<Secret> key =
      vault.open(sealed, domain::key_context(enrollment.scope, enrollment.kind, enrollment.id));
  EXPECT_TRUE(key.has_value());
  return key ? *std::move(key) : Secret();
}

}  // namespace berth::management::testing
