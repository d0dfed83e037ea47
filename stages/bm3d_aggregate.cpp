#include "stages/bm3d_aggregate.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <cmath>

namespace phasecast::blocks {

namespace {

/// A pixel counts less at the rim of a patch: a Kaiser window of β = 2 in each direction, as Dabov et al.
/// (2007).
std::array<float, patch> window() {
  const double beta = 2;
  std::array<float, patch> taps;
  for (int i = 0; i < patch; ++i) {
    const double t = 2.0 * i / (patch - 1) - 1;
    taps[static_cast<std::size_t>(i)] =
        static_cast<float>(std::cyl_bessel_i(0, beta * std::sqrt(1 - t * t)) / std::cyl_bessel_i(0, beta));
  }
  return taps;
}

const std::array<float, patch> taps = window();

}  // namespace

BandSum::BandSum(int first_row, int rows, int width)
    : first_row_(first_row),
      rows_(rows),
      pitch_(pitch_for(width)),
      values_(static_cast<std::size_t>(rows * pitch_)),
      weights_(static_cast<std::size_t>(rows * pitch_)) {}

void BandSum::add(int y, int x, const Patch& filtered, float weight, float scale) {
  const std::ptrdiff_t corner = (y - first_row_) * pitch_ + x;
  weights_[static_cast<std::size_t>(corner)] += weight;
  const Row row_window = weight * scale * simd::load<Row>(taps.data());
  float* to = values_.data() + corner;
  for (std::size_t r = 0; r < patch; ++r, to += pitch_)
    simd::store(to, simd::load<Row>(to) + taps[r] * row_window * filtered[r]);
}

void aggregate(std::span<const BandSum> bands, FramedImage& estimate) {
  const int height = estimate.shape().height, width = estimate.shape().width;
  const auto w = static_cast<std::size_t>(width);
  constexpr std::size_t rim = patch - 1;
  tbb::parallel_for(tbb::blocked_range<int>(0, height, 32), [&](const auto& rows) {
    std::vector<float> values(w), corners(w + rim), weights(w);
    std::vector<std::vector<float>> spread(patch, std::vector<float>(w));  // ring of rows, spread along x
    for (int y = rows.begin() - static_cast<int>(rim); y < rows.end(); ++y) {
      auto& along = spread[static_cast<std::size_t>(y + patch) % patch];
      std::fill(along.begin(), along.end(), 0.f);
      if (y < 0) continue;
      std::fill(corners.begin(), corners.end(), 0.f);
      for (const BandSum& band : bands)
        if (band.has(y))
          for (std::size_t x = 0; x < w; ++x) corners[x + rim] += band.weights(y)[x];
      for (std::size_t i = 0; i < patch; ++i)
        for (std::size_t x = 0; x < w; ++x) along[x] += taps[i] * corners[x + rim - i];
      if (y < rows.begin()) continue;
      std::fill(values.begin(), values.end(), 0.f);
      std::fill(weights.begin(), weights.end(), 0.f);
      for (const BandSum& band : bands)
        if (band.has(y))
          for (std::size_t x = 0; x < w; ++x) values[x] += band.values(y)[x];
      for (std::size_t i = 0; i < patch; ++i) {
        const auto& above = spread[(static_cast<std::size_t>(y + patch) - i) % patch];
        for (std::size_t x = 0; x < w; ++x) weights[x] += taps[i] * above[x];
      }
      for (std::size_t x = 0; x < w; ++x) estimate.at(y, 0)[x] = values[x] / weights[x];
    }
  });
}

}  // namespace phasecast::blocks
