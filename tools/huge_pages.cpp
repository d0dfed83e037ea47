// Part of every program that is linked with phasecast_allocator.

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

/// In place of libc's, for the allocator: what is large is asked for in pages of 2 MiB. Clearing 512 small
/// pages costs 50 times as much as one large one where the machine is virtual (decision 0017), and Linux
/// gives large ones to those alone who ask (madvise, the usual setting); oneTBB's allocator does not.
extern "C" void* mmap(void* address, std::size_t length, int protection, int flags, int file,
                      off_t offset) noexcept {
  constexpr std::size_t large = std::size_t{4} << 20;  // smaller: the allocator's stock for small objects
  const long mapped = syscall(SYS_mmap, address, length, protection, flags, file, offset);
  void* const memory = reinterpret_cast<void*>(mapped);
  const bool plain =
      (flags & MAP_ANONYMOUS) && !(flags & (MAP_STACK | MAP_SHARED)) && protection != PROT_NONE;
  const int error = errno;
  if (memory != MAP_FAILED && plain && length >= large) madvise(memory, length, MADV_HUGEPAGE);
  errno = error;
  return memory;
}
