#pragma once

#include <filesystem>

#include "messages/phase_map.hpp"
#include "tools/picture/canvas.hpp"

namespace phasecast {

/// One picture with everything a map says: the composite of all states, each state's fraction, scale,
/// residual and uncertainty with their color bars, a scale bar where the pixel size is known, and what the
/// map was made of. Its size depends on the map's shape and states alone.
Canvas map_picture(const PhaseMap& map);

/// The same as PNG. Throws std::runtime_error naming the path if it cannot be written.
void write_map_picture(const PhaseMap& map, const std::filesystem::path& path);

}  // namespace phasecast
