#include "tools/evaluate/paper.hpp"

#include <array>
#include <cstddef>

/// The numbers of T. Wang, X. Wu, J. Li, C. Wang, "Robust retrieval of material chemical states in X-ray
/// microspectroscopy", as printed.
namespace phasecast {
namespace {

using enum SceneKind;

struct NoiseRow {
  SceneKind scene;
  int sigma;
  std::array<PaperQuality, 4> quality;  // edge-50, LCF, RUM_TV, RUM_PnP
};

constexpr NoiseRow table3[] = {
    {particle, 1, {{{8.98, 0.10}, {16.11, 0.57}, {38.22, 0.94}, {42.65, 0.98}}}},
    {particle, 3, {{{5.96, 0.08}, {9.33, 0.28}, {32.64, 0.87}, {37.36, 0.96}}}},
    {particle, 5, {{{5.73, 0.07}, {6.80, 0.22}, {29.59, 0.76}, {34.39, 0.93}}}},
    {particle, 7, {{{5.71, 0.07}, {5.26, 0.20}, {27.63, 0.69}, {31.39, 0.87}}}},
    {electrode, 1, {{{9.19, 0.23}, {17.37, 0.51}, {42.39, 0.95}, {46.79, 0.99}}}},
    {electrode, 3, {{{6.23, 0.22}, {10.00, 0.36}, {38.38, 0.92}, {42.27, 0.98}}}},
    {electrode, 5, {{{6.01, 0.22}, {7.29, 0.35}, {33.65, 0.83}, {37.97, 0.95}}}},
    {electrode, 7, {{{5.97, 0.21}, {6.03, 0.36}, {31.51, 0.78}, {35.21, 0.92}}}},
    {polymer, 1, {{{11.20, 0.23}, {19.94, 0.59}, {42.36, 0.95}, {47.10, 0.99}}}},
    {polymer, 3, {{{6.56, 0.22}, {11.86, 0.39}, {37.85, 0.89}, {42.74, 0.98}}}},
    {polymer, 5, {{{6.07, 0.21}, {8.94, 0.35}, {32.44, 0.75}, {38.53, 0.94}}}},
    {polymer, 7, {{{5.97, 0.21}, {7.27, 0.35}, {30.00, 0.68}, {34.29, 0.86}}}},
    {wedge, 1, {{{10.04, 0.23}, {19.23, 0.56}, {47.26, 0.99}, {51.01, 1.00}}}},
    {wedge, 3, {{{6.58, 0.21}, {10.97, 0.35}, {38.98, 0.93}, {43.35, 0.99}}}},
    {wedge, 5, {{{6.23, 0.21}, {8.15, 0.34}, {33.65, 0.83}, {38.14, 0.95}}}},
    {wedge, 7, {{{6.13, 0.21}, {6.88, 0.32}, {31.41, 0.76}, {34.86, 0.89}}}},
    {round, 1, {{{7.06, 0.04}, {12.17, 0.50}, {35.28, 0.92}, {39.58, 0.97}}}},
    {round, 3, {{{4.89, 0.01}, {6.81, 0.28}, {28.53, 0.80}, {34.14, 0.94}}}},
    {round, 5, {{{4.66, 0.01}, {5.06, 0.22}, {26.35, 0.70}, {30.78, 0.88}}}},
    {round, 7, {{{4.63, 0.01}, {3.95, 0.19}, {24.43, 0.63}, {28.19, 0.80}}}},
    {brine, 1, {{{10.46, 0.03}, {19.86, 0.52}, {40.34, 0.92}, {45.40, 0.97}}}},
    {brine, 3, {{{4.96, 0.01}, {10.54, 0.24}, {35.59, 0.83}, {39.85, 0.94}}}},
    {brine, 5, {{{4.59, 0.01}, {7.08, 0.18}, {30.90, 0.66}, {37.01, 0.91}}}},
    {brine, 7, {{{4.55, 0.01}, {5.17, 0.17}, {28.52, 0.56}, {33.00, 0.80}}}},
};

struct StatesRow {
  SceneKind scene;
  int states;
  std::array<PaperQuality, 3> quality;  // LCF, RUM_TV, RUM_PnP; σ = 3
};

constexpr StatesRow table4[] = {
    {particle, 3, {{{13.46, 0.52}, {22.56, 0.80}, {22.64, 0.92}}}},
    {particle, 4, {{{13.36, 0.48}, {20.32, 0.73}, {21.23, 0.85}}}},
    {particle, 5, {{{13.72, 0.48}, {21.31, 0.76}, {19.45, 0.89}}}},
    {wedge, 3, {{{11.47, 0.27}, {24.55, 0.74}, {26.23, 0.92}}}},
    {wedge, 4, {{{10.66, 0.24}, {18.05, 0.61}, {19.34, 0.75}}}},
    {wedge, 5, {{{12.62, 0.25}, {19.26, 0.66}, {20.13, 0.80}}}},
};

struct DncnnRow {
  SceneKind scene;
  PaperQuality quality;  // two states, σ = 3
};

constexpr DncnnRow table2[] = {{particle, {33.20, 0.84}}, {brine, {34.51, 0.78}}};

struct TimeRow {
  SceneKind scene;
  std::array<double, 5> seconds;  // in the order of PaperMethod
};

constexpr TimeRow table1[] = {{particle, {2.40, 4.11, 9.78, 13.51, 210.54}},
                              {brine, {10.97, 31.40, 42.20, 46.72, 333.59}}};

}  // namespace

std::optional<PaperQuality> paper_quality(SceneKind scene, int states, double sigma, PaperMethod method) {
  if (method == PaperMethod::rum_dncnn) {
    for (const DncnnRow& row : table2)
      if (row.scene == scene && states == 2 && sigma == 3) return row.quality;
    return std::nullopt;
  }
  const std::size_t column = method == PaperMethod::rum_bm3d ? 3 : static_cast<std::size_t>(method);
  for (const NoiseRow& row : table3)
    if (row.scene == scene && states == 2 && row.sigma == sigma) return row.quality[column];
  for (const StatesRow& row : table4)
    if (row.scene == scene && row.states == states && sigma == 3 && column > 0)
      return row.quality[column - 1];
  return std::nullopt;
}

std::optional<double> paper_seconds(SceneKind scene, PaperMethod method) {
  for (const TimeRow& row : table1)
    if (row.scene == scene) return row.seconds[static_cast<std::size_t>(method)];
  return std::nullopt;
}

}  // namespace phasecast
