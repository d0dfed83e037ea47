#pragma once

#include <filesystem>

#include "messages/phase_map.hpp"

namespace phasecast {

/// One PNG with everything a map says: the composite of all states, each state's fraction, scale, residual
/// and uncertainty with their color bars, a scale bar where the pixel size is known, and what the map was
/// made of. Throws std::runtime_error naming the path if it cannot be written.
void write_map_picture(const PhaseMap& map, const std::filesystem::path& path);

}  // namespace phasecast
