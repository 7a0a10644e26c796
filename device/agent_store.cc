#include "berth/device/agent_store.h"

#include "base/codec.h"
#include "crypto/aead.h"
#include "device/owner_file.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace berth::device {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// The first line of the file; also the associated data, so that a later format cannot be taken for
// this one.
constexpr std::string_view kFormat = "berth agent state 1\n";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kStateBytesMax = 16 * 1024;

auto damaged(const fs::path& path, const std::string& why) {
  return Fail(ErrorKind::kInvalid, path.string() + " cannot be used: " + why,
              "restore the file; or enrol anew with --reset-state, which the server must allow "
              "(`berth thing serial reset`)");
}

// The key file: hex and a line feed.
std::optional<Secret> key_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.size() != 2 * kKeyBytes) return std::nullopt;
  const std::optional<base::Bytes> bytes = base::hex_decode(text);
  return bytes ? std::optional(Secret(*bytes)) : std::nullopt;
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

std::optional<AgentState> state_of(const Secret& opened) {
  boost::system::error_code bad;
  const json::value value = json::parse(opened.text(), bad);
  const json::object* object = bad ? nullptr : value.if_object();
  if (object == nullptr) return std::nullopt;
  AgentState state;
  state.model = text_member(*object, "model");
  state.serial = text_member(*object, "hwid");
  state.id = text_member(*object, "id");
  state.connection = Secret::from_text(text_member(*object, "auth"));
  if (state.id.empty() || state.connection.empty()) return std::nullopt;
  return state;
}

}  // namespace

struct AgentStore::Parts {
  AgentFiles files;
  Rng& rng;
  OwnerLock lock;
  Secret key;

  Result<void> make_key();
  Result<AgentState> opened(std::string_view text) const;
};

Result<void> AgentStore::Parts::make_key() {
  key = rng.secret(kKeyBytes);
  Secret text = Secret::from_text(base::hex_encode(key.bytes()) + "\n");
  return write_owner_file(files.key, text.bytes());
}

Result<AgentState> AgentStore::Parts::opened(std::string_view text) const {
  if (!text.starts_with(kFormat)) return damaged(files.state, "it is no state of this program");
  text.remove_prefix(kFormat.size());
  if (text.ends_with('\n')) text.remove_suffix(1);
  const std::optional<base::Bytes> sealed = base::base64_decode(text);
  if (!sealed || sealed->size() < crypto::kNonceBytes + crypto::kTagBytes) {
    return damaged(files.state, "it is damaged");
  }
  const std::span<const std::uint8_t> bytes(*sealed);
  const std::optional<Secret> plain = crypto::decrypt(
      {key.bytes(), bytes.first(crypto::kNonceBytes), kFormat}, bytes.subspan(crypto::kNonceBytes));
  if (!plain) {
    return damaged(files.state, "it is damaged, or was encrypted with another key than " +
                                    files.key.string() + " holds");
  }
  std::optional<AgentState> state = state_of(*plain);
  if (!state) return damaged(files.state, "it does not hold credentials");
  return *std::move(state);
}

AgentStore::AgentStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
AgentStore::AgentStore(AgentStore&&) noexcept = default;
AgentStore& AgentStore::operator=(AgentStore&&) noexcept = default;
AgentStore::~AgentStore() = default;

const AgentFiles& AgentStore::files() const { return parts_->files; }

Result<AgentStore> AgentStore::open(AgentFiles files, Rng& rng) {
  Result<OwnerLock> lock = OwnerLock::take(files.state.string() + ".lock");
  if (!lock) return Fail(std::move(lock).error());
  return AgentStore(
      std::unique_ptr<Parts>(new Parts{std::move(files), rng, *std::move(lock), Secret()}));
}

Result<std::optional<AgentState>> AgentStore::load() {
  const AgentFiles& files = parts_->files;
  BERTH_TRY(const std::optional<Secret> text, read_owner_file(files.state, kStateBytesMax));
  BERTH_TRY(const std::optional<Secret> key_text, read_owner_file(files.key, kStateBytesMax));
  if (key_text) {
    std::optional<Secret> key = key_of(key_text->text());
    if (!key) return damaged(files.key, "it holds no key");
    parts_->key = *std::move(key);
  }
  if (!text && !key_text) {
    Result<void> made = parts_->make_key();
    if (!made) return Fail(std::move(made).error());
  }
  if (!text) return std::optional<AgentState>();
  if (!key_text) {
    return damaged(files.state, "its key, the file " + files.key.string() + ", is gone");
  }
  BERTH_TRY(AgentState state, parts_->opened(text->text()));
  return std::optional(std::move(state));
}

Result<void> AgentStore::save(const AgentState& state) {
  const Secret plain =
      Secret::from_text(json::serialize(json::object{{"model", state.model},
                                                     {"hwid", state.serial},
                                                     {"id", state.id},
                                                     {"auth", state.connection.text()}}));
  base::Bytes sealed(crypto::kNonceBytes + plain.size() + crypto::kTagBytes);
  const std::span<std::uint8_t> all(sealed);
  const std::span<std::uint8_t> nonce = all.first(crypto::kNonceBytes);
  parts_->rng.fill(nonce);
  crypto::encrypt({parts_->key.bytes(), nonce, kFormat}, plain.bytes(),
                  all.subspan(crypto::kNonceBytes));
  const std::string text = std::string(kFormat) + base::base64_encode(sealed) + "\n";
  return write_owner_file(parts_->files.state, base::as_bytes(text));
}

Result<void> AgentStore::reset() {
  const AgentFiles& files = parts_->files;
  std::error_code error;
  fs::remove(files.state, error);
  const Result<std::optional<Secret>> key = read_owner_file(files.key, kStateBytesMax);
  const bool is_key = key && *key && key_of((*key)->text());
  const bool is_ours = key || key.error().kind == ErrorKind::kTooLarge;
  if (!error && !is_key && is_ours) fs::remove(files.key, error);
  if (!error) return {};
  return Fail(ErrorKind::kUnavailable,
              files.state.string() + " cannot be removed: " + error.message(),
              "let this user write in its folder");
}

}  // namespace berth::device
