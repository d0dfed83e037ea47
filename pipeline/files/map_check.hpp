#pragma once

#include <vector>

#include "messages/phase_map.hpp"
#include "pipeline/files/hdf5.hpp"

/// The part of a map file that says how the references fit (PhaseMap::reference_check): in the group
/// /entry/reference_check, an entry per map; all NaN where a map has none.
///   shift, shift_uncertainty                    [scan, L] eV
///   energy, residual, suggested                 [scan, E] energies in eV, 0 beyond a map's own; absorbance
///   shift_applied, structured, residual_structure   [scan]
namespace phasecast::maps {

void make_check(const hdf5::File& file, std::size_t states);
void put_check(const hdf5::File& file, hsize_t index, const PhaseMap& map);
/// Files of before have none.
void read_check(const hdf5::File& file, std::vector<PhaseMap>& all);

}  // namespace phasecast::maps
