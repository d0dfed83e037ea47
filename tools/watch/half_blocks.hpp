#pragma once

#include <string>
#include <vector>

#include "messages/image.hpp"
#include "messages/phase_map.hpp"
#include "tools/picture/colormap.hpp"

namespace phasecast {

/// Two image rows in one line of text: the upper half of each character is one pixel, the lower half another,
/// in 24-bit color.
std::vector<std::string> half_blocks(const Image<Rgb>& image);

/// The map in state colors (a single state: its fraction), shrunk until it fits; both limits in characters.
std::vector<std::string> map_in_characters(const PhaseMap& map, int columns, int rows);

}  // namespace phasecast
