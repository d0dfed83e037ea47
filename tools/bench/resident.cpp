#include "tools/bench/resident.hpp"

#include <malloc.h>
#include <tbb/scalable_allocator.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace phasecast {
namespace {

std::size_t status_bytes(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;)
    if (std::size_t kibibytes = 0; word == name + ":" && file >> kibibytes) return kibibytes * 1024;
  throw std::runtime_error("/proc/self/status has no " + name + ", which tells the memory in use");
}

void reset_peak() {
  std::ofstream file("/proc/self/clear_refs");
  file << "5";
  if (!file.flush()) throw std::runtime_error("cannot write /proc/self/clear_refs, which resets VmHWM");
}

/// Large vectors come from the kernel and go back to it, whatever was allocated before: the C library and
/// TBB's allocator would keep some for the next.
void return_freed_memory() {
  constexpr int large = 64 * 1024;
  mallopt(M_MMAP_THRESHOLD, large);
  malloc_trim(0);
  scalable_allocation_mode(TBBMALLOC_SET_HUGE_SIZE_THRESHOLD, large);
  scalable_allocation_command(TBBMALLOC_CLEAN_ALL_BUFFERS, nullptr);
}

}  // namespace

std::size_t peak_growth(const std::function<void()>& work) {
  return_freed_memory();
  reset_peak();
  const std::size_t before = status_bytes("VmRSS");
  work();
  return status_bytes("VmHWM") - before;
}

}  // namespace phasecast
