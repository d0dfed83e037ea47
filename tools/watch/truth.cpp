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

}  // namespace

Result<Psnr> psnr(const PhaseMap& map, const Truth& truth) {
  if (map.shape != truth.shape) {
    return Error{"shape", "truth", "fraction", size_text(truth.shape), "the map's " + size_text(map.shape)};
  }
  const std::size_t pixels = map.shape.pixels();
  double squares = 0;
  std::size_t compared = 0;
  for (std::size_t state = 0; state < map.states.size(); ++state) {
    const auto same = std::find(truth.states.begin(), truth.states.end(), map.states[state]);
    if (same == truth.states.end() || truth.states.size() != map.states.size()) {
      return Error{"states", "truth", "states", fmt::format("{}", fmt::join(truth.states, ", ")),
                   fmt::format("the map's {}", fmt::join(map.states, ", "))};
    }
    const std::size_t true_state = same - truth.states.begin();
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
      if (map.mask[pixel] != static_cast<std::uint8_t>(PixelMask::valid)) continue;
      const double error = map.fraction[state * pixels + pixel] - truth.fraction[true_state * pixels + pixel];
      squares += error * error;
      ++compared;
    }
  }
  if (compared == 0) return Error{"mask", "map", "mask", "every pixel", "at least one pixel with a fraction"};
  const double rmse = std::sqrt(squares / static_cast<double>(compared));
  return Psnr{20 * std::log10(1 / rmse), compared / map.states.size()};
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
      lines.push_back(fmt::format("truth scan {} psnr_db {:.2f} pixels {}", map.scan_index, quality->db,
                                  quality->pixels));
    } else {
      failed_ = true;
      lines.push_back(fmt::format("truth scan {} failed \"{}\"", map.scan_index, quality.error().text()));
    }
    waiting_.pop_front();
  }
  return lines;
}

}  // namespace phasecast
