#include "bench/fleet/issue.h"

#include "bench/fleet/dps.h"
#include "bench/fleet/messages.h"
#include "bench/fleet/papers.h"
#include "crypto/certificate.h"

#include <boost/json.hpp>

#include <algorithm>
#include <optional>

namespace berth::fleet {
namespace {

namespace json = boost::json;

constexpr std::string_view kVersion = "2025-07-01-preview";
constexpr double kPollSeconds = 0.05;  // when an answer says no better
constexpr unsigned kPollsMax = 20;
constexpr std::uint64_t kCountMax = 200'000;  // each has its papers in memory
// Reading a certificate costs OpenSSL 3.0 more than some servers need to make one.
constexpr std::uint64_t kReadWholly = 16;

// The text of the certificate at `path`, "/data/certificate"; empty when it is not there.
std::string text_at(std::string_view body, const char* path) {
  boost::system::error_code failed;
  const json::value value = json::parse(body, failed);
  if (failed) return {};
  const json::value* found = value.find_pointer(path, failed);
  return found == nullptr || !found->is_string() ? std::string() : std::string(found->get_string());
}

// DER of one certificate, whole, with the name in it; every so often OpenSSL reads it, too.
bool is_certificate_of(const std::string& text, const std::string& name, std::uint64_t device) {
  const Result<base::Bytes> der = crypto::certificate_der(text);
  if (!der || std::search(der->begin(), der->end(), name.begin(), name.end()) == der->end()) {
    return false;
  }
  if (device % kReadWholly != 0) return true;
  const Result<crypto::CertificateFacts> facts = crypto::read_certificate(*der);
  return facts && facts->common_name == name;
}

// What the answers of an authority look like.
struct Manner {
  int status = 200;
  const char* path = "";  // of the certificate, RFC 6901
};

class IssueScript : public Script {
 public:
  IssueScript(std::string name, std::uint64_t device, std::string request, Manner manner)
      : name_(std::move(name)), device_(device), request_(std::move(request)), manner_(manner) {}

  Step begin(Tally&) override { return Step::send(std::move(request_)); }

  Step answered(const Answer& answer, Tally&) override {
    if (answer.status != manner_.status) return unexpected(answer);
    if (is_certificate_of(text_at(answer.body, manner_.path), name_, device_)) return Step::done();
    return Step::fail("an answer without the certificate of " + name_ + ": " +
                      base::printable(answer.body));
  }

 protected:
  Step unexpected(const Answer& answer) const {
    return Step::fail("answered " + std::to_string(answer.status) + ": " +
                      base::printable(answer.body));
  }

 private:
  const std::string name_;
  const std::uint64_t device_;
  std::string request_;
  const Manner manner_;
};

// Registers first; the certificate comes with the answer to a poll.
class RegisterScript final : public IssueScript {
 public:
  using IssueScript::IssueScript;

  // The poll before the operation's id, and behind it.
  void polls(std::string before, std::string behind) {
    before_ = std::move(before);
    behind_ = std::move(behind);
  }

  Step answered(const Answer& answer, Tally& tally) override {
    if (answer.status != 202) {
      return polls_ == 0 ? unexpected(answer) : IssueScript::answered(answer, tally);
    }
    if (polls_ == 0) poll_ = before_ + std::string(json_text(answer.body, "operationId")) + behind_;
    if (polls_ == kPollsMax) return Step::fail("not assigned after so many polls");
    if (polls_ == 0) return poll(tally);
    const std::optional<unsigned> told = retry_after(answer);
    return Step::pause(told ? *told : kPollSeconds);
  }

  Step resumed(Tally& tally) override { return poll(tally); }

 private:
  Step poll(Tally& tally) {
    ++polls_;
    ++tally.polls;
    return Step::send(poll_);
  }

  std::string before_;
  std::string behind_;
  std::string poll_;
  unsigned polls_ = 0;
};

// One of the three servers.
class Target {
 public:
  virtual ~Target() = default;
  // The HTTP request that asks for a certificate; made before the load window.
  virtual Result<std::string> ask(std::uint64_t device, const std::string& name,
                                  const base::Bytes& request) = 0;
  virtual std::unique_ptr<Script> script(std::uint64_t device, const std::string& name,
                                         std::string asks) = 0;
};

class BerthTarget final : public Target {
 public:
  static Result<std::unique_ptr<Target>> read(const Options& options, const Clock& clock) {
    BERTH_TRY(DpsFleet fleet, DpsFleet::read(options, clock, DpsFleet::Proof::kToken));
    auto target = std::make_unique<BerthTarget>(std::move(fleet));
    target->host_ = options.text("host", "localhost");
    target->scope_ = options.text("id-scope");
    return target;
  }

  explicit BerthTarget(DpsFleet fleet) : fleet_(std::move(fleet)) {}

  Result<std::string> ask(std::uint64_t device, const std::string& name,
                          const base::Bytes& request) override {
    const std::string body = json::serialize(
        json::object{{"registrationId", name}, {"csr", base::base64_encode(request)}});
    return to_bytes({"PUT", path(name) + "/register" + query(), host_, fleet_.token(device), body});
  }

  std::unique_ptr<Script> script(std::uint64_t device, const std::string& name,
                                 std::string asks) override {
    const Manner manner{200, "/registrationState/issuedCertificateChain/0"};
    auto script = std::make_unique<RegisterScript>(name, device, std::move(asks), manner);
    const std::string target = path(name) + "/operations/" + std::string(kHere) + query();
    const std::string poll = to_bytes({"GET", target, host_, fleet_.token(device)});
    const std::size_t at = poll.find(kHere);
    script->polls(poll.substr(0, at), poll.substr(at + kHere.size()));
    return script;
  }

 private:
  static constexpr std::string_view kHere = "{operation}";

  std::string path(const std::string& name) const {
    return "/" + scope_ + "/registrations/" + name;
  }
  static std::string query() { return "?api-version=" + std::string(kVersion); }

  DpsFleet fleet_;
  std::string scope_;
  std::string host_;
};

class StepCaTarget final : public Target {
 public:
  static Result<std::unique_ptr<Target>> read(const Options& options, const Clock& clock) {
    BERTH_TRY(const std::string key, options.file("token-key"));
    TokenMaker::Terms terms;
    BERTH_TRY(terms.issuer, options.needed("token-issuer"));
    BERTH_TRY(terms.key_id, options.needed("token-kid"));
    BERTH_TRY(terms.audience, options.needed("token-audience"));
    BERTH_TRY(TokenMaker maker, TokenMaker::load(Secret::from_text(key), std::move(terms)));
    auto target = std::make_unique<StepCaTarget>(std::move(maker), clock);
    target->host_ = options.text("host", "localhost");
    return target;
  }

  StepCaTarget(TokenMaker maker, const Clock& clock) : maker_(std::move(maker)), clock_(clock) {}

  Result<std::string> ask(std::uint64_t, const std::string& name,
                          const base::Bytes& request) override {
    BERTH_TRY(const std::string token, maker_.token(name, clock_));
    const std::string body =
        json::serialize(json::object{{"csr", request_pem(request)}, {"ott", token}});
    return to_bytes({"POST", "/1.0/sign", host_, {}, body});
  }

  std::unique_ptr<Script> script(std::uint64_t device, const std::string& name,
                                 std::string asks) override {
    return std::make_unique<IssueScript>(name, device, std::move(asks), Manner{201, "/crt"});
  }

 private:
  TokenMaker maker_;
  const Clock& clock_;
  std::string host_;
};

class OpenBaoTarget final : public Target {
 public:
  static Result<std::unique_ptr<Target>> read(const Options& options, const Clock&) {
    auto target = std::make_unique<OpenBaoTarget>();
    BERTH_TRY(const std::string token, options.first_line("token-file"));
    BERTH_TRY(const std::string role, options.needed("role"));
    target->authorization_ = Secret::from_text("Bearer " + token);
    target->path_ = "/v1/pki/sign/" + role;
    target->host_ = options.text("host", "localhost");
    return target;
  }

  Result<std::string> ask(std::uint64_t, const std::string& name,
                          const base::Bytes& request) override {
    const std::string body =
        json::serialize(json::object{{"csr", request_pem(request)}, {"common_name", name}});
    return to_bytes({"POST", path_, host_, authorization_.text(), body});
  }

  std::unique_ptr<Script> script(std::uint64_t device, const std::string& name,
                                 std::string asks) override {
    const Manner manner{200, "/data/certificate"};
    return std::make_unique<IssueScript>(name, device, std::move(asks), manner);
  }

 private:
  Secret authorization_;
  std::string path_;
  std::string host_;
};

class IssuePlan final : public Plan {
 public:
  IssuePlan(std::unique_ptr<Target> target, std::string prefix, std::uint64_t count)
      : target_(std::move(target)), prefix_(std::move(prefix)) {
    shape_.scripts = count;
    shape_.kept = true;
  }

  Shape shape() const override { return shape_; }

  Result<void> prepare() override {
    asks_.reserve(shape_.scripts);
    for (std::uint64_t device = 0; device < shape_.scripts; ++device) {
      BERTH_TRY(const base::Bytes request, make_request(name(device)));
      BERTH_TRY(std::string asks, target_->ask(device, name(device), request));
      asks_.push_back(std::move(asks));
    }
    return {};
  }

  std::unique_ptr<Script> script(std::uint64_t device) override {
    return target_->script(device, name(device), std::move(asks_[device]));
  }

 private:
  std::string name(std::uint64_t device) const { return prefix_ + std::to_string(device); }

  const std::unique_ptr<Target> target_;
  const std::string prefix_;
  Shape shape_;
  std::vector<std::string> asks_;
};

Result<std::unique_ptr<Target>> read_target(const Options& options, const Clock& clock) {
  BERTH_TRY(const std::string to, options.needed("to"));
  if (to == "berth") return BerthTarget::read(options, clock);
  if (to == "step-ca") return StepCaTarget::read(options, clock);
  if (to == "openbao") return OpenBaoTarget::read(options, clock);
  return Fail(ErrorKind::kInvalid, "--to cannot be `" + to + "`",
              "it takes berth, step-ca or openbao");
}

}  // namespace

Result<std::unique_ptr<Plan>> make_csr(const Options& options, const Clock& clock) {
  BERTH_TRY(std::unique_ptr<Target> target, read_target(options, clock));
  BERTH_TRY(const std::uint64_t count, options.number("count", 1'000, 1, kCountMax));
  return std::make_unique<IssuePlan>(std::move(target), options.text("prefix", "fleet-"), count);
}

}  // namespace berth::fleet
