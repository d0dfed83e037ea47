#pragma once

#include <string>
#include <vector>

#include "tools/evaluate/settings.hpp"

namespace phasecast {

/// A table or figure of the paper on our phantoms: writes NAME.md, NAME.csv and pictures that begin with
/// NAME.
struct PaperExperiment {
  std::string name;
  std::string title;
  void (*run)(const EvaluationSettings& settings, const PaperExperiment& experiment);
};

const std::vector<PaperExperiment>& all_experiments();

void table1(const EvaluationSettings& settings, const PaperExperiment& experiment);
void table2(const EvaluationSettings& settings, const PaperExperiment& experiment);
void table3(const EvaluationSettings& settings, const PaperExperiment& experiment);
void table4(const EvaluationSettings& settings, const PaperExperiment& experiment);
void fig4(const EvaluationSettings& settings, const PaperExperiment& experiment);
void fig5(const EvaluationSettings& settings, const PaperExperiment& experiment);
void fig11(const EvaluationSettings& settings, const PaperExperiment& experiment);

}  // namespace phasecast
