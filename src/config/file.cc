#include "config/file.h"

#include "base/codec.h"

#include <toml++/toml.h>

#include <fstream>
#include <sstream>

namespace berth::config {
namespace {

std::string place(const std::filesystem::path& file, const toml::source_position& at) {
  return file.string() + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

void add_value(FileSetting& setting, const toml::node& node) {
  std::string text;
  FileType type = FileType::kOther;
  if (const auto* string = node.as_string()) {
    text = string->get();
    type = FileType::kText;
  } else if (const auto* integer = node.as_integer()) {
    text = std::to_string(integer->get());
    type = FileType::kWhole;
  } else if (const auto* number = node.as_floating_point()) {
    std::ostringstream stream;
    stream.imbue(std::locale::classic());
    stream << number->get();
    text = stream.str();
    type = FileType::kFraction;
  } else if (const auto* boolean = node.as_boolean()) {
    text = boolean->get() ? "true" : "false";
    type = FileType::kSwitch;
  }
  setting.values.push_back(std::move(text));
  setting.types.push_back(type);
}

struct Walk {
  const std::filesystem::path& file;
  std::vector<FileSetting> found;

  void table(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      if (const toml::table* inner = node.as_table()) {
        this->table(*inner, key + ".");
        continue;
      }
      FileSetting setting;
      setting.key = key;
      setting.where = place(file, name.source().begin);
      if (const toml::array* array = node.as_array()) {
        setting.is_array = true;
        for (const toml::node& item : *array) add_value(setting, item);
      } else {
        add_value(setting, node);
      }
      found.push_back(std::move(setting));
    }
  }
};

Result<std::string> read_text(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error == std::errc::no_such_file_or_directory) {
    return Fail(ErrorKind::kNotFound, file.string() + ": there is no such file",
                "name the file with --config or BERTH_CONFIG");
  }
  if (error) {
    return Fail(ErrorKind::kInvalid, file.string() + ": cannot be read: " + error.message(),
                "name a readable file with --config or BERTH_CONFIG");
  }
  if (size > kFileBytesMax) {
    return Fail(ErrorKind::kInvalid,
                file.string() + ": is larger than 1MiB and so hardly a configuration",
                "name a TOML file with --config or BERTH_CONFIG");
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) {
    return Fail(ErrorKind::kInvalid, file.string() + ": cannot be read",
                "let the user of the server read it");
  }
  return std::move(text).str();
}

}  // namespace

Result<std::vector<FileSetting>> read_settings(const std::filesystem::path& file) {
  BERTH_TRY(const std::string text, read_text(file));
  try {
    const toml::table table = toml::parse(text, file.string());
    Walk walk{file, {}};
    walk.table(table, "");
    return std::move(walk.found);
  } catch (const toml::parse_error& error) {
    return Fail(ErrorKind::kInvalid,
                place(file, error.source().begin) +
                    ": is not TOML: " + base::printable(error.description(), 400),
                "write settings as `key = value`; docs/config.md lists the keys");
  }
}

}  // namespace berth::config
