#include "tools/kept_pages.hpp"

#include <tbb/scalable_allocator.h>

#include <cstdint>

namespace phasecast {

void keep_freed_pages() {
  constexpr std::intptr_t image_bytes = 256 * 1024;  // of what is larger nothing is released in passing
  scalable_allocation_mode(TBBMALLOC_SET_HUGE_SIZE_THRESHOLD, image_bytes);
}

}  // namespace phasecast
