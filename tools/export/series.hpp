#pragma once

#include <cstddef>
#include <optional>

#include "tools/export/gif_animation.hpp"
#include "tools/export/output.hpp"

namespace phasecast {

/// Each map as the picture that `phasecast watch` writes, all states in it: map_0000.png and on, numbered by
/// the map's place in the file; and all of them as maps.gif.
class SeriesExport {
 public:
  SeriesExport(const ExportPlan& plan, bool png, bool gif);
  void add(std::size_t scan, const PhaseMap& map);
  void finish();

 private:
  std::filesystem::path picture_path(std::size_t scan) const;

  const ExportPlan& plan_;
  bool png_;
  std::optional<GifAnimation> gif_;
};

}  // namespace phasecast
