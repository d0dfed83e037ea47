#include "stages/cnn.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <vector>

#include "stages/network_plan.hpp"
#include "stages/onnx.hpp"
#include "stages/parallel.hpp"

namespace phasecast {
namespace {

/// value = offset + (value in the network − 0.5) · scale
struct Units {
  double offset = 0, scale = 1;

  float into(float v) const { return static_cast<float>((v - offset) * (1 / scale) + 0.5); }
  float back(float v) const { return static_cast<float>((v - 0.5) * scale + offset); }
};

Units units_of(std::span<const float> image) {
  const auto count = static_cast<double>(image.size());
  const auto mean_of = [&](const auto& value) {
    return sum_blocks<1>(image.size(),
                         [&](std::size_t begin, std::size_t end) {
                           double sum = 0;
                           for (std::size_t k = begin; k < end; ++k) sum += value(image[k]);
                           return std::array{sum};
                         })[0] /
           count;
  };
  const double mean = mean_of([](float v) { return static_cast<double>(v); });
  return {mean, 4 * std::sqrt(mean_of([mean](float v) { return (v - mean) * (v - mean); }))};
}

int rounded_up(int size, int multiple) {
  return (size + multiple - 1) / multiple * multiple;
}

/// Where each of `padded` rows or columns comes from: beyond the border, pixels mirror those before it, the
/// border itself included.
std::vector<std::size_t> mirrored(int size, int padded) {
  std::vector<std::size_t> from;
  for (int k = 0; k < padded; ++k) {
    const int turn = k % (2 * size);
    from.push_back(static_cast<std::size_t>(turn < size ? turn : 2 * size - 1 - turn));
  }
  return from;
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
    tbb::this_task_arena::isolate([&] {
      put_in(plan, shape, noisy, units, static_cast<float>(sigma / units.scale));
      const auto clean = plan.run();
      const auto width = static_cast<std::size_t>(shape.width),
                 pitch = static_cast<std::size_t>(padded_.width);
      for_rows(shape.height, [&](int row) {
        const auto y = static_cast<std::size_t>(row);
        std::transform(clean.begin() + y * pitch, clean.begin() + y * pitch + width,
                       denoised.begin() + y * width, [&](float v) { return units.back(v); });
      });
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
  void put_in(NetworkPlan& plan, Shape shape, std::span<const float> noisy, const Units& units, float level) {
    const auto rows = mirrored(shape.height, padded_.height), columns = mirrored(shape.width, padded_.width);
    const auto channels = static_cast<std::size_t>(network_.values[0].channels);
    const auto image = plan.input(0);
    for_rows(padded_.height, [&](int row) {
      const auto y = static_cast<std::size_t>(row);
      const float* from = noisy.data() + rows[y] * static_cast<std::size_t>(shape.width);
      float* to = image.data() + y * columns.size() * channels;
      for (std::size_t x = 0; x < columns.size(); ++x, to += channels) {
        to[0] = units.into(from[columns[x]]);
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
