#include "bench/seed/place.h"

#include "app/files.h"
#include "app/vault.h"
#include "base/codec.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <string_view>

namespace berth::bench::seed {
namespace {

namespace fs = std::filesystem;

// Units that share a transaction: many more than a server would let wait, because nobody waits.
constexpr std::size_t kGroupUnits = 4096;
constexpr std::size_t kQueueUnits = 16'384;

Result<Secret> read_key(const fs::path& path) {
  BERTH_TRY(const Secret file, app::read_file(path));
  std::string_view text = file.text();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  std::optional<Secret> key = base::base64_decode_secret(text);
  if (!key || key->size() == 0) {
    return Fail(ErrorKind::kInvalid, path.string() + " is not a key in base64",
                "make one: openssl rand -base64 32");
  }
  return *std::move(key);
}

Task<Result<void>> find_first(Place& place) {
  domain::Page one;
  one.limit = 1;
  auto scopes = co_await place.store->catalog().list_scopes(one);
  if (!scopes) co_return Fail(std::move(scopes).error());
  auto hubs = co_await place.store->catalog().list_hubs(one);
  if (!hubs) co_return Fail(std::move(hubs).error());
  if (scopes->items.empty() || hubs->items.empty()) {
    co_return Fail(ErrorKind::kNotFound, "the store has no scope or no hub",
                   "start `berth serve` on the data directory once");
  }
  place.scope = std::move(scopes->items.front());
  place.hub = std::move(hubs->items.front());
  co_return Result<void>();
}

}  // namespace

Result<std::unique_ptr<Place>> open_place(const fs::path& data, const fs::path& key_file,
                                          base::SystemClock& clock, base::SystemRng& rng) {
  const fs::path database = data / "berth.db";
  std::error_code error;
  if (!fs::exists(database, error)) {
    return Fail(ErrorKind::kNotFound, "there is no " + database.string(),
                "start `berth serve` on the data directory once");
  }
  BERTH_TRY(app::DataDirectory locked, app::DataDirectory::open(data));
  BERTH_TRY(Secret seed_key, read_key(key_file));
  BERTH_TRY(const Secret master,
            app::load_master_key(data / "master.key", std::nullopt, false, rng));
  BERTH_TRY(std::unique_ptr<provisioning::Vault> vault, app::make_vault(master, rng));
  store::StoreOptions options;
  options.url = "sqlite:" + database.string();
  options.group_units_max = kGroupUnits;
  options.queue_units_max = kQueueUnits;
  BERTH_TRY(std::unique_ptr<store::Store> store, store::open(std::move(options), clock));
  std::unique_ptr<Place> place(new Place{std::move(locked),
                                         database,
                                         clock,
                                         rng,
                                         std::move(seed_key),
                                         std::move(vault),
                                         std::move(store),
                                         {},
                                         {}});
  boost::asio::io_context context(1);
  auto found = boost::asio::co_spawn(context, find_first(*place), boost::asio::use_future);
  context.run();
  Result<void> there = found.get();
  if (!there) return Fail(std::move(there).error());
  return place;
}

}  // namespace berth::bench::seed
