#pragma once

#include <filesystem>

namespace phasecast::hdf5 {

/// What a file's superblock says of its writer: its consistency flags, which HDF5 keeps from version 3 on.
enum class Mark {
  none,     ///< another version, or no HDF5 file: it does not say
  closed,   ///< no writer has it open
  written,  ///< a writer has it open, or died while it had
  swmr      ///< the same, and it may be read meanwhile
};

Mark mark_of(const std::filesystem::path& path);

}  // namespace phasecast::hdf5
