#include "tests/torture/watchdog.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace phasecast::torture {
namespace {

std::string first_line(const std::filesystem::path& path) {
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  return line;
}

/// Where each thread waits in the kernel, and, where there is a debugger, its stack.
void print_threads() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task"))
    std::fprintf(stderr, "  thread %s %s waits in %s, system call %s\n", task.path().filename().c_str(),
                 first_line(task.path() / "comm").c_str(), first_line(task.path() / "wchan").c_str(),
                 first_line(task.path() / "syscall").c_str());
  const std::string stacks =
      "gdb -p " + std::to_string(getpid()) + " -batch -ex 'thread apply all bt 30' 1>&2";
  if (std::system(stacks.c_str()) != 0) std::fprintf(stderr, "  stacks: install gdb\n");
}

}  // namespace

Watchdog::Watchdog(std::chrono::seconds patience) : patience_(patience), thread_([this] { watch(); }) {}

Watchdog::~Watchdog() {
  {
    std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Watchdog::begin(const std::string& doing) {
  {
    std::lock_guard lock(mutex_);
    doing_ = doing;
    ++begun_;
  }
  changed_.notify_all();
}

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    const std::uint64_t before = begun_;
    if (changed_.wait_for(lock, patience_, [&] { return over_ || begun_ != before; })) continue;
    std::fprintf(stderr, "nothing happens for %ld s after: %s\n", static_cast<long>(patience_.count()),
                 doing_.c_str());
    print_threads();
    std::abort();
  }
}

}  // namespace phasecast::torture
