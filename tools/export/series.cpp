#include "tools/export/series.hpp"

#include <spdlog/fmt/fmt.h>

#include "tools/picture/map_picture.hpp"

namespace phasecast {

SeriesExport::SeriesExport(const ExportPlan& plan, bool png, bool gif) : plan_(plan), png_(png) {
  if (png)
    for (const std::size_t scan : plan.scans) keep_existing(picture_path(scan), plan.overwrite);
  if (gif) gif_.emplace(plan.folder / "maps.gif", plan.overwrite);
}

std::filesystem::path SeriesExport::picture_path(std::size_t scan) const {
  return plan_.folder / fmt::format("map_{:04}.png", scan);
}

void SeriesExport::add(std::size_t scan, const PhaseMap& map) {
  const Canvas picture = map_picture(map);
  if (png_) picture.write_png(picture_path(scan));
  if (gif_) gif_->add(picture.pixels());
}

void SeriesExport::finish() {
  if (gif_) gif_->finish();
}

}  // namespace phasecast
