// A hub with things, controllers, prototypes and an account of one scope and a thing of another,
// and requests of theirs.
//
// Room hub, tests. Thread rule: as World.
#pragma once

#include "hub/tests/world.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace berth::hub {

inline constexpr std::string_view kEmail = "owner@example.test";
inline constexpr std::string_view kOther = "0ne00FFFFFF";

inline SharedSecret secret(std::string_view text) {
  return std::make_shared<const Secret>(Secret::from_text(text));
}

class DataWorld : public World {
 public:
  explicit DataWorld(Settings settings = {}) : World(std::move(settings)) {
    add_thing("dev-pump");
    add_thing("dev-fan");
    add_thing("dev-alien").scope = *domain::ScopeId::parse(kOther);
    add_with_role("dev-phone", domain::DeviceRole::kController);
    add_with_role("dev-proto", domain::DeviceRole::kPrototype);
    identities.control.insert({"dev-phone", "dev-pump"});
    identities.linked.push_back(hub_name("plant"));
    domain::Account& account = identities.accounts[std::string(kEmail)];
    account.scope = *domain::ScopeId::parse("0ne00ABCDEF");
    account.email = kEmail;
    account.id = *domain::ObjectId::parse("aaaaaaaaaaaaaaaaaaaaaaaa");
    account.argon2id = "master";
  }

  // Its password is "pw-" and its id.
  domain::Device& add_thing(std::string_view id) {
    domain::Device& device = add_device("plant", id, "unused");
    device.keys.reset();
    device.version = 1;
    device.group = *domain::EnrollmentId::parse("mod-588acc123945ec8436bde3aa");
    const std::string text = "pw-" + std::string(id);
    device.password = domain::DevicePassword{base::Bytes(text.begin(), text.end()), {}};
    domain::Registration& registration = identities.registrations[std::string(id)];
    registration.member = *domain::MemberName::parse("SN-" + std::string(id));
    return device;
  }
  domain::Device& add_with_role(std::string_view id, domain::DeviceRole role) {
    domain::Device& device = add_thing(id);
    device.role = role;
    device.serial = "serial-" + std::string(id);
    device.group.reset();
    if (role == domain::DeviceRole::kPrototype) identities.registrations.erase(std::string(id));
    return device;
  }
  domain::Device& device(std::string_view id) {
    return store.devices.at({hub_name("plant"), device_id(id)});
  }

  static domain::Claim claim_of(std::string_view id, std::string_view password) {
    domain::Claim claim;
    claim.registration_id = id;
    claim.source = "192.0.2.7";
    claim.dialect = "test";
    claim.transport = "https";
    claim.evidence = domain::Password{domain::PasswordUse::kConnect, secret(password), {}};
    return claim;
  }
  static domain::Claim claim_of(std::string_view id) {
    return claim_of(id, "pw-" + std::string(id));
  }
  // With an id it acts as that device.
  static domain::Claim account_claim(std::string_view password = "master",
                                     std::string_view email = kEmail, std::string_view id = {}) {
    domain::Claim claim = claim_of(id, password);
    claim.evidence =
        domain::Password{domain::PasswordUse::kAccount, secret(password), std::string(email)};
    return claim;
  }

  domain::HubResult ask(domain::Claim claim, domain::DataRequest request) {
    return base::run_task(hub().ask({std::move(request), std::move(claim)}));
  }
  domain::HubResult ask(std::string_view id, domain::DataRequest request) {
    return ask(claim_of(id), std::move(request));
  }
  domain::Reason refused(domain::Claim claim, domain::DataRequest request) {
    const domain::HubResult result = ask(std::move(claim), std::move(request));
    const auto* refusal = std::get_if<domain::HubRefused>(&result);
    return refusal == nullptr ? domain::Reason::kNone : refusal->reason;
  }
  domain::Reason refused(std::string_view id, domain::DataRequest request) {
    return refused(claim_of(id), std::move(request));
  }

  static domain::PublishRecords publish(std::string channel, std::string data,
                                        std::string of = {}) {
    domain::NewRecord record;
    record.channel = std::move(channel);
    record.data = std::move(data);
    record.of = std::move(of);
    return {{std::move(record)}};
  }
  std::string published(std::string_view id, domain::PublishRecords request) {
    const domain::HubResult result = ask(id, std::move(request));
    const auto* ids = std::get_if<domain::RecordsPublished>(&result);
    return ids == nullptr || ids->ids.size() != 1 ? "" : ids->ids.front().text();
  }
  // The data of what is read, newest first.
  std::vector<std::string> read(domain::Claim claim, domain::RecordFilter filter = {}) {
    const domain::HubResult result = ask(std::move(claim), domain::ReadRecords{filter, 0, {}});
    const auto* found = std::get_if<domain::RecordsRead>(&result);
    if (found == nullptr) return {"refused"};
    std::vector<std::string> data;
    for (const domain::Record& each : found->records) data.push_back(each.data);
    return data;
  }
  std::vector<std::string> read(std::string_view id, domain::RecordFilter filter = {}) {
    return read(claim_of(id), std::move(filter));
  }

  Client connect_as(std::string_view id) {
    domain::ConnectDevice command;
    command.claim = claim_of(id);
    command.claim.transport = "mqtt";
    command.claim.membership = domain::Membership{};
    return connect(std::move(command));
  }
};

using Data = std::vector<std::string>;

}  // namespace berth::hub
