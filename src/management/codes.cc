// Credential codes as operators make, see and revoke them.
#include "base/log.h"
#include "management/authorise.h"
#include "management/changes.h"
#include "management/code_source.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::CodeMode;
using domain::CodeRequest;
using domain::CredentialCode;
using domain::NewCode;
using domain::PickupKind;

constexpr std::size_t kIdBytes = 16;
// How often a number is made that is taken by another live code.
constexpr int kNumbersTriedMax = 20;

std::chrono::seconds lifetime_of(const CodeRequest& request) {
  const bool number = request.pickup == PickupKind::kNumber;
  return request.lifetime.value_or(number ? domain::kNumberLifetime : domain::kCodeLifetime);
}

// What the code is, without its texts.
CredentialCode begun(const Call& call, const CodeRequest& request, const CodeSource& source) {
  CredentialCode code;
  code.id = call.ports.rng.hex(kIdBytes);
  code.scope = source.scope.id;
  code.mode = request.mode;
  code.device = source.device;
  code.model = request.model;
  code.enrollment = source.enrollment;
  code.encrypted = !request.unencrypted;
  code.pickup = request.pickup;
  code.created_by = audit_record(call, {}).actor;
  code.created_at = call.ports.clock.wall();
  code.expires_at = code.created_at + lifetime_of(request);
  return code;
}

std::string detail_of(const CredentialCode& code) {
  boost::json::object detail;
  detail["mode"] = std::string(to_string(code.mode));
  detail["device"] = code.device.text();
  if (code.enrollment) {
    detail["enrollment"] =
        fmt::format("{}/{}", to_string(code.enrollment->kind), code.enrollment->id.text());
  }
  detail["pickup"] = std::string(to_string(code.pickup));
  detail["encrypted"] = code.encrypted;
  detail["expiresAt"] = base::format_utc(code.expires_at, 0);
  return boost::json::serialize(detail);
}

Act act(std::string_view action, const CredentialCode& code) {
  return {action, code.scope.text(), code.id, detail_of(code)};
}

// The letters by which it is picked up; of an envelope without a passphrase they are that.
void make_letters(const Call& call, const CodeRequest& request, NewCode& made) {
  const bool is_passphrase =
      request.mode == CodeMode::kEnvelope && (!request.passphrase || request.passphrase->empty());
  if (is_passphrase) made.code.pickup = PickupKind::kLetters;
  if (made.code.pickup != PickupKind::kLetters) return;
  made.pickup = call.ports.code_desk.make_letters();
  const Secret typed = call.ports.code_desk.normal_letters(*made.pickup);
  made.code.pickup_digest =
      call.ports.vault.digest(typed.bytes(), domain::pickup_purpose(PickupKind::kLetters));
}

void make_number(const Call& call, NewCode& made) {
  made.number = call.ports.code_desk.make_number();
  const Secret typed = call.ports.code_desk.normal_number(*made.number);
  made.code.pickup_digest =
      call.ports.vault.digest(typed.bytes(), domain::pickup_purpose(PickupKind::kNumber));
}

void seal(const Call& call, const Secret& content, CredentialCode& code) {
  code.content = call.ports.vault.seal(content, domain::code_context(code.scope, code.id));
}

// The link with a new token.
void make_claim(const Call& call, const CodeSource& source, NewCode& made) {
  const CodeDesk& desk = call.ports.code_desk;
  const Secret token = desk.make_token();
  const std::string purpose = std::string(domain::kClaimTokenPurpose) + made.code.id;
  made.code.token_digest = call.ports.vault.digest(token.bytes(), purpose);
  const std::string endpoint = endpoint_of(call.ports.settings, source.scope);
  made.text = desk.claim_link(endpoint, made.code.id, token);
  // Without a pick-up nobody is handed it a second time.
  if (made.code.pickup != PickupKind::kNone) seal(call, made.text, made.code);
}

Task<Result<void>> make_envelope(const Call& call, const CodeRequest& request, CodeSource& source,
                                 NewCode& made) {
  const CodeDesk& desk = call.ports.code_desk;
  CodeContent content;
  content.device = source.device.text();
  content.scope = source.scope.id.text();
  content.device_key = std::move(source.device_key);
  content.model = request.model;
  content.endpoint = endpoint_of(call.ports.settings, source.scope);
  Result<std::string> hub = co_await likely_hub_host(call, source.scope.id, source.hubs);
  if (!hub) co_return Fail(std::move(hub).error());
  content.hub_host = *std::move(hub);
  const bool given = request.passphrase && !request.passphrase->empty();
  Secret key_text = given ? request.passphrase->clone() : desk.normal_letters(*made.pickup);
  const std::string endpoint = content.endpoint;
  Result<Secret> envelope =
      co_await desk.seal_envelope(std::move(content), std::move(key_text), made.code);
  if (!envelope) co_return Fail(std::move(envelope).error());
  made.text = desk.envelope_link(endpoint, made.code.id, *envelope);
  if (made.code.pickup != PickupKind::kNone) seal(call, *envelope, made.code);
  co_return Result<void>();
}

Result<void> make_compatible(const Call& call, const CodeRequest& request, CodeSource& source,
                             NewCode& made) {
  const CodeDesk& desk = call.ports.code_desk;
  const std::optional<Secret> none;
  const std::optional<Secret>& passphrase = request.unencrypted ? none : request.passphrase;
  if (request.object) {
    BERTH_TRY(made.text, desk.compatible_text(*request.object, passphrase));
  } else {
    CodeContent content;
    content.device = source.device.text();
    content.scope = source.scope.id.text();
    content.device_key = std::move(source.device_key);
    content.model = request.model;
    BERTH_TRY(made.text, desk.compatible_text(content, passphrase, request.includes_passphrase));
  }
  if (made.code.pickup != PickupKind::kNone) seal(call, made.text, made.code);
  return {};
}

Task<Result<void>> make_texts(const Call& call, const CodeRequest& request, CodeSource& source,
                              NewCode& made) {
  make_letters(call, request, made);
  if (request.pickup == PickupKind::kNumber) make_number(call, made);
  switch (request.mode) {
    case CodeMode::kClaim:
      make_claim(call, source, made);
      co_return Result<void>();
    case CodeMode::kEnvelope: {
      Result<void> done = co_await make_envelope(call, request, source, made);
      co_return done;
    }
    case CodeMode::kCompatible:
      co_return make_compatible(call, request, source, made);
  }
  co_return Result<void>();
}

// Kept; a number that a live code has is made anew.
Task<Result<void>> keep(const Call& call, NewCode& made) {
  for (int attempt = 1;; ++attempt) {
    domain::AuditRecord audit = audit_record(call, act("credential.create", made.code));
    Result<std::uint64_t> version = co_await call.ports.codes.add(made.code, std::move(audit));
    if (version) {
      made.code.version = *version;
      co_return Result<void>();
    }
    const bool taken = version.error().kind == ErrorKind::kConflict && made.number;
    if (!taken || attempt == kNumbersTriedMax) co_return Fail(std::move(version).error());
    make_number(call, made);
  }
}

Error unknown_code(std::string_view id) {
  return {ErrorKind::kNotFound,
          fmt::format("there is no credential code '{}'", base::printable(id, 64)),
          "old codes are dropped; list those that are kept: berth credential list"};
}

// One that the caller may see.
Task<Result<CredentialCode>> find_code(const Call& call, std::string id) {
  if (!is_code_id(id)) co_return Fail(unknown_code(id));
  Result<CredentialCode> found = co_await call.ports.codes.get(id);
  if (!found && found.error().kind != ErrorKind::kNotFound) co_return found;
  const bool visible = found && may_see(call.actor, found->scope.text());
  if (!visible) co_return Fail(unknown_code(id));
  co_return found;
}

}  // namespace

Task<Answer> run(const Call& call, domain::CreateCode command) {
  const CodeRequest& request = command.request;
  Result<void> fits = check_code_request(request);
  if (!fits) co_return Fail(std::move(fits).error());
  Result<CodeSource> source = co_await find_code_source(call, request);
  if (!source) co_return Fail(std::move(source).error());
  NewCode made;
  made.code = begun(call, request, *source);
  Result<void> texts = co_await make_texts(call, request, *source, made);
  if (!texts) co_return Fail(std::move(texts).error());
  BERTH_CO_TRY(CodePictures pictures, call.ports.code_desk.draw(made.text));
  made.png = std::move(pictures.png);
  made.svg = std::move(pictures.svg);
  Result<void> kept = co_await keep(call, made);
  if (!kept) co_return Fail(std::move(kept).error());
  made.warnings = weaknesses(request);
  for (std::string& each : source->warnings) made.warnings.push_back(std::move(each));
  co_return std::move(made);
}

Task<Answer> run(const Call& call, domain::GetCode command) {
  Result<CredentialCode> found = co_await find_code(call, std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  co_return *std::move(found);
}

Task<Answer> run(const Call& call, domain::ListCodes command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  BERTH_CO_TRY(std::string scope, narrowed_scope(call.actor, std::move(command.scope)));
  if (!scope.empty()) {
    Result<domain::Scope> exists = co_await find_scope(call, scope);
    if (!exists) co_return Fail(std::move(exists).error());
  }
  Result<domain::Listing<CredentialCode>> list =
      co_await call.ports.codes.list(std::move(scope), std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::RevokeCode command) {
  Result<CredentialCode> found = co_await find_code(call, std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  domain::AuditRecord audit = audit_record(call, act("credential.revoke", *found));
  Result<void> revoked = co_await call.ports.codes.revoke(found->id, std::move(audit));
  if (!revoked) co_return Fail(std::move(revoked).error());
  co_return domain::Done{};
}

}  // namespace berth::management
