#include "stages/plane_update.hpp"

#include <algorithm>
#include <array>

#include "stages/simd.hpp"

namespace phasecast {

namespace {

constexpr int half_lanes = simd::lanes / 2;
using Doubles = simd::Vector<double, half_lanes>;

Doubles load_doubles(const float* from) {
  return __builtin_convertvector((simd::load<simd::Vector<float, half_lanes>>(from)), Doubles);
}

/// Planes that are updated together, so many that their sums stay in registers.
constexpr int most_together = 4;

struct Together {
  const PlaneUpdate& update;
  int first;  // of the update's planes
  double weight;
  std::span<const float* const> rows;
  const SumPixels& sums;

  double* plane(std::size_t p) const { return sums.first + p * sums.plane_stride; }
  double coefficient(std::size_t e, int p) const {
    return update
        .coefficients[e * static_cast<std::size_t>(update.planes) + static_cast<std::size_t>(first + p)];
  }
};

/// Value is Doubles or double: as many pixels at once as it holds, at each of `Steps` neighboring places.
template <int Planes, bool Squares, class Value, std::size_t Steps, class LoadY>
void update_at(const Together& t, std::size_t pixel, const LoadY& load_y) {
  constexpr std::size_t width = sizeof(Value) / sizeof(double), sums_here = Planes + Squares;
  std::array<double*, sums_here> planes;
  for (int p = 0; p < Planes; ++p)
    planes[static_cast<std::size_t>(p)] =
        t.plane(static_cast<std::size_t>(t.update.first_plane + t.first + p)) + pixel;
  if constexpr (Squares) planes[Planes] = t.plane(t.sums.squares_plane) + pixel;

  Value sum[sums_here][Steps];
  for (std::size_t p = 0; p < sums_here; ++p)
    for (std::size_t i = 0; i < Steps; ++i) sum[p][i] = simd::load<Value>(planes[p] + i * width);
  for (std::size_t e = 0; e < t.update.energies.size(); ++e) {
    const float* row = t.rows[t.update.energies[e]] + pixel;
    for (std::size_t i = 0; i < Steps; ++i) {
      const Value y = load_y(row + i * width);
      for (int p = 0; p < Planes; ++p) sum[p][i] += t.coefficient(e, p) * y;
      if constexpr (Squares) sum[Planes][i] += t.weight * y * y;
    }
  }
  for (std::size_t p = 0; p < sums_here; ++p)
    for (std::size_t i = 0; i < Steps; ++i) simd::store(planes[p] + i * width, sum[p][i]);
}

template <int Planes, bool Squares>
void update_together(const Together& t) {
  constexpr std::size_t step = simd::lanes;
  std::size_t k = 0;
  for (; k + step <= t.sums.count; k += step) update_at<Planes, Squares, Doubles, 2>(t, k, load_doubles);
  for (; k < t.sums.count; ++k)
    update_at<Planes, Squares, double, 1>(t, k, [](const float* y) { return static_cast<double>(*y); });
}

template <bool Squares>
void update_together(int planes, const Together& t) {
  switch (planes) {
    case 1:
      return update_together<1, Squares>(t);
    case 2:
      return update_together<2, Squares>(t);
    case 3:
      return update_together<3, Squares>(t);
    case most_together:
      return update_together<most_together, Squares>(t);
  }
}

void update_from(int first, const PlaneUpdate& update, std::span<const float* const> rows,
                 const SumPixels& sums) {
  for (; first < update.planes; first += most_together)
    update_together<false>(std::min(most_together, update.planes - first), {update, first, 0, rows, sums});
}

}  // namespace

void update_planes(const PlaneUpdate& update, std::span<const float* const> rows, const SumPixels& sums) {
  if (!update.energies.empty()) update_from(0, update, rows, sums);
}

void update_planes_and_squares(const PlaneUpdate& update, double weight, std::span<const float* const> rows,
                               const SumPixels& sums) {
  update_together<true>(std::min(most_together, update.planes), {update, 0, weight, rows, sums});
  update_from(most_together, update, rows, sums);
}

}  // namespace phasecast
