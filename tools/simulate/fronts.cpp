#include "tools/simulate/fronts.hpp"

#include <algorithm>
#include <limits>

#include "tools/simulate/random.hpp"

namespace phasecast {

namespace {

/// Between two fronts, in units of the time one of them takes through its grain.
constexpr double lag = 0.4;

struct Grain {
  float shallowest = std::numeric_limits<float>::max();
  float deepest = 0;
  double start = 0;
  double duration = 1;
};

std::vector<Grain> grains_of(const Scene& scene, std::uint64_t seed) {
  std::vector<Grain> grains(scene.grains);
  Random random{seed, 0x67726169};
  for (Grain& grain : grains) {
    grain.start = random.uniform(0, 0.3);
    grain.duration = random.uniform(0.5, 0.9);
  }
  for (const Piece& piece : scene.pieces) {
    Grain& grain = grains[piece.grain];
    grain.shallowest = std::min(grain.shallowest, piece.depth_px - piece.span_px / 2);
    grain.deepest = std::max(grain.deepest, piece.depth_px + piece.span_px / 2);
  }
  return grains;
}

/// Depth that a front has reached. The last front leaves the grain when `duration` is over.
double front_depth(const Grain& grain, const Reaction& reaction, int front, double time) {
  const double progress = (time - grain.start) / grain.duration * (1 + lag * (reaction.states - 2));
  const double first = grain.shallowest - reaction.front_width_px / 2;
  const double last = grain.deepest + reaction.front_width_px / 2;
  return first + (last - first) * (progress - lag * front);
}

/// Share of a piece that the front has passed: a linear ramp as wide as front and piece together.
double passed(double front_px, const Piece& piece, double front_width_px) {
  const double width = front_width_px + piece.span_px;
  if (width == 0) return front_px > piece.depth_px ? 1 : 0;
  return std::clamp(0.5 + (front_px - piece.depth_px) / width, 0.0, 1.0);
}

}  // namespace

std::vector<float> phase_fractions(const Scene& scene, const Reaction& reaction, double time) {
  const std::size_t n = scene.shape.pixels();
  const std::vector<Grain> grains = grains_of(scene, reaction.seed);
  std::vector<float> fraction(n * static_cast<std::size_t>(reaction.states));
  for (const Piece& piece : scene.pieces) {
    double before = 1;
    for (int state = 0; state < reaction.states; ++state) {
      const bool last = state + 1 == reaction.states;
      const double beyond = last ? 0
                                 : passed(front_depth(grains[piece.grain], reaction, state, time), piece,
                                          reaction.front_width_px);
      fraction[state * n + piece.pixel] += static_cast<float>(piece.amount * (before - beyond));
      before = beyond;
    }
  }
  for (std::size_t i = 0; i < n; ++i)
    if (scene.scale.values[i] == 0)
      for (int state = 0; state < reaction.states; ++state)
        fraction[state * n + i] = std::numeric_limits<float>::quiet_NaN();
  return fraction;
}

}  // namespace phasecast
