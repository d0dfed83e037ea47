#pragma once

#include <random>

#include "stages/reference_check.hpp"
#include "tests/stages/synthetic.hpp"

/// Scans of known states for the references' shifts.
namespace phasecast::shift_scan {

/// Edges 2.5 eV apart, white lines and oscillations of their own; finely tabulated.
inline std::vector<Spectrum> truth(int states = 2) {
  std::vector<Spectrum> list;
  for (int l = 0; l < states; ++l) {
    Spectrum s{"state" + std::to_string(l + 1), {}, {}};
    const double edge = 8344 + 2.5 * l;
    for (double e = 8150; e <= 8600; e += 0.25) {
      s.energy_ev.push_back(e);
      s.mu.push_back(0.5 + std::atan((e - edge) / 1.2) / M_PI +
                     (0.55 + 0.3 * (l % 2)) *
                         std::exp(-0.5 * std::pow((e - edge - 4 - l) / (2.8 - 0.3 * l), 2)) +
                     (e > edge ? 0.08 * std::sin(std::sqrt(e - edge) * (2.1 + 0.1 * l)) : 0));
    }
    list.push_back(s);
  }
  return list;
}

/// 5 eV apart before the edge, 1 eV around it, 8 eV after it.
inline std::vector<double> energies() {
  std::vector<double> list;
  for (double e = 8200; e < 8325; e += 5) list.push_back(e);
  for (double e = 8325; e < 8375; e += 1) list.push_back(e);
  for (double e = 8375; e <= 8560; e += 8) list.push_back(e);
  return list;
}

inline NormalizeConfig normalize(int order = 0) {
  return {Normalization::pre_edge, {8190, 8322}, {8400, 8560}, order, 1, 8345};
}

struct Options {
  int states = 2;
  int pixels = 2000;
  double sigma = 0.03;
  unsigned seed = 1;
  double empty = 0.3;  ///< part of the pixels without the element
  double last = 1;     ///< part of the pixels where the last state occurs
};

/// Fractions drawn evenly from the simplex, scales from 0.5 to 1.5, an offset per pixel, white noise.
/// Absorbance is that of the references at the scan's energies exactly.
inline SpectrumSample make(const std::vector<Spectrum>& states, const Options& options) {
  std::mt19937_64 random(options.seed);
  std::exponential_distribution<double> share;
  std::uniform_real_distribution<double> uniform;
  std::normal_distribution<double> normal;
  SpectrumSample sample;
  sample.energies_ev = energies();
  sample.absorbance.resize(static_cast<Eigen::Index>(sample.energies_ev.size()), options.pixels);
  for (Eigen::Index k = 0; k < options.pixels; ++k) {
    Eigen::VectorXd z(static_cast<Eigen::Index>(states.size()));
    for (double& v : z) v = share(random);
    if (uniform(random) >= options.last) z(z.size() - 1) = 0;
    z *= (0.5 + uniform(random)) / z.sum();
    if (uniform(random) < options.empty) z.setZero();
    const double offset = 0.2 * uniform(random);
    for (Eigen::Index t = 0; t < sample.absorbance.rows(); ++t) {
      double y = offset + options.sigma * normal(random);
      for (Eigen::Index l = 0; l < z.size(); ++l)
        y += z(l) * interpolate(states[static_cast<std::size_t>(l)],
                                sample.energies_ev[static_cast<std::size_t>(t)]);
      sample.absorbance(t, k) = static_cast<float>(y);
    }
  }
  return sample;
}

inline SampleView view_of(const SpectrumSample& sample) {
  SampleView view{sample.energies_ev, {}, sample.pixels()};
  for (Eigen::Index e = 0; e < sample.absorbance.rows(); ++e)
    view.rows.push_back(sample.absorbance.row(e).data());
  return view;
}

/// References as a user would have them: at energies that are wrong by this much.
inline std::vector<Spectrum> too_low(std::vector<Spectrum> references, std::span<const double> by_ev) {
  for (std::size_t l = 0; l < references.size(); ++l)
    for (double& e : references[l].energy_ev) e -= by_ev[l];
  return references;
}

}  // namespace phasecast::shift_scan
