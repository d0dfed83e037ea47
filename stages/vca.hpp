#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "messages/result.hpp"

namespace phasecast {

struct VcaConfig {
  int states = 2;
  std::uint64_t seed = 1;
  int average = 9;     ///< an endmember is the mean of this many pixels, those nearest to its vertex
  bool refine = true;  ///< exchange vertices for others of the cloud while that lowers the misfit
};

/// What the pixels are made of.
struct Endmembers {
  Eigen::MatrixXd points;              ///< [k][L], each with a projection of 1 on the pixels' mean direction
  std::vector<Eigen::Index> vertices;  ///< [L], columns of the cloud
  double misfit = 0;  ///< √(Σ‖y − A z‖² / Σ‖y‖²) over the pixels, z >= 0: noise, and what the model lacks
};

/// Vertex component analysis (Nascimento and Dias 2005) of a cloud [k][M], a column per pixel in orthonormal
/// coordinates.
///
/// The scale of a pixel is free (eq. 4), so the cloud is a cone: pixels are divided by their projection on
/// the mean direction and searched in the plane of the L strongest directions. The paper's other projection,
/// for low SNR, presumes Σx = 1 and is not for free scales: leave thin pixels out of the cloud instead.
///
/// A vertex is an extreme pixel, so one bad pixel can be one. With `refine`, vertices of repeated runs, and
/// some other pixels, are candidates that replace a vertex if that lowers the misfit of non-negative least
/// squares over the cloud; the best of several starts wins. On the ALS Fe scan that is the difference between
/// spectra 40° and 6° off the published ones; where pure pixels stand out it changes nothing.
///
/// Errors: "states" (not 1 to 8, or more than k), "pixels" (fewer than states or `average`), "cloud" (a pixel
/// without projection on the mean, or pixels that do not span as many states).
Result<Endmembers> find_endmembers(const Eigen::MatrixXf& cloud, const VcaConfig& config);

/// Unit vector of the strongest direction of the cloud, with a positive mean projection.
Eigen::VectorXf mean_direction(const Eigen::MatrixXf& cloud);

}  // namespace phasecast
