// rooms: device
// A device's JSON file: whatever it holds, reading it ends, and a file that is read can be written
// with new credentials, is then read again, and says what was written.
#include "berth/device/device_info.h"

#include "base/check.h"
#include "device/json_members.h"

#include <cstdint>
#include <string_view>

namespace {

using berth::Secret;
using berth::device::AuthMode;
using berth::device::DeviceInfoFile;

void check_written(const DeviceInfoFile& file, const Secret& text) {
  const auto again = DeviceInfoFile::read(text.clone());
  BERTH_CHECK(again.has_value());
  BERTH_CHECK(again->info().is_registered);
  BERTH_CHECK(again->info().client_id() == file.info().client_id());
  BERTH_CHECK(again->info().product_secret.equals(file.info().product_secret));
  BERTH_CHECK(again->can_connect().has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = berth::device::read_json(text);
  if (document) {
    for (const auto& member : document->members) {
      BERTH_CHECK(member.name_at < member.begin && member.begin < member.end);
      BERTH_CHECK(member.end <= document->end);
    }
  }
  const auto file = DeviceInfoFile::read(Secret::from_text(text));
  if (!file) return 0;
  BERTH_CHECK(document.has_value());
  if (file->info().mode == AuthMode::kKey) {
    check_written(*file, file->with_device_secret(Secret::from_text("AAECAwQFBgcICQoLDA0ODw==")));
  } else {
    check_written(*file, file->with_certificate("a_cert.crt", "a_private.key"));
  }
  return 0;
}
