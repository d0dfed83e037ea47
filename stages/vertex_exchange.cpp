#include "stages/vertex_exchange.hpp"

#include <algorithm>
#include <numeric>

#include "stages/lcf.hpp"
#include "stages/symmetric.hpp"

namespace phasecast {

namespace {

constexpr Eigen::Index fitted_pixels = 4096;  // divided by the states: what a choice is judged by
constexpr int most_passes = 8;

}  // namespace

Eigen::VectorXd average_near(const Eigen::MatrixXf& projected, Eigen::Index vertex, int count) {
  const Eigen::VectorXf distance = (projected.colwise() - projected.col(vertex)).colwise().squaredNorm();
  std::vector<Eigen::Index> order(static_cast<std::size_t>(projected.cols()));
  std::iota(order.begin(), order.end(), 0);
  const auto nearer = [&](Eigen::Index a, Eigen::Index b) {
    return distance(a) < distance(b) || (distance(a) == distance(b) && a < b);
  };
  std::partial_sort(order.begin(), order.begin() + count, order.end(), nearer);
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(projected.rows());
  for (int i = 0; i < count; ++i) mean += projected.col(order[static_cast<std::size_t>(i)]).cast<double>();
  return mean / count;
}

double explained(const Eigen::MatrixXd& endmembers, const Eigen::MatrixXd& pixels) {
  NormalEquations equations;
  equations.shape = {1, static_cast<int>(pixels.cols())};
  equations.states = static_cast<int>(endmembers.cols());
  equations.gram = endmembers.transpose() * endmembers;
  if (reciprocal_condition(equations.gram) < 1e-12) return 0;
  equations.projection.resize(static_cast<std::size_t>(endmembers.cols() * pixels.cols()));
  equations.unusable.resize(static_cast<std::size_t>(pixels.cols()));
  Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> b(
      equations.projection.data(), endmembers.cols(), pixels.cols());
  b.noalias() = endmembers.transpose() * pixels;
  const LcfResult fit = lcf(equations, LcfConstraint::non_negative);
  double sum = 0;
  for (std::size_t i = 0; i < fit.fraction.size(); ++i)
    sum += fit.fraction[i] * fit.scale[i % fit.scale.size()] * equations.projection[i];
  return sum;
}

VertexExchange::VertexExchange(const Eigen::MatrixXf& projected, const Eigen::MatrixXf& cloud,
                               Eigen::Index states, Vertices candidates, int average)
    : pixels_(std::move(candidates)), points_(cloud.rows(), static_cast<Eigen::Index>(pixels_.size())) {
  for (Eigen::Index i = 0; i < points_.cols(); ++i)
    points_.col(i) = average_near(projected, pixels_[static_cast<std::size_t>(i)], average);
  const Eigen::Index stride = cloud.cols() * states / fitted_pixels + 1;
  sample_.resize(cloud.rows(), (cloud.cols() + stride - 1) / stride);
  for (Eigen::Index i = 0; i < sample_.cols(); ++i) sample_.col(i) = cloud.col(i * stride).cast<double>();
}

VertexExchange::Choice VertexExchange::from(const Vertices& run) const {
  std::vector<Eigen::Index> chosen;
  for (Eigen::Index vertex : run)
    chosen.push_back(std::find(pixels_.begin(), pixels_.end(), vertex) - pixels_.begin());
  return improve(std::move(chosen));
}

VertexExchange::Choice VertexExchange::from_nothing(Eigen::Index states) const {
  std::vector<Eigen::Index> chosen;
  for (Eigen::Index l = 0; l < states; ++l) {
    chosen.push_back(0);
    double best = -1;
    auto tried = chosen;
    for (Eigen::Index candidate = 0; candidate < points_.cols(); ++candidate) {
      tried.back() = candidate;
      const double now = explained(columns(tried), sample_);
      if (now <= best) continue;
      best = now;
      chosen = tried;
    }
  }
  return improve(std::move(chosen));
}

/// Replaces one vertex at a time, by the candidate that explains most, until none explains more.
VertexExchange::Choice VertexExchange::improve(std::vector<Eigen::Index> chosen) const {
  double best = explained(columns(chosen), sample_);
  bool changed = true;
  for (int pass = 0; pass < most_passes && changed; ++pass) {
    changed = false;
    for (std::size_t l = 0; l < chosen.size(); ++l)
      for (Eigen::Index candidate = 0; candidate < points_.cols(); ++candidate) {
        if (std::find(chosen.begin(), chosen.end(), candidate) != chosen.end()) continue;
        auto tried = chosen;
        tried[l] = candidate;
        const double now = explained(columns(tried), sample_);
        if (!(now > best * (1 + smallest_gain))) continue;
        best = now;
        chosen = tried;
        changed = true;
      }
  }
  Choice choice{{}, best};
  for (Eigen::Index c : chosen) choice.vertices.push_back(pixels_[static_cast<std::size_t>(c)]);
  return choice;
}

Eigen::MatrixXd VertexExchange::columns(const std::vector<Eigen::Index>& chosen) const {
  Eigen::MatrixXd matrix(points_.rows(), static_cast<Eigen::Index>(chosen.size()));
  for (std::size_t l = 0; l < chosen.size(); ++l)
    matrix.col(static_cast<Eigen::Index>(l)) = points_.col(chosen[l]);
  return matrix;
}

}  // namespace phasecast
