#include <algorithm>
#include <cmath>
#include <limits>

#include "stages/dictionary_checks.hpp"
#include "stages/moments.hpp"
#include "stages/parallel.hpp"
#include "stages/symmetric.hpp"

namespace phasecast {

namespace {

using Planes = std::vector<const double*>;

/// out += Σ_ij matrix_ij · left_i · right_j, pixel by pixel.
void add_quadratic(double* out, const Eigen::MatrixXd& matrix, const Planes& left, const Planes& right,
                   std::size_t begin, std::size_t end) {
  for (std::size_t i = 0; i < left.size(); ++i)
    for (std::size_t j = 0; j < right.size(); ++j) {
      const double m = matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
      for (std::size_t k = begin; k < end; ++k) out[k] += m * left[i][k] * right[j][k];
    }
}

/// Σ_i weights_i · planes_i of pixel k.
double combine(const Eigen::VectorXd& weights, const Planes& planes, std::size_t k) {
  double sum = 0;
  for (std::size_t i = 0; i < planes.size(); ++i) sum += weights(static_cast<Eigen::Index>(i)) * planes[i][k];
  return sum;
}

void divide_by_step(NormalEquations& equations, std::size_t k, double step) {
  const double gain = step > 0 ? 1 / step : std::numeric_limits<double>::quiet_NaN();
  const std::size_t pixels = equations.shape.pixels();
  equations.noise_gain[k] = static_cast<float>(gain);
  equations.energy[k] *= gain * gain;
  for (std::size_t i = k; i < equations.projection.size(); i += pixels) equations.projection[i] *= gain;
}

/// A value of the pixel was NaN or infinite (Σy² knows of every one), or its edge step is not positive.
void clear_unusable(NormalEquations& equations, std::size_t begin, std::size_t end) {
  const std::size_t pixels = equations.shape.pixels();
  for (std::size_t k = begin; k < end; ++k) {
    if (std::isfinite(equations.energy[k]) && std::isfinite(equations.noise_gain[k])) continue;
    equations.unusable[k] = 1;
    equations.energy[k] = 0;
    equations.misfit[k] = 0;
    equations.noise_gain[k] = 0;
    for (std::size_t i = k; i < equations.projection.size(); i += pixels) equations.projection[i] = 0;
  }
}

std::string at_least(int needed, const std::string& where, int received) {
  return "at least " + std::to_string(needed) + " energies" + where + " (" + std::to_string(received) +
         " so far)";
}

}  // namespace

double NormalEquations::reciprocal_condition() const {
  return phasecast::reciprocal_condition(gram);
}

double NormalEquations::squared_rounding(double model_norm, double gain) const {
  const double norm = gain * magnitude + model_norm;
  return rounding * norm * norm;
}

std::string Moments::still_needed() const {
  const auto& config = dictionary_.config();
  if (pre_energies_ < background_)
    return at_least(background_, " from " + text_of(config.pre_edge) + " for the pre-edge", pre_energies_);
  if (background_ > 0 && reciprocal_condition(pre_basis_) < smallest_reciprocal_condition)
    return "energies from " + text_of(config.pre_edge) + " further apart, for the pre-edge's slope";
  if (post_energies_ < post_)
    return at_least(post_, " from " + text_of(config.post_edge) + " for the post-edge", post_energies_);
  if (post_ > 0 && reciprocal_condition(post_basis_) < smallest_reciprocal_condition)
    return "energies from " + text_of(config.post_edge) + " further apart, for the post-edge polynomial";
  if (energies_ - pre_energies_ < states_)
    return at_least(states_, " outside the pre-edge to tell " + std::to_string(states_) + " states apart",
                    energies_ - pre_energies_);
  if (energies_ <= states_ + background_)
    return at_least(states_ + background_ + 1,
                    " for " + std::to_string(states_) + " states and " + std::to_string(background_) +
                        " background parameters",
                    energies_);
  if (reciprocal_condition(gram_) < smallest_reciprocal_condition)
    return "energies at which the states differ more than at those received";
  return {};
}

/// A pixel's pre-edge polynomial has the coefficients H⁻¹ Σ_pre p y, so b and e follow from the sums with a
/// few matrices (design: "Moments, not stacks"). So does Larch's edge step, post-edge minus pre-edge
/// polynomial at e0.
struct Moments::SmallMatrices {
  Eigen::MatrixXd h_inverse;
  Eigen::MatrixXd k;               // Q H⁻¹
  Eigen::MatrixXd spread;          // H⁻¹ S H⁻¹
  Eigen::VectorXd step_from_pre;   // edge step = these · Σ_pre p y
  Eigen::VectorXd step_from_post;  // + these · Σ_post p y
  SymmetricInverse joint;          // of references and background together
};

Moments::SmallMatrices Moments::small_matrices() const {
  SmallMatrices small;
  small.h_inverse = invert(pre_basis_).matrix;
  small.k = cross_ * small.h_inverse;
  small.spread = small.h_inverse * all_basis_ * small.h_inverse;
  if (post_ > 0) {
    const auto& config = dictionary_.config();
    small.step_from_pre = -small.h_inverse * dictionary_.basis()(config.e0_ev, config.order);
    small.step_from_post = invert(post_basis_).matrix * dictionary_.basis()(config.e0_ev, config.post_order);
  }
  Eigen::MatrixXd joint(states_ + background_, states_ + background_);
  joint.topLeftCorner(states_, states_) = gram_;
  joint.topRightCorner(states_, background_) = cross_;
  joint.bottomLeftCorner(background_, states_) = cross_.transpose();
  joint.bottomRightCorner(background_, background_) = all_basis_;
  small.joint = invert(joint);
  return small;
}

void Moments::set_shared_by_all_pixels(const SmallMatrices& small, NormalEquations& result) const {
  result.shape = shape_;
  result.states = states_;
  result.energies = energies_;
  result.degrees_of_freedom = energies_ - small.joint.rank;
  result.gram = gram_;
  const Eigen::MatrixXd k_r = small.k * pre_cross_.transpose();
  const Eigen::MatrixXd g_inverse = invert(gram_).matrix;
  result.covariance =
      g_inverse * (gram_ - k_r - k_r.transpose() + small.k * pre_basis_ * small.k.transpose()) * g_inverse;

  // By Cauchy and Schwarz a sum Σ p y is at most √diag(Σ p pᵀ) √Σy², so |q| <= ω √Σy² and what is added up to
  // e is at most (1 + ω·√diag S)² Σy² in size. A sum of n terms is off by at most n roundings of that.
  constexpr int steps_after_the_sums = 100;
  const Eigen::VectorXd omega = small.h_inverse.cwiseAbs() * pre_basis_.diagonal().cwiseSqrt();
  const double background = omega.dot(all_basis_.diagonal().cwiseSqrt());
  result.rounding = (updates_ + steps_after_the_sums) * std::numeric_limits<double>::epsilon();
  result.magnitude = (1 + background) * std::sqrt(squared_magnitude_);
}

Result<NormalEquations> Moments::normal_equations(NormalEquations used) const {
  if (const std::string needed = still_needed(); !needed.empty())
    return Error{"energies", "scan", "energies received", std::to_string(energies_), needed};
  const SmallMatrices small = small_matrices();
  NormalEquations result = std::move(used);
  set_shared_by_all_pixels(small, result);

  const std::size_t pixels = shape_.pixels();
  result.projection.resize(static_cast<std::size_t>(states_) * pixels);
  result.energy.resize(pixels);
  result.misfit.resize(pixels);
  result.noise_gain.assign(pixels, 1);
  result.unusable.assign(pixels, 0);

  const Planes pre = planes(pre_plane(), background_), all = planes(all_plane(), background_),
               post = planes(post_plane(), post_), joint = planes(0, states_ + background_);
  for_blocks(pixels, [&](std::size_t begin, std::size_t end) {
    const auto copy = [&](int from, double* to) {
      std::copy(plane(from) + begin, plane(from) + end, to + begin);
    };
    for (int l = 0; l < states_; ++l) {
      double* b = result.projection.data() + static_cast<std::size_t>(l) * pixels;
      copy(l, b);
      for (std::size_t i = 0; i < pre.size(); ++i) {
        const double weight = small.k(l, static_cast<Eigen::Index>(i));
        for (std::size_t k = begin; k < end; ++k) b[k] -= weight * pre[i][k];
      }
    }
    copy(energy_plane(), result.energy.data());
    add_quadratic(result.energy.data(), -2 * small.h_inverse, pre, all, begin, end);
    add_quadratic(result.energy.data(), small.spread, pre, pre, begin, end);
    copy(energy_plane(), result.misfit.data());
    add_quadratic(result.misfit.data(), -small.joint.matrix, joint, joint, begin, end);
    for (std::size_t k = begin; post_ > 0 && k < end; ++k)
      divide_by_step(result, k,
                     combine(small.step_from_post, post, k) + combine(small.step_from_pre, pre, k));
    clear_unusable(result, begin, end);
  });
  return result;
}

}  // namespace phasecast
