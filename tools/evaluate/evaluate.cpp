#include "tools/evaluate/evaluate.hpp"

namespace phasecast {

const std::vector<PaperExperiment>& all_experiments() {
  static const std::vector<PaperExperiment> experiments{
      {"table1", "Table I: computational time", table1},
      {"table2", "Table II: priors, σ = 3", table2},
      {"table3", "Table III: noise levels, two states", table3},
      {"table4", "Table IV: number of states, σ = 3", table4},
      {"fig4", "Fig. 4: RMSE over λ and ρ, particle, σ = 3", fig4},
      {"fig5", "Fig. 5: RE and RMSE by iteration, σ = 3", fig5},
      {"fig11", "Fig. 11: a recording of low signal-to-noise ratio, unmixed blind", fig11},
  };
  return experiments;
}

}  // namespace phasecast
