#include "hub/connect.h"

#include "base/codec.h"
#include "domain/model_id.h"
#include "hub/admission.h"
#include "hub/attachment.h"
#include "hub/callers.h"
#include "hub/core.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::hub {
namespace {

using domain::Reason;
using domain::Step;

// A hub of the host name that has a device of that id.
struct Candidate {
  std::shared_ptr<const domain::Hub> hub;
  Dossier dossier;
  std::uint64_t changes = 0;  // Directory::changes() before the dossier was read
};

// A device that has proven who it is.
struct Proven {
  Candidate at;
  Authenticated authenticated;
};

Rejection host_unknown(const domain::Claim& claim) {
  return {Step::kIdentify,
          Reason::kHostUnknown,
          "the host name of a hub",
          base::printable(claim.host),
          {}};
}

Rejection device_unknown(const std::vector<HubTable::Entry>& hubs, const domain::Claim& claim) {
  const std::string expected =
      hubs.size() == 1 ? fmt::format("a device of hub '{}'", hubs.front()->name.text())
                       : fmt::format("a device of one of the {} hubs at this host", hubs.size());
  return {Step::kIdentify,
          Reason::kDeviceUnknown,
          expected,
          base::printable(claim.registration_id, 160),
          {}};
}

Rejection member_unknown(const domain::Claim& claim) {
  const std::string& group = claim.membership->group;
  return {Step::kIdentify,
          Reason::kDeviceUnknown,
          group.empty() ? "a device that connects without naming a hub"
                        : fmt::format("a member of group '{}' that has an identity",
                                      base::printable(group, 64)),
          base::printable(claim.registration_id, 160),
          {}};
}

// A member of a group says which one, not which hub it is at; an empty group is whichever the
// device is of, if it is of one.
Task<Result<std::vector<Candidate>, Rejection>> identify_member(std::shared_ptr<Core> core,
                                                                const domain::Claim& claim,
                                                                domain::DeviceId id) {
  Candidate candidate{nullptr, {}, core->directory.changes(id)};
  Result<Dossier> dossier = co_await core->ports.store.open_member_dossier(std::move(id));
  if (!dossier) co_return Fail(store_trouble(Step::kIdentify, dossier.error()));
  const std::optional<domain::Device>& device = dossier->device;
  const std::string& group = claim.membership->group;
  const bool member =
      device && (group.empty() || (device->group && device->group->text() == group));
  if (!member) co_return Fail(member_unknown(claim));
  candidate.hub = core->hubs.now()->find(device->hub);
  if (!candidate.hub) co_return Fail(member_unknown(claim));
  candidate.dossier = *std::move(dossier);
  std::vector<Candidate> candidates;
  candidates.push_back(std::move(candidate));
  co_return candidates;
}

Task<Result<std::vector<Candidate>, Rejection>> identify(std::shared_ptr<Core> core,
                                                         Admission& admission) {
  const domain::Claim& claim = admission.claim;
  Result<domain::DeviceId> id = domain::DeviceId::parse(claim.registration_id);
  if (!id) {
    co_return Fail(
        Rejection{Step::kIdentify, Reason::kIdInvalid, "a device id", id.error().what, {}});
  }
  if (core->hubs.stale()) {
    Result<void> refreshed = co_await refresh_hubs(core);
    if (!refreshed) co_return Fail(store_trouble(Step::kIdentify, refreshed.error()));
  }
  if (claim.membership) {
    Result<std::vector<Candidate>, Rejection> member = co_await identify_member(core, claim, *id);
    co_return member;
  }
  const std::vector<HubTable::Entry> hubs = core->hubs.now()->at_host(claim.host);
  if (hubs.empty()) co_return Fail(host_unknown(claim));
  if (hubs.size() == 1) admission.trail.hub = hubs.front()->name.text();
  std::vector<Candidate> candidates;
  for (const HubTable::Entry& hub : hubs) {
    Candidate candidate{hub, {}, core->directory.changes(*id)};
    Result<Dossier> dossier = co_await core->ports.store.open_dossier(hub->name, *id);
    if (!dossier) co_return Fail(store_trouble(Step::kIdentify, dossier.error()));
    candidate.dossier = *std::move(dossier);
    if (candidate.dossier.device) candidates.push_back(std::move(candidate));
  }
  if (candidates.empty()) co_return Fail(device_unknown(hubs, claim));
  co_return candidates;
}

Standing standing_of(const Dossier& dossier) {
  return {*dossier.device, dossier.authorities, dossier.enrollment_enabled};
}

// Hubs that share a host name may each have a device of that id: the proof tells them apart.
Task<Result<Proven, Rejection>> attest(std::shared_ptr<Core> core, const domain::Claim& claim,
                                       std::vector<Candidate>& candidates) {
  std::optional<Rejection> first;
  for (Candidate& each : candidates) {
    Result<Authenticated, Rejection> proof =
        co_await prove(core, claim, *each.hub, standing_of(each.dossier));
    if (proof) co_return Proven{std::move(each), *std::move(proof)};
    if (!first) first = std::move(proof).error();
  }
  co_return Fail(*std::move(first));
}

Result<void, Rejection> authorize(const domain::ConnectDevice& command,
                                  const domain::Device& device) {
  if (!device.enabled) {
    return Fail(Rejection{
        Step::kAuthorize, Reason::kDeviceDisabled, "an enabled device", "a disabled one", {}});
  }
  if (command.will && domain::size_of(*command.will) > domain::kDeviceMessageBytesMax) {
    return Fail(Rejection{Step::kAuthorize,
                          Reason::kMessageTooLarge,
                          fmt::format("a will of at most {} bytes", domain::kDeviceMessageBytesMax),
                          fmt::format("{} bytes", domain::size_of(*command.will)),
                          {}});
  }
  return {};
}

// The model that a device names decides its template. It connects all the same when that is no
// model id, or cannot be written now: it will name it again.
Task<void> note_model(std::shared_ptr<Core> core, const domain::Device& device,
                      const std::string& model) {
  const bool known = device.model == model && device.template_id == model;
  if (model.empty() || known || !domain::check_model_id(model)) co_return;
  const Result<void> noted = co_await core->ports.store.note_model(device.hub, device.id, model);
  static_cast<void>(noted);
}

// What a connection needs of the store before it takes its place.
struct Inheritance {
  std::vector<domain::Subscription> subscriptions;
  std::vector<domain::QueuedMessage> messages;
};

bool listens_to_messages(const std::vector<domain::Subscription>& subscriptions) {
  for (const domain::Subscription& each : subscriptions) {
    if (each.channel == domain::Channel::kMessages) return true;
  }
  return false;
}

Task<Result<Inheritance>> inherit(std::shared_ptr<Core> core, const Dossier& dossier,
                                  bool keeps_session) {
  Inheritance inheritance;
  if (!dossier.session) co_return inheritance;
  const DeviceKey key{dossier.device->hub, dossier.device->id};
  if (!keeps_session) {
    Result<void> removed = co_await core->ports.store.remove_session(key.hub, key.device);
    if (!removed) co_return Fail(std::move(removed).error());
    co_return inheritance;
  }
  inheritance.subscriptions = dossier.session->subscriptions;
  if (!dossier.has_messages || !listens_to_messages(inheritance.subscriptions)) {
    co_return inheritance;
  }
  Result<std::vector<domain::QueuedMessage>> messages = co_await core->ports.store.waiting(
      key.hub, key.device, 0, core->ports.clock.wall(), core->settings.deliveries_max);
  if (!messages) co_return Fail(std::move(messages).error());
  inheritance.messages = *std::move(messages);
  co_return inheritance;
}

std::vector<domain::TopicPermission> topics_of(const Dossier& dossier) {
  return dossier.group ? dossier.group->topics : std::vector<domain::TopicPermission>();
}

Connection::About describe(Proven& proven, domain::ConnectDevice& command, domain::Claim& claim,
                           TimePoint now) {
  const domain::Device& device = *proven.at.dossier.device;
  Connection::About about;
  about.key = {device.hub, device.id};
  about.scope = device.scope;
  about.proof = std::move(proven.authenticated.detail);
  about.credential = std::move(proven.authenticated.credential);
  about.certificates = std::move(proven.authenticated.certificates);
  about.expires_at = proven.authenticated.expires_at;
  about.keeps_session = command.keeps_session;
  about.resumed = command.keeps_session && proven.at.dossier.session.has_value();
  about.model_id = std::move(command.model_id);
  about.dialect = std::move(claim.dialect);
  about.transport = std::move(claim.transport);
  about.source = std::move(claim.source);
  about.host = std::move(claim.host);
  about.client = base::printable(claim.client);
  about.since = now;
  return about;
}

void take_over(Core& core, const std::shared_ptr<Connection>& connection,
               const std::shared_ptr<Connection>& older) {
  std::uint64_t before = core.unsettled.take(connection->about.key);
  if (older) {
    before = std::max(before, older->in_flight.highest_sequence());
    if (older->end(domain::EndReason::kTakenOver)) ++core.count.taken_over;
  }
  connection->in_flight.set_delivered_before(before);
}

// Takes its place. From here on nothing is waited for.
void join(Core& core, const std::shared_ptr<Connection>& connection, Inheritance inheritance,
          std::uint64_t changes) {
  connection->in_flight.begin_round();  // it is new: nobody else hands out its messages
  const Directory::Entered entered = core.directory.enter(connection, changes);
  take_over(core, connection, entered.older);
  take_in(core, connection, std::move(inheritance.messages), core.settings.deliveries_max);
  const bool asked_again = connection->in_flight.next_round();
  connection->in_flight.break_off();
  if (asked_again || entered.changed) core.to_hand_out.add(connection);
  if (entered.changed) core.to_look_at.add(connection);
  if (connection->listens(domain::Channel::kMethods)) core.arrivals.arrived(connection->about.key);
  ++core.count.connects;
}

// No fault of the device, and nothing to explain.
Attached turned_away(Core& core) {
  ++core.count.connects_refused;
  domain::HubRefused refused = refusal(core, Reason::kStoreUnavailable, "the server is stopping");
  refused.retry_after = std::chrono::seconds(1);
  return {nullptr, std::move(refused)};
}

Attached refused(Core& core, Admission& admission, Rejection rejection,
                 std::optional<domain::Device> device) {
  ++core.count.connects_refused;
  return {nullptr, admission.refuse(std::move(rejection), std::move(device))};
}

}  // namespace

Task<Attached> connect(std::shared_ptr<Core> core, domain::ConnectDevice command,
                       std::shared_ptr<Subscriber> subscriber) {
  if (core->stopping) co_return turned_away(*core);
  Admission admission(*core, std::move(command.claim));
  const std::uint64_t hubs_read = core->hubs.generation();
  const std::uint64_t trust_read = core->trust_changes.load();
  Result<std::vector<Candidate>, Rejection> candidates = co_await identify(core, admission);
  if (!candidates) co_return refused(*core, admission, std::move(candidates).error(), {});
  const std::optional<domain::Device>& first = candidates->front().dossier.device;
  admission.pass(Step::kIdentify,
                 fmt::format("device '{}' of hub '{}'", first->id.text(), first->hub.text()));

  Result<Proven, Rejection> proven = co_await attest(core, admission.claim, *candidates);
  if (!proven) co_return refused(*core, admission, std::move(proven).error(), first);
  const domain::Device& device = *proven->at.dossier.device;
  admission.pass(Step::kAttest, proven->authenticated.detail);

  Result<void, Rejection> allowed = authorize(command, device);
  if (!allowed) co_return refused(*core, admission, std::move(allowed).error(), device);
  Result<void, Rejection> active = co_await activate(core, device);
  if (!active) co_return refused(*core, admission, std::move(active).error(), device);
  co_await note_model(core, device, command.model_id);
  Result<Inheritance> inheritance =
      co_await inherit(core, proven->at.dossier, command.keeps_session);
  if (!inheritance) {
    Rejection rejection = store_trouble(Step::kAuthorize, inheritance.error());
    co_return refused(*core, admission, std::move(rejection), device);
  }

  auto connection = std::make_shared<Connection>(
      describe(*proven, command, admission.claim, core->ports.clock.wall()), std::move(subscriber),
      inheritance->subscriptions);
  domain::DeviceConnected connected{device.hub,
                                    proven->at.hub->host,
                                    device.id,
                                    connection->about.resumed,
                                    inheritance->subscriptions,
                                    topics_of(proven->at.dossier)};
  Attached attached{make_attachment(core, connection, std::move(command.will)),
                    std::move(connected)};
  join(*core, connection, *std::move(inheritance), proven->at.changes);
  // The policy that let it in, or what vouched for its certificate, may be gone already.
  const bool by_certificate = !connection->about.certificates.empty();
  if (core->hubs.generation() != hubs_read ||
      (by_certificate && core->trust_changes.load() != trust_read)) {
    core->to_look_at.add(connection);
  }
  co_return attached;
}

}  // namespace berth::hub
