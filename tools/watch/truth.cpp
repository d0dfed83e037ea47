#include "tools/watch/truth.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace phasecast {
namespace {

std::string size_text(Shape shape) {
  return fmt::format("{}x{}", shape.height, shape.width);
}

/// For each state of the map its place in the truth; empty if they are not the same states.
std::vector<std::size_t> places_in_truth(const PhaseMap& map, const Truth& truth) {
  std::vector<std::size_t> places;
  if (truth.states.size() != map.states.size()) return places;
  for (const std::string& state : map.states) {
    const auto same = std::find(truth.states.begin(), truth.states.end(), state);
    if (same == truth.states.end()) return {};
    places.push_back(same - truth.states.begin());
  }
  return places;
}

}  // namespace

Result<Psnr> psnr(const PhaseMap& map, const Truth& truth) {
  if (map.shape != truth.shape) {
    return Error{"shape", "truth", "fraction", size_text(truth.shape), "the map's " + size_text(map.shape)};
  }
  const std::vector<std::size_t> places = places_in_truth(map, truth);
  if (places.empty()) {
    return Error{"states", "truth", "states", fmt::format("{}", fmt::join(truth.states, ", ")),
                 fmt::format("the map's {}", fmt::join(map.states, ", "))};
  }
  Psnr quality;
  double squares = 0;
  const std::size_t pixels = map.shape.pixels();
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    const bool shown = map.mask[pixel] == static_cast<std::uint8_t>(PixelMask::valid);
    const bool material = !std::isnan(truth.fraction[pixel]);
    if (shown && !material) ++quality.empty_shown;
    if (material && !shown) ++quality.material_masked;
    if (!material || !shown) continue;
    ++quality.pixels;
    for (std::size_t state = 0; state < places.size(); ++state) {
      const double error =
          map.fraction[state * pixels + pixel] - truth.fraction[places[state] * pixels + pixel];
      squares += error * error;
    }
  }
  if (quality.pixels == 0) {
    return Error{"mask", "map", "mask", "every pixel", "at least one pixel with material and a fraction"};
  }
  const double rmse = std::sqrt(squares / static_cast<double>(quality.pixels * places.size()));
  quality.db = 20 * std::log10(1 / rmse);
  return quality;
}

void TruthComparison::take(std::shared_ptr<const PhaseMap> final_map) {
  if (!files_.empty()) waiting_.push_back(std::move(final_map));
}

std::vector<std::string> TruthComparison::compare() {
  std::vector<std::string> lines;
  while (!waiting_.empty()) {
    const PhaseMap& map = *waiting_.front();
    if (map.scan_index >= files_.size()) {
      failed_ = true;
      lines.push_back(
          fmt::format("truth scan {} failed \"only {} truth files given\"", map.scan_index, files_.size()));
      waiting_.pop_front();
      continue;
    }
    const auto truth = read_truth(files_[map.scan_index]);
    if (!truth) {
      if (told_ != truth.error().text()) {
        lines.push_back(fmt::format("truth scan {} waiting \"{}\"", map.scan_index, truth.error().text()));
      }
      told_ = truth.error().text();
      break;
    }
    const auto quality = psnr(map, *truth);
    if (quality) {
      lines.push_back(fmt::format("truth scan {} psnr_db {:.2f} pixels {} empty_shown {} material_masked {}",
                                  map.scan_index, quality->db, quality->pixels, quality->empty_shown,
                                  quality->material_masked));
    } else {
      failed_ = true;
      lines.push_back(fmt::format("truth scan {} failed \"{}\"", map.scan_index, quality.error().text()));
    }
    waiting_.pop_front();
  }
  return lines;
}

}  // namespace phasecast
