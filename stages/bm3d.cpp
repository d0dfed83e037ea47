#include "stages/bm3d.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <string>

#include "stages/bm3d_scales.hpp"
#include "stages/bm3d_step.hpp"
#include "stages/parallel.hpp"

namespace phasecast {

namespace {

using blocks::FramedImage;

/// A coarser scale is looked at while noise has this share of the variance, or on the finest scale.
constexpr double noticeable_share = 0.15;
/// … and while it has room for windows around patches.
constexpr int smallest_coarse_side = 2 * blocks::patch;

void require(bool holds, const std::string& what, double found) {
  if (!holds) throw std::invalid_argument("bm3d: " + what + ", not " + std::to_string(found));
}

bool is_group(int count) {
  return count >= 1 && count <= blocks::max_group && std::has_single_bit(static_cast<unsigned>(count));
}

void check(const Bm3dConfig& config) {
  require(config.step >= 1 && config.step <= blocks::patch, "step must be 1 to 8", config.step);
  require(config.radius >= 1 && config.radius <= 128, "radius must be 1 to 128", config.radius);
  require(is_group(config.group), "group must be 1, 2, 4, 8, 16 or 32", config.group);
  require(config.final_group == 0 || is_group(config.final_group),
          "final_group must be 0, 1, 2, 4, 8, 16 or 32", config.final_group);
}

void check(Shape shape, std::size_t noisy, float sigma, std::size_t denoised) {
  require(shape.height >= blocks::patch, "height must be 8 or more", shape.height);
  require(shape.width >= blocks::patch, "width must be 8 or more", shape.width);
  const std::string as_shape = " must have height x width = " + std::to_string(shape.pixels()) + " values";
  require(noisy == shape.pixels(), "noisy" + as_shape, static_cast<double>(noisy));
  require(denoised == shape.pixels(), "denoised" + as_shape, static_cast<double>(denoised));
  require(sigma >= 0 && std::isfinite(sigma), "sigma must be finite and 0 or more", sigma);
}

/// The share of noise of variance 1 in the variance of the values.
double noise_share(const FramedImage& image) {
  const auto [height, width] = image.shape();
  double sum = 0, squares = 0;
  for (int y = 0; y < height; ++y) {
    const float* row = image.at(y, 0);
    for (int x = 0; x < width; ++x) {
      sum += row[x];
      squares += static_cast<double>(row[x]) * row[x];
    }
  }
  const auto pixels = static_cast<double>(image.shape().pixels());
  const double variance = (squares - sum * sum / pixels) / pixels;
  return variance > 1 ? 1 / variance : 1;
}

/// Where the signal is weak, what exceeds a threshold is more often noise. Measured on images and maps with
/// σ from 0.06 to 1.5 of their range.
float threshold_for(double share) {
  return static_cast<float>(2.7 + 0.6 * share);  // 2.7 is λ_3D of Dabov et al. (2007)
}

/// Patches that overlap have noise in common, and a smooth pilot finds most matches next to the reference
/// patch. Under strong noise matches farther away average more of it out; a coarser scale has less room for
/// them. Measured as above, on the 24 cases of the paper's table III.
int stride_for(double share, bool finest) {
  if (share > 0.97) return 4;
  if (share > 0.9) return 3;
  return share > (finest ? 0.5 : 0.8) ? 2 : 1;
}

/// For noise of variance 1.
FramedImage denoise_scale(const FramedImage& noisy, const Bm3dConfig& config, bool finest) {
  const double share = noise_share(noisy);
  FramedImage basic(noisy.shape(), config.radius);
  blocks::hard_step(noisy, {config.step, config.radius, config.group}, threshold_for(share), basic);
  FramedImage estimate(noisy.shape(), config.radius);
  if (config.final_group > 0)
    blocks::wiener_step(
        noisy, basic, {config.step, config.radius, config.final_group, stride_for(share, finest)}, estimate);
  else
    std::swap(basic, estimate);
  const int coarse_side = std::min(noisy.shape().height, noisy.shape().width) / 2;
  const bool coarser =
      config.scales && (finest || share > noticeable_share) && coarse_side >= smallest_coarse_side;
  if (coarser)
    blocks::correct_low_frequencies(denoise_scale(blocks::halved(noisy, config.radius), config, false),
                                    estimate);
  return estimate;
}

double mean(std::span<const float> values) {
  const auto [sum] = sum_blocks<1>(values.size(), [&](std::size_t begin, std::size_t end) {
    double sum_of_block = 0;
    for (std::size_t k = begin; k < end; ++k) sum_of_block += values[k];
    return std::array<double, 1>{sum_of_block};
  });
  return sum / static_cast<double>(values.size());
}

void denoise(Shape shape, std::span<const float> noisy, float sigma, std::span<float> denoised,
             const Bm3dConfig& config) {
  check(shape, noisy.size(), sigma, denoised.size());
  if (sigma == 0) {
    std::copy(noisy.begin(), noisy.end(), denoised.begin());
    return;
  }
  // Around zero and in units of the noise, whatever the values are.
  const auto middle = static_cast<float>(mean(noisy));
  FramedImage framed(shape, config.radius);
  const auto width = static_cast<std::size_t>(shape.width);
  for (int y = 0; y < shape.height; ++y) {
    const float* from = noisy.data() + static_cast<std::size_t>(y) * width;
    std::transform(from, from + width, framed.at(y, 0),
                   [&](float value) { return (value - middle) / sigma; });
  }
  const FramedImage estimate = denoise_scale(framed, config, true);
  for (int y = 0; y < shape.height; ++y)
    std::transform(estimate.at(y, 0), estimate.at(y, 0) + width,
                   denoised.data() + static_cast<std::size_t>(y) * width,
                   [&](float value) { return middle + sigma * value; });
}

}  // namespace

Denoiser bm3d(const Bm3dConfig& config) {
  check(config);
  return [config](Shape shape, std::span<const float> noisy, float sigma, std::span<float> denoised) {
    denoise(shape, noisy, sigma, denoised, config);
  };
}

}  // namespace phasecast
