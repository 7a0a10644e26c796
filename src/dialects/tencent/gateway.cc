#include "dialects/tencent/gateway.h"

#include "base/codec.h"
#include "dialects/tencent/connect.h"
#include "dialects/tencent/result_codes.h"
#include "dialects/tencent/user_name.h"
#include "domain/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::dialects::tencent {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using Entry = GatewayRequest::Entry;

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kEntriesMax = 32;  // no more fit into a request
constexpr std::size_t kSignatureBytesMax = 128;

// ---- the answers

std::string entry_text(const Entry& entry, bool with_result) {
  const std::string result = with_result ? fmt::format(R"(,"result":{})", entry.result) : "";
  return fmt::format(R"({{"product_id":{},"device_name":{}{}}})", quoted(entry.product),
                     quoted(entry.name), result);
}

std::string message(std::string_view type, std::string_view devices) {
  return fmt::format(R"({{"type":{},"payload":{{"devices":[{}]}}}})", quoted(type), devices);
}

// As many messages as it takes: clients drop one of more than kGatewayBytesMax, and add up what
// several list.
std::vector<std::string> messages(std::string_view type, const std::vector<Entry>& entries,
                                  bool with_result) {
  std::vector<std::string> texts;
  std::string devices;
  const std::size_t frame = message(type, "").size();
  for (const Entry& each : entries) {
    const std::string text = entry_text(each, with_result);
    if (!devices.empty() && frame + devices.size() + text.size() + 1 > kGatewayBytesMax) {
      texts.push_back(message(type, devices));
      devices.clear();
    }
    if (!devices.empty()) devices += ',';
    devices += text;
  }
  texts.push_back(message(type, devices));
  return texts;
}

wire::Actions answer(const MqttSession& session, const Pending& pending,
                     const std::vector<std::string>& texts) {
  wire::Actions actions;
  if (pending.qos > 0) actions.push_back(wire::MqttPuback{pending.packet_id});
  for (const std::string& each : texts) send_to(session, actions, pending.reply_to, each);
  return actions;
}

// ---- the requests

Entry entry_of(const value& device) {
  Entry entry;
  const object* members = device.if_object();
  entry.result = kGatewayMalformed;
  if (members == nullptr) return entry;
  const std::string_view product = text_in(*members, "product_id");
  const std::string_view name = text_in(*members, "device_name");
  entry.product = product.substr(0, kNameBytesMax);
  entry.name = name.substr(0, kNameBytesMax);
  if (product.size() != kProductIdBytes || name.empty() || name.size() > kNameBytesMax) {
    return entry;
  }
  entry.result = kGatewaySuccess;
  return entry;
}

std::string id_of(const Entry& entry) { return entry.product + entry.name; }

// An integer as the client wrote it, as a number or as text.
std::string digits_in(const object& device, std::string_view name) {
  const value* given = device.if_contains({name.data(), name.size()});
  if (given == nullptr) return {};
  if (given->is_int64() || given->is_uint64()) return domain::to_json_text(*given);
  return std::string(text_in(device, name).substr(0, 20));
}

std::optional<std::int64_t> seconds_of(std::string_view digits) {
  if (digits.empty() || digits.size() > 18) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    seconds = seconds * 10 + (c - '0');
  }
  return seconds;
}

// What a device signed for its gateway; or the result that says what is wrong.
struct Signed {
  int result = kGatewaySuccess;
  domain::SignedText text;
};
Signed signed_text(const object& device, const Entry& entry) {
  Signed proof;
  const std::string_view type = text_in(device, "authtype");
  // How a certificate signs is said in two ways that contradict each other (§13).
  if (!type.empty() && type != "psk") return {kGatewayNotAllowed, {}};
  const std::string_view method = text_in(device, "signmethod");
  const bool sha1 = method == "hmacsha1";
  if (!sha1 && method != "hmacsha256") return {kGatewayUnknownMethod, {}};
  const std::string random = digits_in(device, "random");
  const std::string timestamp = digits_in(device, "timestamp");
  const std::string_view signature = text_in(device, "signature");
  if (random.empty() || timestamp.empty() || signature.empty()) return {kGatewayMalformed, {}};
  proof.text.algorithm = sha1 ? domain::MacAlgorithm::kHmacSha1 : domain::MacAlgorithm::kHmacSha256;
  proof.text.key_form = domain::KeyForm::kBase64Text;
  proof.text.texts.push_back(fmt::format("{};{};{}", id_of(entry), random, timestamp));
  proof.text.raw_signature = signature.substr(0, kSignatureBytesMax);
  std::optional<base::Bytes> mac = base::base64_decode(signature);
  if (mac && mac->size() == (sha1 ? 20U : 32U)) proof.text.mac = *std::move(mac);
  proof.text.nonce = random;
  proof.text.made_at_seconds = seconds_of(timestamp);
  return proof;
}

domain::BindDevice bind_command(const Incoming& incoming, const Entry& entry,
                                domain::SignedText proof) {
  domain::BindDevice command;
  domain::Claim& claim = command.claim;
  set_origin(claim, incoming.peer);
  claim.registration_id = id_of(entry);
  claim.membership = domain::Membership{entry.product, entry.name};
  claim.evidence = std::move(proof);
  return command;
}

// One command for each device that the request speaks of rightly.
std::vector<std::pair<std::size_t, domain::HubCommand>> commands_of(const Incoming& incoming,
                                                                    std::string_view type,
                                                                    const array& devices,
                                                                    std::vector<Entry>& entries) {
  std::vector<std::pair<std::size_t, domain::HubCommand>> commands;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Entry& entry = entries[i];
    if (entry.result != kGatewaySuccess) continue;
    if (type == "unbind") {
      commands.emplace_back(i, domain::UnbindDevice{id_of(entry)});
      continue;
    }
    Signed proof = signed_text(devices[i].get_object(), entry);
    entry.result = proof.result;
    if (proof.result != kGatewaySuccess) continue;
    commands.emplace_back(i, bind_command(incoming, entry, std::move(proof.text)));
  }
  return commands;
}

Pending gateway_pending(const Incoming& incoming, Pending::What what, std::string_view type) {
  Pending pending = pending_of(incoming, what);
  pending.method = type;
  return pending;
}

// Every device of the request by a command of its own.
StepResult each_by_itself(const Incoming& incoming, std::string_view type, const array& devices,
                          std::vector<Entry> entries) {
  MqttSession& session = incoming.session;
  auto commands = commands_of(incoming, type, devices, entries);
  if (commands.empty()) {
    StepResult result;
    Pending pending = gateway_pending(incoming, Pending::What::kNothing, type);
    session.replies.fill(pending.place, answer(session, pending, messages(type, entries, true)));
    result.actions = session.replies.take_ready();
    return result;
  }
  const Pending pending = gateway_pending(incoming, Pending::What::kGatewayEntry, type);
  session.gateway_requests.push_back(
      {pending.place, std::string(type), std::move(entries), commands.size()});
  StepResult result;
  for (auto& [entry, command] : commands) {
    Pending note = pending;
    note.entry = entry;
    operate(result, std::move(command), std::move(note));
  }
  return result;
}

StepResult ask_what_is_bound(const Incoming& incoming, std::string_view type,
                             std::vector<Entry> entries) {
  const bool describe = type == "describe_sub_devices";
  Pending pending = gateway_pending(
      incoming, describe ? Pending::What::kGatewayList : Pending::What::kGatewayState, type);
  incoming.session.gateway_requests.push_back(
      {pending.place, std::string(type), std::move(entries), 1});
  StepResult result;
  operate(result, domain::ListBound{}, std::move(pending));
  return result;
}

// ---- what the hub said

int result_of(const domain::HubResult& result) {
  const auto* refused = std::get_if<domain::HubRefused>(&result);
  return refused == nullptr ? kGatewaySuccess : gateway_result_for(refused->reason);
}

std::vector<Entry> entries_of(const domain::BoundDevices& bound) {
  std::vector<Entry> entries;
  for (const domain::DeviceId& each : bound.devices) {
    const std::optional<DeviceName> name = device_name_of(each.text());
    if (!name) continue;
    entries.push_back({std::string(name->product), std::string(name->name), kGatewaySuccess});
  }
  return entries;
}

void set_states(MqttSession& session, GatewayRequest& request, const domain::HubResult& result) {
  const auto* bound = std::get_if<domain::BoundDevices>(&result);
  for (Entry& each : request.entries) {
    if (each.result != kGatewaySuccess) continue;
    const std::string id = id_of(each);
    if (request.type == "offline") session.go_offline(id);
    if (bound == nullptr) {
      each.result = kGatewayTrouble;
      continue;
    }
    const bool found = std::any_of(bound->devices.begin(), bound->devices.end(),
                                   [&](const auto& device) { return device.text() == id; });
    if (!found) {
      session.go_offline(id);
      each.result = kGatewayNotBound;
    } else if (request.type == "online") {
      session.go_online(id);
      if (!session.is_online(id)) each.result = kGatewayTrouble;
    }
  }
}

// False while others of the request are still to come.
bool take_in(MqttSession& session, GatewayRequest& request, const domain::HubResult& result,
             const Pending& pending) {
  if (pending.what == Pending::What::kGatewayList) {
    const auto* bound = std::get_if<domain::BoundDevices>(&result);
    if (bound != nullptr) request.entries = entries_of(*bound);
  } else if (pending.what == Pending::What::kGatewayState) {
    set_states(session, request, result);
  } else if (pending.entry < request.entries.size()) {
    Entry& entry = request.entries[pending.entry];
    entry.result = result_of(result);
    if (request.type == "unbind" && entry.result == kGatewaySuccess) {
      session.go_offline(id_of(entry));
    }
  }
  return --request.open == 0;
}

}  // namespace

StepResult on_gateway(const Incoming& incoming) {
  const std::string& payload = incoming.packet.payload;
  const std::optional<object> request = read_object(payload, kGatewayBytesMax);
  if (!request) {
    StepResult result;
    if (payload.size() > kGatewayBytesMax) {
      note_misuse(
          incoming.session,
          {domain::Reason::kMessageTooLarge,
           fmt::format("at most {} bytes to {}", kGatewayBytesMax, uplink_name(Feature::kGateway)),
           fmt::format("{} bytes", payload.size())},
          result);
    }
    result.actions = acknowledge(incoming).actions;
    return result;
  }
  const std::string_view type = text_in(*request, "type");
  if (type == "describe_sub_devices") return ask_what_is_bound(incoming, type, {});
  const object* body = object_in(*request, "payload");
  const value* devices = body == nullptr ? nullptr : body->if_contains("devices");
  if (devices == nullptr || !devices->is_array()) return acknowledge(incoming);
  std::vector<Entry> entries;
  for (const value& each : devices->get_array()) {
    if (entries.size() < kEntriesMax) entries.push_back(entry_of(each));
  }
  if (type == "online" || type == "offline") {
    return ask_what_is_bound(incoming, type, std::move(entries));
  }
  if (type == "bind" || type == "unbind") {
    return each_by_itself(incoming, type, devices->get_array(), std::move(entries));
  }
  return acknowledge(incoming);
}

void gateway_answered(MqttSession& session, const domain::HubResult& result,
                      const Pending& pending) {
  auto& requests = session.gateway_requests;
  const auto found = std::find_if(requests.begin(), requests.end(),
                                  [&](const auto& each) { return each.place == pending.place; });
  if (found == requests.end() || !take_in(session, *found, result, pending)) return;
  const bool list = pending.what == Pending::What::kGatewayList;
  std::vector<std::string> texts;
  // No list is better than an empty one that is wrong.
  if (!list || std::holds_alternative<domain::BoundDevices>(result)) {
    texts = messages(found->type, found->entries, !list);
  }
  session.replies.fill(pending.place, answer(session, pending, texts));
  requests.erase(found);
}

}  // namespace berth::dialects::tencent
