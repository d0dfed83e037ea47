#pragma once

#include <Eigen/Core>
#include <vector>

namespace phasecast {

/// Columns of a cloud.
using Vertices = std::vector<Eigen::Index>;

/// Mean of the pixels nearest to a vertex, in a cloud of pixels divided by their amounts.
Eigen::VectorXd average_near(const Eigen::MatrixXf& projected, Eigen::Index vertex, int count);

/// Σ‖A z‖² over the pixels [k][M] with endmembers A [k][L], by non-negative least squares; 0 for endmembers
/// that cannot be told apart.
double explained(const Eigen::MatrixXd& endmembers, const Eigen::MatrixXd& pixels);

/// Looks for the candidates that explain most of a cloud as its endmembers.
class VertexExchange {
 public:
  /// `candidates` are columns of the cloud, each once; `projected` is the cloud divided by its amounts.
  VertexExchange(const Eigen::MatrixXf& projected, const Eigen::MatrixXf& cloud, Eigen::Index states,
                 Vertices candidates, int average);

  struct Choice {
    Vertices vertices;
    double explained = 0;  ///< of the pixels that stand for the cloud
  };
  /// From the vertices of a run, which are candidates.
  Choice from(const Vertices& run) const;
  /// From nothing: one after the other, the candidate that explains most together with those before.
  Choice from_nothing(Eigen::Index states) const;

 private:
  Choice improve(std::vector<Eigen::Index> chosen) const;
  Eigen::MatrixXd columns(const std::vector<Eigen::Index>& chosen) const;

  Vertices pixels_;         // of the candidates
  Eigen::MatrixXd points_;  // [k][candidates]
  Eigen::MatrixXd sample_;  // [k][some pixels]
};

/// An exchange is made for a gain of more than this part: rounding does not count.
inline constexpr double smallest_gain = 1e-9;

}  // namespace phasecast
