#include "stages/absorbance.hpp"

#include <algorithm>
#include <array>
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
struct PixelsAs {
  const std::byte* pixels;
  float operator[](std::size_t k) const {
    Pixel value;
    std::memcpy(&value, pixels + k * sizeof(Pixel), sizeof(Pixel));
    return static_cast<float>(value);
  }
};

/// Calls body(values) with what gives pixel k as a float.
template <class Body>
void with_floats(std::span<const std::byte> pixels, PixelType type, const Body& body) {
  switch (type) {
    case PixelType::uint8:
      return body(PixelsAs<std::uint8_t>{pixels.data()});
    case PixelType::uint16:
      return body(PixelsAs<std::uint16_t>{pixels.data()});
    case PixelType::uint32:
      return body(PixelsAs<std::uint32_t>{pixels.data()});
    case PixelType::float32:
      return body(PixelsAs<float>{pixels.data()});
    case PixelType::float64:
      return body(PixelsAs<double>{pixels.data()});
  }
  throw std::invalid_argument("unknown pixel type " + std::to_string(static_cast<int>(type)));
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
  require_size(pixels.size(), sum.size() * bytes_per_pixel(type), "frame in bytes");
  with_floats(pixels, type, [&](const auto& values) {
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += values[k];
  });
}

void read_pixels(const RawPixels& pixels, std::size_t first, std::span<float> to) {
  const std::size_t size = bytes_per_pixel(pixels.type);
  with_floats(pixels.bytes.subspan(first * size, to.size() * size), pixels.type, [&](const auto& values) {
    for (std::size_t k = 0; k < to.size(); ++k) to[k] = values[k];
  });
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

void to_absorbance(const RawFrame& frame, std::size_t first, std::span<float> absorbance) {
  constexpr std::size_t most = 512;  // at a time: the buffers stay in the L1 cache
  std::array<float, most> sample, flat, dark;
  const auto part = [](const RawPixels& pixels, std::size_t begin, std::size_t count, auto& buffer) {
    const std::span<float> floats = std::span(buffer).first(pixels.empty() ? 0 : count);
    read_pixels(pixels, begin, floats);
    return floats;
  };
  const bool corrected = frame.signal != Signal::absorbance;
  for (std::size_t done = 0; done < absorbance.size(); done += most) {
    const std::size_t begin = first + done, count = std::min(most, absorbance.size() - done);
    Correction correction;
    if (corrected) correction = {part(frame.dark, begin, count, dark), part(frame.flat, begin, count, flat)};
    to_absorbance(part(frame.sample, begin, count, sample), frame.signal, correction,
                  absorbance.subspan(done, count));
  }
}

}  // namespace phasecast
