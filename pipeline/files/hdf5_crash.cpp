#include "pipeline/files/hdf5_crash.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <mutex>
#include <string_view>

namespace phasecast::hdf5 {

namespace {

// Plain memory: a signal handler may read nothing else.
thread_local std::array<char, 1024> file_name{};
thread_local volatile std::sig_atomic_t calls = 0;

void say(std::string_view text) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

extern "C" void report(int signal) {
  if (calls == 0) {  // not libhdf5's: as if nobody had listened
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  say("phasecast: ");
  say(file_name.data());
  say(": the HDF5 library crashed on it, expected an undamaged HDF5 file [file]\n");
  ::_exit(1);
}

/// A crash may have used up the usual stack; most files are read by the thread that reads the first one.
void prepare_stack() {
  static std::array<char, 1 << 16> stack;
  stack_t other{};
  other.ss_sp = stack.data();
  other.ss_size = stack.size();
  sigaltstack(&other, nullptr);
}

void install() {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if ((before.sa_flags & SA_SIGINFO) != 0 || before.sa_handler != SIG_DFL) continue;
    struct sigaction action {};
    action.sa_handler = report;
    action.sa_flags = SA_ONSTACK;
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace

InLibrary::InLibrary(const std::string& path) {
  const std::size_t length = std::min(path.size(), file_name.size() - 1);
  std::copy_n(path.begin(), length, file_name.begin());
  file_name[length] = '\0';
  calls = calls + 1;
}

InLibrary::InLibrary() {
  calls = calls + 1;
}

InLibrary::~InLibrary() {
  calls = calls - 1;
}

void report_crashes() {
  static std::once_flag once;
  std::call_once(once, prepare_stack);
  install();
}

}  // namespace phasecast::hdf5
