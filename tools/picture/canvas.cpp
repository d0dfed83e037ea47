#include "tools/picture/canvas.hpp"

#include <cairo.h>

#include <cstring>
#include <numbers>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace phasecast {
namespace {

void set_color(cairo_t* context, Rgb color, double alpha = 1) {
  cairo_set_source_rgba(context, color.r / 255.0, color.g / 255.0, color.b / 255.0, alpha);
}

void check(cairo_status_t status, const std::string& what) {
  if (status != CAIRO_STATUS_SUCCESS) throw std::runtime_error(what + ": " + cairo_status_to_string(status));
}

}  // namespace

Canvas::Canvas(int width, int height, Rgb background)
    : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height), cairo_surface_destroy),
      context_(cairo_create(surface_.get()), cairo_destroy) {
  check(cairo_status(context_.get()), "picture of " + std::to_string(width) + "x" + std::to_string(height));
  set_color(context_.get(), background);
  cairo_paint(context_.get());
}

void Canvas::rectangle(double x, double y, double width, double height, Rgb color, double alpha,
                       double radius) {
  cairo_t* context = context_.get();
  constexpr double quarter = std::numbers::pi / 2;
  cairo_new_sub_path(context);
  cairo_arc(context, x + width - radius, y + radius, radius, -quarter, 0);
  cairo_arc(context, x + width - radius, y + height - radius, radius, 0, quarter);
  cairo_arc(context, x + radius, y + height - radius, radius, quarter, 2 * quarter);
  cairo_arc(context, x + radius, y + radius, radius, 2 * quarter, 3 * quarter);
  cairo_close_path(context);
  set_color(context, color, alpha);
  cairo_fill(context);
}

void Canvas::polyline(std::span<const Point> points, const LineStyle& style, const Box& box) {
  cairo_t* context = context_.get();
  cairo_save(context);
  cairo_rectangle(context, box.x, box.y, box.width, box.height);
  cairo_clip(context);
  cairo_new_path(context);
  for (const Point& point : points) cairo_line_to(context, point.x, point.y);
  set_color(context, style.color);
  cairo_set_line_width(context, style.width);
  cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
  const double dash = 4 * style.width;
  cairo_set_dash(context, &dash, style.dashed ? 1 : 0, 0);
  cairo_stroke(context);
  cairo_restore(context);
}

void Canvas::image(double x, double y, int zoom, const Image<Rgb>& pixels) {
  const int stride = cairo_format_stride_for_width(CAIRO_FORMAT_RGB24, pixels.shape.width);
  std::vector<unsigned char> rows(static_cast<std::size_t>(stride) * pixels.shape.height);
  for (int row = 0; row < pixels.shape.height; ++row) {
    for (int column = 0; column < pixels.shape.width; ++column) {
      const Rgb color = pixels.at(row, column);
      const std::uint32_t packed = static_cast<std::uint32_t>(color.r) << 16 | color.g << 8 | color.b;
      std::memcpy(&rows[static_cast<std::size_t>(row) * stride + 4 * column], &packed, sizeof packed);
    }
  }
  cairo_t* context = context_.get();
  cairo_surface_t* source = cairo_image_surface_create_for_data(
      rows.data(), CAIRO_FORMAT_RGB24, pixels.shape.width, pixels.shape.height, stride);
  cairo_save(context);
  cairo_translate(context, x, y);
  cairo_scale(context, zoom, zoom);
  cairo_set_source_surface(context, source, 0, 0);
  cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST);
  cairo_rectangle(context, 0, 0, pixels.shape.width, pixels.shape.height);
  cairo_fill(context);
  cairo_restore(context);
  cairo_surface_destroy(source);
}

void Canvas::apply(const TextStyle& style) {
  cairo_select_font_face(context_.get(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(context_.get(), style.size);
  set_color(context_.get(), style.color);
}

double Canvas::text_width(const std::string& line, const TextStyle& style) {
  apply(style);
  cairo_text_extents_t extents;
  cairo_text_extents(context_.get(), line.c_str(), &extents);
  return extents.x_advance;
}

void Canvas::text(double x, double y, const std::string& line, const TextStyle& style) {
  const double width = style.align == Align::left ? 0 : text_width(line, style);
  apply(style);
  cairo_move_to(context_.get(), x - (style.align == Align::right ? width : width / 2), y);
  cairo_show_text(context_.get(), line.c_str());
}

std::string Canvas::fitted(const std::string& line, const TextStyle& style, double width) {
  if (text_width(line, style) <= width) return line;
  std::string kept = line;
  while (!kept.empty() && text_width(kept + "…", style) > width) {
    do {
      const bool inside_character = (static_cast<unsigned char>(kept.back()) & 0xC0) == 0x80;  // UTF-8
      kept.pop_back();
      if (!inside_character) break;
    } while (!kept.empty());
  }
  return kept + "…";
}

Image<Rgb> Canvas::pixels() const {
  check(cairo_status(context_.get()), "picture");
  cairo_surface_flush(surface_.get());
  Image<Rgb> image(
      {cairo_image_surface_get_height(surface_.get()), cairo_image_surface_get_width(surface_.get())});
  const unsigned char* row = cairo_image_surface_get_data(surface_.get());
  for (int y = 0; y < image.shape.height; ++y, row += cairo_image_surface_get_stride(surface_.get())) {
    for (int x = 0; x < image.shape.width; ++x) {
      std::uint32_t packed = 0;  // 0x__RRGGBB
      std::memcpy(&packed, row + 4 * x, sizeof packed);
      image.at(y, x) = {static_cast<std::uint8_t>(packed >> 16), static_cast<std::uint8_t>(packed >> 8),
                        static_cast<std::uint8_t>(packed)};
    }
  }
  return image;
}

void Canvas::write_png(const std::filesystem::path& path) const {
  check(cairo_status(context_.get()), path.string());
  std::filesystem::path unfinished = path;
  unfinished += ".part";
  const cairo_status_t written = cairo_surface_write_to_png(surface_.get(), unfinished.c_str());
  std::error_code never_made;
  if (written != CAIRO_STATUS_SUCCESS) std::filesystem::remove(unfinished, never_made);
  check(written, path.string());
  std::filesystem::rename(unfinished, path);
}

}  // namespace phasecast
