#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/read_hdf5.hpp"

/// The bytes of an HDF5 file. Few mutations pass libhdf5's own checks; what it makes of the rest comes from
/// fuzz_hdf5_objects.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static phasecast::fuzz::MemoryFile file;
  file.hold({data, size});
  phasecast::fuzz::read_hdf5(file.path());
  return 0;
}
