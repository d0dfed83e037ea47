#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace phasecast::fuzz {

/// A file that never touches a disk, under a path that any library can open.
class MemoryFile {
 public:
  MemoryFile();
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  const std::string& path() const { return path_; }
  void hold(std::span<const std::uint8_t> content);

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace phasecast::fuzz
