#include "tools/stop_signal.hpp"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace phasecast {

StopOnSignal::StopOnSignal() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, &blocked_before_);
  waiter_ = std::thread([this] {
    int signal = 0;
    sigwait(&signals_, &signal);
    source_.request_stop();
  });
}

StopOnSignal::~StopOnSignal() {
  pthread_kill(waiter_.native_handle(), SIGTERM);
  waiter_.join();
  pthread_sigmask(SIG_SETMASK, &blocked_before_, nullptr);
}

StopDescriptor::Event::Event() : descriptor(eventfd(0, EFD_CLOEXEC)) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

StopDescriptor::Event::~Event() {
  close(descriptor);
}

void StopDescriptor::Raise::operator()() const {
  eventfd_write(descriptor, 1);
}

}  // namespace phasecast
