#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "messages/image.hpp"
#include "stages/resample.hpp"

namespace phasecast::test {

/// Gaussian blobs on a smooth background, moved in closed form.
struct DriftingBlobs {
  struct Blob {
    double x, y, radius, height;
  };
  Shape shape;
  std::vector<Blob> blobs;

  DriftingBlobs(Shape of, int count, unsigned seed, double radius = 6) : shape(of) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform;
    for (int k = 0; k < count; ++k)
      blobs.push_back({(1.2 * uniform(random) - 0.1) * of.width, (1.2 * uniform(random) - 0.1) * of.height,
                       radius * (0.5 + uniform(random)), 0.2 + 0.8 * uniform(random)});
  }

  /// `contrast(k)`: of blob k.
  template <class Contrast>
  std::vector<float> image(const Alignment& drift, double noise, unsigned seed,
                           const Contrast& contrast) const {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::vector<double> sum(shape.pixels());
    const double cx = (shape.width - 1) / 2.0, cy = (shape.height - 1) / 2.0, m = drift.magnification;
    for (std::size_t k = 0; k < blobs.size(); ++k) {
      const Blob& b = blobs[k];
      const double at_x = cx + m * (b.x - cx) + drift.x, at_y = cy + m * (b.y - cy) + drift.y,
                   r = m * b.radius;
      const int left = std::max(0, static_cast<int>(at_x - 5 * r)),
                top = std::max(0, static_cast<int>(at_y - 5 * r));
      const int right = std::min(shape.width - 1, static_cast<int>(at_x + 5 * r)),
                bottom = std::min(shape.height - 1, static_cast<int>(at_y + 5 * r));
      for (int y = top; y <= bottom; ++y)
        for (int x = left; x <= right; ++x)
          sum[static_cast<std::size_t>(y * shape.width + x)] +=
              contrast(k) * b.height *
              std::exp(-0.5 * (std::pow((x - at_x) / r, 2) + std::pow((y - at_y) / r, 2)));
    }
    std::vector<float> pixels(shape.pixels());
    for (std::size_t k = 0; k < pixels.size(); ++k)
      pixels[k] = static_cast<float>(0.3 + sum[k] + noise * normal(random));
    return pixels;
  }
  std::vector<float> image(const Alignment& drift, double noise = 0, unsigned seed = 1) const {
    return image(drift, noise, seed, [](std::size_t) { return 1.0; });
  }
};

}  // namespace phasecast::test
