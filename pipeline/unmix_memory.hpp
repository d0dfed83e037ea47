#pragma once

#include <cstddef>

#include "messages/image.hpp"
#include "stages/dictionary.hpp"

namespace phasecast {

/// Bytes that unmixing scans of this shape takes beside their frames, once all of it has been touched: sums,
/// snapshots of them, solver, maps on their way out (README, "Memory per pixel"). Independent of the number
/// of energies. `in_series`: provisional maps too, so that the sums stand three times.
std::size_t bytes_to_unmix(Shape shape, const Dictionary& dictionary, bool in_series);

/// Half of the memory of this machine.
std::size_t half_of_memory();

}  // namespace phasecast
