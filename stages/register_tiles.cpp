#include "stages/register_tiles.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <vector>

#include "stages/median.hpp"
#include "stages/parallel.hpp"
#include "stages/simd.hpp"

namespace phasecast {

namespace {

// What a tile's pixels are described by.
enum Column { one, across, down, reference_value, slope_x, slope_y, swell, frame_value, columns };
constexpr int unknowns = 3;  // slope_x, slope_y, swell

using Gram = Eigen::Matrix<double, columns, columns>;

constexpr int tiles_along_shorter_side = 12;
constexpr int smallest_tile = 8, largest_tile = 64;  // pixels
constexpr int strip_rows = 8;                        // summed in single precision
constexpr double least_pixels = 4.0 * int{columns};  // that a tile needs

struct Tiling {
  explicit Tiling(Shape of) : shape(of) {
    const int side =
        std::clamp(std::min(of.height, of.width) / tiles_along_shorter_side, smallest_tile, largest_tile);
    wide = std::max(1, of.width / side);
    high = std::max(1, of.height / side);
  }
  std::size_t count() const { return static_cast<std::size_t>(wide) * static_cast<std::size_t>(high); }
  struct Tile {
    int top, bottom, left, right;
  };
  /// Without the image's border, where there is no slope.
  Tile tile(std::size_t k) const {
    const int row = static_cast<int>(k) / wide, column = static_cast<int>(k) % wide;
    return {std::max(1, shape.height * row / high),
            std::min(shape.height - 1, shape.height * (row + 1) / high),
            std::max(1, shape.width * column / wide),
            std::min(shape.width - 1, shape.width * (column + 1) / wide)};
  }

  Shape shape;
  int wide, high;
};

struct Images {
  Shape shape;
  const float* reference;
  const float* frame;
  ImageCenter center;
  float radius;  // RMS distance of the pixels from the center
};

/// The columns for one row of a tile, with zeros up to a whole number of vectors.
struct Row {
  static constexpr int most = 2 * largest_tile;
  alignas(64) float values[columns][most];
};

void describe_row(const Images& images, const Tiling::Tile& tile, int y, Row& row) {
  const std::size_t begin = static_cast<std::size_t>(y) * static_cast<std::size_t>(images.shape.width) +
                            static_cast<std::size_t>(tile.left);
  const float *r = images.reference + begin, *f = images.frame + begin;
  const int count = tile.right - tile.left;
  const float middle = static_cast<float>(count) / 2;
  const float v = static_cast<float>(y - (tile.top + tile.bottom) / 2) / middle;
  const auto from_x = static_cast<float>(tile.left - images.center.x);
  const auto from_y = static_cast<float>(y - images.center.y);
  auto& out = row.values;
  for (int i = 0; i < count; ++i) {
    const float sx = 0.5f * (r[i + 1] - r[i - 1]);
    const float sy = 0.5f * (r[i + images.shape.width] - r[i - images.shape.width]);
    const float all = r[i] + f[i] + sx + sy;
    const bool valid = all == all;
    const auto at = static_cast<float>(i);
    out[one][i] = valid ? 1.0f : 0.0f;
    out[across][i] = valid ? at / middle - 1 : 0;
    out[down][i] = valid ? v : 0;
    out[reference_value][i] = valid ? r[i] : 0;
    out[slope_x][i] = valid ? sx : 0;
    out[slope_y][i] = valid ? sy : 0;
    out[swell][i] = valid ? ((from_x + at) * sx + from_y * sy) / images.radius : 0;
    out[frame_value][i] = valid ? f[i] : 0;
  }
}

/// Sums of products of columns in single precision.
struct Products {
  simd::Lanes sums[columns][columns] = {};  // the upper triangle

  void add(const Row& row, int count) {
    for (int i = 0; i < count; i += simd::lanes) {
      simd::Lanes column[columns];
      for (int c = 0; c < columns; ++c) column[c] = simd::load<simd::Lanes>(&row.values[c][i]);
      for (int a = 0; a < columns; ++a)
        for (int b = a; b < columns; ++b) sums[a][b] += column[a] * column[b];
    }
  }
  void move_to(Gram& gram) {
    for (int a = 0; a < columns; ++a)
      for (int b = a; b < columns; ++b) {
        double sum = 0;
        for (int i = 0; i < simd::lanes; ++i) sum += sums[a][b][i];
        gram(a, b) += sum;
        if (a != b) gram(b, a) += sum;
        sums[a][b] = simd::Lanes{};
      }
  }
};

Gram gram_of(const Images& images, const Tiling::Tile& tile) {
  Gram gram = Gram::Zero();
  Row row{};
  Products products;
  for (int y = tile.top; y < tile.bottom; ++y) {
    describe_row(images, tile, y, row);
    products.add(row, tile.right - tile.left);
    const bool enough = (y - tile.top + 1) % strip_rows == 0;
    if (enough || y + 1 == tile.bottom) products.move_to(gram);
  }
  return gram;
}

/// A tile's normal equations of drift without its gain and its plane.
struct Evidence {
  bool usable = false;
  double pixels = 0;
  Eigen::MatrixXd information;  // slopes that are neither plane nor reference
  Eigen::VectorXd pull;
  double gain = 0;
  double explained = 0, total = 0;  // of the frame's squares around its plane
  double variance = 0;
};

/// The Gram matrix of what is left of all columns but the first ones when those are fitted to them.
template <int Fitted>
Eigen::MatrixXd without(const Eigen::MatrixXd& gram) {
  const auto rest = gram.rows() - Fitted;
  const Eigen::MatrixXd cross = gram.topRightCorner(Fitted, rest);
  return gram.bottomRightCorner(rest, rest) -
         cross.transpose() * gram.topLeftCorner<Fitted, Fitted>().ldlt().solve(cross);
}

Evidence evidence_of(const Gram& gram, int wanted) {
  Evidence evidence;
  evidence.pixels = gram(one, one);
  if (evidence.pixels < least_pixels) return evidence;
  const Eigen::MatrixXd around_plane = without<reference_value>(gram);
  const double squares = around_plane(0, 0);
  const Eigen::Index frame_at = frame_value - reference_value;
  evidence.total = around_plane(frame_at, frame_at);
  if (!(squares > 1e-9 * gram(reference_value, reference_value)) || !(evidence.total > 0)) return evidence;
  const Eigen::MatrixXd left = without<1>(around_plane);
  evidence.gain = around_plane(0, frame_at) / squares;
  evidence.explained = evidence.gain * evidence.gain * squares;
  evidence.information = left.topLeftCorner(wanted, wanted);
  evidence.pull = left.topRightCorner(unknowns, 1).topRows(wanted);
  const Eigen::LDLT<Eigen::MatrixXd> factors(evidence.information);
  if (factors.info() != Eigen::Success || !(factors.vectorD().minCoeff() > 0)) return evidence;
  const double unexplained = left(unknowns, unknowns) - evidence.pull.dot(factors.solve(evidence.pull));
  // Images without noise must not divide by nothing.
  evidence.variance =
      (std::max(unexplained, 0.0) + 1e-6 * evidence.total) / (evidence.pixels - double{columns - 1});
  evidence.usable = true;
  return evidence;
}

double typical_variance(const std::vector<Evidence>& tiles) {
  std::vector<double> variances;
  for (const Evidence& tile : tiles)
    if (tile.usable) variances.push_back(tile.variance);
  return variances.empty() ? 0 : median_of(std::span(variances));
}

TileFit combine(const std::vector<Evidence>& tiles, int wanted) {
  TileFit fit;
  Eigen::MatrixXd information = Eigen::MatrixXd::Zero(wanted, wanted);
  Eigen::VectorXd pull = Eigen::VectorXd::Zero(wanted);
  double explained = 0, total = 0;
  int used = 0;
  const double typical = typical_variance(tiles);
  const auto weight_of = [=](const Evidence& tile) { return 1 / (tile.variance + typical); };
  for (const Evidence& tile : tiles) {
    if (!tile.usable) continue;
    ++used;
    const double weight = weight_of(tile);
    information += weight * tile.gain * tile.gain * tile.information;
    pull += weight * tile.gain * tile.pull;
    explained += weight * tile.explained;
    total += weight * tile.total;
  }
  const Eigen::LDLT<Eigen::MatrixXd> factors(information);
  if (used < 2 || factors.info() != Eigen::Success || !(factors.vectorD().minCoeff() > 0)) return fit;
  const Eigen::VectorXd step = factors.solve(pull);
  double disagreement = 0;
  for (const Evidence& tile : tiles) {
    if (!tile.usable) continue;
    const Eigen::VectorXd rest = tile.pull - tile.gain * tile.information * step;
    disagreement += weight_of(tile) * rest.dot(tile.information.ldlt().solve(rest));
  }
  disagreement /= wanted * (used - 1);
  const Eigen::MatrixXd covariance = disagreement * factors.solve(Eigen::MatrixXd::Identity(wanted, wanted));
  fit.x = step(0);
  fit.y = step(1);
  fit.magnify = wanted == unknowns ? step(2) : 0;  // still times the radius
  fit.uncertainty = std::sqrt(covariance.trace() / 2);
  fit.quality = total > 0 ? std::sqrt(explained / total) : 0;
  fit.significance = explained / used / disagreement;
  fit.solved = step.allFinite() && std::isfinite(fit.uncertainty);
  return fit;
}

double rms_radius(Shape shape, ImageCenter c) {
  const double w = shape.width, h = shape.height;
  const auto along = [](double size, double center) {
    const double off = center - (size - 1) / 2;
    return (size * size - 1) / 12 + off * off;
  };
  return std::sqrt(along(w, c.x) + along(h, c.y));
}

template <class PerTile>
void for_tiles(const Tiling& tiling, const PerTile& per_tile) {
  for_blocks(tiling.count(), 1, [&](std::size_t k, std::size_t) { per_tile(k, tiling.tile(k)); });
}

}  // namespace

TileFit fit_tiles(Shape shape, std::span<const float> reference, std::span<const float> frame,
                  ImageCenter center, bool with_magnification) {
  const Tiling tiling(shape);
  const double radius = rms_radius(shape, center);
  const Images images{shape, reference.data(), frame.data(), center, static_cast<float>(radius)};
  const int wanted = with_magnification ? unknowns : unknowns - 1;
  std::vector<Evidence> tiles(tiling.count());
  for_tiles(tiling, [&](std::size_t k, const Tiling::Tile& tile) {
    tiles[k] = evidence_of(gram_of(images, tile), wanted);
  });
  TileFit fit = combine(tiles, wanted);
  fit.magnify /= radius;
  double pixels = 0;
  for (const Evidence& tile : tiles) pixels += tile.pixels;
  fit.overlap = pixels / static_cast<double>(shape.pixels());
  return fit;
}

double structure(Shape shape, std::span<const float> image, double noise) {
  const Tiling tiling(shape);
  const Images images{shape, image.data(), image.data(), {}, 1};
  std::vector<double> slopes(tiling.count()), pixels(tiling.count());
  for_tiles(tiling, [&](std::size_t k, const Tiling::Tile& tile) {
    const Gram gram = gram_of(images, tile);
    pixels[k] = gram(one, one);
    if (pixels[k] < least_pixels) return;
    const Eigen::MatrixXd around_plane = without<reference_value>(gram);
    slopes[k] = around_plane(1, 1) + around_plane(2, 2);
  });
  double found = 0, compared = 0;
  for (std::size_t k = 0; k < slopes.size(); ++k) found += slopes[k], compared += pixels[k];
  // Smoothed by 1 4 6 4 1 in both directions, white noise keeps (70/256)² of its variance, with correlation
  // 0.4 two pixels apart: a central difference has 0.3 of that.
  const double of_noise = compared * 2 * 0.3 * std::pow(70.0 / 256, 2) * noise * noise;
  return found > 1.1 * of_noise ? found - of_noise : 0;
}

}  // namespace phasecast
