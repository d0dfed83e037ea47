#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "messages/image.hpp"
#include "tools/picture/colormap.hpp"

typedef struct _cairo cairo_t;
typedef struct _cairo_surface cairo_surface_t;

namespace phasecast {

enum class Align { left, center, right };

struct TextStyle {
  double size = 13;  ///< pixels
  Rgb color{220, 220, 220};
  bool bold = false;
  Align align = Align::left;
};

struct Point {
  double x = 0, y = 0;
};

struct Box {
  double x = 0, y = 0, width = 0, height = 0;
};

struct LineStyle {
  Rgb color;
  double width = 2;
  bool dashed = false;
};

/// A sheet to draw a picture on; lengths in pixels, origin top left. Cairo does the work.
class Canvas {
 public:
  Canvas(int width, int height, Rgb background);

  void rectangle(double x, double y, double width, double height, Rgb color, double alpha = 1,
                 double radius = 0);
  /// Straight lines from point to point, cut off at the box.
  void polyline(std::span<const Point> points, const LineStyle& style, const Box& box);
  /// Every pixel of the image becomes a block of zoom × zoom, with sharp borders.
  void image(double x, double y, int zoom, const Image<Rgb>& pixels);
  /// y is the baseline.
  void text(double x, double y, const std::string& line, const TextStyle& style);
  double text_width(const std::string& line, const TextStyle& style);
  /// The text, or as much of it as fits the width with "…" behind.
  std::string fitted(const std::string& line, const TextStyle& style, double width);

  Image<Rgb> pixels() const;
  /// A reader of the path sees the old file or the new one, never a part. Throws std::runtime_error naming
  /// it.
  void write_png(const std::filesystem::path& path) const;

 private:
  void apply(const TextStyle& style);

  std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface_;
  std::unique_ptr<cairo_t, void (*)(cairo_t*)> context_;
};

}  // namespace phasecast
