#include "dialects/tests/transcript_data.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <sstream>
#include <utility>

namespace berth::dialects::testing {
namespace {

std::vector<std::string> split(const std::string& text, char between) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, between);) parts.push_back(part);
  return parts;
}

std::string take_word(std::string& rest) {
  const std::size_t blank = std::min(rest.find(' '), rest.size());
  std::string word = rest.substr(0, blank);
  rest.erase(0, blank + 1);
  return word;
}

TimePoint at_milliseconds(const std::string& text) {
  return base::from_unix_micros(std::stoll(text) * 1'000);
}
std::string milliseconds(TimePoint time) {
  return std::to_string(base::to_unix_micros(time) / 1'000);
}

domain::PropertiesRead read_properties(const Block& block) {
  domain::PropertiesRead read;
  for (std::string line : block.lines) {
    std::string name = take_word(line);
    read.values.emplace_back(std::move(name), line);
  }
  return read;
}

std::optional<std::vector<std::string>> read_permitted(const Words& words, const char* name) {
  if (!words.named.contains(name)) return std::nullopt;
  return split(words.get(name), ',');
}

constexpr std::array<std::pair<std::string_view, domain::DeviceStatus>, 3> kStatuses = {{
    {"ok", domain::DeviceStatus::kOk},
    {"disabled", domain::DeviceStatus::kDisabled},
    {"must_register", domain::DeviceStatus::kMustRegister},
}};

std::string_view status_word(domain::DeviceStatus status) {
  for (const auto& [word, each] : kStatuses) {
    if (each == status) return word;
  }
  return "none";
}

domain::IdentityDescribed read_description(const Block& block, const Words& words) {
  domain::IdentityDescribed described;
  domain::Device& device = described.device;
  device.id = domain::DeviceId::trusted(words.get("id"));
  device.display_name = words.get("name");
  device.role = domain::parse_device_role(words.get("role", "device")).value();
  device.serial = words.get("serial");
  if (const std::string group = words.get("group"); !group.empty()) {
    device.group = domain::EnrollmentId::trusted(group);
  }
  if (const std::string member = words.get("member"); !member.empty()) described.member = member;
  device.permissions.reads = read_permitted(words, "reads");
  device.permissions.writes = read_permitted(words, "writes");
  device.permissions.control =
      domain::parse_control_access(words.get("control", "read_write")).value();
  device.permissions.more = words.get("more");
  device.property_links = words.get("links");
  for (const auto& [word, status] : kStatuses) {
    if (word == words.get("status", "ok")) described.status = status;
  }
  described.properties = read_properties(block);
  return described;
}

domain::PrototypeCreated read_prototype(const Words& words) {
  domain::PrototypeCreated created;
  created.device = domain::DeviceId::trusted(words.get("id"));
  if (const std::string password = words.get("password"); !password.empty()) {
    created.password = std::make_shared<const Secret>(Secret::from_text(password));
  }
  return created;
}

std::string write_pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs) {
    text += value.empty() ? fmt::format("  '{}' deleted\n", name)
                          : fmt::format("  '{}' = {}\n", name, value);
  }
  return text;
}

std::string write_line(std::string_view name, const std::string& value) {
  return value.empty() ? std::string() : fmt::format("  {}: {}\n", name, value);
}

std::string write_list(std::string_view name, const std::vector<std::string>& values) {
  return write_line(name, fmt::format("{}", fmt::join(values, ", ")));
}

std::string write_permitted(std::string_view name,
                            const std::optional<std::vector<std::string>>& devices) {
  if (!devices) return fmt::format("  {}: all\n", name);
  if (devices->empty()) return fmt::format("  {}: none\n", name);
  return write_list(name, *devices);
}

std::string write_bound(std::string_view name, const std::optional<domain::TimeOrRecord>& bound) {
  if (!bound) return {};
  if (const auto* id = std::get_if<std::string>(&*bound)) return write_line(name, "record " + *id);
  return write_line(name, milliseconds(std::get<TimePoint>(*bound)));
}

std::string write_filter(const domain::RecordFilter& filter) {
  constexpr std::array<std::string_view, 5> kCompare = {"==", "<", "<=", ">", ">="};
  std::string text =
      "  mask: " + filter.mask + "\n" + write_list("of", filter.of) + write_list("ids", filter.ids);
  for (const TimePoint at : filter.at) text += "  at: " + milliseconds(at) + "\n";
  text += write_bound("before", filter.before) + write_bound("after", filter.after) +
          write_line("field", filter.field);
  for (const domain::ValueTest& test : filter.tests) {
    text += fmt::format("  value {} {}\n", kCompare[static_cast<std::size_t>(test.compare)],
                        test.value);
  }
  return text;
}

std::string write_page(std::uint64_t offset, const std::optional<std::uint64_t>& limit) {
  return (offset == 0 ? std::string() : fmt::format("  offset: {}\n", offset)) +
         (limit ? fmt::format("  limit: {}\n", *limit) : std::string());
}

std::string write_new_record(const domain::NewRecord& record) {
  const bool shown = record.data.size() <= 300;
  std::string text =
      fmt::format("  {} {}\n", record.channel,
                  shown ? record.data : fmt::format("data of {} bytes", record.data.size()));
  if (record.at) text += "    at: " + milliseconds(*record.at) + "\n";
  if (!record.of.empty()) text += "    of: " + record.of + "\n";
  if (!record.id.empty()) text += "    id: " + record.id + "\n";
  if (record.expires_at) text += "    expires: " + milliseconds(*record.expires_at) + "\n";
  if (record.lifetime) text += fmt::format("    lifetime ms: {}\n", record.lifetime->count());
  if (record.is_private) text += "    private\n";
  return text;
}

struct RequestWriter {
  std::string operator()(const domain::PublishRecords& request) const {
    std::string text = "=> publish-records\n";
    for (const domain::NewRecord& each : request.records) text += write_new_record(each);
    return text;
  }
  std::string operator()(const domain::ReadRecords& request) const {
    return "=> read-records\n" + write_filter(request.filter) +
           write_page(request.offset, request.limit);
  }
  std::string operator()(const domain::DeleteRecords& request) const {
    return "=> delete-records\n" + write_filter(request.filter);
  }
  std::string operator()(const domain::ListChannels& request) const {
    return "=> list-channels\n" + write_filter(request.filter) +
           write_page(request.offset, request.limit);
  }
  std::string operator()(const domain::DescribeDevice& request) const {
    return "=> describe " + request.device + "\n";
  }
  std::string operator()(const domain::EditIdentity& request) const {
    std::string text = "=> edit-identity " + request.device + "\n";
    if (request.display_name) text += "  name: " + *request.display_name + "\n";
    if (request.status) text += fmt::format("  status: {}\n", status_word(*request.status));
    if (request.reads) text += write_permitted("reads", *request.reads);
    if (request.writes) text += write_permitted("writes", *request.writes);
    if (request.control) text += fmt::format("  control: {}\n", to_string(*request.control));
    if (request.more_permissions) text += "  more: " + *request.more_permissions + "\n";
    if (request.property_links) text += "  links: " + *request.property_links + "\n";
    return text + write_pairs(request.properties);
  }
  std::string operator()(const domain::ReadProperties& request) const {
    return fmt::format("=> read-properties {} {}\n", request.device,
                       request.name.empty() ? "all" : "'" + request.name + "'");
  }
  std::string operator()(const domain::WriteProperties& request) const {
    return fmt::format("=> write-properties {}{}\n{}", request.device,
                       request.replaces ? " replacing all" : "", write_pairs(request.values));
  }
  std::string operator()(const domain::ReleaseControl& request) const {
    return fmt::format(
        "=> release {}\n{}", request.controller,
        request.devices.empty() ? "  all\n" : write_list("devices", request.devices));
  }
  std::string operator()(const domain::RemoveIdentities& request) const {
    return "=> remove-identities\n" +
           (request.devices.empty() ? "  the caller\n" : write_list("devices", request.devices));
  }
  std::string operator()(const domain::CreatePrototype& request) const {
    return "=> create-prototype\n" + write_line("name", request.display_name) +
           write_line("serial", request.serial) +
           write_line("password", request.password ? std::string(request.password->text()) : "") +
           write_permitted("reads", request.permissions.reads) +
           write_permitted("writes", request.permissions.writes) +
           fmt::format("  control: {}\n", to_string(request.permissions.control)) +
           write_line("more", request.permissions.more) +
           write_line("links", request.property_links) + write_pairs(request.properties);
  }
};

domain::RecordsPublished read_published(const Block& block) {
  domain::RecordsPublished published;
  for (const std::string& line : block.lines) {
    published.ids.push_back(domain::ObjectId::trusted(line));
  }
  return published;
}

domain::RecordsRead read_records(const Block& block) {
  domain::RecordsRead read;
  for (const std::string& line : block.lines) read.records.push_back(read_record(line));
  return read;
}

}  // namespace

domain::Record read_record(const std::string& line) {
  std::string rest = line;
  domain::Record record;
  record.id = domain::ObjectId::trusted(take_word(rest));
  record.publisher = take_word(rest);
  record.channel = take_word(rest);
  record.at = at_milliseconds(take_word(rest));
  if (rest.starts_with("expires=")) {
    record.expires_at = at_milliseconds(take_word(rest).substr(std::string("expires=").size()));
  }
  if (rest.starts_with("private ")) {
    take_word(rest);
    record.is_private = true;
  }
  record.data = rest;
  return record;
}

std::optional<domain::HubResult> read_data_result(const Block& block) {
  const Words words = split_words(block.head);
  const std::string kind = words.at(0);
  if (kind == "published") return read_published(block);
  if (kind == "records") return read_records(block);
  if (kind == "channels") return domain::ChannelsListed{block.lines};
  if (kind == "properties") return read_properties(block);
  if (kind == "described") return read_description(block, words);
  if (kind == "counted") return domain::Counted{std::stoull(words.at(1))};
  if (kind == "prototype") return read_prototype(words);
  return std::nullopt;
}

std::string write_data_request(const domain::DataRequest& request) {
  return std::visit(RequestWriter{}, request);
}

}  // namespace berth::dialects::testing
