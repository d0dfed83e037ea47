#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace phasecast::torture {

/// Resident memory of a process (VmRSS), in MiB; of this one for pid 0. Throws if it is gone.
double resident_mib(int pid = 0);

/// Threads and open descriptors of this process.
std::size_t thread_count();
std::size_t descriptor_count();

/// Resident memory over a long run: what is held in the second half beyond what was at its start.
class MemoryWatch {
 public:
  void look();
  double now_mib() const { return seen_.empty() ? 0 : seen_.back(); }
  double growth_mib() const { return seen_.empty() ? 0 : seen_.back() - seen_[seen_.size() / 2]; }

 private:
  std::vector<double> seen_;
};

}  // namespace phasecast::torture
