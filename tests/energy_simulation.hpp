#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "pipeline/files/references.hpp"
#include "stages/normal_numbers.hpp"
#include "stages/quality.hpp"
#include "tools/energy_file.hpp"
#include "tools/energy_plan.hpp"
#include "tools/evaluate/methods.hpp"
#include "tools/simulate/noisy_stack.hpp"
#include "tools/simulate/phantom.hpp"

/// What a plan of energies is worth, measured: the same sample, the same noise in each frame, fewer frames.
namespace phasecast::energy_simulation {

/// The measured NiO and LiNiO2 references and the 101 energies of shared/data; nothing where it is absent.
inline std::optional<EnergyProblem> real_nickel(const std::filesystem::path& data) {
  const std::filesystem::path folder = data / "references";
  if (!std::filesystem::exists(folder)) return std::nullopt;
  std::vector<std::string> said;
  EnergyProblem real;
  real.grid_ev = read_energies(folder / "fxi_ni_energies_keV.txt", said).value();
  for (const char* name : {"ref_NiO.txt", "ref_LiNiO2.txt"})
    real.references.push_back(read_reference((folder / name).string(), said).value());
  return real;
}

/// y = s A x + offset + slope + noise at each energy of the list; a frame's noise depends on its energy
/// alone. The slope is there if the normalization knows of one.
inline Stack measure(const Phantom& phantom, const EnergyProblem& problem,
                     const std::vector<double>& energies_ev, double sigma, std::uint64_t seed) {
  const std::size_t pixels = phantom.shape.pixels();
  std::vector<float> offset(pixels), slope(pixels), noise(pixels);
  fill_normal(seed, offset);
  fill_normal(seed + 1, slope);
  Stack stack{phantom.shape, energies_ev, std::vector<float>(energies_ev.size() * pixels)};
  for (std::size_t t = 0; t < energies_ev.size(); ++t) {
    fill_normal(seed + static_cast<std::uint64_t>(1000 * energies_ev[t]), noise);
    const double line = problem.normalize.order > 0 ? (energies_ev[t] - 8350) / 1000 : 0;
    for (std::size_t k = 0; k < pixels; ++k) {
      double y = 0.3 * offset[k] + 0.2 * slope[k] * line + sigma * noise[k];
      for (std::size_t l = 0; l < problem.references.size(); ++l)
        y += phantom.scale[k] * phantom.fraction[l * pixels + k] *
             interpolate(problem.references[l], energies_ev[t]);
      stack.absorbance[t * pixels + k] = static_cast<float>(y);
    }
  }
  return stack;
}

struct Errors {
  double lcf = 0, rum_tv = 0;  ///< RMSE of the fractions
};

inline Errors errors_with(const Phantom& phantom, const EnergyProblem& problem,
                          const std::vector<double>& energies_ev, double sigma, std::uint64_t seed) {
  EvaluationData data;
  data.truth = phantom;
  data.references = problem.references;
  data.stack = measure(phantom, problem, energies_ev, sigma, seed);
  data.equations = form_equations(data.stack, problem.references, problem.normalize);
  data.constraint = LcfConstraint::non_negative;
  data.sample.assign(phantom.shape.pixels(), 1);
  const auto error_of = [&](const char* method) {
    return rmse(method_called(method).run(data, {}).fraction, phantom.fraction);
  };
  return {error_of("lcf"), error_of("rum-tv")};
}

}  // namespace phasecast::energy_simulation
