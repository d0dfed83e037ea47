#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "stages/moments.hpp"

/// References, scans and the dense double-precision normalization that the moments are checked against.
namespace phasecast::synthetic {

inline std::vector<Spectrum> references(int states) {
  std::vector<Spectrum> list;
  for (int l = 0; l < states; ++l) {
    Spectrum s{"state" + std::to_string(l + 1), {}, {}};
    const double edge = 8336 + 3.0 * l;
    for (double e = 8150; e <= 8600; e += 1.5) {
      s.energy_ev.push_back(e);
      s.mu.push_back(1 / (1 + std::exp(-(e - edge) / 1.5)) +
                     (0.8 - 0.07 * l) * std::exp(-std::pow((e - edge - 4) / 3, 2)) + 0.2 -
                     3e-4 * (e - 8300) * (1 + 0.2 * l) + 0.03 * std::sin((e - 8150) / 23 * (l + 1)));
    }
    list.push_back(s);
  }
  return list;
}

inline std::vector<double> energies(int count = 40) {
  std::vector<double> list;  // a quarter before the edge, half around it, a quarter after
  for (int t = 0; t < count; ++t) {
    const double u = 4.0 * t / (count - 1);
    list.push_back(u < 1 ? 8180 + 140 * u : u < 3 ? 8320 + 30 * (u - 1) : 8380 + 175 * (u - 3));
  }
  return list;
}

inline NormalizeConfig config(Normalization mode, int order = 0, int post_order = 1) {
  return {mode, {8180, 8320}, {8400, 8560}, order, post_order, 8340};
}

inline const std::vector<NormalizeConfig>& all_modes() {
  static const std::vector<NormalizeConfig> list{
      config(Normalization::none), config(Normalization::pre_edge, 0), config(Normalization::pre_edge, 1),
      config(Normalization::edge_step, 0, 0), config(Normalization::edge_step, 1, 2)};
  return list;
}

inline Dictionary dictionary(int states, const NormalizeConfig& configuration,
                             std::span<const double> planned) {
  auto made = Dictionary::make(references(states), planned, configuration);
  if (!made) throw std::runtime_error(made.error().text());
  return *made;
}

/// One row per energy, one column per pixel.
using Stack = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline std::span<const float> frame(const Stack& stack, Eigen::Index t) {
  return {stack.row(t).data(), static_cast<std::size_t>(stack.cols())};
}

/// Random thickness, fractions, linear background and noise. Raw references, as a detector sees them.
inline Stack scan(int states, std::span<const double> energies_ev, int pixels, double sigma, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  const auto spectra = references(states);
  Stack stack(static_cast<Eigen::Index>(energies_ev.size()), pixels);
  for (int k = 0; k < pixels; ++k) {
    Eigen::VectorXd z(states);
    for (double& v : z) v = 0.1 + uniform(random);
    const double offset = uniform(random), slope = 3e-4 * uniform(random);
    for (Eigen::Index t = 0; t < stack.rows(); ++t) {
      const double e = energies_ev[static_cast<std::size_t>(t)];
      double y = offset - slope * (e - 8300) + sigma * normal(random);
      for (int l = 0; l < states; ++l) y += z(l) * interpolate(spectra[static_cast<std::size_t>(l)], e);
      stack(t, k) = static_cast<float>(y);
    }
  }
  return stack;
}

/// What the moments stand for, with the matrices written out.
struct Dense {
  Eigen::MatrixXd a;                // T × L, normalized
  Eigen::MatrixXd subtract;         // M = I − P H⁻¹ P_preᵀ
  Eigen::RowVectorXd step;          // of each pixel
  Eigen::MatrixXd y;                // T × N, normalized
  Eigen::MatrixXd with_background;  // [A P]
};

inline Dense normalize(const Dictionary& dictionary, std::span<const double> energies_ev,
                       const Stack& stack) {
  const auto& c = dictionary.config();
  const auto count = static_cast<Eigen::Index>(energies_ev.size());
  const int background = background_terms(c), post_terms = post_edge_terms(c);
  Eigen::MatrixXd p = Eigen::MatrixXd::Zero(count, background), pre = p;
  Eigen::MatrixXd post = Eigen::MatrixXd::Zero(count, post_terms);
  Dense dense;
  dense.a.resize(count, dictionary.states());
  for (Eigen::Index t = 0; t < count; ++t) {
    const double e = energies_ev[static_cast<std::size_t>(t)];
    dense.a.row(t) = dictionary.row(e);
    if (background > 0) p.row(t) = dictionary.basis()(e, c.order);
    if (background > 0 && c.pre_edge.contains(e)) pre.row(t) = p.row(t);
    if (post_terms > 0 && c.post_edge.contains(e)) post.row(t) = dictionary.basis()(e, c.post_order);
  }
  const Eigen::MatrixXd raw = stack.cast<double>();
  dense.subtract = Eigen::MatrixXd::Identity(count, count);
  dense.step = Eigen::RowVectorXd::Ones(raw.cols());
  if (background > 0) {
    const Eigen::MatrixXd fit = (pre.transpose() * pre).ldlt().solve(pre.transpose());
    dense.subtract -= p * fit;
    if (post_terms > 0) {
      const Eigen::MatrixXd post_fit = (post.transpose() * post).ldlt().solve(post.transpose());
      dense.step = dictionary.basis()(c.e0_ev, c.post_order).transpose() * post_fit * raw -
                   dictionary.basis()(c.e0_ev, c.order).transpose() * fit * raw;
    }
  }
  dense.y = (dense.subtract * raw).array().rowwise() / dense.step.array();
  dense.with_background.resize(count, dense.a.cols() + p.cols());
  dense.with_background << dense.a, p;
  return dense;
}

inline Moments moments(const Dictionary& dictionary, Shape shape, std::span<const double> energies_ev,
                       const Stack& stack) {
  Moments sums(shape, dictionary);
  for (Eigen::Index t = 0; t < stack.rows(); ++t)
    sums.add(energies_ev[static_cast<std::size_t>(t)], frame(stack, t));
  return sums;
}

inline NormalEquations equations(const Moments& sums) {
  auto result = sums.normal_equations();
  if (!result) throw std::runtime_error(result.error().text());
  return *std::move(result);
}

inline NormalEquations random_scan(const NormalizeConfig& config, int states, int pixels, double sigma,
                                   unsigned seed) {
  const auto planned = energies();
  const auto stack = scan(states, planned, pixels, sigma, seed);
  return equations(moments(dictionary(states, config, planned), {1, pixels}, planned, stack));
}

inline Eigen::Map<const Eigen::MatrixXd> pixels_by_rows(const std::vector<double>& values,
                                                        std::size_t pixels) {
  return {values.data(), static_cast<Eigen::Index>(pixels),
          static_cast<Eigen::Index>(values.size() / pixels)};
}

}  // namespace phasecast::synthetic
