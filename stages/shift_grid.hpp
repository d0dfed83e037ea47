#pragma once

#include <Eigen/Core>

#include "stages/shift_problem.hpp"

namespace phasecast {

/// Misfits of a ShiftProblem for shifts that are multiples of a step: the products that they are made of are
/// the same for all of them, and are taken once.
class ShiftGrid {
 public:
  ShiftGrid(const ShiftProblem& problem, double step_ev);

  Eigen::Index states() const { return states_; }
  /// Steps from 0 to the last shift within the problem's reach.
  int reach() const { return reach_; }
  /// ShiftProblem::misfit of these steps [L], each within reach.
  double misfit(const Eigen::VectorXi& steps) const;

 private:
  Eigen::Index states_;
  int reach_;
  double squares_;              // Σ‖y‖²
  Eigen::MatrixXd gram_;        // of all references at all steps, the references of one step side by side
  Eigen::MatrixXd projection_;  // [P], the same
};

}  // namespace phasecast
