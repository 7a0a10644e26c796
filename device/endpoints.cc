#include "device/endpoints.h"

#include "base/codec.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <tuple>

namespace berth::device {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

}  // namespace

bool is_localhost(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string lower = base::ascii_lower(host);
  return lower == "localhost" || lower.ends_with(".localhost");
}

Task<Result<std::vector<tcp::endpoint>, RegistrationError>> find_endpoints(std::string host,
                                                                           std::uint16_t port) {
  std::vector<tcp::endpoint> found;
  if (is_localhost(host)) {
    found.emplace_back(asio::ip::address_v4::loopback(), port);
    found.emplace_back(asio::ip::address_v6::loopback(), port);
    co_return found;
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  const std::string service = std::to_string(port);
  using Resolved = std::tuple<boost::system::error_code, tcp::resolver::results_type>;
  const Resolved resolved = co_await resolver.async_resolve(host, service, kAwait);
  for (const auto& entry : std::get<1>(resolved)) found.push_back(entry.endpoint());
  if (found.empty()) {
    RegistrationError error;
    error.trouble = Trouble::kConnect;
    error.what = host + " does not resolve: " + std::get<0>(resolved).message();
    co_return Fail(std::move(error));
  }
  co_return found;
}

}  // namespace berth::device
