#include "stages/vca.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <string>

#include "stages/dense.hpp"
#include "stages/dictionary.hpp"
#include "stages/vertex_exchange.hpp"

namespace phasecast {

namespace {

constexpr int starts = 64;               // divided by the squared states: runs of VCA that are refined
constexpr Eigen::Index candidates = 64;  // from the runs, and as many spread over the cloud

/// The `count` strongest directions of the cloud, as columns.
Eigen::MatrixXf strongest(const Eigen::MatrixXf& cloud, Eigen::Index count) {
  const Eigen::MatrixXd points = cloud.cast<double>();
  return eigen_pairs(points * points.transpose()).vectors.rowwise().reverse().leftCols(count).cast<float>();
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
      const Eigen::MatrixXf basis = orthonormal_columns(found.cast<double>()).cast<float>();
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

    const VertexExchange exchange(projected, cloud, config.states, pool, config.average);
    VertexExchange::Choice best = exchange.from_nothing(config.states);
    const std::size_t refined = std::max(2, starts / (config.states * config.states));
    for (std::size_t start = 0; start < std::min(refined, runs.size()); ++start) {
      auto choice = exchange.from(runs[start]);
      if (choice.explained > best.explained * (1 + smallest_gain)) best = std::move(choice);
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
