#pragma once

#include "stages/lcf.hpp"
#include "stages/unmix_problem.hpp"
#include "tools/evaluate/methods.hpp"

namespace phasecast {

/// What a solver is given, made from a noisy phantom of the particle scene.
class BenchProblem {
 public:
  BenchProblem(Shape shape, int states, int energies, double sigma);
  explicit BenchProblem(EvaluationData data);

  UnmixProblem problem() const;
  const LcfResult& start() const { return start_; }
  const NormalEquations& equations() const { return data_.equations; }
  int states() const { return data_.equations.states; }
  Shape shape() const { return data_.equations.shape; }

  /// A solver with this problem at its start.
  template <class Solver>
  void begin(Solver& solver) const {
    solver.set_problem(problem());
    solver.start(start_.fraction, start_.scale);
  }

 private:
  EvaluationData data_;
  LcfResult start_;
  double noise_ = 0, typical_scale_ = 0, lambda_ = 0;
};

/// The paper's noise, σ = 3 with 969 energies, spread over fewer of them: as hard, and quicker to make.
double paper_noise(int energies);

/// Particle scene, Ni references.
EvaluationData particle_data(Shape shape, int states, int energies, double sigma);

}  // namespace phasecast
