#pragma once

#include "tests/tools/npy.hpp"
#include "tools/evaluate/methods.hpp"

namespace phasecast::test {

/// FOLDER/stack.npy [T][N] and FOLDER/references.npy [T][L]: what tests/benchmarks/references reads.
inline void write_stack(const std::filesystem::path& folder, const EvaluationData& data) {
  const std::size_t energies = data.stack.energies_ev.size(), states = data.references.size();
  std::vector<double> references;
  for (std::size_t t = 0; t < energies; ++t)
    for (const Spectrum& reference : data.references) references.push_back(reference.mu[t]);
  write_npy<float>(folder / "stack.npy", energies, data.stack.shape.pixels(), data.stack.absorbance);
  write_npy<double>(folder / "references.npy", energies, states, references);
}

}  // namespace phasecast::test
