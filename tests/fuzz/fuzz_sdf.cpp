#include <algorithm>

#include "pipeline/files/failure.hpp"
#include "pipeline/files/scan_reader.hpp"
#include "pipeline/files/sdf_stack.hpp"
#include "pipeline/files/xim_image.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/require.hpp"

using namespace phasecast;

/// The header of a stack, whose images are not there, and behind \xff an image of 2 x 3 pixels.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  const auto* header_end = std::find(data, data + size, 0xff);
  try {
    const std::string image(std::min(header_end + 1, data + size), data + size);
    fuzz::require(read_xim(image, {2, 3}, file.path()).size() == 6, "all pixels are there");
  } catch (const Failure& failure) {
    fuzz::require(failure.error.where == file.path(), "an error names the file");
  }
  file.hold({data, header_end});
  if (!is_sdf(file.path())) return 0;
  std::vector<std::string> assumptions;
  const auto scan = open_scan(file.path(), assumptions);
  fuzz::require(!scan.ok() && scan.error().where == file.path(), "an error names the file");
  return 0;
}
