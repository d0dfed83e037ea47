#pragma once

#include <string>
#include <vector>

#include "messages/image.hpp"

namespace phasecast {

/// An image in a text file, as SDF has them (.xim): a line per row, numbers parted by tabs or spaces. Throws
/// a Failure that names file and line unless there are just as many as `shape` says.
std::vector<double> read_xim(const std::string& text, Shape shape, const std::string& path);

}  // namespace phasecast
