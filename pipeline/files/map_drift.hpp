#pragma once

#include <vector>

#include "messages/phase_map.hpp"
#include "pipeline/files/hdf5.hpp"

/// The part of a map file that says how the images drifted that a map was made of (PhaseMap::drift): in the
/// group /entry/drift, an entry per map, [scan, E] in the order of /entry/chemical_state/energy; NaN, and 0,
/// where an energy has none.
///   x, y            pixels, positive: toward larger columns, rows
///   magnification   against the scan's reference image
///   quality         0 to 1
///   applied         1: the image was moved back; 0: flagged, or not measured
namespace phasecast::maps {

void make_drift(const hdf5::File& file);
/// Nothing for a map without drift; each energy_index is below the map's number of energies.
void put_drift(const hdf5::File& file, hsize_t index, const PhaseMap& map);
/// Files of before have none.
void read_drift(const hdf5::File& file, std::vector<PhaseMap>& all);

}  // namespace phasecast::maps
