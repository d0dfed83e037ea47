#include "tools/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace phasecast {
namespace {

/// Between fork and exec only what is safe after a fork of a process with threads.
[[noreturn]] void become(char* const* arguments, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);  // it ended before we asked
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  execv("/proc/self/exe", arguments);
  _exit(127);
}

}  // namespace

Child::Child(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "phasecast");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ < 0) throw std::system_error(errno, std::generic_category(), "starting the viewer");
  if (process_ == 0) become(pointers.data(), parent);
}

Child::~Child() {
  kill(process_, SIGTERM);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace phasecast
