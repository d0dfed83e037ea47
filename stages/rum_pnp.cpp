#include "stages/rum_pnp.hpp"

#include <cmath>
#include <vector>

#include "stages/dense.hpp"
#include "stages/parallel.hpp"

namespace phasecast {
namespace {

using Planes = std::vector<std::vector<float>>;

/// G = V diag(μ) Vᵀ, μ ascending; the last vector is the one nearly along the sum of the states.
struct Whitening {
  Eigen::MatrixXd vectors;
  Eigen::VectorXd strength;  // √μ

  explicit Whitening(const Eigen::MatrixXd& gram) {
    const EigenPairs eigen = eigen_pairs(gram);
    vectors = eigen.vectors;
    strength = eigen.values.cwiseSqrt();
  }
};

/// Vᵀb / (√μ gain), with white noise σ in each; 0 where a pixel is unusable.
Planes whiten(const NormalEquations& equations, const Whitening& whitening) {
  const std::size_t pixels = equations.shape.pixels();
  const auto states = static_cast<std::size_t>(equations.states);
  Planes planes(states, std::vector<float>(pixels));
  for_blocks(pixels, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = 0; i < states; ++i) {
      const auto column = static_cast<Eigen::Index>(i);
      for (std::size_t k = begin; k < end; ++k) {
        if (equations.unusable[k]) continue;
        double sum = 0;
        for (std::size_t l = 0; l < states; ++l)
          sum +=
              whitening.vectors(static_cast<Eigen::Index>(l), column) * equations.projection[l * pixels + k];
        planes[i][k] = static_cast<float>(sum / (whitening.strength(column) * equations.noise_gain[k]));
      }
    }
  });
  return planes;
}

/// A hole in the data would be an edge to the denoiser: unusable pixels take the mean of their usable
/// neighbors.
void fill_holes(const NormalEquations& equations, std::vector<float>& plane) {
  const Shape shape = equations.shape;
  const std::vector<float> known = plane;
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      const std::size_t k = static_cast<std::size_t>(y) * shape.width + x;
      if (!equations.unusable[k]) continue;
      float sum = 0, count = 0;
      for (int v = std::max(y - 1, 0); v <= std::min(y + 1, shape.height - 1); ++v) {
        for (int u = std::max(x - 1, 0); u <= std::min(x + 1, shape.width - 1); ++u) {
          const std::size_t neighbor = static_cast<std::size_t>(v) * shape.width + u;
          if (equations.unusable[neighbor]) continue;
          sum += known[neighbor];
          count += 1;
        }
      }
      if (count > 0) plane[k] = sum / count;
    }
  }
}

/// Σ plane · element / Σ element²: the plane's typical share of the element's map.
double typical_share(const std::vector<float>& plane, const std::vector<float>& element) {
  const auto [product, square] = sum_blocks<2>(plane.size(), [&](std::size_t begin, std::size_t end) {
    std::array<double, 2> sum{};
    for (std::size_t k = begin; k < end; ++k) {
      sum[0] += static_cast<double>(plane[k]) * element[k];
      sum[1] += static_cast<double>(element[k]) * element[k];
    }
    return sum;
  });
  return square > 0 ? product / square : 0;
}

void add(std::vector<float>& plane, double share, const std::vector<float>& element) {
  const auto factor = static_cast<float>(share);
  for_blocks(plane.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) plane[k] += factor * element[k];
  });
}

}  // namespace

NormalEquations denoise_whitened(const NormalEquations& equations, double noise_sigma,
                                 const Denoiser& denoiser) {
  const Whitening whitening(equations.gram);
  Planes noisy = whiten(equations, whitening);
  for (auto& plane : noisy) fill_holes(equations, plane);
  const std::size_t pixels = equations.shape.pixels(), states = noisy.size();
  const std::vector<float>& element = noisy.back();

  Planes clean(states, std::vector<float>(pixels));
  denoiser(equations.shape, element, static_cast<float>(noise_sigma), clean.back());
  for (std::size_t i = 0; i + 1 < states; ++i) {
    const double share = typical_share(noisy[i], element);
    add(noisy[i], -share, element);
    denoiser(equations.shape, noisy[i], static_cast<float>(noise_sigma * std::hypot(1, share)), clean[i]);
    add(clean[i], share, clean.back());
  }

  NormalEquations denoised = equations;
  for_blocks(pixels, [&](std::size_t begin, std::size_t end) {
    for (std::size_t l = 0; l < states; ++l) {
      const auto row = static_cast<Eigen::Index>(l);
      for (std::size_t k = begin; k < end; ++k) {
        double sum = 0;
        for (std::size_t i = 0; i < states; ++i) {
          const auto column = static_cast<Eigen::Index>(i);
          sum += whitening.vectors(row, column) * whitening.strength(column) * clean[i][k];
        }
        denoised.projection[l * pixels + k] = equations.unusable[k] ? 0 : sum * equations.noise_gain[k];
      }
    }
  });
  return denoised;
}

}  // namespace phasecast
