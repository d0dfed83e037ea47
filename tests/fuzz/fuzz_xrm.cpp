#include "pipeline/files/scan_reader.hpp"
#include "pipeline/files/xrm_series.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/require.hpp"

using namespace phasecast;

/// One .xrm file, a scan of its own: its name says no series.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  file.hold({data, size});
  if (!is_xrm(file.path())) return 0;
  std::vector<std::string> assumptions;
  const auto scan = open_scan(file.path(), assumptions);
  if (!scan) {
    fuzz::require(scan.error().where == file.path(), "an error names the file");
    return 0;
  }
  const auto frame = scan.value()->frame(0);
  if (frame)
    fuzz::require(frame.value().pixels.bytes.size() == frame.value().header.byte_count,
                  "all pixels are there");
  else
    fuzz::require(frame.error().where == file.path(), "an error names the file");
  return 0;
}
