#include "stages/collage.hpp"

#include <algorithm>
#include <numeric>

namespace phasecast {
namespace {

constexpr int cell = 127;
constexpr int cells_across = 4;
constexpr std::size_t small_image = 3 * 128 * 128 * cells_across * cells_across;

struct Cell {
  int y, x;
  std::size_t sample_pixels;
};

std::vector<Cell> cells_of(Shape shape, std::span<const std::uint8_t> sample) {
  std::vector<Cell> cells;
  for (int y = 0; y + cell <= shape.height; y += cell)
    for (int x = 0; x + cell <= shape.width; x += cell) {
      Cell here{y, x, 0};
      for (int row = y; row < y + cell; ++row) {
        const auto begin = sample.begin() + static_cast<std::ptrdiff_t>(row) * shape.width + x;
        here.sample_pixels += static_cast<std::size_t>(std::count(begin, begin + cell, std::uint8_t{1}));
      }
      cells.push_back(here);
    }
  return cells;
}

/// The fullest first; equally full ones scattered over the image.
void sort_fullest_first(std::vector<Cell>& cells) {
  const auto scattered = [](const Cell& c) {
    return static_cast<std::uint32_t>(c.y * 8191 + c.x) * 2654435761u;
  };
  std::sort(cells.begin(), cells.end(), [&](const Cell& a, const Cell& b) {
    return a.sample_pixels != b.sample_pixels ? a.sample_pixels > b.sample_pixels
                                              : scattered(a) < scattered(b);
  });
}

}  // namespace

Collage collage_of(Shape shape, std::span<const std::uint8_t> sample) {
  std::vector<Cell> cells = cells_of(shape, sample);
  if (shape.pixels() < small_image || cells.size() < cells_across * cells_across) {
    Collage whole{shape, std::vector<std::size_t>(shape.pixels()), true};
    std::iota(whole.source.begin(), whole.source.end(), std::size_t{0});
    return whole;
  }
  sort_fullest_first(cells);
  constexpr int side = cells_across * (cell + 1);
  Collage collage{{side, side}, std::vector<std::size_t>(std::size_t{side} * side, Collage::no_pixel), false};
  for (int piece = 0; piece < cells_across * cells_across; ++piece) {
    const Cell& from = cells[static_cast<std::size_t>(piece)];
    const int top = piece / cells_across * (cell + 1), left = piece % cells_across * (cell + 1);
    for (int y = 0; y < cell; ++y)
      for (int x = 0; x < cell; ++x)
        collage.source[static_cast<std::size_t>((top + y) * side + left + x)] =
            static_cast<std::size_t>(from.y + y) * static_cast<std::size_t>(shape.width) +
            static_cast<std::size_t>(from.x + x);
  }
  return collage;
}

}  // namespace phasecast
