#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "messages/spectrum.hpp"
#include "stages/lcf.hpp"
#include "stages/moments.hpp"
#include "tools/evaluate/paper.hpp"
#include "tools/simulate/noisy_stack.hpp"
#include "tools/simulate/phantom.hpp"

namespace phasecast {

/// What is measured, and the truth that only tuning and the comparison look at.
struct EvaluationData {
  Phantom truth;
  std::vector<Spectrum> references;                                   ///< on the stack's energies
  Stack stack;                                                        ///< normalized: what edge-50 looks at
  NormalEquations equations;                                          ///< what all others look at
  double equations_seconds = 0;                                       ///< to form them
  LcfConstraint constraint = LcfConstraint::non_negative_sum_to_one;  ///< for normalized data, eq. (3)
  std::vector<std::uint8_t> sample;                                   ///< [N], 1 where there is the element
};

/// After each iteration: its number from 1, the paper's RE, and the map as it is.
using Watch = std::function<void(int iteration, double relative_error, std::span<const float> fraction)>;

/// Automatic where nothing is given.
struct MethodParameters {
  std::optional<double> lambda;
  std::optional<double> rho;
  int iterations = 100;     ///< at most; the paper's limit (section V-A)
  double tolerance = 1e-3;  ///< stop at this RMS distance of the fractions to their limit, as `unmix` does
  Watch watch;
};

struct MapResult {
  std::vector<float> fraction;   ///< [L][N]
  double seconds = 0;            ///< from the stack in memory to the map
  std::optional<double> lambda;  ///< as used
  std::optional<double> rho;
  int iterations = 0;
  std::optional<double> kkt;   ///< largest relative residual of (21)
  std::size_t unanswered = 0;  ///< pixels for which the method has no fraction; they count as 1/L
};

/// A method of the tables. To add one: a function in methods.cpp and a line in its list.
struct Method {
  std::string name;
  std::optional<PaperMethod> paper;
  bool tunable = false;  ///< λ can be tuned on the truth
  int most_states = 8;
  MapResult (*run)(const EvaluationData& data, const MethodParameters& parameters);
  bool only_compared = false;  ///< among the priors (table 2) and, for RE, in figure 5; not in every table
};

/// In the order of the paper's columns.
const std::vector<Method>& all_methods();

/// Throws std::invalid_argument that lists the known ones.
const Method& method_called(const std::string& name);

/// B = AᵀY and the other sums over the stack. Throws std::runtime_error with the reason.
NormalEquations form_equations(const Stack& stack, const std::vector<Spectrum>& references,
                               const NormalizeConfig& normalize);

/// The paper's kind of data: normalized, the element everywhere.
EvaluationData make_data(Phantom truth, std::vector<Spectrum> references, double sigma, std::uint64_t seed);

}  // namespace phasecast
