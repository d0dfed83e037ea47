// Preloaded into a process: a disk that takes SLOW_DISK_MS for every write as HDF5 writes.
// writes.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

extern "C" ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  using Write = ssize_t (*)(int, const void*, size_t, off_t);
  static const auto real = reinterpret_cast<Write>(dlsym(RTLD_NEXT, "pwrite"));
  static const long milliseconds = std::atol(std::getenv("SLOW_DISK_MS"));
  const timespec pause{milliseconds / 1000, milliseconds % 1000 * 1'000'000};
  nanosleep(&pause, nullptr);
  return real(file, bytes, size, offset);
}
