#pragma once

#include <hdf5.h>

#include <cstddef>
#include <span>

namespace phasecast::hdf5 {

/// Has `access` read files through a driver of our own, which does what HDF5's usual one does and refuses
/// global heaps (where texts of any length lie) that libhdf5 1.10 would run over or never leave: it believes
/// every length in them, and they carry no checksum. For reading alone.
void check_heaps(hid_t access);

/// Whether the objects of a global heap collection fill it, each with a length that ends within it.
bool is_sound_heap(std::span<const std::byte> collection);

}  // namespace phasecast::hdf5
