// Preloaded into a process: a disk that takes SLOW_DISK_MS for every write at a place of a file, as HDF5
// writes.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

extern "C" ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
  using Write = ssize_t (*)(int, const void*, size_t, off64_t);
  static const auto real = reinterpret_cast<Write>(dlsym(RTLD_NEXT, "pwrite64"));
  static const long milliseconds = std::atol(std::getenv("SLOW_DISK_MS"));
  const timespec pause{milliseconds / 1000, milliseconds % 1000 * 1'000'000};
  nanosleep(&pause, nullptr);
  return real(file, bytes, size, offset);
}
