#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "messages/image.hpp"
#include "stages/padded_planes.hpp"

namespace phasecast {

inline constexpr std::size_t rum_tv_max_states = 8;
inline constexpr int rum_tv_max_steps = 8;

/// Of which the variation is taken: z itself for two states, else x.
constexpr std::size_t fields_of(std::size_t directions) {
  return directions == 1 ? 1 : directions + 1;
}

/// One step of a Chebyshev iteration: z_next = z + gain · residual + momentum · (z − z_before).
template <class Real>
struct ChebyshevStep {
  Real gain, momentum;
};

/// Everything of RUM-TV that is the same for all pixels.
template <class Real>
struct RumTvWeights {
  std::size_t states = 0, directions = 0;  // L, L − 1
  std::size_t fields = 0;                  // fields_of(directions)
  Real rho = 0, threshold = 0;  // ρ; λ/ρ, times √2 for two states: |∇x₁| + |∇x₂| = √2 |∇z|
  Real relaxation = 1;
  Real constraint_penalty = 0;  // ρ_w
  Real proximity = 0;  // weight of ‖z − z of the pass before‖²: keeps a pixel without scale in place
  Real center = 0;     // of StatePlane, as the next three
  std::array<Real, rum_tv_max_states - 1> curvature{}, offset{};
  std::array<std::array<Real, rum_tv_max_states - 1>, rum_tv_max_states> share{};  // P, [L][L−1]
  std::array<std::array<ChebyshevStep<Real>, rum_tv_max_steps>, rum_tv_max_states - 1> x_step{};
};

/// Everything of RUM-TV that differs from pixel to pixel and is given.
template <class Real>
struct RumTvData {
  PaddedPlanes<Real> projection;    // h, [L−1]
  PaddedPlanes<Real> mean;          // 1ᵀb / L
  PaddedPlanes<std::uint8_t> kind;  // PixelKind
  RumTvData(Shape shape, std::size_t directions)
      : projection(shape, directions), mean(shape, 1), kind(shape, 1) {}
};

/// What a pass changes.
template <class Real>
struct RumTvState {
  PaddedPlanes<Real> z;         // [L−1]
  PaddedPlanes<Real> scale;     // s
  PaddedPlanes<Real> feasible;  // W, in the coordinates z; for two states z cut off at its bounds, not kept
  PaddedPlanes<Real> constrained;  // W + E: the point of which W is the projection; none for two states
  PaddedPlanes<Real> gradient;     // U + D: [2][fields]; U is its shrinkage, D the rest

  RumTvState(Shape shape, std::size_t states)
      : z(shape, states - 1),
        scale(shape, 1),
        feasible(shape, states == 2 ? 0 : states - 1),
        constrained(shape, states == 2 ? 0 : states - 1),
        gradient(shape, 2 * fields_of(states - 1)) {}
};

/// Sums of squares of a row's changes.
struct RumTvChanges {
  double duals = 0, map = 0;
};

/// One pass of RUM-TV over a band of rows, from the state before to the state after, in one sweep: row y gets
/// its right-hand side while the first step of its neighbor above is taken, the second step of the row above
/// that, and so on. What a band needs of its neighbors it computes itself from the state before, so that
/// bands are independent, and where they begin makes no difference to any bit.
template <class Real>
class RumTvPass {
 public:
  RumTvPass(Shape shape, std::size_t states, std::size_t steps);

  /// Rows [first, last). `changes` has a place for each row of the image.
  void run(const RumTvWeights<Real>& weights, const RumTvData<Real>& data, const RumTvState<Real>& before,
           RumTvState<Real>& after, int first, int last, std::vector<RumTvChanges>& changes);

 private:
  using Row = std::ptrdiff_t;

  /// Kinds of rows: the first plane of each.
  struct Kinds {
    std::size_t directions, fields, steps;

    std::size_t target() const { return 0; }                                   // [L−1] rhs / diagonal
    std::size_t coupling() const { return directions; }                        // [L−1] ρ / diagonal
    std::size_t z(std::size_t step) const { return (1 + step) * directions; }  // [L−1] after 1, 2, ... steps
    std::size_t field() const { return z(steps + 1); }  // [fields], unless that is z itself
    std::size_t count() const { return field() + (directions == 1 ? 0 : fields); }
  };

  void prefetch_row(Row y) const;
  // Of a row; what there is of several planes is given by its first, the others follow at `pitch_`.
  void right_side(Row y);
  template <std::size_t Directions>
  void right_side(Row y);
  void chebyshev_step(std::size_t step, Row y);
  template <std::size_t Directions>
  void chebyshev_step(std::size_t step, Row y);
  void take_fields(Row y);
  template <std::size_t Directions>
  void take_fields(Row y);
  void update_gradient(Row y, RumTvChanges& changes);
  void update_feasible(Row y, RumTvChanges& changes);
  template <std::size_t Directions>
  void update_feasible(Row y, RumTvChanges& changes);
  void update_scale(Row y);
  void close_rows(Real* rows, std::size_t planes) const;
  const Real* z(std::size_t step, Row y) const;
  const Real* fields(Row y) const;
  /// The last step goes to the state after, if the row is of this band.
  bool is_last(std::size_t step, Row y) const { return step == steps_ && y >= first_ && y < last_; }
  Kinds kinds() const { return {directions_, fields_, steps_}; }
  Real* row(std::size_t kind, Row y) { return rows_.row(kind, y); }

  std::size_t width_, directions_, fields_, steps_;
  const RumTvWeights<Real>* weights_ = nullptr;
  const RumTvData<Real>* data_ = nullptr;
  const RumTvState<Real>* before_ = nullptr;
  RumTvState<Real>* after_ = nullptr;
  Row first_ = 0, last_ = 0;  // of the band

  PaddedPlanes<Real> rows_;  // the newest few rows of each kind
  std::size_t pitch_;
};

extern template class RumTvPass<float>;
extern template class RumTvPass<double>;

}  // namespace phasecast
