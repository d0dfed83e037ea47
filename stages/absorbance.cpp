#include "stages/absorbance.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>

#include "stages/fast_log.hpp"

namespace phasecast {

namespace {

static_assert(std::endian::native == std::endian::little,
              "pixels are little-endian and are read as they lie");

void require_size(std::size_t found, std::size_t needed, const char* what) {
  if (found != needed)
    throw std::invalid_argument(std::string(what) + " has " + std::to_string(found) + " values, not " +
                                std::to_string(needed));
}

template <class Pixel>
void add_as(std::span<const std::byte> pixels, std::span<float> sum) {
  require_size(pixels.size(), sum.size() * sizeof(Pixel), "frame in bytes");
  for (std::size_t k = 0; k < sum.size(); ++k) {
    Pixel value;
    std::memcpy(&value, pixels.data() + k * sizeof(Pixel), sizeof(Pixel));
    sum[k] += static_cast<float>(value);
  }
}

/// −ln of light over full light, both without the dark level. NaN where either is not positive, is not
/// finite, or where their ratio leaves the normal floats.
float minus_log(float light, float full) {
  const float ratio = light / full;
  const bool exists = light > 0 && full > 0 && ratio >= std::numeric_limits<float>::min() &&
                      ratio <= std::numeric_limits<float>::max();
  return exists ? -fast_log(ratio) : std::numeric_limits<float>::quiet_NaN();
}

/// `dark` and `flat` give the value for pixel k.
template <class Dark, class Flat>
std::size_t convert(std::span<const float> intensity, const Dark& dark, const Flat& flat,
                    std::span<float> absorbance) {
  std::size_t without = 0;
  for (std::size_t k = 0; k < intensity.size(); ++k) {
    const float y = minus_log(intensity[k] - dark(k), flat(k));
    absorbance[k] = y;
    without += y != y;
  }
  return without;
}

}  // namespace

void add_pixels(std::span<const std::byte> pixels, PixelType type, std::span<float> sum) {
  switch (type) {
    case PixelType::uint8:
      return add_as<std::uint8_t>(pixels, sum);
    case PixelType::uint16:
      return add_as<std::uint16_t>(pixels, sum);
    case PixelType::uint32:
      return add_as<std::uint32_t>(pixels, sum);
    case PixelType::float32:
      return add_as<float>(pixels, sum);
    case PixelType::float64:
      return add_as<double>(pixels, sum);
  }
  throw std::invalid_argument("unknown pixel type " + std::to_string(static_cast<int>(type)));
}

std::size_t to_absorbance(std::span<const float> intensity, Signal signal, const Correction& correction,
                          std::span<float> absorbance) {
  require_size(absorbance.size(), intensity.size(), "absorbance");
  if (signal == Signal::absorbance) {
    std::size_t without = 0;
    for (std::size_t k = 0; k < intensity.size(); ++k) {
      absorbance[k] = std::isfinite(intensity[k]) ? intensity[k] : std::numeric_limits<float>::quiet_NaN();
      without += absorbance[k] != absorbance[k];
    }
    return without;
  }
  const bool has_dark = !correction.dark.empty(), has_flat = !correction.flat.empty();
  if (has_dark) require_size(correction.dark.size(), intensity.size(), "dark");
  if (has_flat) require_size(correction.flat.size(), intensity.size(), "flat");
  const float *dark = correction.dark.data(), *flat = correction.flat.data();
  const auto dark_of = [=](std::size_t k) { return dark[k]; };
  const auto no_dark = [](std::size_t) { return 0.0f; };
  const auto one = [](std::size_t) { return 1.0f; };
  if (has_dark && has_flat)
    return convert(
        intensity, dark_of, [=](std::size_t k) { return flat[k] - dark[k]; }, absorbance);
  if (has_flat)
    return convert(
        intensity, no_dark, [=](std::size_t k) { return flat[k]; }, absorbance);
  if (has_dark) return convert(intensity, dark_of, one, absorbance);
  return convert(intensity, no_dark, one, absorbance);
}

}  // namespace phasecast
