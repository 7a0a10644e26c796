#include "dialects/tests/transcript_text.h"

#include "base/codec.h"
#include "dialects/tests/transcript_hub.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

namespace berth::dialects::testing {
namespace {

using domain::Registration;

std::string joined(const std::vector<std::string>& lines, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < lines.size(); ++i) {
    if (i > from) text += '\n';
    text += lines[i];
  }
  return text;
}

// "Name: value" lines up to the first blank one; `rest` is the index after it.
std::vector<wire::Header> read_fields(const std::vector<std::string>& lines, std::size_t& rest) {
  std::vector<wire::Header> fields;
  for (rest = 0; rest < lines.size() && !lines[rest].empty(); ++rest) {
    const std::string& line = lines[rest];
    const std::size_t colon = line.find(": ");
    const bool bare = colon == std::string::npos;
    fields.push_back({bare ? line : line.substr(0, colon), bare ? "" : line.substr(colon + 2)});
  }
  if (rest < lines.size()) ++rest;
  return fields;
}

std::string field(const std::vector<wire::Header>& fields, const std::string& name) {
  for (const wire::Header& each : fields) {
    if (each.name == name) return each.value;
  }
  return {};
}

wire::Request read_http(const Block& block, const Words& words) {
  wire::HttpRequest request;
  request.method = words.at(1);
  const std::string target =
      block.head.substr(block.head.find(request.method) + request.method.size() + 1);
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  std::size_t rest = 0;
  request.headers = read_fields(block.lines, rest);
  for (wire::Header& header : request.headers) header.name = base::ascii_lower(header.name);
  request.body = joined(block.lines, rest);
  return request;
}

wire::Request read_connect(const Block& block) {
  std::size_t rest = 0;
  const std::vector<wire::Header> fields = read_fields(block.lines, rest);
  wire::MqttConnect packet;
  packet.client_id = field(fields, "client-id");
  packet.clean_session = field(fields, "clean-session") != "0";
  for (const wire::Header& each : fields) {
    if (each.name == "user-name") packet.user_name = each.value;
    if (each.name == "password") packet.password = Secret::from_text(each.value);
    if (each.name.starts_with("will") && !packet.will) packet.will.emplace();
    if (each.name == "will-topic") packet.will->topic = each.value;
    if (each.name == "will-retain") packet.will->retain = each.value == "1";
    if (each.name == "will") packet.will->payload = each.value;
    if (each.name == "keep-alive") {
      packet.keep_alive_seconds = static_cast<std::uint16_t>(std::stoi(each.value));
    }
  }
  return packet;
}

std::uint16_t packet_id(const Words& words) {
  return static_cast<std::uint16_t>(std::stoi(words.get("id", "0")));
}

wire::Request read_publish(const Block& block, const Words& words) {
  wire::MqttPublish packet;
  packet.packet_id = packet_id(words);
  packet.qos = static_cast<std::uint8_t>(std::stoi(words.get("qos", "0")));
  packet.topic = block.lines.empty() ? "" : block.lines[0];
  packet.retain = words.get("retain") == "1";
  packet.duplicate = words.get("dup") == "1";
  packet.payload = joined(block.lines, 1);
  packet.payload.append(std::stoul(words.get("filler", "0")), 'x');
  const std::string hex = words.get("payload-hex");
  if (const auto bytes = base::hex_decode(hex); bytes && !hex.empty()) {
    packet.payload.assign(bytes->begin(), bytes->end());
  }
  return packet;
}

wire::Request read_subscribe(const Block& block, const Words& words) {
  wire::MqttSubscribe packet;
  packet.packet_id = packet_id(words);
  for (const std::string& line : block.lines) {
    const std::size_t blank = line.rfind(' ');
    packet.subscriptions.push_back(
        {line.substr(0, blank), static_cast<std::uint8_t>(std::stoi(line.substr(blank + 1)))});
  }
  return packet;
}

Registration read_registration(const Words& words, TimePoint at) {
  Registration registration;
  registration.scope = domain::ScopeId::trusted("0ne00ABCDEF");
  registration.id = domain::RegistrationId::trusted(words.get("id", "device-01"));
  const std::string group = words.get("group");
  registration.enrollment = {
      group.empty() ? domain::EnrollmentKind::kIndividual : domain::EnrollmentKind::kGroup,
      domain::EnrollmentId::trusted(group.empty() ? registration.id.text() : group)};
  const std::string status = words.get("status", "assigned");
  registration.status = domain::parse_registration_status(status).value();
  registration.substatus =
      domain::parse_substatus(words.get("substatus")).value_or(domain::Substatus::kNone);
  registration.reason = domain::parse_reason(words.get("reason", "none")).value();
  if (registration.status == domain::RegistrationStatus::kAssigned) {
    registration.hub = domain::HubName::trusted("hub-one");
    registration.hub_host = words.get("hub", "hub1.example.net");
    registration.device_id = domain::DeviceId::trusted(words.get("device", "device-01"));
  }
  registration.operation_id =
      words.get("operation", "4.5a0011223344cc8c.4c240f23-a3a7-4ed5-ae73-000000000000");
  registration.payload = words.get("payload");
  registration.attestation = words.get("attestation");
  registration.activation = base::hex_decode(words.get("activation")).value_or(base::Bytes());
  for (const std::string name : {"leaf", "root"}) {
    const std::string der = words.get(name);
    if (!der.empty()) registration.issued_chain.push_back(base::hex_decode(der).value());
  }
  registration.created_at = at - std::chrono::seconds(60);
  registration.updated_at = at;
  registration.version = 3;
  return registration;
}

// What the device is handed: `secret=BASE64`, `password=TEXT` or `certificate=TEXT key=TEXT`, and
// the secret that the request was proven with, `proven=TEXT`.
domain::Accepted read_accepted(const Words& words, TimePoint at) {
  domain::Accepted accepted;
  accepted.registration = read_registration(words, at);
  accepted.proven_with = Secret::from_text(words.get("proven"));
  if (const std::string secret = words.get("secret"); !secret.empty()) {
    accepted.credential = domain::IssuedSecret{base::base64_decode_secret(secret).value()};
  }
  if (const std::string password = words.get("password"); !password.empty()) {
    accepted.credential = domain::IssuedPassword{Secret::from_text(password)};
  }
  if (const std::string certificate = words.get("certificate"); !certificate.empty()) {
    accepted.credential =
        domain::IssuedCertificate{certificate, Secret::from_text(words.get("key"))};
  }
  return accepted;
}

std::string_view or_none(std::string_view text) { return text.empty() ? "none" : text; }

std::string write_target(const domain::Claim& claim) {
  std::string text = claim.membership
                         ? fmt::format("group: {}\nmember: {}\n", or_none(claim.membership->group),
                                       or_none(claim.membership->member))
                         : fmt::format("scope: {}\n", claim.scope);
  text += fmt::format("id: {}\n", or_none(claim.registration_id));
  if (claim.wants) text += fmt::format("wants: {}\n", to_string(*claim.wants));
  return text;
}

// What only some claims have.
std::string write_beside(const domain::Claim& claim) {
  std::string text;
  if (claim.controller) {
    text += fmt::format("controller: {}\n", or_none(claim.controller->serial));
    const bool known = claim.controller->password != nullptr;
    if (known) {
      text += fmt::format("  is already: {} with '{}'\n", claim.controller->device,
                          claim.controller->password->text());
    }
  }
  if (!claim.display_name.empty()) text += "name: " + claim.display_name + "\n";
  if (!claim.properties.empty()) text += "properties: " + claim.properties + "\n";
  if (!claim.property_links.empty()) text += "links: " + claim.property_links + "\n";
  return text;
}

std::string write_wishes(const domain::Claim& claim) {
  std::string text = write_beside(claim);
  if (!claim.certificate_request.empty()) {
    text +=
        fmt::format("asks for a certificate: {}\n", base::hex_encode(claim.certificate_request));
  }
  return text;
}

std::string write_claim(const domain::Claim& claim) {
  return fmt::format("{}{}{}payload: {}\nfrom: {} {} {} host={} client={}\n", write_target(claim),
                     write_evidence(claim.evidence), write_wishes(claim),
                     claim.payload.empty() ? "none" : claim.payload, claim.dialect, claim.transport,
                     claim.source, claim.host, claim.client);
}

// One line for each text, its line feeds as \n.
std::string write_signed_text(const domain::SignedText& signed_text) {
  std::string text =
      fmt::format("evidence: {} with the {} over one of\n", to_string(signed_text.algorithm),
                  signed_text.key_form == domain::KeyForm::kBytes ? "bytes of the secret"
                                                                  : "base64 text of the secret");
  for (const std::string& each : signed_text.texts) {
    text += "  ";
    for (const char c : each) text += c == '\n' ? std::string("\\n") : std::string(1, c);
    text += '\n';
  }
  text += fmt::format("  mac: {}\n", signed_text.mac.empty()
                                         ? "unreadable, " + signed_text.raw_signature
                                         : base::hex_encode(signed_text.mac));
  if (!signed_text.nonce.empty()) text += fmt::format("  nonce: {}\n", signed_text.nonce);
  if (signed_text.made_at_seconds)
    text += fmt::format("  made: {}\n", *signed_text.made_at_seconds);
  if (signed_text.expires_at_seconds) {
    text += fmt::format("  expires: {}\n", *signed_text.expires_at_seconds);
  }
  return text;
}

std::string write_mac_over_text(const domain::MacOverText& mac) {
  EXPECT_EQ(mac.signed_text, mac.raw_audience + "\n" + mac.raw_expiry);
  return fmt::format(
      "evidence: MAC over the next two lines\n  {}\n  {}\n  mac: {}\n  audience: {}\n"
      "  expected: {}\n  expires: {}\n{}",
      mac.raw_audience, mac.raw_expiry,
      mac.mac.empty() ? "unreadable, " + mac.raw_signature : base::base64_encode(mac.mac),
      mac.audience, mac.expected_audience, mac.expires_at_seconds,
      mac.key_name.empty() ? "" : "  key name: " + mac.key_name + "\n");
}

struct EvidenceWriter {
  std::string operator()(const domain::NoEvidence&) const { return "evidence: none\n"; }
  std::string operator()(const domain::MalformedEvidence& malformed) const {
    return "evidence: malformed, " + malformed.what + "\n";
  }
  std::string operator()(const domain::MacOverText& mac) const { return write_mac_over_text(mac); }
  std::string operator()(const domain::SignedText& text) const { return write_signed_text(text); }
  std::string operator()(const domain::SharedKeyChannel& channel) const {
    return fmt::format("evidence: channel keyed as {} with {}\n", channel.identity,
                       channel.credential);
  }
  std::string operator()(const domain::CertificateChain& chain) const {
    return fmt::format(
        "evidence: {} certificates, leaf {}\n", chain.certificates.size(),
        chain.certificates.empty() ? "none" : base::hex_encode(chain.certificates.front()));
  }
  std::string operator()(const domain::Password& password) const {
    return fmt::format("evidence: {} password '{}'{}\n", to_string(password.use),
                       password.text->text(),
                       password.account.empty() ? "" : " of " + password.account);
  }
  std::string operator()(const domain::Voucher& voucher) const {
    return fmt::format("evidence: voucher {}\n", voucher.text);
  }
  std::string operator()(const domain::TpmIdentity& tpm) const {
    return fmt::format("evidence: TPM with keys {} and {}\n", base::hex_encode(tpm.endorsement_key),
                       base::hex_encode(tpm.storage_root_key));
  }
};

struct CommandWriter {
  std::string operator()(const domain::Authenticate& command) const {
    return "=> authenticate\n" + write_claim(command.claim);
  }
  std::string operator()(const domain::Register& command) const {
    return "=> register\n" + write_claim(command.claim);
  }
  std::string operator()(const domain::PollOperation& command) const {
    return "=> poll " + command.operation_id + "\n" + write_claim(command.claim);
  }
  std::string operator()(const domain::LookUpRegistration& command) const {
    return "=> look-up\n" + write_claim(command.claim);
  }
};

struct ActionWriter {
  std::string operator()(const wire::HttpResponse& response) const {
    std::string text = fmt::format("<< http {}\n", response.status);
    for (const wire::Header& each : response.headers) text += each.name + ": " + each.value + "\n";
    return text + "\n" + response.body + "\n";
  }
  std::string operator()(const wire::HttpStream& stream) const {
    return "<< stream begins\n" + (*this)(stream.header);
  }
  std::string operator()(const wire::HttpPiece& piece) const {
    return "<< piece\n" + piece.bytes + "\n";
  }
  std::string operator()(const wire::MqttConnack& packet) const {
    const auto limit = [](std::string_view name, std::uint32_t seconds) {
      return seconds == 0 ? std::string() : fmt::format(" {}={}", name, seconds);
    };
    return fmt::format("<< connack {} session-present={}{}{}\n", static_cast<int>(packet.code),
                       packet.session_present ? 1 : 0, limit("idle-max", packet.idle_seconds_max),
                       limit("lifetime-max", packet.lifetime_seconds_max));
  }
  std::string operator()(const wire::MqttPublish& packet) const {
    return fmt::format("<< publish qos={}{}{}{}\n{}\n{}\n", packet.qos,
                       packet.retain ? " retain" : "", packet.duplicate ? " dup" : "",
                       packet.packet_id == 0 ? "" : fmt::format(" tag={}", packet.packet_id),
                       packet.topic, packet.payload);
  }
  std::string operator()(const wire::MqttPuback& packet) const {
    return fmt::format("<< puback id={}\n", packet.packet_id);
  }
  std::string operator()(const wire::MqttSuback& packet) const {
    std::string text = fmt::format("<< suback id={}", packet.packet_id);
    for (const std::uint8_t code : packet.codes) text += fmt::format(" {:#04x}", code);
    return text + "\n";
  }
  std::string operator()(const wire::MqttUnsuback& packet) const {
    return fmt::format("<< unsuback id={}\n", packet.packet_id);
  }
  std::string operator()(const wire::Pause& pause) const {
    return fmt::format("<< pause ms={}\n", pause.duration.count());
  }
  std::string operator()(const wire::Close& close) const { return "<< close " + close.why + "\n"; }
};

}  // namespace

std::string Words::at(std::size_t index) const {
  return index < positional.size() ? positional[index] : std::string();
}

std::string Words::get(const std::string& name, const std::string& otherwise) const {
  const auto found = named.find(name);
  return found == named.end() ? otherwise : found->second;
}

Words split_words(const std::string& text) {
  Words words;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0 || word[0] == '/') {
      words.positional.push_back(word);
    } else {
      words.named[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
  return words;
}

wire::Peer read_peer(const Words& words) {
  wire::Peer peer;
  const std::string transport = words.at(1);
  for (const auto each :
       {wire::Transport::kHttps, wire::Transport::kMqtt, wire::Transport::kMqttWebSocket,
        wire::Transport::kHttp, wire::Transport::kMqttPlain}) {
    if (wire::to_string(each) == transport) peer.transport = each;
  }
  EXPECT_EQ(wire::to_string(peer.transport), transport) << "no such transport";
  peer.address = words.get("address", "192.0.2.7");
  peer.port = 50123;
  peer.server_name = words.get("sni");
  if (words.get("certificate") == "yes") peer.certificates.push_back({0x30, 0x00});
  peer.psk_identity = words.get("psk");
  peer.psk_credential = words.get("psk-credential");
  return peer;
}

wire::Request read_request(const Block& block) {
  const Words words = split_words(block.head);
  const std::string kind = words.at(0);
  if (kind == "http") return read_http(block, words);
  if (kind == "connect") return read_connect(block);
  if (kind == "publish") return read_publish(block, words);
  if (kind == "subscribe") return read_subscribe(block, words);
  if (kind == "unsubscribe") return wire::MqttUnsubscribe{packet_id(words), block.lines};
  if (kind == "delivered") return wire::MqttDelivered{packet_id(words)};
  EXPECT_EQ(kind, "disconnect") << "no such request";
  return wire::MqttDisconnect{};
}

domain::Outcome read_outcome(const Words& words, TimePoint at) {
  domain::Outcome outcome;
  outcome.at = at;
  outcome.trail_id = words.get("trail", "7a000000-0000-4000-8000-000000000001");
  const std::string kind = words.at(0);
  if (kind == "authenticated") {
    outcome.result = domain::Authenticated{};
  } else if (kind == "accepted") {
    outcome.result = read_accepted(words, at);
  } else if (kind == "state") {
    outcome.result = domain::CurrentState{read_registration(words, at)};
  } else if (kind == "challenged") {
    outcome.result = domain::Challenged{base::hex_decode(words.get("activation")).value()};
  } else {
    EXPECT_EQ(kind, "refused") << "no such outcome";
    outcome.result = domain::Refused{domain::parse_reason(words.at(1)).value(),
                                     std::chrono::seconds(std::stoi(words.get("retry", "0")))};
  }
  return outcome;
}

std::string write_evidence(const domain::Evidence& evidence) {
  return std::visit(EvidenceWriter{}, evidence);
}

std::string write_command(const Command& command) {
  if (const auto* provision = std::get_if<Provision>(&command.body)) {
    return std::visit(CommandWriter{}, provision->command);
  }
  if (const auto* operate = std::get_if<Operate>(&command.body)) {
    return write_hub_command(operate->command);
  }
  return std::holds_alternative<Manage>(command.body) ? "=> manage\n" : "=> inspect\n";
}

std::string write_action(const wire::Action& action) { return std::visit(ActionWriter{}, action); }

}  // namespace berth::dialects::testing
