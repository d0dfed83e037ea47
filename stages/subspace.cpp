#include "stages/subspace.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "stages/dense.hpp"
#include "stages/parallel.hpp"

namespace phasecast {

namespace {

constexpr std::size_t tile_pixels = 512;  // a tile of 1000 energies stays in the L2 cache
constexpr std::size_t parts = 8;          // partial sums, the same for any number of threads

/// A parallel loop over the tiles of each part of the image.
template <class Body>
void for_parts(std::size_t pixels, const Body& body) {
  const std::size_t tiles = (pixels + tile_pixels - 1) / tile_pixels;
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(std::size_t{0}, parts, [&](std::size_t part) {
      for (std::size_t tile = part * tiles / parts; tile < (part + 1) * tiles / parts; ++tile)
        body(part, tile * tile_pixels, std::min(pixels, (tile + 1) * tile_pixels));
    });
  });
}

struct Sums {
  Eigen::MatrixXd squares;  // Σ y yᵀ, lower triangle
  std::size_t pixels = 0;
};

/// Second moment of the pixels without NaN.
Sums second_moment(const StackView& stack) {
  const Eigen::Index energies = stack.energies();
  std::array<Sums, parts> partial;
  for (Sums& sums : partial) sums.squares = Eigen::MatrixXd::Zero(energies, energies);
  for_parts(stack.shape.pixels(), [&](std::size_t part, std::size_t begin, std::size_t end) {
    const auto count = static_cast<Eigen::Index>(end - begin);
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> y(energies, count);
    for (Eigen::Index t = 0; t < energies; ++t)
      y.row(t) =
          Eigen::Map<const Eigen::RowVectorXf>(stack.frames[static_cast<std::size_t>(t)] + begin, count)
              .cast<double>();
    Sums& sums = partial[part];
    sums.pixels += end - begin;
    for (Eigen::Index k = 0; k < count; ++k)
      if (!y.col(k).allFinite()) {
        y.col(k).setZero();
        --sums.pixels;
      }
    sums.squares.selfadjointView<Eigen::Lower>().rankUpdate(y);
  });
  Sums total = std::move(partial[0]);
  for (std::size_t part = 1; part < parts; ++part) {
    total.squares += partial[part].squares;
    total.pixels += partial[part].pixels;
  }
  total.squares /= static_cast<double>(total.pixels);
  total.squares.triangularView<Eigen::StrictlyUpper>() = total.squares.transpose();
  return total;
}

constexpr double resolved = 1e-13;  // rounding of the sums, as a part of the largest eigenvalue
constexpr int noise_updates = 2;

/// σ per energy: the residual of its regression on all others. The matrix is scaled to a unit diagonal first.
Eigen::VectorXd regression_noise(const Sums& sums) {
  const Eigen::VectorXd rms = sums.squares.diagonal().cwiseSqrt();
  const Eigen::MatrixXd unit =
      rms.cwiseInverse().asDiagonal() * sums.squares * rms.cwiseInverse().asDiagonal();
  const EigenPairs eigen = eigen_pairs(unit);
  const double floor = resolved * eigen.values.maxCoeff();
  const Eigen::VectorXd inverse = eigen.values.cwiseMax(floor).cwiseInverse();
  const Eigen::VectorXd inverse_diagonal = eigen.vectors.cwiseAbs2() * inverse;
  const auto pixels = static_cast<double>(sums.pixels);
  const double unbiased = pixels / (pixels - static_cast<double>(rms.size()) + 1);
  return rms.cwiseProduct((unbiased * inverse_diagonal.cwiseInverse()).cwiseSqrt());
}

struct Decreasing {
  Eigen::VectorXd values;   // decreasing
  Eigen::MatrixXd vectors;  // columns
};

Decreasing whitened(const Sums& sums, const Eigen::VectorXd& noise) {
  const Eigen::VectorXd whiten = noise.cwiseInverse();
  const EigenPairs eigen = eigen_pairs(whiten.asDiagonal() * sums.squares * whiten.asDiagonal());
  return {eigen.values.reverse(), eigen.vectors.rowwise().reverse()};
}

/// σ per energy from what the first `signals` vectors leave of it.
Eigen::VectorXd residual_noise(const Sums& sums, const Eigen::VectorXd& noise, const Decreasing& eigen,
                               Eigen::Index signals) {
  const Eigen::Index others = noise.size() - signals;
  const Eigen::MatrixXd squares = eigen.vectors.rightCols(others).cwiseAbs2();
  const Eigen::VectorXd left = squares * eigen.values.tail(others), share = squares.rowwise().sum();
  return noise.cwiseAbs2()
      .cwiseProduct(left.cwiseQuotient(share))
      .cwiseMax(resolved * sums.squares.diagonal())
      .cwiseSqrt();
}

void project(const StackView& stack, const Eigen::MatrixXf& analysis, Subspace& subspace) {
  const Eigen::Index energies = stack.energies(), dimension = analysis.cols();
  const std::size_t pixels = stack.shape.pixels();
  subspace.coefficients.resize(static_cast<std::size_t>(dimension) * pixels);
  for_parts(pixels, [&](std::size_t, std::size_t begin, std::size_t end) {
    const auto count = static_cast<Eigen::Index>(end - begin);
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> y(energies, count), c;
    for (Eigen::Index t = 0; t < energies; ++t)
      y.row(t) =
          Eigen::Map<const Eigen::RowVectorXf>(stack.frames[static_cast<std::size_t>(t)] + begin, count);
    c.noalias() = analysis.transpose() * y;
    for (Eigen::Index k = 0; k < count; ++k)
      if (!c.col(k).allFinite()) c.col(k).setConstant(std::numeric_limits<float>::quiet_NaN());
    for (Eigen::Index i = 0; i < dimension; ++i)
      std::copy_n(c.data() + i * count, count,
                  subspace.coefficients.data() + static_cast<std::size_t>(i) * pixels + begin);
  });
}

}  // namespace

double largest_of_noise(std::size_t samples, Eigen::Index length) {
  constexpr double widths = 4;
  const double n = std::sqrt(static_cast<double>(samples) - 1), p = std::sqrt(static_cast<double>(length));
  const double width = (n + p) * std::cbrt(1 / n + 1 / p);
  return ((n + p) * (n + p) + widths * width) / static_cast<double>(samples);
}

Result<Subspace> find_subspace(const StackView& stack, int at_least) {
  const std::size_t pixels = stack.shape.pixels(), energies = stack.frames.size();
  if (energies == 0 || pixels == 0)
    return Error{"stack", "subspace", "frames", std::to_string(energies), "frames with pixels"};
  const Sums sums = second_moment(stack);
  if (sums.pixels < 2 * energies)
    return Error{"pixels", "subspace", "pixels with finite values", std::to_string(sums.pixels),
                 "at least two per energy: " + std::to_string(2 * energies)};
  for (std::size_t t = 0; t < energies; ++t)
    if (!(sums.squares(static_cast<Eigen::Index>(t), static_cast<Eigen::Index>(t)) > 0))
      return Error{"frame", "subspace", "frame " + std::to_string(t), "0 everywhere", "absorbance"};

  Subspace subspace;
  subspace.shape = stack.shape;
  subspace.excluded = pixels - sums.pixels;
  subspace.noise = regression_noise(sums);
  subspace.noise_edge = largest_of_noise(sums.pixels, subspace.noise.size());
  Decreasing eigen = whitened(sums, subspace.noise);
  const auto signals = [&]() -> Eigen::Index { return (eigen.values.array() > subspace.noise_edge).count(); };
  for (int update = 0; update < noise_updates && signals() < subspace.noise.size(); ++update) {
    subspace.noise = residual_noise(sums, subspace.noise, eigen, signals());
    eigen = whitened(sums, subspace.noise);
  }
  subspace.eigenvalues = eigen.values;
  const auto dimension =
      std::min(std::max<Eigen::Index>(signals(), std::max(1, at_least)), subspace.noise.size());
  const Eigen::MatrixXd vectors = eigen.vectors.leftCols(dimension);
  subspace.basis = subspace.noise.asDiagonal() * vectors;
  project(stack, (subspace.noise.cwiseInverse().asDiagonal() * vectors).cast<float>(), subspace);
  return subspace;
}

void denoise(Subspace& subspace, const Denoiser& denoiser) {
  if (!denoiser) return;
  const std::size_t pixels = subspace.shape.pixels();
  std::vector<float> noisy(pixels), clean(pixels);
  for (Eigen::Index i = 0; i < subspace.dimension(); ++i) {
    float* plane = subspace.coefficients.data() + static_cast<std::size_t>(i) * pixels;
    double sum = 0;
    for (std::size_t k = 0; k < pixels; ++k) sum += std::isnan(plane[k]) ? 0 : plane[k];
    const auto mean = static_cast<float>(sum / static_cast<double>(pixels - subspace.excluded));
    for (std::size_t k = 0; k < pixels; ++k) noisy[k] = std::isnan(plane[k]) ? mean : plane[k];
    denoiser(subspace.shape, noisy, 1, clean);
    for (std::size_t k = 0; k < pixels; ++k)
      if (!std::isnan(plane[k])) plane[k] = clean[k];
  }
}

void reconstruct(const Subspace& subspace, Eigen::Index energy, std::span<float> frame) {
  std::fill(frame.begin(), frame.end(), 0.0F);
  for (Eigen::Index i = 0; i < subspace.dimension(); ++i) {
    const auto weight = static_cast<float>(subspace.basis(energy, i));
    const auto plane = subspace.plane(i);
    for (std::size_t k = 0; k < frame.size(); ++k) frame[k] += weight * plane[k];
  }
}

}  // namespace phasecast
