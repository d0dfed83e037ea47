#include "stages/register_image.hpp"

#include <cmath>
#include <limits>

#include "stages/parallel.hpp"

namespace phasecast {

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t rows_at_once = 16;

template <class Body>
void for_rows(Shape shape, const Body& body) {
  for_blocks(static_cast<std::size_t>(shape.height), rows_at_once, [&](std::size_t begin, std::size_t end) {
    for (std::size_t y = begin; y < end; ++y) body(y);
  });
}

/// Mean of the values of each cell; NaN if fewer than half of them exist.
void bin_row(const float* rows, std::size_t stride, int bin, std::span<float> out) {
  const auto b = static_cast<std::size_t>(bin);
  const float enough = static_cast<float>(bin * bin) / 2;
  for (std::size_t x = 0; x < out.size(); ++x) {
    float sum = 0, count = 0;
    for (std::size_t v = 0; v < b; ++v)
      for (std::size_t u = 0; u < b; ++u) {
        const float value = rows[v * stride + x * b + u];
        const bool exists = value == value;
        sum += exists ? value : 0;
        count += exists;
      }
    out[x] = count >= enough ? sum / count : nan;
  }
}

void smooth(Shape shape, std::vector<float>& pixels) {
  const auto width = static_cast<std::size_t>(shape.width), height = static_cast<std::size_t>(shape.height);
  std::vector<float> across(pixels.size(), nan);
  const auto binomial = [](float a, float b, float c, float d, float e) {
    return (a + e) * 0.0625f + (b + d) * 0.25f + c * 0.375f;
  };
  for_rows(shape, [&](std::size_t y) {
    const float* in = pixels.data() + y * width;
    float* out = across.data() + y * width;
    for (std::size_t x = 2; x + 2 < width; ++x)
      out[x] = binomial(in[x - 2], in[x - 1], in[x], in[x + 1], in[x + 2]);
  });
  for_rows(shape, [&](std::size_t y) {
    float* out = pixels.data() + y * width;
    if (y < 2 || y + 2 >= height) return std::fill_n(out, width, nan), void();
    const float* in = across.data() + y * width;
    for (std::size_t x = 0; x < width; ++x)
      out[x] = binomial(in[x - 2 * width], in[x - width], in[x], in[x + width], in[x + 2 * width]);
  });
}

}  // namespace

int register_bin(Shape shape) {
  int bin = 1;
  while (shape.pixels() / static_cast<std::size_t>(bin * bin) > most_register_pixels) ++bin;
  return bin;
}

void reduce(Shape shape, std::span<const float> absorbance, int bin, RegisterImage& image) {
  image.bin = bin;
  image.shape = {shape.height / bin, shape.width / bin};
  image.pixels.resize(image.shape.pixels());
  const auto width = static_cast<std::size_t>(shape.width),
             columns = static_cast<std::size_t>(image.shape.width);
  for_rows(image.shape, [&](std::size_t y) {
    bin_row(absorbance.data() + y * static_cast<std::size_t>(bin) * width, width, bin,
            std::span(image.pixels).subspan(y * columns, columns));
  });
  smooth(image.shape, image.pixels);
}

void halve(const RegisterImage& image, RegisterImage& half) {
  half.bin = 2 * image.bin;
  half.shape = {image.shape.height / 2, image.shape.width / 2};
  half.pixels.resize(half.shape.pixels());
  const auto width = static_cast<std::size_t>(image.shape.width),
             columns = static_cast<std::size_t>(half.shape.width);
  for_rows(half.shape, [&](std::size_t y) {
    const float* above = image.pixels.data() + 2 * y * width;
    const float* below = above + width;
    for (std::size_t x = 0; x < columns; ++x)
      half.pixels[y * columns + x] =
          0.25f * (above[2 * x] + above[2 * x + 1] + below[2 * x] + below[2 * x + 1]);
  });
}

void resample(Shape full, const RegisterImage& frame, const Alignment& alignment, std::span<float> moved) {
  const auto map = [&](int size, double shift) {
    return axis_map(reduced_center(size, frame.bin), shift / frame.bin, alignment.magnification);
  };
  resample(frame.shape, frame.pixels, map(full.width, alignment.x), map(full.height, alignment.y), moved);
}

}  // namespace phasecast
