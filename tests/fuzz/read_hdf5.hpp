#pragma once

#include <string>

namespace phasecast::fuzz {

/// Reads all that phasecast would read of an HDF5 file: as a scan with every frame, as maps, as a truth.
void read_hdf5(const std::string& path);

}  // namespace phasecast::fuzz
