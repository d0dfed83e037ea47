#pragma once

#include <string>
#include <vector>

#include "pipeline/files/image_stack.hpp"

/// Dimensions of a dataset that are told by name, and the lists of positions beside it. All throw a Failure.
namespace phasecast {

/// The names in an attribute: a list of texts, or one text parted by colons.
std::vector<std::string> axis_names(const hdf5::File& file, const std::string& object,
                                    const std::string& attribute);

/// "energy", "photon_energy" or "e"; "sample_y" or "y"; "sample_x" or "x": one for each dimension, in any
/// order. `where` is the attribute that names them.
StackAxes axes_called(const std::vector<std::string>& names, const hdf5::Dims& dims, const std::string& path,
                      const std::string& where);

/// "energy:y:x"
std::string joined(const std::vector<std::string>& names);

/// Where a list of positions has another length than the dimension that is said to be its own, axes are
/// swapped.
void require_positions(const hdf5::File& file, const std::string& list, const ImageStack& stack,
                       std::size_t dimension, const std::string& axes);

/// From the steps between the positions of columns and rows; 0 if that is not known, which is said.
double pixel_size_um(const hdf5::File& file, const std::string& columns, const std::string& rows,
                     ScanFindings& found);

}  // namespace phasecast
