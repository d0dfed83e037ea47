#include "stages/resample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "stages/parallel.hpp"

namespace phasecast {

namespace {

constexpr int taps = AxisWeights::taps;
constexpr int reach = taps / 2;
constexpr int block_rows = 64;  // each block interpolates five rows more than it gives
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// Keys' kernel over six pixels: what is a cubic polynomial it leaves one.
double keys(double x) {
  const double s = std::abs(x);
  if (s < 1) return (4. / 3 * s - 7. / 3) * s * s + 1;
  if (s < 2) return ((-7. / 12 * s + 3) * s - 59. / 12) * s + 15. / 6;
  if (s < 3) return ((1. / 12 * s - 2. / 3) * s + 21. / 12) * s - 3. / 2;
  return 0;
}

bool is_identity(AxisMap map) {
  return map.offset == 0 && map.scale == 1;
}

void require_size(std::size_t found, Shape shape, const char* what) {
  if (found != shape.pixels())
    throw std::invalid_argument(std::string(what) + " has " + std::to_string(found) + " pixels, not " +
                                std::to_string(shape.height) + " by " + std::to_string(shape.width));
}

/// One row of the frame, interpolated along x.
void interpolate_row(const float* row, const AxisWeights& columns, std::size_t width, float* out) {
  std::fill_n(out, width, nan);
  std::array<const float*, taps> w;
  for (int k = 0; k < taps; ++k) w[k] = columns.weights(k);
  for (const auto& run : columns.runs()) {
    const float* in = row + run.ahead;
    for (int x = run.begin; x < run.end; ++x)
      out[x] = w[0][x] * in[x] + w[1][x] * in[x + 1] + w[2][x] * in[x + 2] + w[3][x] * in[x + 3] +
               w[4][x] * in[x + 4] + w[5][x] * in[x + 5];
  }
}

}  // namespace

AxisWeights::AxisWeights(AxisMap map, int size) : source_(static_cast<std::size_t>(size)) {
  for (auto& list : weights_) list.resize(source_.size());
  for (std::size_t i = 0; i < source_.size(); ++i) {
    const double position = map.offset + map.scale * static_cast<double>(i);
    // Far outside counts as outside, in the range of int.
    const double below = std::floor(std::clamp(position, -10.0 * taps, size + 10.0 * taps));
    source_[i] = static_cast<int>(below) - (reach - 1);
    for (int k = 0; k < taps; ++k)
      weights_[k][i] = static_cast<float>(keys(position - below - (k - (reach - 1))));
  }
  find_runs();
}

void AxisWeights::find_runs() {
  const int size = static_cast<int>(source_.size());
  for (int i = 0; i < size; ++i) {
    if (source(i) < 0 || source(i) + taps > size) continue;
    const int ahead = source(i) - i;
    if (runs_.empty() || runs_.back().ahead != ahead) runs_.push_back({i, i, ahead});
    runs_.back().end = i + 1;
  }
}

void resample(Shape shape, std::span<const float> frame, AxisMap across, AxisMap down,
              std::span<float> moved) {
  require_size(frame.size(), shape, "frame");
  require_size(moved.size(), shape, "moved frame");
  if (is_identity(across) && is_identity(down)) {
    std::copy(frame.begin(), frame.end(), moved.begin());
    return;
  }
  const auto width = static_cast<std::size_t>(shape.width);
  const AxisWeights columns(across, shape.width), rows(down, shape.height);
  for_blocks(static_cast<std::size_t>(shape.height), block_rows, [&](std::size_t top, std::size_t bottom) {
    std::vector<float> ring(taps * width);  // interpolated rows, each at its number modulo six
    const auto row_of = [&](int y) { return ring.data() + static_cast<std::size_t>(y % taps) * width; };
    int ready = 0;  // rows before this one are in the ring, or needed no more
    for (int y = static_cast<int>(top); y < static_cast<int>(bottom); ++y) {
      float* out = moved.data() + static_cast<std::size_t>(y) * width;
      if (!rows.covers(y)) {
        std::fill_n(out, width, nan);
        continue;
      }
      const int source = rows.source(y);
      for (ready = std::max(ready, source); ready < source + taps; ++ready)
        interpolate_row(frame.data() + static_cast<std::size_t>(ready) * width, columns, width,
                        row_of(ready));
      std::array<const float*, taps> in;
      std::array<float, taps> weight;
      for (int k = 0; k < taps; ++k) {
        in[k] = row_of(source + k);
        weight[k] = rows.weights(k)[y];
      }
      for (std::size_t x = 0; x < width; ++x)
        out[x] = weight[0] * in[0][x] + weight[1] * in[1][x] + weight[2] * in[2][x] + weight[3] * in[3][x] +
                 weight[4] * in[4][x] + weight[5] * in[5][x];
    }
  });
}

void resample(Shape shape, std::span<const float> frame, const Alignment& alignment, std::span<float> moved) {
  if (alignment == Alignment{}) return resample(shape, frame, AxisMap{}, AxisMap{}, moved);
  const double m = alignment.magnification;
  resample(shape, frame, axis_map((shape.width - 1) / 2.0, alignment.x, m),
           axis_map((shape.height - 1) / 2.0, alignment.y, m), moved);
}

}  // namespace phasecast
