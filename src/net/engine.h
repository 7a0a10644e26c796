// Engine: the event loops of the program, one io_context and one thread per core. A connection
// lives on one of them; store and provisioning keep their per-core state by the same index.
//
//   Engine engine(2);
//   engine.start();
//   boost::asio::co_spawn(engine.executor(0), job(), boost::asio::detached);
//   engine.stop();
//
// Room net. Order at the end: Server::drain, Server::stop, then whoever completes work on these
// executors (the store), then Engine::stop.
// Thread rule: start and stop from one thread outside the engine; everything else from any thread.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace berth::net {

using Executor = boost::asio::io_context::executor_type;

class Engine {
 public:
  // `cores` 0: one per processor this process may run on. No thread runs before start().
  explicit Engine(std::size_t cores = 0);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  std::size_t size() const { return cores_.size(); }
  // `core` < size().
  Executor executor(std::size_t core) { return context(core).get_executor(); }
  boost::asio::io_context& context(std::size_t core) { return *cores_[core].context; }

  // The core whose thread this is; nothing on a thread that is not an engine's.
  static std::optional<std::size_t> current();

  // Starts the threads and makes the process ignore SIGPIPE (OpenSSL writes with plain write(2)).
  // Threads block every other signal that can be blocked: they belong to the main thread.
  void start();
  // Ends the loops at once and joins the threads; work still queued is dropped when the Engine
  // is destroyed. Harmless when repeated.
  void stop();

 private:
  using Guard = boost::asio::executor_work_guard<Executor>;

  struct Core {
    std::unique_ptr<boost::asio::io_context> context;
    std::optional<Guard> guard;
    std::thread thread;
  };

  static void run(boost::asio::io_context& context, std::size_t core);

  std::vector<Core> cores_;
};

}  // namespace berth::net
