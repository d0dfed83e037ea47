#include "tools/simulate/noisy_stack.hpp"

#include <tbb/parallel_for.h>

#include <cmath>
#include <stdexcept>
#include <string>

#include "stages/normal_numbers.hpp"
#include "tools/simulate/random.hpp"
#include "tools/simulate/spectra.hpp"

namespace phasecast {
namespace {

void require_references(const Phantom& phantom, std::span<const Spectrum> references) {
  if (references.size() != phantom.states.size())
    throw std::invalid_argument(std::to_string(references.size()) + " references for " +
                                std::to_string(phantom.states.size()) + " states of the phantom");
  for (const Spectrum& r : references)
    if (r.energy_ev != references.front().energy_ev)
      throw std::invalid_argument("reference " + r.name + " has other energies than " +
                                  references.front().name);
}

}  // namespace

std::vector<double> nickel_energies(int count) {
  if (count < 2)
    throw std::invalid_argument("a grid of " + std::to_string(count) + " energies, expected 2 or more");
  const std::vector<double> coarse = nickel_energies();
  std::vector<double> energies;
  for (int i = 0; i + 1 < count; ++i) {
    const double at = static_cast<double>(i) * static_cast<double>(coarse.size() - 1) / (count - 1);
    const auto below = static_cast<std::size_t>(at);
    energies.push_back(std::lerp(coarse[below], coarse[below + 1], at - static_cast<double>(below)));
  }
  energies.push_back(coarse.back());
  return energies;
}

Stack noisy_stack(const Phantom& phantom, std::span<const Spectrum> references, double sigma,
                  std::uint64_t seed) {
  require_references(phantom, references);
  const std::size_t pixels = phantom.shape.pixels(), states = references.size();
  Stack stack{phantom.shape, references.front().energy_ev, {}};
  stack.absorbance.resize(stack.energies_ev.size() * pixels);
  std::vector<float> z = phantom.fraction;
  for (std::size_t i = 0; i < z.size(); ++i) z[i] *= phantom.scale[i % pixels];
  tbb::parallel_for(std::size_t{0}, stack.energies_ev.size(), [&](std::size_t t) {
    float* y = &stack.absorbance[t * pixels];
    fill_normal(Random{seed, t}.bits(), {y, pixels});
    for (std::size_t k = 0; k < pixels; ++k) y[k] *= static_cast<float>(sigma);
    for (std::size_t l = 0; l < states; ++l) {
      const auto a = static_cast<float>(references[l].mu[t]);
      for (std::size_t k = 0; k < pixels; ++k) y[k] += a * z[l * pixels + k];
    }
  });
  return stack;
}

}  // namespace phasecast
