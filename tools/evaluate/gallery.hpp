#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "messages/image.hpp"

namespace phasecast {

/// A map beside the truth and others of its row.
struct Tile {
  std::string title;
  Image<float> map;
};

struct GalleryRow {
  std::string label;
  std::vector<Tile> tiles;  ///< in the colors of the first tile's range, from 0 to its maximum
};

/// One PNG with a row of maps after the other. Throws std::runtime_error naming the path if it cannot be
/// written.
void write_gallery(const std::string& title, const std::vector<GalleryRow>& rows,
                   const std::filesystem::path& path);

/// State `j` of the maps [L][N].
Image<float> state_map(Shape shape, const std::vector<float>& fraction, std::size_t j);

}  // namespace phasecast
