#include "stages/dictionary.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "stages/dense.hpp"
#include "stages/dictionary_checks.hpp"

namespace phasecast {

namespace {

/// A reference whose absorbance jumps or varies by less than this part of its largest value has no edge to
/// speak of.
constexpr double smallest_feature = 1e-3;

PolynomialBasis basis_for(std::span<const double> planned_ev) {
  const auto [low, high] = std::minmax_element(planned_ev.begin(), planned_ev.end());
  const double half = (*high - *low) / 2;
  return {(*high + *low) / 2, half > 0 ? half : 1};
}

Eigen::VectorXd fit_polynomial(const Spectrum& reference, std::span<const double> planned_ev,
                               const EnergyWindow& window, const PolynomialBasis& basis, int order) {
  std::vector<double> inside;
  std::copy_if(planned_ev.begin(), planned_ev.end(), std::back_inserter(inside),
               [&](double e) { return window.contains(e); });
  const auto points = static_cast<Eigen::Index>(inside.size());
  Eigen::MatrixXd powers(points, order + 1);
  Eigen::VectorXd mu(points);
  for (Eigen::Index i = 0; i < points; ++i) {
    powers.row(i) = basis(inside[static_cast<std::size_t>(i)], order).transpose();
    mu(i) = interpolate(reference, inside[static_cast<std::size_t>(i)]);
  }
  return least_squares(powers, mu);
}

double largest_absorbance(const Spectrum& reference) {
  double largest = 0;
  for (double mu : reference.mu) largest = std::max(largest, std::abs(mu));
  return largest;
}

Error no_edge(const std::string& cause, const Spectrum& reference, const std::string& field, double value) {
  return {cause, "reference " + reference.name, field, std::to_string(value),
          "more than " + std::to_string(smallest_feature * largest_absorbance(reference)) +
              ": a spectrum with an absorption edge"};
}

}  // namespace

int background_terms(const NormalizeConfig& config) {
  return config.mode == Normalization::none ? 0 : config.order + 1;
}

int post_edge_terms(const NormalizeConfig& config) {
  return config.mode == Normalization::edge_step ? config.post_order + 1 : 0;
}

Eigen::VectorXd PolynomialBasis::operator()(double energy_ev, int order) const {
  const double u = (energy_ev - center_ev) / half_range_ev;
  Eigen::VectorXd powers(order + 1);
  powers(0) = 1;
  for (int k = 1; k <= order; ++k) powers(k) = powers(k - 1) * u;
  return powers;
}

double interpolate(const Spectrum& spectrum, double energy_ev) {
  const auto& energies = spectrum.energy_ev;
  if (!(energy_ev >= energies.front() && energy_ev <= energies.back()))
    throw std::out_of_range("reference " + spectrum.name + " has no value at " + text_of(energy_ev) +
                            ", only from " + text_of(EnergyWindow{energies.front(), energies.back()}));
  const auto above = std::lower_bound(energies.begin() + 1, energies.end(), energy_ev);
  const auto i = static_cast<std::size_t>(above - energies.begin());
  const double t = (energy_ev - energies[i - 1]) / (energies[i] - energies[i - 1]);
  return spectrum.mu[i - 1] + t * (spectrum.mu[i] - spectrum.mu[i - 1]);
}

Result<Dictionary> Dictionary::make(std::span<const Spectrum> references, std::span<const double> planned_ev,
                                    const NormalizeConfig& config) {
  if (auto error = check_references(references, planned_ev, config)) return *error;

  Dictionary dictionary;
  dictionary.references_.assign(references.begin(), references.end());
  dictionary.config_ = config;
  dictionary.basis_ = basis_for(planned_ev);
  const auto states = static_cast<Eigen::Index>(references.size());
  dictionary.pre_edge_ = Eigen::MatrixXd::Zero(background_terms(config), states);
  dictionary.edge_step_ = Eigen::VectorXd::Ones(states);

  for (Eigen::Index l = 0; l < states; ++l) {
    const Spectrum& reference = references[static_cast<std::size_t>(l)];
    dictionary.names_.push_back(reference.name);
    if (auto error = dictionary.normalize(l, planned_ev)) return *error;
  }

  Eigen::MatrixXd rows(static_cast<Eigen::Index>(planned_ev.size()), states);
  for (Eigen::Index t = 0; t < rows.rows(); ++t)
    rows.row(t) = dictionary.row(planned_ev[static_cast<std::size_t>(t)]).transpose();
  for (Eigen::Index l = 0; l < states; ++l) {
    const Spectrum& reference = references[static_cast<std::size_t>(l)];
    const double largest = rows.col(l).cwiseAbs().maxCoeff() * dictionary.edge_step_(l);
    if (!(largest > smallest_feature * largest_absorbance(reference)))
      return no_edge("rank", reference, "largest normalized absorbance", largest);
  }
  if (auto error = check_rank(rows.transpose() * rows, dictionary.names_)) return *error;
  return dictionary;
}

std::optional<Error> Dictionary::normalize(Eigen::Index state, std::span<const double> planned_ev) {
  if (config_.mode == Normalization::none) return std::nullopt;
  const Spectrum& reference = references_[static_cast<std::size_t>(state)];
  pre_edge_.col(state) = fit_polynomial(reference, planned_ev, config_.pre_edge, basis_, config_.order);
  if (config_.mode == Normalization::pre_edge) return std::nullopt;

  const Eigen::VectorXd post =
      fit_polynomial(reference, planned_ev, config_.post_edge, basis_, config_.post_order);
  const double step = basis_(config_.e0_ev, config_.post_order).dot(post) -
                      basis_(config_.e0_ev, config_.order).dot(pre_edge_.col(state));
  if (!(step > smallest_feature * largest_absorbance(reference)))
    return no_edge("edge_step", reference, "edge step", step);
  edge_step_(state) = step;
  return std::nullopt;
}

bool Dictionary::covers(double energy_ev) const {
  return std::all_of(references_.begin(), references_.end(), [&](const Spectrum& reference) {
    return energy_ev >= reference.energy_ev.front() && energy_ev <= reference.energy_ev.back();
  });
}

Eigen::VectorXd Dictionary::row(double energy_ev) const {
  Eigen::VectorXd a(states());
  for (int l = 0; l < states(); ++l) a(l) = interpolate(references_[static_cast<std::size_t>(l)], energy_ev);
  if (config_.mode != Normalization::none) a -= pre_edge_.transpose() * basis_(energy_ev, config_.order);
  return a.cwiseQuotient(edge_step_);
}

}  // namespace phasecast
