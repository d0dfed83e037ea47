#include "tools/watch/half_blocks.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <optional>

#include "tools/picture/panels.hpp"

namespace phasecast {

std::vector<std::string> half_blocks(const Image<Rgb>& image) {
  std::vector<std::string> lines;
  for (int y = 0; y < image.shape.height; y += 2) {
    std::string line;
    std::optional<Rgb> upper_now, lower_now;
    const bool has_lower = y + 1 < image.shape.height;
    for (int x = 0; x < image.shape.width; ++x) {
      const Rgb upper = image.at(y, x);
      if (upper_now != upper) line += fmt::format("\x1b[38;2;{};{};{}m", upper.r, upper.g, upper.b);
      upper_now = upper;
      if (has_lower) {
        const Rgb lower = image.at(y + 1, x);
        if (lower_now != lower) line += fmt::format("\x1b[48;2;{};{};{}m", lower.r, lower.g, lower.b);
        lower_now = lower;
      }
      line += "▀";
    }
    lines.push_back(line + "\x1b[0m");
  }
  return lines;
}

std::vector<std::string> map_in_characters(const PhaseMap& map, int columns, int rows) {
  if (map.shape.pixels() == 0 || columns < 1 || rows < 1) return {};
  const int by_width = (map.shape.width + columns - 1) / columns;
  const int by_height = (map.shape.height + 2 * rows - 1) / (2 * rows);
  const int factor = std::min({std::max(by_width, by_height), map.shape.width, map.shape.height});
  const PhaseMap small = shrink(map, factor);
  return half_blocks(has_composite(small) ? composite_image(small) : fraction_image(small, 0));
}

}  // namespace phasecast
