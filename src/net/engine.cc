#include "net/engine.h"

#include "base/check.h"
#include "base/log.h"

#include <csignal>
#include <exception>
#include <sched.h>
#include <string>

namespace berth::net {

namespace {

constexpr std::size_t kNoCore = ~std::size_t{0};
thread_local std::size_t current_core = kNoCore;

std::size_t usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    const int count = CPU_COUNT(&set);
    if (count > 0) return static_cast<std::size_t>(count);
  }
  return 1;
}

}  // namespace

Engine::Engine(std::size_t cores) {
  if (cores == 0) cores = usable_processors();
  cores_.resize(cores);
  for (Core& core : cores_) {
    // One thread runs it, so Asio may keep a continuation for that thread instead of waking
    // another.
    core.context = std::make_unique<boost::asio::io_context>(1);
    core.guard.emplace(core.context->get_executor());
  }
}

Engine::~Engine() { stop(); }

std::optional<std::size_t> Engine::current() {
  if (current_core == kNoCore) return std::nullopt;
  return current_core;
}

void Engine::start() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (std::size_t i = 0; i < cores_.size(); ++i) {
    BERTH_CHECK(!cores_[i].thread.joinable());
    cores_[i].thread = std::thread(&Engine::run, std::ref(*cores_[i].context), i);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Engine::stop() {
  for (Core& core : cores_) core.context->stop();
  for (Core& core : cores_) {
    if (core.thread.joinable()) core.thread.join();
  }
}

void Engine::run(boost::asio::io_context& context, std::size_t core) {
  current_core = core;
  // A handler that throws is a bug in one job; the other connections of this core go on.
  while (!context.stopped()) {
    try {
      context.run();
    } catch (const std::exception& error) {
      log::error("engine.job_threw", {{"core", std::to_string(core)}, {"what", error.what()}});
    }
  }
  current_core = kNoCore;
}

}  // namespace berth::net
