// Task<T>: the awaitable that every asynchronous function returns. The one Asio header that rooms
// other than net, store and app see.
//
// House rule (docs/ARCHITECTURE.md, Coroutines): one co_await a statement, its result in a named
// local or discarded, its arguments names, literals or plain calls.
// Thread rule: a Task runs on the executor of whoever awaits it.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace berth::base {

template <class T>
using Task = boost::asio::awaitable<T>;

}  // namespace berth::base

namespace berth {
using base::Task;
}  // namespace berth
