#include "tools/export/tiff.hpp"

#include <spdlog/fmt/fmt.h>

#include <optional>

namespace phasecast {
namespace {

using Range = std::optional<std::pair<double, double>>;

TiffLayout layout_of(const ExportPlan& plan, PixelType type, const Range& display_range) {
  const PhaseMap& first = plan.outlines[plan.scans.front()];
  TiffLayout layout{first.shape, type, first.pixel_size_um, {}, display_range};
  for (const std::size_t scan : plan.scans) layout.page_names.push_back(plan.outlines[scan].scan_id);
  return layout;
}

}  // namespace

std::string file_name_of(const std::string& state) {
  std::string name;
  for (const char c : state) {
    const auto byte = static_cast<unsigned char>(c);
    const bool kept = byte >= ' ' && byte != 0x7F && c != '/' && c != '\\' && c != '%';
    name += kept ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return name;
}

TiffExport::TiffExport(const ExportPlan& plan) {
  const auto add_stack = [&](const std::string& name, PixelType type, const Range& range, auto pixels) {
    stacks_.push_back({std::make_unique<TiffWriter>(plan.folder / (name + ".tif"), plan.overwrite,
                                                    layout_of(plan, type, range)),
                       pixels});
  };
  const auto whole = [](auto layer) {
    return [layer](const PhaseMap& map) { return std::as_bytes(std::span(map.*layer)); };
  };
  const auto of_state = [](auto layer, std::size_t state) {
    return [layer, state](const PhaseMap& map) {
      const std::size_t pixels = map.shape.pixels();
      return std::as_bytes(std::span(map.*layer).subspan(state * pixels, pixels));
    };
  };
  for (const std::size_t state : plan.states) {
    const std::string name = file_name_of(plan.outlines.front().states[state]);
    add_stack("fraction_" + name, PixelType::float32, std::pair(0.0, 1.0),
              of_state(&PhaseMap::fraction, state));
    add_stack("uncertainty_" + name, PixelType::float32, {}, of_state(&PhaseMap::uncertainty, state));
  }
  add_stack("scale", PixelType::float32, {}, whole(&PhaseMap::scale));
  add_stack("residual", PixelType::float32, {}, whole(&PhaseMap::residual));
  add_stack("mask", PixelType::uint8, std::pair(0.0, 2.0), whole(&PhaseMap::mask));
}

void TiffExport::add(const PhaseMap& map) {
  for (const Stack& stack : stacks_) stack.file->add(stack.pixels(map));
}

void TiffExport::finish() {
  for (const Stack& stack : stacks_) stack.file->finish();
}

}  // namespace phasecast
