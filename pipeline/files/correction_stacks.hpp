#pragma once

#include "pipeline/files/image_stack.hpp"

/// Flats and darks in datasets beside the sample's, of the same order of dimensions. All throw a Failure.
namespace phasecast {

/// Notes the plan of the flats, if there are any: one per energy, or one for all.
void add_flats(const hdf5::File& file, const std::string& name, const ImageStack& sample, Stacks& stacks,
               ScanStart& start);

/// Any number of darks, for all energies.
void add_darks(const hdf5::File& file, const std::string& name, const ImageStack& sample, Stacks& stacks,
               ScanStart& start);

/// Darks, a shared flat, then per energy its flat and its sample; one repeat of each.
std::vector<StoredFrame> corrections_first(const ScanStart& start);

}  // namespace phasecast
