#include "stages/features.hpp"

#include <algorithm>
#include <cstdlib>

namespace phasecast {
namespace {

std::size_t index(int k) {
  return static_cast<std::size_t>(k);
}

/// out[k] = of(in[k]) for a row.
template <class Of>
void map_row(const float* in, std::size_t count, float* out, Of of) {
  for (std::size_t k = 0; k < count; ++k) out[k] = of(in[k]);
}

template <class Of>
void combine_rows(Features a, Features b, Features out, Of of) {
  for_rows(out.size.height, [&](int y) {
    const float *p = a.row(y), *q = b.row(y);
    float* to = out.row(y);
    for (std::size_t k = 0; k < out.size.row(); ++k) to[k] = of(p[k], q[k]);
  });
}

/// Where row or column k beyond the border comes from.
int mirrored(int k, int size, PadMode mode) {
  if (mode == PadMode::edge) return std::clamp(k, 0, size - 1);
  return k < 0 ? -k : k >= size ? 2 * size - 2 - k : k;
}

}  // namespace

void rectify(Features in, float slope, Features out) {
  for_rows(out.size.height, [&](int y) {
    map_row(in.row(y), in.size.row(), out.row(y), [slope](float v) { return v > 0 ? v : slope * v; });
  });
}

void apply_affine(Features in, std::span<const float> weight, std::span<const float> bias, Features out) {
  for_rows(out.size.height, [&](int y) {
    const float* from = in.row(y);
    float* to = out.row(y);
    for (int x = 0; x < in.size.width; ++x)
      for (std::size_t c = 0; c < weight.size(); ++c) *to++ = weight[c] * *from++ + bias[c];
  });
}

void combine(LayerKind kind, Features a, Features b, Features out) {
  if (kind == LayerKind::add) return combine_rows(a, b, out, [](float p, float q) { return p + q; });
  if (kind == LayerKind::subtract) return combine_rows(a, b, out, [](float p, float q) { return p - q; });
  combine_rows(a, b, out, [](float p, float q) { return p * q; });
}

void concatenate(std::span<const Features> in, Features out) {
  for_rows(out.size.height, [&](int y) {
    float* to = out.row(y);
    for (int x = 0; x < out.size.width; ++x)
      for (const auto& part : in) {
        const auto channels = index(part.size.channels);
        to = std::copy_n(part.row(y) + index(x) * channels, channels, to);
      }
  });
}

void space_to_depth(Features in, int block, Features out) {
  const auto channels = index(in.size.channels);
  for_rows(out.size.height, [&](int y) {
    float* to = out.row(y);
    for (int x = 0; x < out.size.width; ++x)
      for (int dy = 0; dy < block; ++dy)
        for (int dx = 0; dx < block; ++dx)
          to = std::copy_n(in.row(y * block + dy) + index(x * block + dx) * channels, channels, to);
  });
}

void depth_to_space(Features in, int block, bool channel_first, bool accumulate, Features out) {
  const auto channels = index(out.size.channels), area = index(block * block);
  for_rows(out.size.height, [&](int y) {
    const float* from = in.row(y / block);
    float* to = out.row(y);
    for (int x = 0; x < out.size.width; ++x, to += channels) {
      const auto inner = index(y % block * block + x % block);
      const float* pixel = from + index(x / block) * channels * area;
      const float* source = channel_first ? pixel + inner : pixel + inner * channels;
      const std::size_t step = channel_first ? area : 1;
      for (std::size_t c = 0; c < channels; ++c) to[c] = source[c * step] + (accumulate ? to[c] : 0);
    }
  });
}

void pad(Features in, Margins margins, PadMode mode, Features out) {
  const auto [top, left, bottom, right] = margins;
  const auto channels = index(in.size.channels);
  for_rows(out.size.height, [&, top = top, left = left](int y) {
    for (int x = 0; x < out.size.width; ++x) {
      const int from_y = y - top, from_x = x - left;
      const bool outside = from_y < 0 || from_y >= in.size.height || from_x < 0 || from_x >= in.size.width;
      float* to = out.row(y) + index(x) * channels;
      if (outside && mode == PadMode::constant)
        std::fill_n(to, channels, 0.f);
      else
        std::copy_n(in.row(mirrored(from_y, in.size.height, mode)) +
                        index(mirrored(from_x, in.size.width, mode)) * channels,
                    channels, to);
    }
  });
}

}  // namespace phasecast
