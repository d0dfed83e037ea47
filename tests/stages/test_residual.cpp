#include <algorithm>
#include <catch2/catch.hpp>

#include "stages/trust.hpp"
#include "synthetic.hpp"

using namespace phasecast;

TEST_CASE("the residual is the distance between the normalized spectrum and the model, in every mode") {
  const auto planned = synthetic::energies();
  for (const auto& config : synthetic::all_modes()) {
    const int pixels = 50;
    const auto dictionary = synthetic::dictionary(3, config, planned);
    const auto stack = synthetic::scan(3, planned, pixels, 0.05, 26);
    const auto dense = synthetic::normalize(dictionary, planned, stack);
    const auto equations = synthetic::equations(synthetic::moments(dictionary, {1, pixels}, planned, stack));
    std::mt19937 random(1);
    std::uniform_real_distribution<float> uniform;
    std::vector<float> fraction(3 * pixels), scale(pixels);
    for (float& v : fraction) v = uniform(random);
    for (float& v : scale) v = 2 * uniform(random);
    const auto residual = residual_map(equations, fraction, scale);
    for (int k = 0; k < pixels; ++k) {
      const auto i = static_cast<std::size_t>(k);
      const Eigen::Vector3d x(fraction[i], fraction[pixels + i], fraction[2 * pixels + i]);
      const double rms = (dense.y.col(k) - scale[i] * dense.a * x).norm() / std::sqrt(40);
      CHECK(residual[i] == Approx(rms).epsilon(1e-6));
    }
  }
}

TEST_CASE("a perfect fit has no residual, though rounding leaves the sums on either side of zero") {
  const auto planned = synthetic::energies();
  for (const auto& config : synthetic::all_modes()) {
    if (config.mode == Normalization::edge_step || config.mode == Normalization::none) continue;
    const int pixels = 1000;
    synthetic::Stack stack(40, pixels);
    for (int k = 0; k < pixels; ++k) stack.col(k).setConstant(static_cast<float>(std::sin(k) * 3));
    const auto equations = synthetic::equations(
        synthetic::moments(synthetic::dictionary(2, config, planned), {1, pixels}, planned, stack));
    CHECK(*std::min_element(equations.energy.begin(), equations.energy.end()) < 0);
    const auto residual =
        residual_map(equations, std::vector<float>(2 * pixels, 0.5f), std::vector<float>(pixels, 0));
    const double bound = std::sqrt(equations.squared_rounding(0, 1) / 40);
    for (float r : residual) CHECK((r >= 0 && r <= bound));
  }
}

TEST_CASE("sums that contradict themselves have no residual, not a small one") {
  auto equations = synthetic::random_scan(synthetic::config(Normalization::pre_edge), 2, 4, 0.01, 27);
  equations.energy[1] = -1e-3;
  equations.unusable[2] = 1;
  const auto residual = residual_map(equations, std::vector<float>(8, 0.5f), std::vector<float>(4, 0));
  CHECK(std::isfinite(residual[0]));
  CHECK(std::isnan(residual[1]));
  CHECK(std::isnan(residual[2]));
}
