#include "tools/evaluate/gallery.hpp"

#include <algorithm>

#include "tools/picture/canvas.hpp"
#include "tools/picture/colormap.hpp"

namespace phasecast {
namespace {

constexpr Rgb paper_white{255, 255, 255}, ink{30, 30, 30};
constexpr int tile_side = 260, gap = 14, line_height = 22, margin = 16;

/// Blocks of `factor` × `factor` pixels averaged; then repeated by the canvas, for small maps.
Image<float> reduced(const Image<float>& map, int factor) {
  Image<float> small({map.shape.height / factor, map.shape.width / factor});
  for (int y = 0; y < small.shape.height; ++y)
    for (int x = 0; x < small.shape.width; ++x) {
      float sum = 0;
      for (int dy = 0; dy < factor; ++dy)
        for (int dx = 0; dx < factor; ++dx) sum += map.at(y * factor + dy, x * factor + dx);
      small.at(y, x) = sum / static_cast<float>(factor * factor);
    }
  return small;
}

struct Size {
  int factor = 1, zoom = 1, height = 0, width = 0;
};

Size shown_size(Shape shape) {
  const int side = std::max(shape.height, shape.width);
  Size size;
  size.factor = std::max(1, (side + tile_side / 2) / tile_side);
  size.zoom = std::max(1, tile_side * size.factor / side);
  size.height = shape.height / size.factor * size.zoom;
  size.width = shape.width / size.factor * size.zoom;
  return size;
}

void draw(Canvas& canvas, double x, double y, const Tile& tile, float top) {
  const Size size = shown_size(tile.map.shape);
  const Image<float> small = reduced(tile.map, size.factor);
  Image<Rgb> colors(small.shape);
  for (std::size_t k = 0; k < small.values.size(); ++k)
    colors.values[k] = viridis(static_cast<double>(std::clamp(small.values[k] / top, 0.0F, 1.0F)));
  const TextStyle style{.size = 13, .color = ink};
  canvas.text(x, y + line_height - 6, canvas.fitted(tile.title, style, size.width), style);
  canvas.image(x, y + line_height, size.zoom, colors);
}

float brightest(const Tile& tile) {
  return std::max(1e-6F, *std::max_element(tile.map.values.begin(), tile.map.values.end()));
}

}  // namespace

void write_gallery(const std::string& title, const std::vector<GalleryRow>& rows,
                   const std::filesystem::path& path) {
  int width = 0, height = 2 * margin + line_height;
  for (const GalleryRow& row : rows) {
    const Size size = shown_size(row.tiles.front().map.shape);
    width = std::max(width, 2 * margin + static_cast<int>(row.tiles.size()) * (size.width + gap) - gap);
    height += 2 * line_height + size.height + gap;
  }
  Canvas canvas(std::max(width, 480), height, paper_white);
  canvas.text(margin, margin + 12, title, {.size = 16, .color = ink, .bold = true});
  double y = margin + line_height;
  for (const GalleryRow& row : rows) {
    const Size size = shown_size(row.tiles.front().map.shape);
    canvas.text(margin, y + line_height - 4, row.label, {.size = 14, .color = ink, .bold = true});
    double x = margin;
    for (const Tile& tile : row.tiles) {
      draw(canvas, x, y + line_height, tile, brightest(row.tiles.front()));
      x += size.width + gap;
    }
    y += 2 * line_height + size.height + gap;
  }
  canvas.write_png(path);
}

Image<float> state_map(Shape shape, const std::vector<float>& fraction, std::size_t j) {
  Image<float> map(shape);
  std::copy_n(fraction.begin() + static_cast<std::ptrdiff_t>(j * shape.pixels()), shape.pixels(),
              map.values.begin());
  return map;
}

}  // namespace phasecast
