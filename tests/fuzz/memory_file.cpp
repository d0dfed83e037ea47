#include "tests/fuzz/memory_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace phasecast::fuzz {
namespace {

int checked(int result, const char* doing) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), doing);
  return result;
}

}  // namespace

MemoryFile::MemoryFile()
    : descriptor_(checked(memfd_create("fuzz", MFD_CLOEXEC), "memfd_create")),
      path_("/proc/self/fd/" + std::to_string(descriptor_)) {}

MemoryFile::~MemoryFile() {
  ::close(descriptor_);
}

void MemoryFile::hold(std::span<const std::uint8_t> content) {
  checked(ftruncate(descriptor_, 0), "ftruncate");
  for (std::size_t at = 0; at < content.size();) {
    const auto rest = content.subspan(at);
    const auto written = pwrite(descriptor_, rest.data(), rest.size(), static_cast<off_t>(at));
    if (written < 0) throw std::system_error(errno, std::generic_category(), "pwrite");
    at += static_cast<std::size_t>(written);
  }
}

}  // namespace phasecast::fuzz
