#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace phasecast {

/// This program once more, as a child with other arguments. It is asked to end (SIGTERM) and waited for when
/// this object goes, and ends with its parent however that ends. What it prints goes where the parent's log
/// goes: stderr.
class Child {
 public:
  /// Throws std::system_error if it cannot be started.
  explicit Child(std::vector<std::string> arguments);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  pid_t process_ = -1;
};

}  // namespace phasecast
