#include "berth/device/agent.h"

#include "base/codec.h"
#include "berth/device/registration.h"
#include "device/agent_messages.h"
#include "device/http_call.h"

#include <algorithm>

namespace berth::device {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kShownMax = 200;

// What goes over: the server is busy, or starts.
bool may_heal(const HttpReply& reply) { return reply.status >= 500 || reply.status == 429; }

std::string in_seconds(milliseconds time) {
  const auto tenths = (time.count() + 50) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

class Agent {
 public:
  Agent(const AgentConfig& config, const AgentOptions& options, const AgentParts& parts,
        const TlsContext& tls)
      : config_(config),
        parts_(parts),
        tls_(tls),
        options_(options),
        target_{options.server.host, options.server.port, options.server.plain,
                options.call_timeout},
        ends_at_(parts.clock.monotonic() + options.timeout) {}

  Result<AgentReport> run();

 private:
  using Reply = Result<HttpReply, RegistrationError>;

  Result<HttpReply> ask(const std::string& request);
  Reply try_once(const std::string& request);
  bool wait_before(unsigned attempt, const std::string& why);
  Result<void> check_state(const AgentState& state) const;
  Result<AgentState> enrol();
  // Nothing: the credentials are refused.
  Result<std::optional<OwnRecord>> activate(const AgentState& state);
  Error unreachable(const Reply& reply) const;
  std::string where() const { return host_and_port(target_); }
  std::string who() const { return base::printable(config_.serial, kShownMax); }
  void say(const std::string& line) { parts_.observer.say(line); }

  const AgentConfig& config_;
  const AgentParts parts_;
  const TlsContext& tls_;
  const AgentOptions& options_;
  HttpTarget target_;
  const Instant ends_at_;
};

Agent::Reply Agent::try_once(const std::string& request) {
  const auto left = std::chrono::duration_cast<milliseconds>(ends_at_ - parts_.clock.monotonic());
  target_.timeout = std::clamp(left, milliseconds(1), options_.call_timeout);
  return call_http(target_, tls_, request);
}

// False when there is no time for another attempt.
bool Agent::wait_before(unsigned attempt, const std::string& why) {
  milliseconds pause = options_.first_pause;
  for (unsigned done = 1; done < attempt && pause < options_.pause_max; ++done) pause *= 2;
  pause = std::min(pause, options_.pause_max);
  // A fleet that lost its server does not come back all at once.
  const auto half = static_cast<std::uint64_t>(pause.count()) / 2;
  pause = milliseconds(half + parts_.rng.below(half + 1));
  if (parts_.clock.monotonic() + pause >= ends_at_) return false;
  say(why + "; trying again in " + in_seconds(pause));
  return parts_.observer.pause(pause);
}

// A reply that will not change by asking again.
Result<HttpReply> Agent::ask(const std::string& request) {
  for (unsigned attempt = 1;; ++attempt) {
    Reply reply = try_once(request);
    if (reply && !may_heal(*reply)) return *std::move(reply);
    const bool is_hopeless = !reply && reply.error().trouble == Trouble::kTls;
    const std::string why =
        reply ? where() + " answered " + refusal_text(*reply)
              : where() + " did not answer: " + base::printable(reply.error().what, kShownMax);
    if (is_hopeless || attempt >= options_.attempts || !wait_before(attempt, why)) {
      return Fail(unreachable(reply));
    }
  }
}

Error Agent::unreachable(const Reply& reply) const {
  if (reply) {
    return {ErrorKind::kUnavailable, where() + " answered " + refusal_text(*reply),
            "try again later; the server's log says why"};
  }
  const RegistrationError& error = reply.error();
  std::string mend = "check that the server runs, and that `server` in the file names it";
  if (error.trouble == Trouble::kTls) {
    mend = "name the server's CA as `ca_file`; a port without TLS needs `server = http://…`";
  }
  return {ErrorKind::kUnavailable,
          where() + " did not answer: " + base::printable(error.what, kShownMax), std::move(mend)};
}

Result<void> Agent::check_state(const AgentState& state) const {
  if (state.model == config_.model && state.serial == config_.serial) return {};
  return Fail(ErrorKind::kInvalid,
              parts_.store.files().state.string() + " belongs to serial " +
                  base::printable(state.serial, kShownMax) + " of " +
                  base::printable(state.model, kShownMax) + ", the configuration names " + who() +
                  " of " + config_.model,
              "give each thing a `state_file` of its own; --reset-state forgets the other one");
}

Result<AgentState> Agent::enrol() {
  if (config_.enrolment.empty()) {
    return Fail(
        ErrorKind::kInvalid,
        "the file does not set `enroll_pass`, and without it " + who() + " cannot be enrolled",
        "set the enrol password of that serial");
  }
  say("enrolling " + who() + " of " + config_.model + " at " + where() +
      (target_.plain ? ", without TLS" : ""));
  BERTH_TRY(const HttpReply reply, ask(enrol_request(config_, where())));
  if (reply.status != 200 && reply.status != 201) {
    return Fail(ErrorKind::kForbidden,
                where() + " refused to enrol " + who() + ": " + refusal_text(reply),
                hint_for_enrolment(reply, config_));
  }
  std::optional<Enrolled> enrolled = read_enrolled(reply.body);
  if (!enrolled) {
    return Fail(ErrorKind::kUnavailable,
                where() + " answered an enrolment without an id and a password of their form",
                "check that `server` names a server of such things");
  }
  AgentState state{config_.model, config_.serial, std::move(enrolled->id),
                   std::move(enrolled->connection)};
  Result<void> kept = parts_.store.save(state);
  if (!kept) return Fail(std::move(kept).error());
  say("enrolled as " + state.id + "; credentials are in " + parts_.store.files().state.string() +
      ", encrypted");
  return state;
}

Result<std::optional<OwnRecord>> Agent::activate(const AgentState& state) {
  BERTH_TRY(const HttpReply reply, ask(own_record_request(state, where())));
  if (reply.status == 401) return std::optional<OwnRecord>();
  if (reply.status == 403) {
    return Fail(ErrorKind::kForbidden,
                where() + " does not let " + state.id + " in: " + refusal_text(reply),
                "the operator has disabled it; `berth thing serial restore " + state.model + " " +
                    base::printable(state.serial, kShownMax) + "` lets it in again");
  }
  std::optional<OwnRecord> record;
  if (reply.status == 200) record = read_own_record(reply.body);
  if (record) return record;
  return Fail(ErrorKind::kUnavailable,
              where() + " does not show " + state.id + " to itself: " + refusal_text(reply),
              "check that `server` names a server of such things");
}

Result<AgentReport> Agent::run() {
  BERTH_TRY(std::optional<AgentState> state, parts_.store.load());
  AgentReport report;
  std::optional<OwnRecord> record;
  if (state) {
    Result<void> ours = check_state(*state);
    if (!ours) return Fail(std::move(ours).error());
    BERTH_TRY(record, activate(*state));
  }
  if (!record) {
    report.enrolment = state ? AgentEnrolment::kAgain : AgentEnrolment::kFirst;
    if (state) say(where() + " no longer takes the credentials of " + state->id);
    if (state && config_.enrolment.empty()) {
      return Fail(ErrorKind::kUnauthenticated,
                  where() + " no longer takes the credentials of " + state->id +
                      ", and the file does not set `enroll_pass`",
                  "set the enrol password, so that it can enrol again");
    }
    BERTH_TRY(state, enrol());
    BERTH_TRY(record, activate(*state));
  }
  if (!record) {
    return Fail(ErrorKind::kUnauthenticated,
                where() + " refuses the credentials that it has just given " + state->id,
                "another program may have enrolled the same serial; start again");
  }
  report.id = std::move(state->id);
  report.connection = std::move(state->connection);
  report.name = base::printable(record->name, kShownMax);
  report.status = base::printable(record->status, kShownMax);
  return report;
}

}  // namespace

std::string_view to_string(AgentEnrolment enrolment) {
  switch (enrolment) {
    case AgentEnrolment::kKept:
      return "kept";
    case AgentEnrolment::kFirst:
      return "first";
    case AgentEnrolment::kAgain:
      return "again";
  }
  return "kept";
}

Result<AgentReport> run_agent(const AgentConfig& config, const AgentOptions& options,
                              const AgentParts& parts) {
  Result<TlsContext> tls =
      options.server.plain ? TlsContext::none() : TlsContext::trusting(options.ca);
  if (!tls) return Fail(std::move(tls).error());
  Agent agent(config, options, parts, *tls);
  return agent.run();
}

}  // namespace berth::device
