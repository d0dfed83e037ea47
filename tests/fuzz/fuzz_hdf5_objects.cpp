#include <unistd.h>

#include "tests/fuzz/hostile_hdf5.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/read_hdf5.hpp"

/// A sound HDF5 file, made by libhdf5 itself, of objects that are not what the reader expects.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static phasecast::fuzz::MemoryFile file;
  phasecast::fuzz::write_hostile_hdf5(file.path(), {data, size});
  phasecast::fuzz::read_hdf5(file.path());
  return 0;
}
