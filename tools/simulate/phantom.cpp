#include "tools/simulate/phantom.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <stdexcept>

#include "stages/parallel.hpp"
#include "tools/simulate/fronts.hpp"
#include "tools/simulate/random.hpp"
#include "tools/simulate/texture.hpp"

namespace phasecast {
namespace {

constexpr double resolution_px = 1;  // standard deviation of the microscope's point spread

double shorter_side(Shape shape) {
  return std::min(shape.height, shape.width);
}

/// Smooth, and never outside the range.
std::vector<float> smooth_scale(Shape shape, ScaleRange range, Random& random) {
  Image<float> field = random_field(shape, 0.8 * shorter_side(shape), 0.3, random);
  const auto middle = static_cast<float>((range.low + range.high) / 2);
  const auto half = static_cast<float>((range.high - range.low) / 2);
  for (float& v : field.values) v = middle + half * std::sin(1.2F * v);
  return std::move(field.values);
}

/// Thickness normalized by its maximum, with an internal texture of a few percent.
Image<float> gray_image(const Scene& scene, Random& random) {
  const double side = shorter_side(scene.shape);
  const Image<float> coarse = random_field(scene.shape, 0.12 * side, 0.5, random);
  const Image<float> fine = random_field(scene.shape, std::max(4.0, 0.025 * side), 0.4, random);
  Image<float> gray = scene.scale;
  for (std::size_t i = 0; i < gray.values.size(); ++i)
    gray.values[i] *= 1 + 0.05F * coarse.values[i] + 0.03F * fine.values[i];
  const float brightest = *std::max_element(gray.values.begin(), gray.values.end());
  for (float& v : gray.values) v /= brightest;
  return gray;
}

constexpr int kernel_reach = 4;
using Kernel = std::array<float, 2 * kernel_reach + 1>;

Kernel gaussian() {
  Kernel kernel;
  float sum = 0;
  for (int i = -kernel_reach; i <= kernel_reach; ++i)
    sum += kernel[i + kernel_reach] =
        static_cast<float>(std::exp(-0.5 * i * i / (resolution_px * resolution_px)));
  for (float& weight : kernel) weight /= sum;
  return kernel;
}

/// Blurs along lines of `count` values that lie `step` apart; the border's value goes on outside.
void blur_line(float* line, int count, std::size_t step, const Kernel& kernel, std::vector<float>& copy) {
  copy.resize(static_cast<std::size_t>(count) + 2 * kernel_reach);
  for (int i = 0; i < static_cast<int>(copy.size()); ++i)
    copy[i] = line[std::clamp(i - kernel_reach, 0, count - 1) * step];
  for (int i = 0; i < count; ++i) {
    float sum = 0;
    for (int k = 0; k < static_cast<int>(kernel.size()); ++k) sum += kernel[k] * copy[i + k];
    line[i * step] = sum;
  }
}

void blur(Shape shape, std::span<float> plane) {
  const Kernel kernel = gaussian();
  const auto width = static_cast<std::size_t>(shape.width);
  std::vector<float> copy;
  for (int y = 0; y < shape.height; ++y) blur_line(&plane[y * width], shape.width, 1, kernel, copy);
  for (int x = 0; x < shape.width; ++x) blur_line(&plane[x], shape.height, width, kernel, copy);
}

void fill_last_state(Phantom& phantom) {
  const std::size_t pixels = phantom.shape.pixels(), last = phantom.states.size() - 1;
  for (std::size_t k = 0; k < pixels; ++k) {
    double rest = 1;
    for (std::size_t j = 0; j < last; ++j) rest -= phantom.fraction[j * pixels + k];
    phantom.fraction[last * pixels + k] = static_cast<float>(std::max(rest, 0.0));  // rounding alone
  }
}

Phantom empty_phantom(Shape shape, int states) {
  Phantom phantom{shape, {}, std::vector<float>(shape.pixels() * static_cast<std::size_t>(states)), {}};
  for (int j = 1; j <= states; ++j) phantom.states.push_back("Ni_" + std::to_string(j));
  return phantom;
}

}  // namespace

Phantom make_phantom(SceneKind kind, Shape shape, int states, std::uint64_t seed) {
  const Scene scene = make_scene(kind, shape, 1, seed);
  Random random{seed, static_cast<std::uint64_t>(kind), 0x7068616e};
  const Image<float> gray = gray_image(scene, random);
  const std::vector<float> reacted = phase_fractions(scene, {states, 4, seed}, 0.5);
  Phantom phantom = empty_phantom(shape, states);
  const std::size_t pixels = shape.pixels();
  for (std::size_t j = 0; j + 1 < phantom.states.size(); ++j) {
    const std::span<float> plane(&phantom.fraction[j * pixels], pixels);
    for (std::size_t k = 0; k < pixels; ++k)
      plane[k] = gray.values[k] > 0 ? gray.values[k] * reacted[j * pixels + k] : 0;
    blur(shape, plane);
  }
  fill_last_state(phantom);
  phantom.scale = smooth_scale(shape, {}, random);
  return phantom;
}

Phantom phantom_from_image(const Image<float>& gray, ScaleRange range, std::uint64_t seed) {
  for (const float v : gray.values)
    if (!(v >= 0 && v <= 1))
      throw std::invalid_argument("the gray image holds " + std::to_string(v) +
                                  ", expected values in [0, 1]");
  Phantom phantom = empty_phantom(gray.shape, 2);
  std::copy(gray.values.begin(), gray.values.end(), phantom.fraction.begin());
  fill_last_state(phantom);
  Random random{seed, 0x7068616e};
  phantom.scale = smooth_scale(gray.shape, range, random);
  return phantom;
}

}  // namespace phasecast
