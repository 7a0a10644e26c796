// Products: groups of devices that leave the factory with one secret and are issued a credential
// each when they register.
#include "base/codec.h"
#include "cli/body.h"
#include "cli/json_text.h"
#include "cli/keys_shown.h"
#include "cli/product_body.h"
#include "cli/product_flags.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

constexpr std::size_t kUsualIdSize = 10;

std::string product_id(const Invocation& run) { return run.args.text_or("product-id", ""); }

// What else a command about the same product needs.
std::string scope_words(const Invocation& run) {
  const auto scope = run.args.text("scope");
  return scope ? " --scope " + *scope : "";
}

void warn_of_unusual_id(const Invocation& run) {
  const auto id = run.args.text("product-id");
  if (!id || id->size() == kUsualIdSize) return;
  run.world.err << "warning: the product id `" << base::printable(*id, 80) << "` has " << id->size()
                << " characters; stock device software expects " << kUsualIdSize << '\n';
}

Try<int> show_product(Invocation& run, const std::string& path, Answer answer) {
  if (!run.wants_json()) answer.value = product_card(answer.value);
  return show_with_keys(run, path, std::move(answer));
}

Try<int> create(Invocation& run) {
  warn_of_unusual_id(run);
  BERTH_TRY(const json::object body, new_product(run));
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->post(path_of({"scopes", scope, "enrollment-groups"}), body));
  const std::string id = member_text(answer.value, "id");
  run.say("created product " + id + " in scope " + scope);
  run.say("burn the product id " + id +
          " and the product secret into the firmware; `berth product "
          "show " +
          id + scope_words(run) + " --show-keys` prints the secret");
  return show_product(run, path_of({"scopes", scope, "enrollment-groups", id}), std::move(answer));
}

Try<int> list(Invocation& run) {
  BERTH_TRY(const std::string scope, run.scope());
  json::array products;
  BERTH_STEP(read_pages(run, path_of({"scopes", scope, "enrollment-groups"}),
                        [&](const json::array& groups) {
                          for (const json::value& group : groups) {
                            if (is_product(group)) products.push_back(group);
                          }
                          return true;
                        }));
  if (run.wants_json()) {
    const json::object page{{"items", std::move(products)}, {"nextCursor", nullptr}};
    run.world.out << json_text(page) << '\n';
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const json::value& product : products) {
    rows.push_back({shown(product, {"", "id"}), shown(product, {"", "displayName"}),
                    shown(product, {"", "enabled", Show::kEnabled}),
                    base::printable(auth_mode(product)),
                    base::printable(registration_mode(product)),
                    shown(product, {"", "updatedAt", Show::kTime})});
  }
  print_rows(run.world.out, {"PRODUCT", "NAME", "STATUS", "AUTH", "REGISTRATION", "UPDATED"}, rows);
  return kDone;
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const std::string path, product_path(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->get(path));
  return show_product(run, path, std::move(answer));
}

Try<int> update(Invocation& run) {
  BERTH_TRY(const std::string path, product_path(run));
  std::optional<std::string> etag = run.etag();
  BERTH_TRY(const json::object body, changed_product(run, path, etag));
  BERTH_STEP(require_change(body, run.verb));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->patch(path, body, etag));
  run.say("updated product " + product_id(run));
  return show_product(run, path, std::move(answer));
}

Try<int> rotate(Invocation& run) {
  const std::string overlap = run.args.text_or("overlap", "");
  BERTH_TRY(const std::uint64_t seconds, seconds_of("overlap", overlap));
  json::object body;
  body["overlapSeconds"] = seconds;
  BERTH_STEP(put_product_secret(body, "productSecret", run));
  BERTH_TRY(const std::string path, product_path(run));
  const std::string until = seconds == 0 ? "at once" : "once " + overlap + " have passed";
  if (!run.confirmed("Replace the secret of product " + product_id(run) +
                     "? Devices that have the present one cannot register any more " + until +
                     ".")) {
    return kFailed;
  }
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->post(path + "/rotate-product-secret", body, run.etag()));
  run.say("replaced the secret of product " + product_id(run));
  run.say("burn the new secret into firmware from now on; `berth product show " + product_id(run) +
          scope_words(run) + " --show-keys` prints it");
  return show_product(run, path, std::move(answer));
}

Try<int> remove(Invocation& run) {
  BERTH_TRY(const std::string path, product_path(run));
  const std::string what = "product " + product_id(run);
  if (!run.confirmed("Delete " + what + "? Its devices cannot register any more.")) return kFailed;
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path, run.etag()));
  run.say("deleted " + what);
  return kDone;
}

Flag new_id_flag() {
  Flag flag = product_id_flag(false);
  flag.help =
      "Id of the product, unique in the whole server; 10 capitals and digits are made up "
      "when it is left out.";
  return flag;
}

Flag overlap_flag() {
  return {"overlap",
          "SECONDS",
          "How long the present secret stays good beside the new one, also like 12h or 90d, the "
          "most; 0: not at all.",
          FlagKind::kText,
          {},
          {},
          true};
}

std::vector<Verb> own_verbs() {
  const Flag secret{"product-secret", "SECRET",
                    "The new one, text of 16 to 64 characters, or @FILE; made up when left out."};
  return {{"product create",
           "Makes a product: permission for devices that hold its secret to register by name.",
           flags_of({{new_id_flag(), scope_flag()},
                     product_create_flags(),
                     product_edit_flags(),
                     {show_keys_flag()}}),
           "berth product create S3EUVBRJLB --auth-mode key --dynamic-registration --display-name "
           "Pumps",
           &create},
          {"product list",
           "Lists all products of a scope.",
           {scope_flag()},
           "berth product list",
           &list},
          {"product show",
           "Shows one product.",
           {product_id_flag(false), scope_flag(), show_keys_flag()},
           "berth product show S3EUVBRJLB --show-keys",
           &show},
          {"product update", "Changes what the flags name and leaves the rest.",
           flags_of({{product_id_flag(true), scope_flag()},
                     product_edit_flags(),
                     {etag_flag(), show_keys_flag()}}),
           "berth product update S3EUVBRJLB --auto-create --quota 500", &update},
          {"product rotate-secret",
           "Gives a product a new secret; the present one stays good for a while.",
           {product_id_flag(true), scope_flag(), overlap_flag(), secret, etag_flag(), yes_flag(),
            show_keys_flag()},
           "berth product rotate-secret S3EUVBRJLB --overlap 30d --yes",
           &rotate}};
}

}  // namespace

std::vector<Verb> product_verbs() {
  std::vector<Verb> verbs = own_verbs();
  for (Verb& each : product_device_verbs()) verbs.push_back(std::move(each));
  verbs.push_back({"product delete",
                   "Deletes a product with its list of names.",
                   {product_id_flag(true), scope_flag(), etag_flag(), yes_flag()},
                   "berth product delete S3EUVBRJLB --yes",
                   &remove});
  return verbs;
}

}  // namespace berth::cli
