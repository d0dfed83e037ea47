#include "tools/simulate/spectra.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <numbers>
#include <stdexcept>

#include "stages/dictionary.hpp"

namespace phasecast {

std::vector<double> nickel_energies() {
  std::vector<double> energies;
  for (int i = 0; i < 29; ++i) energies.push_back(8180 + 5 * i);
  for (int ev = 8325; ev <= 8375; ++ev) energies.push_back(ev);
  for (int i = 1; i <= 37; ++i) energies.push_back(8375 + 187.0 * i / 37);
  return energies;
}

std::vector<double> ascending(std::vector<double> energies_ev) {
  std::sort(energies_ev.begin(), energies_ev.end());
  energies_ev.erase(std::unique(energies_ev.begin(), energies_ev.end()), energies_ev.end());
  return energies_ev;
}

namespace {

struct Valence {
  double edge_ev;
  double white_line;  ///< height above the edge jump
  double line_offset_ev;
  double line_sigma_ev;
  double bond_angstrom;  ///< Ni-O distance, sets the period of the oscillation
};

constexpr double first_edge_ev = 8344.0;
constexpr double edge_shift_ev = 2.5;

/// Bonds shrink as Ni is oxidized; the white lines alternate to keep the states independent.
constexpr std::array<Valence, 5> valences{{{first_edge_ev, 0.55, 4.0, 2.8, 2.08},
                                           {first_edge_ev, 0.85, 4.5, 2.4, 2.02},
                                           {first_edge_ev, 0.60, 6.5, 3.4, 1.97},
                                           {first_edge_ev, 0.95, 3.5, 2.2, 1.93},
                                           {first_edge_ev, 0.75, 5.5, 3.8, 1.89}}};

Valence valence(int state, int states) {
  Valence v = valences[static_cast<std::size_t>(state)];
  v.edge_ev += edge_shift_ev * state / (states - 1);
  return v;
}

double mu(const Valence& v, double energy_ev) {
  constexpr double edge_width_ev = 1.2;
  constexpr double ev_per_inverse_angstrom2 = 3.81;  // ħ²/2m: E = 3.81 k²
  const double beyond = energy_ev - v.edge_ev;
  const double edge = 0.5 + std::atan(beyond / edge_width_ev) / std::numbers::pi;
  const double line =
      v.white_line * std::exp(-0.5 * std::pow((beyond - v.line_offset_ev) / v.line_sigma_ev, 2));
  if (beyond <= 0) return edge + line;
  const double k = std::sqrt(beyond / ev_per_inverse_angstrom2);
  const double onset = 1 - std::exp(-beyond / 15);
  const double oscillation = 0.16 * onset * std::exp(-0.02 * k * k) * std::sin(2 * k * v.bond_angstrom + 2.2);
  return edge + line + oscillation;
}

}  // namespace

std::vector<Spectrum> nickel_states(int states, std::span<const double> energies_ev) {
  if (states < 2 || states > 5)
    throw std::invalid_argument("there are 2 to 5 Ni valence states, not " + std::to_string(states));
  std::vector<Spectrum> spectra;
  for (int state = 0; state < states; ++state) {
    Spectrum spectrum{"Ni_" + std::to_string(state + 1), {energies_ev.begin(), energies_ev.end()}, {}};
    for (const double e : energies_ev) spectrum.mu.push_back(mu(valence(state, states), e));
    spectra.push_back(std::move(spectrum));
  }
  return spectra;
}

std::vector<Spectrum> resample(std::span<const Spectrum> spectra, std::span<const double> energies_ev) {
  std::vector<Spectrum> resampled;
  for (const Spectrum& s : spectra) {
    Spectrum out{s.name, {energies_ev.begin(), energies_ev.end()}, {}};
    for (const double e : energies_ev) {
      if (e < s.energy_ev.front() || e > s.energy_ev.back())
        throw std::invalid_argument("reference " + s.name + " has no value at " + std::to_string(e) +
                                    " eV, expected energies between " + std::to_string(s.energy_ev.front()) +
                                    " and " + std::to_string(s.energy_ev.back()) + " eV");
      out.mu.push_back(interpolate(s, e));
    }
    resampled.push_back(std::move(out));
  }
  return resampled;
}

std::vector<std::filesystem::path> write_spectra(const std::filesystem::path& directory,
                                                 std::span<const Spectrum> spectra) {
  std::filesystem::create_directories(directory);
  std::vector<std::filesystem::path> paths;
  for (const Spectrum& s : spectra) {
    paths.push_back(directory / (s.name + ".txt"));
    std::ofstream file(paths.back());
    file.precision(std::numeric_limits<double>::max_digits10);
    file << "# energy_eV mu\n";
    for (std::size_t i = 0; i < s.mu.size(); ++i) file << s.energy_ev[i] << ' ' << s.mu[i] << '\n';
    if (!file.flush()) throw std::runtime_error("cannot write " + paths.back().string());
  }
  return paths;
}

}  // namespace phasecast
