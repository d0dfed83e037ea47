#include "pipeline/files/scan_reader.hpp"
#include "pipeline/files/tiff_stack.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/require.hpp"

using namespace phasecast;

/// The first byte says how many energies are given, and whether the signal is; the rest is the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  if (size == 0) return 0;
  file.hold({data + 1, size - 1});
  if (!is_tiff(file.path())) return 0;
  StackDescription stack;
  for (int k = 0; k < data[0] % 16; ++k) stack.energies_ev.push_back(7000 + k);
  if (data[0] >= 128) stack.signal = Signal::counts;

  std::vector<std::string> assumptions;
  const auto scan = open_scan(file.path(), assumptions, stack);
  if (!scan) {
    fuzz::require(scan.error().where == file.path(), "an error names the file");
    return 0;
  }
  for (std::uint64_t k = 0; k < scan.value()->frame_count(); ++k) {
    const auto frame = scan.value()->frame(k);
    if (frame)
      fuzz::require(frame.value().pixels.bytes.size() == frame.value().header.byte_count,
                    "all pixels are there");
    else
      fuzz::require(frame.error().where == file.path(), "an error names the file");
  }
  return 0;
}
