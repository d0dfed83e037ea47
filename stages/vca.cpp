#include "stages/vca.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <random>
#include <string>

#include "stages/lcf.hpp"
#include "stages/symmetric.hpp"

namespace phasecast {

namespace {

constexpr Eigen::Index starts = 4;            // runs of VCA that are refined
constexpr Eigen::Index candidates = 64;       // from the runs, and as many spread over the cloud
constexpr Eigen::Index fitted_pixels = 4096;  // divided by the states: what a misfit is judged by
constexpr int most_passes = 8;
constexpr double smallest_gain = 1e-9;

using Vertices = std::vector<Eigen::Index>;

/// The `count` strongest directions of the cloud, as columns.
Eigen::MatrixXf strongest(const Eigen::MatrixXf& cloud, Eigen::Index count) {
  const Eigen::MatrixXd points = cloud.cast<double>();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(points * points.transpose());
  return eigen.eigenvectors().rowwise().reverse().leftCols(count).cast<float>();
}

/// The extreme pixel along a random direction orthogonal to the vertices there are, once per state.
Vertices vca(const Eigen::MatrixXf& plane, std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  const Eigen::Index states = plane.rows();
  Vertices vertices;
  Eigen::MatrixXf found(states, 0);
  for (Eigen::Index l = 0; l < states; ++l) {
    Eigen::VectorXf direction(states);
    for (float& d : direction) d = normal(random);
    if (l > 0) {
      const Eigen::HouseholderQR<Eigen::MatrixXf> qr(found);
      const Eigen::MatrixXf basis = qr.householderQ() * Eigen::MatrixXf::Identity(states, l);
      direction -= basis * (basis.transpose() * direction);
    }
    Eigen::Index vertex = 0;
    (direction.normalized().transpose() * plane).cwiseAbs().maxCoeff(&vertex);
    vertices.push_back(vertex);
    found.conservativeResize(Eigen::NoChange, l + 1);
    found.col(l) = plane.col(vertex);
  }
  return vertices;
}

/// Mean of the pixels nearest to a vertex.
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

/// Σ‖A z‖² over the pixels, by non-negative least squares; nothing from states that cannot be told apart.
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

/// Candidates as columns, and which of them are the endmembers.
class Exchange {
 public:
  Exchange(const Eigen::MatrixXf& projected, const Eigen::MatrixXf& cloud, Eigen::Index states,
           Vertices pixels, int average)
      : pixels_(std::move(pixels)), points_(cloud.rows(), static_cast<Eigen::Index>(pixels_.size())) {
    for (Eigen::Index i = 0; i < points_.cols(); ++i)
      points_.col(i) = average_near(projected, pixels_[static_cast<std::size_t>(i)], average);
    const Eigen::Index stride = cloud.cols() * states / fitted_pixels + 1;
    sample_.resize(cloud.rows(), (cloud.cols() + stride - 1) / stride);
    for (Eigen::Index i = 0; i < sample_.cols(); ++i) sample_.col(i) = cloud.col(i * stride).cast<double>();
  }

  struct Choice {
    Vertices vertices;
    double explained = 0;
  };

  /// Replaces one vertex at a time, by the candidate that explains most, until none explains more.
  Choice improve(const Vertices& start) const {
    std::vector<Eigen::Index> chosen;
    for (Eigen::Index vertex : start)
      chosen.push_back(std::find(pixels_.begin(), pixels_.end(), vertex) - pixels_.begin());
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

 private:
  Eigen::MatrixXd columns(const std::vector<Eigen::Index>& chosen) const {
    Eigen::MatrixXd matrix(points_.rows(), static_cast<Eigen::Index>(chosen.size()));
    for (std::size_t l = 0; l < chosen.size(); ++l)
      matrix.col(static_cast<Eigen::Index>(l)) = points_.col(chosen[l]);
    return matrix;
  }

  Vertices pixels_;         // of the candidates
  Eigen::MatrixXd points_;  // [k][candidates]
  Eigen::MatrixXd sample_;  // [k][some pixels]
};

std::optional<Error> check(const Eigen::MatrixXf& cloud, const VcaConfig& config) {
  const auto error = [](const std::string& cause, const std::string& field, auto value,
                        std::string expected) {
    return Error{cause, "endmembers", field, std::to_string(value), std::move(expected)};
  };
  if (config.states < 1 || config.states > most_states || config.states > cloud.rows())
    return error("states", "states", config.states,
                 "1 to " + std::to_string(std::min<Eigen::Index>(most_states, cloud.rows())));
  if (cloud.cols() < std::max(config.states, config.average) || config.average < 1)
    return error("pixels", "pixels with the element", cloud.cols(),
                 "at least " + std::to_string(std::max(config.states, config.average)));
  return std::nullopt;
}

}  // namespace

Eigen::VectorXf mean_direction(const Eigen::MatrixXf& cloud) {
  const Eigen::VectorXf direction = strongest(cloud, 1);
  return (direction.transpose() * cloud).sum() < 0 ? Eigen::VectorXf(-direction) : direction;
}

Result<Endmembers> find_endmembers(const Eigen::MatrixXf& cloud, const VcaConfig& config) {
  if (auto error = check(cloud, config)) return *error;
  const Eigen::RowVectorXf amount = mean_direction(cloud).transpose() * cloud;
  if (!(amount.minCoeff() > 0))
    return Error{"cloud", "endmembers", "smallest projection on the mean", std::to_string(amount.minCoeff()),
                 "more than 0: leave out pixels without the element"};
  const Eigen::MatrixXf projected = cloud * amount.cwiseInverse().asDiagonal();
  const Eigen::MatrixXf plane = strongest(projected, config.states).transpose() * projected;

  std::mt19937_64 random(config.seed);
  Endmembers found;
  found.vertices = vca(plane, random);
  if (config.refine) {
    std::vector<Vertices> runs{found.vertices};
    const Eigen::MatrixXf thick = strongest(cloud, config.states).transpose() * cloud;
    while (static_cast<Eigen::Index>(runs.size()) * config.states < candidates)
      runs.push_back(vca(runs.size() % 2 == 0 ? plane : thick, random));
    Vertices pool;
    for (const Vertices& run : runs) pool.insert(pool.end(), run.begin(), run.end());
    for (Eigen::Index i = 0; i < candidates; ++i) pool.push_back(i * cloud.cols() / candidates);
    std::sort(pool.begin(), pool.end());
    pool.erase(std::unique(pool.begin(), pool.end()), pool.end());

    const Exchange exchange(projected, cloud, config.states, pool, config.average);
    Exchange::Choice best;
    for (Eigen::Index start = 0; start < starts; ++start) {
      auto choice = exchange.improve(runs[static_cast<std::size_t>(start)]);
      if (start == 0 || choice.explained > best.explained * (1 + smallest_gain)) best = std::move(choice);
    }
    found.vertices = best.vertices;
  }
  found.points.resize(cloud.rows(), config.states);
  for (Eigen::Index l = 0; l < config.states; ++l)
    found.points.col(l) =
        average_near(projected, found.vertices[static_cast<std::size_t>(l)], config.average);
  const Eigen::MatrixXd pixels = cloud.cast<double>();
  const double fitted = explained(found.points, pixels), all = pixels.squaredNorm();
  if (!(fitted > 0))
    return Error{"cloud", "endmembers", "states", std::to_string(config.states),
                 "fewer: the pixels do not span as many spectra"};
  found.misfit = std::sqrt(std::max(0.0, all - fitted) / all);
  return found;
}

}  // namespace phasecast
