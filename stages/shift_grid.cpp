#include "stages/shift_grid.hpp"

#include <vector>

#include "stages/lcf.hpp"

namespace phasecast {

ShiftGrid::ShiftGrid(const ShiftProblem& problem, double step_ev)
    : states_(problem.states()),
      reach_(static_cast<int>(problem.reach_ev() / step_ev)),
      squares_(problem.squares()) {
  Eigen::MatrixXd all(problem.energies(), (2 * reach_ + 1) * states_);
  for (int n = -reach_; n <= reach_; ++n)
    all.middleCols((n + reach_) * states_, states_) =
        problem.references_at(Eigen::VectorXd::Constant(states_, n * step_ev));
  gram_ = all.transpose() * all;
  projection_ = problem.spectra().transpose() * all;
}

double ShiftGrid::misfit(const Eigen::VectorXi& steps) const {
  std::vector<Eigen::Index> chosen;
  for (Eigen::Index l = 0; l < states_; ++l) chosen.push_back((steps(l) + reach_) * states_ + l);
  const Eigen::MatrixXd projection = projection_(Eigen::all, chosen);
  // At the minimum zᵀGz = bᵀz.
  return squares_ - projection.cwiseProduct(non_negative_amounts(gram_(chosen, chosen), projection)).sum();
}

}  // namespace phasecast
