#include "stages/kept_frames.hpp"

#include <tbb/global_control.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "synthetic.hpp"

using namespace phasecast;

namespace {

constexpr Shape shape{93, 101};

/// A scan as it was measured, and as it is kept.
struct KeptScan {
  std::vector<double> energies_ev = synthetic::energies();
  synthetic::Stack stack = synthetic::scan(2, energies_ev, static_cast<int>(shape.pixels()), 0.01, 21);
  Dictionary dictionary =
      synthetic::dictionary(2, synthetic::config(Normalization::pre_edge, 1), energies_ev);
  std::vector<std::vector<Half>> halves;
  std::vector<KeptFrame> frames;

  KeptScan() : halves(energies_ev.size(), std::vector<Half>(shape.pixels())) {
    for (std::size_t t = 0; t < halves.size(); ++t) {
      const auto frame = synthetic::frame(stack, static_cast<Eigen::Index>(t));
      to_half(frame, halves[t]);
      frames.push_back({energies_ev[t], largest_finite(frame), halves[t]});
    }
  }
  Moments empty() const { return Moments(shape, dictionary); }
  Moments rounded() const {
    Moments sums = empty();
    std::vector<float> values(shape.pixels());
    for (const KeptFrame& frame : frames) {
      to_float(frame.absorbance, values);
      sums.add(frame.energy_ev, values);
    }
    return sums;
  }
};

bool same_bits(const Moments& a, const Moments& b) {
  return std::equal(a.sums().begin(), a.sums().end(), b.sums().begin(), b.sums().end());
}

}  // namespace

TEST_CASE("kept frames are added as the frames they hold, whatever the number of threads") {
  const KeptScan scan;
  const auto expected = scan.rounded();
  for (const std::size_t threads : {1, 2}) {
    tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    Moments sums = scan.empty();
    add_kept(scan.frames, 1, sums);
    CHECK(same_bits(sums, expected));
    CHECK(sums.energies() == 40);
    CHECK(sums.magnitude() == Approx(expected.magnitude()).epsilon(1e-3));
  }
}

TEST_CASE("sums of kept frames are within 2^-11 of those of the frames as measured") {
  const KeptScan scan;
  Moments kept = scan.empty();
  add_kept(scan.frames, 1, kept);
  const auto measured = synthetic::moments(scan.dictionary, shape, scan.energies_ev, scan.stack);
  const auto a = synthetic::equations(kept), b = synthetic::equations(measured);
  const std::size_t pixels = shape.pixels();
  // Σ_t |coefficient| |y|, with the coefficients of b = AᵀY' written out.
  const auto dense = synthetic::normalize(scan.dictionary, scan.energies_ev, scan.stack);
  const Eigen::MatrixXd weights = (dense.subtract.transpose() * dense.a).cwiseAbs();
  const Eigen::MatrixXd bound = scan.stack.cast<double>().cwiseAbs().transpose() * weights / 2048;
  double closest = 0;
  for (std::size_t i = 0; i < a.projection.size(); ++i) {
    const double limit = bound(static_cast<Eigen::Index>(i % pixels), static_cast<Eigen::Index>(i / pixels));
    const double difference = std::abs(a.projection[i] - b.projection[i]);
    REQUIRE(difference <= limit);
    closest = std::max(closest, difference / limit);
  }
  CHECK(closest > 0.01);  // it is half precision that is seen, not nothing
}

TEST_CASE("the misfit of kept frames is that of noise 3e-4 stronger at most") {
  const KeptScan scan;
  Moments kept = scan.empty();
  add_kept(scan.frames, 1, kept);
  const auto a = synthetic::equations(kept), b = synthetic::equations(synthetic::moments(
                                                 scan.dictionary, shape, scan.energies_ev, scan.stack));
  for (std::size_t k = 0; k < shape.pixels(); ++k) {
    REQUIRE(a.misfit[k] > 0);
    const double largest = scan.stack.col(static_cast<Eigen::Index>(k)).cwiseAbs().maxCoeff() / 2048;
    REQUIRE(std::abs(std::sqrt(a.misfit[k]) - std::sqrt(b.misfit[k])) <= largest * std::sqrt(40.0));
  }
}

TEST_CASE("kept frames taken out again leave only the sums' own rounding") {
  const KeptScan scan;
  Moments sums = scan.empty();
  add_kept(scan.frames, 1, sums);
  const double largest = *std::max_element(sums.sums().begin(), sums.sums().end());
  add_kept(std::span(scan.frames).first(23), -1, sums);
  add_kept(std::span(scan.frames).subspan(23), -1, sums);
  CHECK(sums.energies() == 0);
  for (const double sum : sums.sums()) REQUIRE(std::abs(sum) < 1e-13 * largest);
}
