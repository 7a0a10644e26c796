#include "provisioning/explain.h"

#include "base/log.h"
#include "provisioning/case_file.h"
#include "provisioning/causes.h"
#include "provisioning/connection_causes.h"
#include "provisioning/member_causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace berth::provisioning {
namespace {

using domain::Finding;
using domain::Reason;

constexpr std::size_t kBatchMax = 64;
constexpr std::size_t kFindingsMax = 4;
constexpr std::chrono::seconds kRewriteEvery{1};

struct Refused {
  domain::Claim claim;
  domain::Trail trail;
  bool of_connection = false;  // to a hub; else of an attempt to register
  std::optional<domain::Device> device;
};

// Equal refusals: the first one's trail with a growing count.
struct Window {
  std::string key;
  domain::Trail trail;
  Instant opened;
  Instant written;
  bool dirty = true;
};

std::string window_key(const domain::Trail& trail) {
  // Ids at hubs tell upper from lower case.
  const std::string id =
      trail.hub.empty() ? base::ascii_lower(trail.registration_id) : trail.registration_id;
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", trail.scope, trail.hub, id, trail.operation,
                     to_string(trail.reason), trail.source);
}

bool any_proven(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const auto& each) { return each.proven; });
}

void append(std::vector<Finding>& to, std::vector<Finding> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// Proven ones first, otherwise as found; of one cause only the first.
void rank(std::vector<Finding>& findings) {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const auto& a, const auto& b) { return a.proven && !b.proven; });
  std::vector<Finding> kept;
  for (Finding& each : findings) {
    const bool repeats = std::any_of(kept.begin(), kept.end(), [&](const auto& other) {
      return other.cause == each.cause && (other.proven || other.mend == each.mend);
    });
    if (!repeats && kept.size() < kFindingsMax) kept.push_back(std::move(each));
  }
  findings = std::move(kept);
}

// For a refusal in a flood of them.
std::vector<Finding> unexamined(const Refused& refused) {
  std::vector<Finding> findings =
      refused.of_connection ? plain_connection_causes(refused.claim, refused.trail, refused.device)
                            : plain_causes(refused.claim, refused.trail, {});
  if (!findings.empty()) return findings;
  return {{domain::Cause::kUnexplained, false,
           "Too many refusals came at once, so this one was not looked into; the next one of this "
           "device in a quieter minute will be.",
           "berth trail list --failed"}};
}

// Figures (times, counts) differ from one refusal to the next without being another cause.
std::string without_digits(std::string text) {
  std::erase_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return text;
}

// Whether a key from another scope could be behind it.
bool looks_abroad(Reason reason) {
  return reason == Reason::kScopeUnknown || reason == Reason::kNotEnrolled ||
         reason == Reason::kProofRejected || reason == Reason::kChainIncomplete;
}

}  // namespace

struct Explainer::State {
  State(Ports given, ExplainSettings set, std::function<void()> waker)
      : ports(std::move(given)),
        settings(set),
        wake(std::move(waker)),
        allowance(set.explained_burst),
        allowance_at(ports.clock.monotonic()) {}

  Task<void> take(Refused refused);
  Task<std::vector<Finding>> explain(const Refused& refused);
  Task<std::vector<Finding>> explain_member(const Refused& refused);
  Task<std::vector<Finding>> explain_connection(const Refused& refused);
  Task<void> write_windows();
  std::vector<Finding> rivals(const Refused& refused, const CaseFile& file,
                              const Neighbours& neighbours);
  bool count_in(const std::string& key, const domain::Trail& trail);
  void open_window(std::string key, domain::Trail trail);
  bool may_explain();

  Ports ports;
  const ExplainSettings settings;
  const std::function<void()> wake;

  std::mutex mutex;  // guards the following five
  std::deque<Refused> queue;
  bool draining = false;
  bool woken = false;
  bool stopped = false;
  Stats stats;

  // Of the running drain().
  std::list<Window> windows;  // oldest first
  std::unordered_map<std::string, std::list<Window>::iterator> by_key;
  std::unordered_map<std::string, std::string> last_alike;  // by window_key(): the key in by_key
  std::vector<domain::Trail> leaving;  // of windows that are gone but not written
  double allowance;
  Instant allowance_at;
};

Explainer::Explainer(Ports ports, ExplainSettings settings, std::function<void()> wake)
    : state_(std::make_unique<State>(std::move(ports), settings, std::move(wake))) {}
Explainer::~Explainer() = default;

void Explainer::refused(domain::Claim claim, domain::Trail trail) {
  take_in(std::move(claim), std::move(trail), false, std::nullopt);
}

void Explainer::connection_refused(domain::Claim claim, domain::Trail trail,
                                   std::optional<domain::Device> device) {
  take_in(std::move(claim), std::move(trail), true, std::move(device));
}

void Explainer::take_in(domain::Claim claim, domain::Trail trail, bool of_connection,
                        std::optional<domain::Device> device) {
  {
    const std::lock_guard lock(state_->mutex);
    ++state_->stats.received;
    if (state_->stopped || state_->queue.size() >= state_->settings.queue_count_max) {
      ++state_->stats.dropped;
      return;
    }
    state_->queue.push_back({std::move(claim), std::move(trail), of_connection, std::move(device)});
    if (state_->draining || state_->woken) return;
    state_->woken = true;
  }
  if (state_->wake) state_->wake();
}

Task<void> Explainer::drain() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->woken = false;
    if (state_->draining) co_return;
    state_->draining = true;
  }
  for (;;) {
    std::vector<Refused> batch;
    {
      const std::lock_guard lock(state_->mutex);
      const std::size_t count = std::min(kBatchMax, state_->queue.size());
      const auto end = state_->queue.begin() + static_cast<std::ptrdiff_t>(count);
      batch.assign(std::make_move_iterator(state_->queue.begin()), std::make_move_iterator(end));
      state_->queue.erase(state_->queue.begin(), end);
    }
    for (Refused& each : batch) co_await state_->take(std::move(each));
    co_await state_->write_windows();
    const std::lock_guard lock(state_->mutex);
    if (!state_->queue.empty()) continue;
    state_->draining = false;
    co_return;
  }
}

void Explainer::stop() {
  const std::lock_guard lock(state_->mutex);
  state_->stopped = true;
}

Explainer::Stats Explainer::stats() const {
  const std::lock_guard lock(state_->mutex);
  return state_->stats;
}

bool Explainer::State::may_explain() {
  const Instant now = ports.clock.monotonic();
  const std::chrono::duration<double> since = now - allowance_at;
  allowance_at = now;
  allowance =
      std::min(settings.explained_burst, allowance + since.count() * settings.explained_per_second);
  if (allowance < 1.0) return false;
  allowance -= 1.0;
  return true;
}

void Explainer::State::open_window(std::string key, domain::Trail trail) {
  if (windows.size() >= std::max<std::size_t>(1, settings.windows_max)) {
    if (windows.front().dirty) leaving.push_back(std::move(windows.front().trail));
    by_key.erase(windows.front().key);
    windows.pop_front();
  }
  const Instant now = ports.clock.monotonic();
  windows.push_back({key, std::move(trail), now, now - kRewriteEvery, true});
  by_key.emplace(std::move(key), std::prev(windows.end()));
}

// Whether it was one more of a window that is open.
bool Explainer::State::count_in(const std::string& key, const domain::Trail& trail) {
  const auto found = by_key.find(key);
  if (found == by_key.end()) return false;
  Window& window = *found->second;
  if (ports.clock.monotonic() - window.opened < settings.window) {
    window.trail.count += trail.count;
    window.dirty = true;
    return true;
  }
  if (window.dirty) leaving.push_back(std::move(window.trail));
  windows.erase(found->second);
  by_key.erase(found);
  return false;
}

// Refusals with one reason may have two causes (a device that tries one key after the other), so
// what was found is part of what makes them equal. A repeated one is looked into only while there
// is allowance to spare; else it counts with the last one like it.
Task<void> Explainer::State::take(Refused refused) {
  const std::string alike = window_key(refused.trail);
  const auto before = last_alike.find(alike);
  const bool repeats = before != last_alike.end() && by_key.contains(before->second);
  const bool to_spare = allowance > settings.explained_burst / 2;
  if (repeats && !to_spare && count_in(before->second, refused.trail)) co_return;

  std::string key = alike;
  if (may_explain()) {
    std::vector<Finding> findings;
    if (refused.of_connection) {
      findings = co_await explain_connection(refused);
    } else {
      findings = co_await explain(refused);
    }
    rank(findings);
    refused.trail.findings = std::move(findings);
    if (!refused.trail.findings.empty()) {
      key += '\n' + without_digits(refused.trail.findings.front().text);
    }
    const std::lock_guard lock(mutex);
    ++stats.explained;
  } else {
    refused.trail.findings = unexamined(refused);
  }
  if (last_alike.size() >= 2 * settings.windows_max) last_alike.clear();
  last_alike[alike] = key;
  if (!count_in(key, refused.trail)) open_window(std::move(key), std::move(refused.trail));
}

std::vector<Finding> Explainer::State::rivals(const Refused& refused, const CaseFile& file,
                                              const Neighbours& neighbours) {
  std::vector<Finding> findings;
  for (const std::unique_ptr<Attestor>& attestor : ports.attestors) {
    if (!attestor->reads(refused.claim.evidence)) continue;
    const RivalInput input{refused.claim,        refused.claim.registration_id,
                           refused.trail.reason, ports.clock.wall(),
                           file.current,         file.candidates,
                           file.same_scope,      neighbours.enrollments,
                           file.member,          file.roster,
                           file.authorities,     file.challenge ? &*file.challenge : nullptr};
    append(findings, attestor->rivals(input, settings.tests_max));
  }
  return findings;
}

Task<std::vector<Finding>> Explainer::State::explain(const Refused& refused) {
  const domain::Claim& claim = refused.claim;
  const Reason reason = refused.trail.reason;
  if (!refused.trail.findings.empty()) co_return refused.trail.findings;  // known already
  if (claim.membership) {
    std::vector<Finding> of_member = co_await explain_member(refused);
    co_return of_member;
  }
  CaseFile file = co_await gather_scope(ports.store, settings, claim.scope, claim.registration_id);
  std::vector<Finding> findings = plain_causes(claim, refused.trail, file);
  if (findings.empty()) {
    const Neighbours none;
    findings = rivals(refused, file, none);
  }
  if (looks_abroad(reason) && !any_proven(findings)) {
    Neighbours neighbours =
        co_await gather_neighbours(ports.store, settings, claim.scope, claim.registration_id);
    CaseFile elsewhere;
    elsewhere.current = file.current;
    append(findings, rivals(refused, elsewhere, neighbours));
    if (reason == Reason::kScopeUnknown) append(findings, scope_near_misses(claim, neighbours));
    if (reason == Reason::kNotEnrolled) append(findings, id_near_misses(claim, file));
  }
  if (findings.empty()) findings.push_back(unexplained(claim, refused.trail));
  co_return findings;
}

Task<std::vector<Finding>> Explainer::State::explain_member(const Refused& refused) {
  const domain::Claim& claim = refused.claim;
  const CaseFile file = co_await gather_membership(ports.store, settings, *claim.membership);
  std::vector<Finding> findings = member_causes(claim, refused.trail, file);
  if (findings.empty()) findings = plain_causes(claim, refused.trail, file);
  if (findings.empty()) {
    Neighbours neighbours;
    neighbours.enrollments = file.products;
    findings = rivals(refused, file, neighbours);
  }
  std::optional<Finding> nothing_fits;
  if (findings.empty()) nothing_fits = unexplained_member(refused.trail, file);
  if (nothing_fits) findings.push_back(*std::move(nothing_fits));
  if (findings.empty()) findings.push_back(unexplained(claim, refused.trail));
  co_return findings;
}

Task<std::vector<Finding>> Explainer::State::explain_connection(const Refused& refused) {
  const domain::Claim& claim = refused.claim;
  if (!refused.trail.findings.empty()) co_return refused.trail.findings;  // known already
  std::vector<Finding> findings = plain_connection_causes(claim, refused.trail, refused.device);
  if (!findings.empty()) co_return findings;
  const domain::HubName hub = domain::HubName::trusted(refused.trail.hub);
  const ConnectionFile file =
      co_await gather_connection(ports.store, settings, claim, hub, refused.device);
  for (const std::unique_ptr<Attestor>& attestor : ports.attestors) {
    if (!attestor->reads(claim.evidence)) continue;
    const ConnectionInput input{claim,
                                refused.trail.reason,
                                ports.clock.wall(),
                                file.device ? &*file.device : nullptr,
                                file.hub ? &*file.hub : nullptr,
                                file.enrolled.current,
                                file.same_id,
                                file.same_hub,
                                file.hubs,
                                file.enrolled.candidates,
                                file.enrolled.same_scope,
                                file.enrolled.member ? &*file.enrolled.member : nullptr,
                                file.enrolled.authorities};
    append(findings, attestor->connection_rivals(input, settings.tests_max));
  }
  append(findings, recorded_causes(claim, refused.trail, file));
  if (findings.empty()) {
    findings.push_back(unexplained_connection(claim, refused.trail, refused.device));
  }
  co_return findings;
}

Task<void> Explainer::State::write_windows() {
  const Instant now = ports.clock.monotonic();
  std::vector<domain::Trail> trails = std::move(leaving);
  leaving.clear();
  for (auto each = windows.begin(); each != windows.end();) {
    const bool over = now - each->opened >= settings.window;
    if (each->dirty && (over || now - each->written >= kRewriteEvery)) {
      trails.push_back(each->trail);
      each->written = now;
      each->dirty = false;
    }
    if (!over) {
      ++each;
      continue;
    }
    by_key.erase(each->key);
    each = windows.erase(each);
  }
  if (trails.empty()) co_return;
  const std::size_t count = trails.size();
  Result<void> recorded = co_await ports.store.record_refusals(std::move(trails));
  if (!recorded) {
    log::warn("explain.not_recorded",
              {{"count", std::to_string(count)}, {"what", recorded.error().what}});
    co_return;
  }
  const std::lock_guard lock(mutex);
  stats.recorded += count;
}

}  // namespace berth::provisioning
