#include "stages/trust.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "stages/median.hpp"
#include "stages/parallel.hpp"

namespace phasecast {

namespace {

constexpr std::size_t chunk_pixels = 64;  // worked on together, in vectors
using Chunk = std::array<double, chunk_pixels>;

void require_pixels(std::size_t found, std::size_t needed, const char* what) {
  if (found != needed)
    throw std::invalid_argument(std::string(what) + " has " + std::to_string(found) + " values, not " +
                                std::to_string(needed));
}

}  // namespace

double estimate_noise(const NormalEquations& equations) {
  require_pixels(equations.misfit.size(), equations.shape.pixels(), "misfit");
  std::vector<double> misfits;
  for_sampled_pixels(equations.misfit.size(), [&](std::size_t k) {
    if (!equations.unusable[k]) misfits.push_back(equations.misfit[k]);
  });
  if (misfits.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double middle = median(std::move(misfits));
  if (middle <= 0) return 0;  // a scan without noise leaves rounding errors of either sign
  // The median of chi squared with n degrees of freedom, Wilson and Hilferty (1931): within 4 % for n = 1.
  const double n = equations.degrees_of_freedom;
  return std::sqrt(middle / (n * std::pow(1 - 2 / (9 * n), 3)));
}

std::vector<float> residual_map(const NormalEquations& equations, std::span<const float> fraction,
                                std::span<const float> scale) {
  const std::size_t pixels = equations.shape.pixels();
  const int states = equations.states;
  require_pixels(fraction.size(), pixels * static_cast<std::size_t>(states), "fraction");
  require_pixels(scale.size(), pixels, "scale");
  const Eigen::VectorXd norms = equations.gram.diagonal().cwiseSqrt();

  std::vector<float> residual(pixels);
  for_blocks(pixels, [&](std::size_t first, std::size_t last) {
    for (std::size_t begin = first; begin < last; begin += chunk_pixels) {
      const std::size_t n = std::min(chunk_pixels, last - begin);
      Chunk square, model_norm{};
      std::copy_n(&equations.energy[begin], n, square.begin());
      for (int l = 0; l < states; ++l) {
        const std::size_t plane = static_cast<std::size_t>(l) * pixels + begin;
        Chunk gz{};
        for (int m = 0; m < states; ++m) {
          const double g = equations.gram(l, m);
          const float* x = &fraction[static_cast<std::size_t>(m) * pixels + begin];
          for (std::size_t k = 0; k < n; ++k) gz[k] += g * static_cast<double>(x[k]);
        }
        const double norm = norms(l);
        for (std::size_t k = 0; k < n; ++k) {
          const double s = static_cast<double>(scale[begin + k]),
                       z = s * static_cast<double>(fraction[plane + k]);
          square[k] += z * (gz[k] * s - 2 * equations.projection[plane + k]);
          model_norm[k] += std::abs(z) * norm;
        }
      }
      // A perfect fit comes out as rounding error of either sign. Beyond that, the sums contradict
      // themselves.
      for (std::size_t k = 0; k < n; ++k) {
        const double gain = static_cast<double>(equations.noise_gain[begin + k]);
        const bool rounding = -square[k] <= equations.squared_rounding(model_norm[k], gain);
        const bool known = rounding && !equations.unusable[begin + k];
        residual[begin + k] =
            known ? static_cast<float>(std::sqrt(std::max(square[k], 0.0) / equations.energies))
                  : std::numeric_limits<float>::quiet_NaN();
      }
    }
  });
  return residual;
}

// x = z / Σz has the Jacobian J_l = (e_l − x_l 1)ᵀ / s, so J C Jᵀ = (C_ll − 2 x_l (C1)_l + x_l² 1ᵀC1) / s².
std::vector<float> uncertainty_map(const NormalEquations& equations, std::span<const float> fraction,
                                   std::span<const float> scale, double noise_sigma) {
  const std::size_t pixels = equations.shape.pixels();
  const auto states = static_cast<std::size_t>(equations.states);
  require_pixels(fraction.size(), pixels * states, "fraction");
  require_pixels(scale.size(), pixels, "scale");
  const Eigen::VectorXd with_sum = equations.covariance.rowwise().sum();
  const double of_sum = with_sum.sum();

  std::vector<float> uncertainty(states * pixels);
  for_blocks(pixels, [&](std::size_t begin, std::size_t end) {
    for (std::size_t l = 0; l < states; ++l) {
      const auto row = static_cast<Eigen::Index>(l);
      const double own = equations.covariance(row, row), shared = with_sum(row);
      for (std::size_t k = begin; k < end; ++k) {
        const double x = static_cast<double>(fraction[l * pixels + k]);
        const double variance = own - 2 * x * shared + x * x * of_sum;
        const double sigma = noise_sigma * equations.noise_gain[k] / scale[k];
        uncertainty[l * pixels + k] = equations.unusable[k] ? std::numeric_limits<float>::quiet_NaN()
                                                            : static_cast<float>(sigma * std::sqrt(variance));
      }
    }
  });
  return uncertainty;
}

}  // namespace phasecast
