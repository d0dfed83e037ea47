#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

/// BM3D as it reads in the paper, one patch after the other in double precision, for noise of variance 1.
namespace naive {

using Image = Eigen::MatrixXd;
using Patch = Eigen::MatrixXd;  // 8 × 8

struct Setting {
  int step, radius, group, stride = 1;
};

inline Patch cosine() {
  Patch m(8, 8);
  for (int k = 0; k < 8; ++k)
    for (int n = 0; n < 8; ++n)
      m(k, n) = (k ? 0.5 : std::sqrt(0.125)) * std::cos((2 * n + 1) * k * std::numbers::pi / 16);
  return m;
}

/// Analysis filters as PyWavelets prints them for bior1.5, three levels, rows normalized afterwards.
inline Patch wavelet() {
  const double low[10] = {0.01657281518405971, -0.01657281518405971, -0.12153397801643787,
                          0.12153397801643787, 0.7071067811865476,   0.7071067811865476,
                          0.12153397801643787, -0.12153397801643787, -0.01657281518405971,
                          0.01657281518405971};
  Patch m = Patch::Identity(8, 8);
  for (int n : {8, 4, 2}) {
    Patch level = Patch::Identity(8, 8);
    level.topLeftCorner(n, n).setZero();
    for (int i = 0; i < n / 2; ++i) {
      for (int k = 0; k < 10; ++k) level(i, (2 * i + k - 4 + 4 * n) % n) += low[k];
      level(n / 2 + i, 2 * i) += std::sqrt(0.5);
      level(n / 2 + i, 2 * i + 1) -= std::sqrt(0.5);
    }
    m = level * m;
  }
  for (int i = 0; i < 8; ++i) m.row(i) /= m.row(i).norm();
  return m;
}

/// Sylvester's matrix, orthonormal.
inline Eigen::MatrixXd hadamard(int n) {
  Eigen::MatrixXd h(n, n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      h(i, j) = (std::popcount(static_cast<unsigned>(i & j)) % 2 ? -1 : 1) / std::sqrt(n);
  return h;
}

/// Changes the spectrum of a group, patches in its columns; returns the group's weight.
using Shrink = std::function<double(Eigen::MatrixXd& spectrum, const Eigen::MatrixXd& pilot)>;

inline std::vector<std::pair<int, int>> nearest(const Image& image, int y, int x, const Setting& setting) {
  struct Candidate {
    double distance;
    int y, x;
  };
  std::vector<Candidate> all;
  const auto reference = image.block(y, x, 8, 8);
  const int reach = setting.radius / setting.stride * setting.stride;
  for (int v = y - reach; v <= y + reach; v += setting.stride)
    for (int u = x - reach; u <= x + reach; u += setting.stride) {
      if (v < 0 || u < 0 || v + 8 > image.rows() || u + 8 > image.cols()) continue;
      all.push_back({(image.block(v, u, 8, 8) - reference).squaredNorm(), v, u});
    }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.distance < b.distance; });
  all.resize(std::bit_floor(std::min(all.size(), static_cast<std::size_t>(setting.group))));
  std::vector<std::pair<int, int>> corners;
  for (const auto& c : all) corners.emplace_back(c.y, c.x);
  return corners;
}

inline Image step(const Image& noisy, const Image& matched, const Setting& setting, const Patch& transform,
                  const Shrink& shrink) {
  Image values = Image::Zero(noisy.rows(), noisy.cols()), weights = values;
  Eigen::VectorXd window(8);
  for (int i = 0; i < 8; ++i)
    window(i) = std::cyl_bessel_i(0, 2 * std::sqrt(1 - std::pow(2 * i / 7.0 - 1, 2)));
  window /= std::cyl_bessel_i(0, 2.0);
  const Patch inverse = transform.colPivHouseholderQr().inverse(), kaiser = window * window.transpose();
  const auto last_included = [&](Eigen::Index length) {
    std::vector<int> at;
    for (int i = 0; i < length - 8; i += setting.step) at.push_back(i);
    at.push_back(static_cast<int>(length) - 8);
    return at;
  };
  for (int y : last_included(noisy.rows()))
    for (int x : last_included(noisy.cols())) {
      const auto corners = nearest(matched, y, x, setting);
      const int count = static_cast<int>(corners.size());
      Eigen::MatrixXd group(64, count), pilot(64, count);
      for (int k = 0; k < count; ++k) {
        const auto [v, u] = corners[static_cast<std::size_t>(k)];
        group.col(k) = (transform * noisy.block(v, u, 8, 8) * transform.transpose()).eval().reshaped();
        pilot.col(k) = (transform * matched.block(v, u, 8, 8) * transform.transpose()).eval().reshaped();
      }
      const Eigen::MatrixXd h = hadamard(count);
      group *= h;
      const double weight = shrink(group, pilot * h);
      group *= h;
      for (int k = 0; k < count; ++k) {
        const auto [v, u] = corners[static_cast<std::size_t>(k)];
        const Patch filtered = inverse * group.col(k).reshaped(8, 8) * inverse.transpose();
        values.block(v, u, 8, 8) += weight * kaiser.cwiseProduct(filtered);
        weights.block(v, u, 8, 8) += weight * kaiser;
      }
    }
  return values.cwiseQuotient(weights);
}

inline Image hard_step(const Image& noisy, const Setting& setting, double threshold) {
  return step(noisy, noisy, setting, wavelet(), [&](Eigen::MatrixXd& spectrum, const Eigen::MatrixXd&) {
    const double mean = spectrum(0, 0);
    int kept = std::abs(mean) <= threshold;
    for (double& c : spectrum.reshaped()) std::abs(c) > threshold ? void(++kept) : void(c = 0);
    spectrum(0, 0) = mean;
    return 1.0 / kept;
  });
}

inline Image wiener_step(const Image& noisy, const Image& pilot, const Setting& setting) {
  return step(noisy, pilot, setting, cosine(),
              [](Eigen::MatrixXd& spectrum, const Eigen::MatrixXd& of_pilot) {
                Eigen::MatrixXd gain = of_pilot.array().square() / (of_pilot.array().square() + 1);
                gain(0, 0) = 1;
                spectrum.array() *= gain.array();
                return 1 / gain.squaredNorm();
              });
}

/// Piecewise linear in each direction, constant beyond the outer pixels.
inline Image upsampled(const Image& coarse, Eigen::Index rows, Eigen::Index columns) {
  const auto weights = [](Eigen::Index fine, Eigen::Index length) {
    Eigen::MatrixXd w = Eigen::MatrixXd::Zero(fine, length);
    for (Eigen::Index i = 0; i < fine; ++i) {
      const double at = std::clamp((i + 0.5) / 2 - 0.5, 0.0, length - 1.0);
      const auto left = static_cast<Eigen::Index>(at), right = std::min(left + 1, length - 1);
      w(i, left) += 1 - (at - left);
      w(i, right) += at - left;
    }
    return w;
  };
  return weights(rows, coarse.rows()) * coarse * weights(columns, coarse.cols()).transpose();
}

inline Image binned(const Image& image) {
  Image result(image.rows() / 2, image.cols() / 2);
  for (int y = 0; y < result.rows(); ++y)
    for (int x = 0; x < result.cols(); ++x) result(y, x) = image.block(2 * y, 2 * x, 2, 2).mean();
  return result;
}

inline Image smoothed(const Image& image) {
  const auto weights = [](Eigen::Index n) {
    Eigen::MatrixXd w = Eigen::MatrixXd::Zero(n, n);
    for (Eigen::Index i = 0; i < n; ++i)
      for (int d : {-1, 0, 1}) w(i, std::clamp<Eigen::Index>(i + d, 0, n - 1)) += d ? 0.25 : 0.5;
    return w;
  };
  return weights(image.rows()) * image * weights(image.cols()).transpose();
}

struct Scales {
  Setting first, second;
  int coarser = 0;  // scales beyond the finest
};

inline int stride_of(double share, bool finest) {
  if (share > 0.97) return 4;
  if (share > 0.9) return 3;
  return share > (finest ? 0.5 : 0.8) ? 2 : 1;
}

inline Image denoise(const Image& noisy, const Scales& scales, bool finest = true) {
  const double variance = (noisy.array() - noisy.mean()).square().mean();
  const double share = std::min(1.0, 1 / variance);
  const Image basic = hard_step(noisy, scales.first, 2.7 + 0.6 * share);
  Setting second = scales.second;
  second.stride = stride_of(share, finest);
  Image estimate = second.group ? wiener_step(noisy, basic, second) : basic;
  if (scales.coarser > 0) {
    const Image coarse =
        denoise(2 * binned(noisy), {scales.first, scales.second, scales.coarser - 1}, false) / 2;
    estimate += upsampled(smoothed(coarse - binned(estimate)), noisy.rows(), noisy.cols());
  }
  return estimate;
}

}  // namespace naive
