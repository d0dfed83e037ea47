#include "tools/picture/colormap.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace phasecast {
namespace {

using Anchors = std::array<Rgb, 33>;

// 33 evenly spaced colors of matplotlib's viridis and magma (S. van der Walt and N. Smith, CC0); linear in
// between stays within 2/255 of the full tables.
constexpr Anchors viridis_anchors{
    {{68, 1, 84},    {71, 13, 96},   {72, 24, 106},  {72, 35, 116},  {71, 45, 123},  {69, 54, 129},
     {66, 64, 134},  {63, 73, 137},  {59, 82, 139},  {55, 90, 141},  {51, 99, 141},  {47, 106, 142},
     {44, 114, 142}, {41, 122, 142}, {38, 129, 142}, {35, 137, 142}, {33, 144, 140}, {31, 152, 139},
     {31, 159, 136}, {33, 166, 133}, {40, 174, 128}, {49, 181, 123}, {62, 188, 116}, {76, 194, 108},
     {93, 201, 99},  {110, 206, 88}, {130, 211, 76}, {150, 216, 63}, {171, 220, 50}, {192, 223, 36},
     {213, 226, 26}, {234, 229, 26}, {253, 231, 37}}};
constexpr Anchors magma_anchors{
    {{0, 0, 4},       {3, 3, 17},      {10, 8, 34},     {19, 13, 51},    {29, 17, 70},    {40, 17, 90},
     {54, 16, 106},   {67, 15, 118},   {80, 18, 124},   {93, 23, 127},   {105, 28, 129},  {118, 33, 129},
     {130, 38, 129},  {143, 42, 129},  {156, 46, 127},  {169, 50, 125},  {182, 55, 121},  {195, 59, 117},
     {207, 65, 112},  {219, 72, 106},  {230, 81, 99},   {238, 92, 94},   {245, 105, 92},  {249, 120, 93},
     {251, 135, 97},  {253, 150, 104}, {254, 165, 113}, {254, 180, 123}, {254, 195, 135}, {254, 209, 148},
     {253, 224, 162}, {252, 238, 176}, {252, 253, 191}}};

// Okabe and Ito, Color Universal Design (2008), ordered so that the first ones differ most in lightness and
// hue.
constexpr std::array<Rgb, max_composite_states> okabe_ito{{{0, 114, 178},
                                                           {213, 94, 0},
                                                           {240, 228, 66},
                                                           {0, 158, 115},
                                                           {204, 121, 167},
                                                           {86, 180, 233},
                                                           {230, 159, 0}}};
constexpr Rgb half_and_half{247, 247, 247};

Rgb mix(Rgb from, Rgb to, double share) {
  auto channel = [share](int a, int b) {
    return static_cast<std::uint8_t>(std::lround(a + share * (b - a)));
  };
  return {channel(from.r, to.r), channel(from.g, to.g), channel(from.b, to.b)};
}

Rgb along(const Anchors& anchors, double value) {
  if (std::isnan(value)) return masked_color;
  const double position = std::clamp(value, 0.0, 1.0) * (anchors.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(position), anchors.size() - 2);
  return mix(anchors[below], anchors[below + 1], position - static_cast<double>(below));
}

}  // namespace

Rgb viridis(double value) {
  return along(viridis_anchors, value);
}

Rgb magma(double value) {
  return along(magma_anchors, value);
}

Rgb state_color(std::size_t state) {
  if (state >= okabe_ito.size()) throw std::out_of_range("no distinct color for that many states");
  return okabe_ito[state];
}

Rgb composite_color(std::span<const float> fractions) {
  if (fractions.size() == 2) {
    if (std::isnan(fractions[1])) return masked_color;
    const double second = std::clamp<double>(fractions[1], 0, 1);
    return second < 0.5 ? mix(state_color(0), half_and_half, 2 * second)
                        : mix(half_and_half, state_color(1), 2 * second - 1);
  }
  double r = 0, g = 0, b = 0;
  for (std::size_t state = 0; state < fractions.size(); ++state) {
    const Rgb color = state_color(state);
    r += fractions[state] * color.r;
    g += fractions[state] * color.g;
    b += fractions[state] * color.b;
  }
  if (std::isnan(r)) return masked_color;
  auto channel = [](double value) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
  };
  return {channel(r), channel(g), channel(b)};
}

}  // namespace phasecast
