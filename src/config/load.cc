// Precedence and the checks that need more than one key.
#include "base/codec.h"
#include "base/nearest.h"
#include "config/config.h"
#include "config/file.h"
#include "config/keys.h"
#include "config/value.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <unistd.h>

extern char** environ;  // NOLINT: POSIX

namespace berth::config {
namespace {

namespace fs = std::filesystem;

// Variables of ours that are not settings of the server: the command line reads them.
constexpr std::array<std::string_view, 4> kOtherVariables{"BERTH_CONFIG", "BERTH_URL",
                                                          "BERTH_TOKEN", "BERTH_CA"};
// Prefix of variables that only the project's own tests and scripts read.
constexpr std::string_view kTestPrefix = "BERTH_TEST_";

struct Loading {
  Config config;
  std::map<std::string_view, Source> sources;  // by key
  std::vector<std::string> mistakes;

  void mistake(const std::string& where, const std::string& what) {
    mistakes.push_back(where + ": " + what);
  }
  void set(const Key& key, const std::vector<std::string>& values, Source source,
           const std::string& where) {
    const Result<void> done = assign(config, key, values);
    if (!done) {
      const std::string shown =
          is_secret(key) ? "" : "`" + base::printable(joined(values), 80) + "` ";
      mistake(where, std::string(key.name) + ": " + shown + done.error().what);
      return;
    }
    sources[key.name] = source;
  }
  static std::string joined(const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : ", ") + value;
    return text;
  }
};

std::vector<std::string> names_of(std::string (*name)(const Key&)) {
  std::vector<std::string> names;
  for (const Key& key : keys()) names.push_back(name(key));
  return names;
}

std::string key_text(const Key& key) { return std::string(key.name); }

std::string unknown(std::string_view what, std::string_view name,
                    const std::vector<std::string>& known) {
  std::optional<std::string> near = base::nearest(name, known);
  // A last part without its section is meant exactly: `body_bytes_max`.
  const std::string ending = "." + std::string(name);
  for (const std::string& each : known) {
    if (each.ends_with(ending)) near = each;
  }
  return std::string(what) + " `" + base::printable(name, 80) + "` is unknown" +
         (near ? ", did you mean `" + *near + "`?" : "; `berth config reference` lists them all");
}

// What the file may write for each type; text stands for everything that has a unit or a format.
bool file_types_fit(const Key& key, const FileSetting& setting) {
  const auto every = [&](std::initializer_list<FileType> types) {
    return std::all_of(setting.types.begin(), setting.types.end(), [&](FileType type) {
      return std::find(types.begin(), types.end(), type) != types.end();
    });
  };
  if (std::holds_alternative<ListAt>(key.place)) return every({FileType::kText});
  if (setting.is_array) return false;
  if (std::holds_alternative<PortAt>(key.place)) return every({FileType::kWhole});
  if (std::holds_alternative<RateAt>(key.place)) {
    return every({FileType::kWhole, FileType::kFraction});
  }
  if (std::holds_alternative<SwitchAt>(key.place)) return every({FileType::kSwitch});
  if (const auto* number = std::get_if<NumberAt>(&key.place)) {
    return number->unit == Unit::kBytes ? every({FileType::kWhole, FileType::kText})
                                        : every({FileType::kWhole});
  }
  return every({FileType::kText});
}

void apply_file(Loading& loading, const std::vector<FileSetting>& settings, bool data_is_fixed) {
  for (const FileSetting& setting : settings) {
    const Key* key = find_key(setting.key);
    if (key == nullptr) {
      loading.mistake(setting.where, unknown("key", setting.key, names_of(key_text)));
    } else if (is_secret(*key)) {
      loading.mistake(setting.where, setting.key + ": a secret does not belong in this file; use " +
                                         variable_name(*key) + " or a file of its own");
    } else if (data_is_fixed && key->name == "data") {
      loading.mistake(setting.where,
                      "data: this file was found in the data directory, so it cannot name another; "
                      "use --data, BERTH_DATA, or --config");
    } else if (!file_types_fit(*key, setting)) {
      const std::string allowed = allowed_text(*key);
      loading.mistake(setting.where, setting.key + ": must be a " + type_name(*key) +
                                         (allowed.empty() ? "" : ", " + allowed));
    } else {
      loading.set(*key, setting.values, Source::kFile, setting.where);
    }
  }
}

// Kubernetes tells every container about a service called "berth" in variables of this shape.
bool is_service_link(std::string_view name, std::string_view value) {
  const auto has = [&](std::string_view part) { return name.find(part) != name.npos; };
  return has("_SERVICE_HOST") || has("_SERVICE_PORT") || value.starts_with("tcp://") ||
         value.starts_with("udp://") || (has("_PORT_") && (has("_TCP") || has("_UDP")));
}

void apply_environment(Loading& loading, const std::vector<Setting>& environment) {
  std::map<std::string, const Key*> known;
  std::vector<std::string> names = names_of(variable_name);
  for (const Key& key : keys()) known[variable_name(key)] = &key;
  names.insert(names.end(), kOtherVariables.begin(), kOtherVariables.end());
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("BERTH_") || name.starts_with(kTestPrefix) || value.empty()) continue;
    if (const auto found = known.find(name); found != known.end()) {
      loading.set(*found->second, {value}, Source::kEnvironment, name);
    } else if (!is_service_link(name, value) &&
               std::find(names.begin(), names.end(), name) == names.end()) {
      loading.mistake("environment", unknown("variable", name, names));
    }
  }
}

void apply_flags(Loading& loading, const std::vector<Setting>& flags) {
  std::map<std::string_view, std::vector<std::string>> values;
  for (const auto& [name, value] : flags) values[name].push_back(value);
  for (const auto& [name, texts] : values) {
    const Key* key = find_key(name);
    if (key == nullptr) {
      loading.mistake("flags", unknown("key", name, names_of(key_text)));
    } else {
      loading.set(*key, texts, Source::kFlag, "--" + flag_name(*key));
    }
  }
}

void fill_defaults(Loading& loading, const std::vector<Setting>& environment) {
  Config& config = loading.config;
  if (config.store.empty()) config.store = "sqlite:" + (config.data / "berth.db").string();
  if (config.telemetry.directory.empty()) config.telemetry.directory = config.data / "telemetry";
  if (!config.master_key_file.empty()) return;
  config.master_key_file = config.data / "master.key";
  if (const auto credentials = variable(environment, "CREDENTIALS_DIRECTORY")) {
    const fs::path file = fs::path(*credentials) / "berth-master-key";
    std::error_code error;
    if (fs::exists(file, error)) config.master_key_file = file;
  }
}

bool is_host(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == ':' || c == '*';
  };
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), fits);
}

// Two listeners on one port would take turns at failing to start.
void check_ports(Loading& loading) {
  const Config& config = loading.config;
  const std::array<std::pair<std::string_view, std::optional<std::uint16_t>>, 5> ports{
      {{"https_port", config.https_port},
       {"mqtt_port", config.mqtt_port},
       {"http_port", config.http_port},
       {"mqtt_plain_port", config.mqtt_plain_port},
       {"admin_port", config.admin_port}}};
  for (auto later = ports.begin(); later != ports.end(); ++later) {
    if (later->second.value_or(0) == 0) continue;  // any free port clashes with nothing
    const auto earlier = std::find_if(
        ports.begin(), later, [&](const auto& port) { return port.second == later->second; });
    if (earlier == later) continue;
    loading.mistake(std::string(later->first), "must differ from " + std::string(earlier->first));
  }
}

void check_together(Loading& loading) {
  const Config& config = loading.config;
  for (const std::string& host : config.host) {
    if (is_host(host)) continue;
    loading.mistake("host", "`" + base::printable(host, 80) +
                                "` must be a DNS name or an IP address, without scheme or port");
  }
  check_ports(loading);
  if (config.tls.certificate_file.empty() != config.tls.key_file.empty()) {
    loading.mistake("tls", "certificate_file and key_file must be set together");
  }
  if (config.provisioning.payload_bytes_max > config.net.body_bytes_max) {
    loading.mistake("provisioning.payload_bytes_max", "must not exceed net.body_bytes_max (" +
                                                          show_bytes(config.net.body_bytes_max) +
                                                          "), which ends the request first");
  }
  const std::string_view store = config.store;
  const bool known = store.starts_with("sqlite:") || store.starts_with("postgresql://") ||
                     store.starts_with("postgres://");
  if (!known || store == "sqlite:") {
    loading.mistake("store", "must be sqlite:PATH or postgresql://user@host/database");
  }
}

std::vector<Origin> origins_of(const Loading& loading) {
  std::vector<Origin> origins;
  for (const Key& key : keys()) {
    const auto found = loading.sources.find(key.name);
    std::string value = show(loading.config, key);
    if (key.name == "store") value = without_password(value);
    origins.push_back({std::string(key.name), std::move(value),
                       found == loading.sources.end() ? Source::kDefault : found->second});
  }
  return origins;
}

std::optional<std::string> last_flag(const std::vector<Setting>& flags, std::string_view name) {
  const auto found = std::find_if(flags.rbegin(), flags.rend(),
                                  [&](const Setting& flag) { return flag.first == name; });
  return found == flags.rend() ? std::nullopt : std::optional(found->second);
}

// The file to read: named, by BERTH_CONFIG, or DATA/berth.toml if that exists.
std::optional<fs::path> choose_file(const Inputs& inputs, const fs::path& data, bool& was_named) {
  was_named = true;
  if (inputs.file) return inputs.file;
  if (const auto named = variable(inputs.environment, "BERTH_CONFIG")) return fs::path(*named);
  was_named = false;
  std::error_code error;
  const fs::path found = data / "berth.toml";
  return fs::exists(found, error) ? std::optional(found) : std::nullopt;
}

}  // namespace

std::vector<Setting> process_environment() {
  std::vector<Setting> settings;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == text.npos) continue;
    settings.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return settings;
}

std::optional<std::string> variable(const std::vector<Setting>& environment,
                                    std::string_view name) {
  for (const auto& [known, value] : environment) {
    if (known == name && !value.empty()) return value;
  }
  return std::nullopt;
}

std::string_view to_string(Source source) {
  switch (source) {
    case Source::kDefault:
      return "default";
    case Source::kFile:
      return "file";
    case Source::kEnvironment:
      return "environment";
    case Source::kFlag:
      return "flag";
  }
  return "default";
}

fs::path data_directory(const std::optional<std::string>& flag,
                        const std::vector<Setting>& environment) {
  if (flag && !flag->empty()) return *flag;
  if (const auto data = variable(environment, "BERTH_DATA")) return *data;
  // systemd names the directory it made for us; several are separated by colons.
  if (const auto state = variable(environment, "STATE_DIRECTORY")) {
    return state->substr(0, state->find(':'));
  }
  if (geteuid() == 0) return "/var/lib/berth";
  if (const auto xdg = variable(environment, "XDG_DATA_HOME")) return fs::path(*xdg) / "berth";
  if (const auto home = variable(environment, "HOME"))
    return fs::path(*home) / ".local/share/berth";
  return "berth-data";
}

Result<Loaded> load(const Inputs& inputs) {
  Loading loading;
  loading.config.data = data_directory(last_flag(inputs.flags, "data"), inputs.environment);
  bool was_named = false;
  const std::optional<fs::path> file = choose_file(inputs, loading.config.data, was_named);
  if (file) {
    BERTH_TRY(const std::vector<FileSetting> settings, read_settings(*file));
    apply_file(loading, settings, !was_named);
  }
  apply_environment(loading, inputs.environment);
  apply_flags(loading, inputs.flags);
  if (loading.mistakes.empty()) {
    fill_defaults(loading, inputs.environment);
    check_together(loading);
  }
  if (!loading.mistakes.empty()) {
    std::string text;
    for (const std::string& mistake : loading.mistakes)
      text += (text.empty() ? "" : "\n") + mistake;
    return Fail(ErrorKind::kInvalid, std::move(text),
                "correct the settings named above; `berth config reference` describes every key");
  }
  Loaded loaded;
  loaded.origins = origins_of(loading);
  loaded.config = std::move(loading.config);
  loaded.file = file;
  return loaded;
}

std::string without_password(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == url.npos) return std::string(url);
  const std::size_t start = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?", start), url.size());
  const std::string_view authority = url.substr(start, end - start);
  const std::size_t at = authority.rfind('@');
  const std::size_t colon = authority.find(':');
  std::string text(url);
  // libpq takes a password in the query, too.
  if (const std::size_t query = text.find("password=", end); query != text.npos) {
    const std::size_t value = query + 9;
    text.replace(value, std::min(text.find('&', value), text.size()) - value, "***");
  }
  if (at == authority.npos || colon == authority.npos || colon > at) return text;
  return text.replace(start + colon + 1, at - colon - 1, "***");
}

}  // namespace berth::config
