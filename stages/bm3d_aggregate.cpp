#include "stages/bm3d_aggregate.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
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

namespace {

/// Adds row y of what `row_of` gives for each band to `sum`, in the order of the bands.
template <class RowOf>
void add_bands(std::span<const BandSum> bands, int y, std::span<float> sum, const RowOf& row_of) {
  for (const BandSum& band : bands) {
    if (!band.has(y)) continue;
    const float* row = row_of(band, y);
    for (std::size_t x = 0; x < sum.size(); ++x) sum[x] += row[x];
  }
}

/// The weights of all patches in some rows: those at the corners, spread over the patches by the window.
class Weights {
 public:
  explicit Weights(std::size_t width) : corners_(width + rim), sum_(width) {
    spread_.fill(std::vector<float>(width));
  }

  /// Rows are added one after the other, at least `rim` rows before the first that is asked for.
  void add_row(std::span<const BandSum> bands, int y) {
    std::fill(corners_.begin(), corners_.end(), 0.f);
    add_bands(bands, y, std::span(corners_).subspan(rim),
              [](const BandSum& b, int at) { return b.weights(at); });
    auto& along = spread_[static_cast<std::size_t>(y + patch) % patch];
    std::fill(along.begin(), along.end(), 0.f);
    for (std::size_t i = 0; i < patch; ++i)
      for (std::size_t x = 0; x < along.size(); ++x) along[x] += taps[i] * corners_[x + rim - i];
  }

  const std::vector<float>& row(int y) {
    std::fill(sum_.begin(), sum_.end(), 0.f);
    for (std::size_t i = 0; i < patch; ++i) {
      const auto& above = spread_[(static_cast<std::size_t>(y + patch) - i) % patch];
      for (std::size_t x = 0; x < sum_.size(); ++x) sum_[x] += taps[i] * above[x];
    }
    return sum_;
  }

  static constexpr int rim = patch - 1;

 private:
  std::vector<float> corners_, sum_;
  std::array<std::vector<float>, patch> spread_;  // of the last rows, along the row only
};

}  // namespace

void aggregate(std::span<const BandSum> bands, FramedImage& estimate) {
  const auto width = static_cast<std::size_t>(estimate.shape().width);
  const auto aggregate_rows = [&](const tbb::blocked_range<int>& rows) {
    std::vector<float> values(width);
    Weights weights(width);
    for (int y = rows.begin() - Weights::rim; y < rows.begin(); ++y) weights.add_row(bands, y);
    for (int y = rows.begin(); y < rows.end(); ++y) {
      weights.add_row(bands, y);
      std::fill(values.begin(), values.end(), 0.f);
      add_bands(bands, y, values, [](const BandSum& b, int at) { return b.values(at); });
      const auto& of_row = weights.row(y);
      for (std::size_t x = 0; x < width; ++x) estimate.at(y, 0)[x] = values[x] / of_row[x];
    }
  };
  const tbb::blocked_range<int> all(0, estimate.shape().height, 32);
  tbb::this_task_arena::isolate([&] { tbb::parallel_for(all, aggregate_rows); });
}

}  // namespace phasecast::blocks
