#include "stages/cnn.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "stages/network_plan.hpp"
#include "stages/onnx.hpp"

namespace phasecast {
namespace {

/// value = offset + (value in the network − 0.5) · scale
struct Units {
  double offset = 0, scale = 1;

  float into(float v) const { return static_cast<float>((v - offset) / scale + 0.5); }
  float back(float v) const { return static_cast<float>((v - 0.5) * scale + offset); }
};

Units units_of(std::span<const float> image) {
  double sum = 0, squares = 0;
  for (float v : image) sum += v;
  const double mean = sum / static_cast<double>(image.size());
  for (float v : image) squares += (v - mean) * (v - mean);
  return {mean, 4 * std::sqrt(squares / static_cast<double>(image.size()))};
}

int rounded_up(int size, int multiple) {
  return (size + multiple - 1) / multiple * multiple;
}

/// Pixels beyond the border mirror those before it, the border itself included.
int mirrored(int k, int size) {
  const int turn = k % (2 * size);
  return turn < size ? turn : 2 * size - 1 - turn;
}

class NetworkDenoiser {
 public:
  explicit NetworkDenoiser(Network network) : network_(std::move(network)) {}

  void denoise(Shape shape, std::span<const float> noisy, float sigma, std::span<float> denoised) {
    if (!std::isfinite(sigma) || sigma < 0)
      throw std::invalid_argument("noise level " + std::to_string(sigma) +
                                  ", expected a finite one, not negative");
    const auto units = units_of(noisy);
    if (sigma == 0 || units.scale == 0) {  // nothing to remove, or nothing but one value
      std::copy(noisy.begin(), noisy.end(), denoised.begin());
      return;
    }
    const std::scoped_lock lock(busy_);
    auto& plan = plan_for(shape);
    fill(plan, shape, noisy, units, static_cast<float>(sigma / units.scale));
    const auto clean = plan.run();
    const auto width = static_cast<std::size_t>(shape.width);
    for_rows(shape.height, [&](int y) {
      const float* from =
          clean.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(padded_.width);
      std::transform(from, from + width, denoised.data() + static_cast<std::size_t>(y) * width,
                     [&](float v) { return units.back(v); });
    });
  }

  /// Throws if the network's layers do not fit each other.
  NetworkPlan& plan_for(Shape shape) {
    const Shape padded{rounded_up(shape.height, network_.multiple),
                       rounded_up(shape.width, network_.multiple)};
    if (!plan_ || !(padded == padded_)) plan_.emplace(network_, padded);
    padded_ = padded;
    return *plan_;
  }

 private:
  void fill(NetworkPlan& plan, Shape shape, std::span<const float> noisy, const Units& units, float level) {
    const auto image = plan.input(0);
    const auto channels = static_cast<std::size_t>(network_.values[0].channels);
    for_rows(padded_.height, [&](int y) {
      const float* from = noisy.data() + static_cast<std::size_t>(mirrored(y, shape.height)) *
                                             static_cast<std::size_t>(shape.width);
      float* to =
          image.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(padded_.width) * channels;
      for (int x = 0; x < padded_.width; ++x, to += channels) {
        to[0] = units.into(from[mirrored(x, shape.width)]);
        if (channels == 2) to[1] = level;
      }
    });
    if (network_.inputs == 2) std::ranges::fill(plan.input(1), level);
  }

  const Network network_;
  std::mutex busy_;
  std::optional<NetworkPlan> plan_;  // for the size that came last
  Shape padded_;
};

}  // namespace

Result<Denoiser> cnn(std::string_view onnx, const std::string& name) {
  auto network = read_onnx(onnx, name);
  if (!network) return network.error();
  const auto denoiser = std::make_shared<NetworkDenoiser>(folded(std::move(*network)));
  try {
    denoiser->plan_for({128, 128});
  } catch (const NetworkMisfit& misfit) {
    return Error{"network", name, misfit.layer, misfit.found, misfit.expected};
  }
  return Denoiser(
      [denoiser](Shape shape, std::span<const float> noisy, float sigma, std::span<float> denoised) {
        denoiser->denoise(shape, noisy, sigma, denoised);
      });
}

}  // namespace phasecast
