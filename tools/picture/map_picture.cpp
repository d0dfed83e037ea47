#include "tools/picture/map_picture.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "messages/latency.hpp"
#include "tools/picture/panels.hpp"

namespace phasecast {
namespace {

constexpr Rgb background{24, 26, 31};
constexpr Rgb bright{240, 240, 240};
constexpr Rgb soft{165, 170, 180};
constexpr int margin = 24, header = 74, footer = 34, title_height = 26, row_gap = 18;
constexpr int bar_width = 14,
              side_width = 116;  // right of each image: color bar and its labels, or the legend
constexpr int image_target = 300, image_limit = 640;

struct Label {
  double at;  ///< 0 at the bottom of the color bar, 1 at its top
  std::string text;
};

struct Panel {
  std::string title;
  Image<Rgb> pixels;
  std::function<Rgb(double)> bar;  ///< none: a legend of the states stands there instead
  std::vector<Label> labels;
};

Panel magnitude_panel(const PhaseMap& map, const std::string& title, const std::vector<float>& values) {
  const Top top = top_of(map, values);
  const std::string above = top.exceeded ? "≥ " : "";
  return {title,
          magnitude_image(map, values, top.value),
          magma,
          {{0, "0"},
           {0.5, fmt::format("{:.2g}", top.value / 2)},
           {1, fmt::format("{}{:.2g}", above, top.value)}}};
}

std::vector<Panel> panels_of(const PhaseMap& map) {
  std::vector<Panel> panels;
  if (has_composite(map)) panels.push_back({"all states", composite_image(map), nullptr, {}});
  for (std::size_t state = 0; state < map.states.size(); ++state) {
    panels.push_back({"fraction of " + map.states[state],
                      fraction_image(map, state),
                      viridis,
                      {{0, "0"}, {0.5, "0.5"}, {1, "1"}}});
  }
  panels.push_back(magnitude_panel(map, "scale (edge jump)", map.scale));
  panels.push_back(magnitude_panel(map, "residual (RMS absorbance)", map.residual));
  panels.push_back(magnitude_panel(map, "uncertainty (1σ of a fraction)", largest_uncertainty(map)));
  return panels;
}

void draw_bar(Canvas& canvas, double x, double y, int height, const Panel& panel) {
  for (int row = 0; row < height; ++row) {
    canvas.rectangle(x, y + row, bar_width, 1, panel.bar(1 - (row + 0.5) / height));
  }
  for (const Label& label : panel.labels) {
    const double at = y + (1 - label.at) * (height - 1);
    canvas.rectangle(x + bar_width, at, 4, 1, soft);
    canvas.text(x + bar_width + 8, std::clamp(at + 4, y + 9, y + height), label.text, {12, soft});
  }
}

void draw_legend(Canvas& canvas, double x, double y, const PhaseMap& map) {
  auto entry = [&](Rgb color, const std::string& name) {
    const TextStyle style{12, bright};
    canvas.rectangle(x, y, bar_width, bar_width, color, 1, 2);
    canvas.text(x + bar_width + 8, y + 11, canvas.fitted(name, style, side_width - bar_width - 12), style);
    y += bar_width + 8;
  };
  for (std::size_t state = 0; state < map.states.size(); ++state) {
    entry(state_color(state), map.states[state]);
    if (map.states.size() == 2 && state == 0)
      entry(composite_color(std::vector<float>{0.5F, 0.5F}), "half of each");
  }
  entry(masked_color, "masked");
}

/// A round length (1, 2 or 5 times a power of ten) of at most a third of the image.
void draw_scale_bar(Canvas& canvas, double x, double bottom, double image_width, double um_per_screen_pixel) {
  const double limit = image_width / 3 * um_per_screen_pixel;
  const double decade = std::pow(10, std::floor(std::log10(limit)));
  const double length = limit >= 5 * decade ? 5 * decade : limit >= 2 * decade ? 2 * decade : decade;
  const double width = length / um_per_screen_pixel;
  canvas.rectangle(x + 8, bottom - 36, width + 16, 28, background, 0.75, 4);
  canvas.rectangle(x + 16, bottom - 16, width, 3, bright);
  canvas.text(x + 16 + width / 2, bottom - 21, fmt::format("{:g} µm", length),
              {12, bright, false, Align::center});
}

/// Not if it comes out of a file, which does not keep the map's number, its series and its latency.
bool was_published(const PhaseMap& map) {
  return map.published_utc_ns != 0;
}

void draw_header(Canvas& canvas, int width, const PhaseMap& map) {
  const bool aborted = map.final && map.scan_status == ScanStatus::aborted;
  const std::string badge = aborted ? "FINAL, ABORTED" : map.final ? "FINAL" : "PROVISIONAL";
  const Rgb badge_color = aborted ? Rgb{200, 60, 50} : map.final ? Rgb{30, 130, 90} : Rgb{190, 130, 20};
  const TextStyle badge_style{12, bright, true}, name_style{18, bright, true};
  const std::string name = fmt::format("Scan {}", map.scan_index);
  canvas.text(margin, 36, name, name_style);
  const double badge_x = margin + canvas.text_width(name, name_style) + 14;
  const double badge_width = canvas.text_width(badge, badge_style) + 16;
  canvas.rectangle(badge_x, 21, badge_width, 20, badge_color, 1, 4);
  canvas.text(badge_x + 8, 35.5, badge, badge_style);

  std::string energies = fmt::format("{} of {} energies", map.energies_used.size(), map.energies_ev.size());
  if (!map.energies_carried.empty()) {
    energies += fmt::format(", {} from the scan before", map.energies_carried.size());
  }
  canvas.text(badge_x + badge_width + 14, 36, energies, {14, bright});
  const std::string distance =
      std::isnan(map.map_distance) ? "not known yet" : fmt::format("{:.2g}", map.map_distance);
  std::string numbers =
      fmt::format("{}, {} iterations, distance to the limit {}{}, noise {:.2g}", map.method, map.iterations,
                  distance, map.converged ? "" : " (not converged)", map.noise_sigma);
  if (was_published(map)) numbers += fmt::format(", latency {:.0f} ms", latency_ms(map));
  const TextStyle number_style{12, soft};
  canvas.text(margin, 58, canvas.fitted(numbers, number_style, width - 2 * margin), number_style);
}

void draw_footer(Canvas& canvas, int width, int height, const PhaseMap& map) {
  const TextStyle style{11, soft};
  const std::string published =
      was_published(map) ? fmt::format("map {}   series {}   ", map.map_number, map.series_id) : "";
  const std::string line = fmt::format("phasecast   {}scan {}", published, map.scan_id);
  canvas.text(margin, height - 14, canvas.fitted(line, style, width - 2 * margin), style);
}

}  // namespace

Canvas map_picture(const PhaseMap& full_map) {
  const int full_side = std::max(full_map.shape.height, full_map.shape.width);
  const PhaseMap map = shrink(full_map, (full_side + image_limit - 1) / image_limit);
  const int zoom = std::max(1, image_target / std::max(map.shape.height, map.shape.width));
  const int image_width = map.shape.width * zoom, image_height = map.shape.height * zoom;

  const std::vector<Panel> panels = panels_of(map);
  const int columns = static_cast<int>(panels.size() + 1) / 2;
  const int cell_width = image_width + side_width, cell_height = title_height + image_height + row_gap;
  const int width = std::max(2 * margin + columns * cell_width, 640),
            height = header + 2 * cell_height + footer;

  Canvas canvas(width, height, background);
  draw_header(canvas, width, map);
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const double x = margin + static_cast<double>(i % columns) * cell_width;
    const double y = header + static_cast<double>(i / columns) * cell_height;
    const TextStyle title_style{13, bright, true};
    canvas.text(x, y + 14, canvas.fitted(panels[i].title, title_style, cell_width - 12), title_style);
    canvas.image(x, y + title_height, zoom, panels[i].pixels);
    if (map.pixel_size_um > 0 && i == 0) {
      draw_scale_bar(canvas, x, y + title_height + image_height, image_width, map.pixel_size_um / zoom);
    }
    const double side = x + image_width + 10;
    if (panels[i].bar) {
      draw_bar(canvas, side, y + title_height, image_height, panels[i]);
    } else {
      draw_legend(canvas, side, y + title_height, map);
    }
  }
  draw_footer(canvas, width, height, map);
  return canvas;
}

void write_map_picture(const PhaseMap& map, const std::filesystem::path& path) {
  map_picture(map).write_png(path);
}

}  // namespace phasecast
