// rooms: dialects
// Headers that say who sends a request: cookies, Authorization, Origin and what else a browser
// adds. Whatever they hold, a token is bounded, and what comes by cookie changes nothing without
// the mark of the console.
#include "base/check.h"
#include "dialects/caller.h"
#include "tests/fuzz/input_text.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  berth::wire::HttpRequest request = berth::fuzz::request_of(text);
  const berth::dialects::Caller caller = berth::dialects::read_caller(request);
  BERTH_CHECK(caller.token.size() <= 256);
  BERTH_CHECK(!caller.by_cookie || !caller.token.empty());
  BERTH_CHECK(!caller.by_cookie || request.header("authorization") == nullptr);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const bool allowed = berth::dialects::check_own_page(request, caller).has_value();
  const std::string* mark = request.header(berth::dialects::kConsoleHeader);
  const bool marked = mark != nullptr && *mark == "1";
  BERTH_CHECK(reads ? allowed : !allowed || !caller.by_cookie || marked);
  return 0;
}
