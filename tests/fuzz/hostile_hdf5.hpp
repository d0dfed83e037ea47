#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace phasecast::fuzz {

/// Writes a scan, maps or a truth, in one of the layouts that phasecast reads, with a few objects changed:
/// their rank, extent (up to 2^60), type, chunks, kind, attributes, or whether they are there. `choices`
/// decides.
void write_hostile_hdf5(const std::string& path, std::span<const std::uint8_t> choices);

}  // namespace phasecast::fuzz
