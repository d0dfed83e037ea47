#include "tests/fuzz/memory_file.hpp"

#include <fcntl.h>
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

// A memfd would vanish by itself, but HDF5 asks for a path that can be resolved.
MemoryFile::MemoryFile() : path_("/dev/shm/phasecast-fuzz-" + std::to_string(getpid())) {
  descriptor_ = checked(open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), "open");
}

MemoryFile::~MemoryFile() {
  ::close(descriptor_);
  ::unlink(path_.c_str());
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
