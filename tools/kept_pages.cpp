#include "tools/kept_pages.hpp"

#include <tbb/scalable_allocator.h>

#include <cstdint>

namespace phasecast {

void keep_freed_pages() {
  constexpr std::intptr_t larger_than_any_image = std::intptr_t{1} << 40;
  scalable_allocation_mode(TBBMALLOC_SET_HUGE_SIZE_THRESHOLD, larger_than_any_image);
}

}  // namespace phasecast
