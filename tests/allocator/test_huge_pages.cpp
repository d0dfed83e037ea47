#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

/// The flags of the mapping that an address lies in, as the kernel tells them.
std::string mapping_flags(const void* address) {
  std::ifstream mappings("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool inside = false;
  for (std::string line; std::getline(mappings, line);) {
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    std::istringstream range(line);
    if (range >> std::hex >> begin >> dash >> end && dash == '-') inside = begin <= wanted && wanted < end;
    if (inside && line.starts_with("VmFlags:")) return line;
  }
  return "";
}

}  // namespace

TEST_CASE("large images ask the kernel for large pages") {
  if (!std::filesystem::exists("/sys/kernel/mm/transparent_hugepage")) return;  // a kernel without
  const std::size_t bytes = GENERATE(8u << 20, 64u << 20);
  const std::vector<std::uint8_t> image(bytes);
  const std::string flags = mapping_flags(image.data() + bytes / 2);
  CAPTURE(flags);
  CHECK(flags.find(" hg") != std::string::npos);
}
