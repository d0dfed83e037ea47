#include "stages/edge50.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "stages/dense.hpp"
#include "stages/parallel.hpp"

namespace phasecast {

namespace {

constexpr std::size_t lanes = 64;  // pixels at a time: their spectra stay in the L2 cache
using Lane = std::array<float, lanes>;
constexpr float none = std::numeric_limits<float>::quiet_NaN();

/// Smoothed value at energy t = Σ_j weight[j] y[first + j].
struct Smoother {
  std::size_t first = 0;
  std::vector<float> weights;
};

/// The value at energy t of the parabola fitted to the energies around it; a window of 1 keeps the value.
Smoother smoother_at(std::span<const double> energies, std::size_t t, std::size_t window) {
  const std::size_t half = window / 2, last_start = energies.size() - window;
  Smoother smoother{std::min(t > half ? t - half : 0, last_start), std::vector<float>(window)};
  const auto points = static_cast<Eigen::Index>(window);
  const double reach = energies[smoother.first + window - 1] - energies[smoother.first];
  Eigen::MatrixXd powers(points, std::min<Eigen::Index>(points, 3));
  for (Eigen::Index j = 0; j < points; ++j) {
    const double u = window == 1 ? 0 : (energies[smoother.first + j] - energies[t]) / reach;
    for (Eigen::Index p = 0; p < powers.cols(); ++p) powers(j, p) = std::pow(u, p);
  }
  const Eigen::MatrixXd fit = least_squares(powers, Eigen::MatrixXd::Identity(points, points));
  for (Eigen::Index j = 0; j < points; ++j) smoother.weights[j] = static_cast<float>(fit(0, j));
  return smoother;
}

/// Where a spectrum first rises through the half, in steps of the energies, and the means on either side.
float first_rise(const std::vector<Lane>& y, std::size_t k, float half, std::span<const double> energies) {
  std::size_t rise = 0;
  float before = 0, behind = 0;
  for (std::size_t t = 0; t < y.size(); ++t) {
    if (!std::isfinite(y[t][k])) return none;
    if (rise == 0 && t > 0 && y[t - 1][k] < half && y[t][k] >= half) rise = t;
    (rise == 0 ? before : behind) += y[t][k];
  }
  if (rise == 0) return none;
  const auto below = static_cast<float>(rise), above = static_cast<float>(y.size() - rise);
  if (!(before / below < half && behind / above > half)) return none;
  const double low = y[rise - 1][k], part = (half - low) / (y[rise][k] - low);
  return static_cast<float>(energies[rise - 1] + part * (energies[rise] - energies[rise - 1]));
}

class HalfEnergies {
 public:
  HalfEnergies(std::span<const double> energies, const Edge50Config& config)
      : energies_(energies), half_(config.half) {
    for (std::size_t t = 0; t < energies.size(); ++t)
      smoothers_.push_back(smoother_at(energies, t, static_cast<std::size_t>(config.window)));
  }

  /// Of `count` spectra; y[t] is energy t of all of them.
  void operator()(const std::vector<Lane>& y, std::vector<Lane>& smooth, std::size_t count,
                  float* out) const {
    Lane largest;
    largest.fill(-std::numeric_limits<float>::infinity());
    for (std::size_t t = 0; t < y.size(); ++t) {
      smooth[t].fill(0);
      for (std::size_t j = 0; j < smoothers_[t].weights.size(); ++j) {
        const float weight = smoothers_[t].weights[j];
        const Lane& value = y[smoothers_[t].first + j];
        for (std::size_t k = 0; k < lanes; ++k) smooth[t][k] += weight * value[k];
      }
      for (std::size_t k = 0; k < lanes; ++k) largest[k] = std::max(largest[k], smooth[t][k]);
    }
    for (std::size_t k = 0; k < count; ++k)
      out[k] = first_rise(smooth, k, half_ == HalfOf::edge ? 0.5F : largest[k] / 2, energies_);
  }

 private:
  std::span<const double> energies_;
  HalfOf half_;
  std::vector<Smoother> smoothers_;
};

std::optional<Error> check(std::span<const double> energies, std::size_t frames, const Edge50Config& config) {
  const Error bad_energies{"energies", "edge-50", "energies", "", "strictly increasing, one per frame"};
  if (energies.size() != frames || energies.size() < 2) return bad_energies;
  for (std::size_t t = 1; t < energies.size(); ++t)
    if (!(energies[t] > energies[t - 1])) {
      Error error = bad_energies;
      error.value = std::to_string(energies[t - 1]) + ", " + std::to_string(energies[t]);
      return error;
    }
  if (config.window < 1 || config.window % 2 == 0 || config.window > static_cast<int>(energies.size()))
    return Error{"window", "edge-50", "window", std::to_string(config.window),
                 "an odd number of energies, at most " + std::to_string(energies.size())};
  return std::nullopt;
}

}  // namespace

Result<Edge50Map> edge50(std::span<const double> energies_ev, const StackView& normalized,
                         const std::array<std::span<const double>, 2>& references,
                         const Edge50Config& config) {
  if (auto error = check(energies_ev, normalized.frames.size(), config)) return *error;
  const std::size_t pixels = normalized.shape.pixels(), energies = energies_ev.size();
  const HalfEnergies half_energies(energies_ev, config);
  Edge50Map map{std::vector<float>(pixels), std::vector<float>(2 * pixels), {}, 0};

  std::vector<Lane> y(energies), smooth(energies);
  for (std::size_t l = 0; l < 2; ++l)
    for (std::size_t t = 0; t < energies; ++t)
      y[t][l] = references[l].size() == energies ? static_cast<float>(references[l][t]) : none;
  Lane of_reference;
  half_energies(y, smooth, 2, of_reference.data());
  map.reference_ev = {of_reference[0], of_reference[1]};
  const double span = map.reference_ev[1] - map.reference_ev[0];
  if (!(std::abs(span) > 0))
    return Error{"edge", "edge-50", "half energies of the references",
                 std::to_string(map.reference_ev[0]) + ", " + std::to_string(map.reference_ev[1]),
                 "two spectra on these energies with edges at different energies"};

  std::atomic<std::size_t> clipped = 0;
  for_blocks(pixels, [&](std::size_t begin, std::size_t end) {
    std::vector<Lane> spectra(energies), work(energies);
    std::size_t outside = 0;
    for (std::size_t first = begin; first < end; first += lanes) {
      const std::size_t count = std::min(lanes, end - first);
      for (std::size_t t = 0; t < energies; ++t)
        std::copy_n(normalized.frames[t] + first, count, spectra[t].begin());
      half_energies(spectra, work, count, map.energy_ev.data() + first);
    }
    for (std::size_t k = begin; k < end; ++k) {
      const double part = (map.energy_ev[k] - map.reference_ev[0]) / span;
      outside += part < 0 || part > 1;
      map.fraction[pixels + k] = static_cast<float>(std::clamp(part, 0.0, 1.0));
      map.fraction[k] = 1 - map.fraction[pixels + k];
    }
    clipped += outside;
  });
  map.clipped = clipped;
  return map;
}

}  // namespace phasecast
