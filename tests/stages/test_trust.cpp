#include "stages/lambda.hpp"
#include "stages/trust.hpp"

#include <catch2/catch.hpp>

#include "stages/median.hpp"
#include "synthetic.hpp"

using namespace phasecast;

namespace {

std::vector<float> floats(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

/// 4.5 standard deviations of σ from the median of this many chi squared values, relative to σ.
double tolerance_of_noise(double degrees_of_freedom, int pixels) {
  return 4.5 * 0.5 * 1.2533 * std::sqrt(2 / degrees_of_freedom / pixels);
}

}  // namespace

TEST_CASE("a median is the middle value") {
  CHECK(median(std::vector<double>{3, 1, 2}) == 2);
  CHECK(median(std::vector<double>{4, 1, 3, 2}) == 3);
  CHECK(std::isnan(median(std::vector<double>{})));
}

TEST_CASE("the noise is recovered in every mode, also under an extrapolated background") {
  const int pixels = 4000;
  const auto planned = synthetic::energies();
  for (const auto& config : synthetic::all_modes()) {
    CAPTURE(static_cast<int>(config.mode), config.order);
    const auto dictionary = synthetic::dictionary(2, config, planned);
    std::mt19937 random(21);
    std::normal_distribution<double> noise(0, 0.02);
    const double offset = config.mode == Normalization::none ? 0 : 0.5;
    synthetic::Stack stack(40, pixels);
    for (Eigen::Index t = 0; t < 40; ++t) {
      const Eigen::VectorXd a = dictionary.row(planned[static_cast<std::size_t>(t)]);
      for (int k = 0; k < pixels; ++k)
        stack(t, k) = static_cast<float>(offset + 0.6 * a(0) + 0.8 * a(1) + noise(random));
    }
    const auto equations = synthetic::equations(synthetic::moments(dictionary, {1, pixels}, planned, stack));
    CHECK(equations.degrees_of_freedom == 38 - background_terms(config));
    CHECK(estimate_noise(equations) ==
          Approx(0.02).epsilon(tolerance_of_noise(equations.degrees_of_freedom, pixels)));
  }
}

TEST_CASE("the noise is known within a few percent from one degree of freedom") {
  const int pixels = 20000;
  const std::vector<double> planned{8190, 8300, 8338, 8343, 8350};
  const auto dictionary = synthetic::dictionary(2, synthetic::config(Normalization::pre_edge, 1), planned);
  const auto stack = synthetic::scan(2, planned, pixels, 0.02, 22);
  const auto equations = synthetic::equations(synthetic::moments(dictionary, {1, pixels}, planned, stack));
  CHECK(equations.degrees_of_freedom == 1);
  // 0.983 is what Wilson and Hilferty's median makes of one degree of freedom; 1.17/√N is its deviation.
  CHECK(estimate_noise(equations) == Approx(0.983 * 0.02).epsilon(4.5 * 1.17 / std::sqrt(pixels)));
}

TEST_CASE("pixels that no mixture explains hardly move the noise") {
  auto equations = synthetic::random_scan(synthetic::config(Normalization::pre_edge, 1), 2, 4000, 0.02, 23);
  const double clean = estimate_noise(equations);
  for (std::size_t k = 0; k < 4000; k += 10) equations.misfit[k] *= 1e4;
  CHECK(estimate_noise(equations) < 1.03 * clean);
  for (std::size_t k = 0; k < 4000; k += 10) equations.unusable[k] = 1;
  CHECK(estimate_noise(equations) == Approx(clean).epsilon(tolerance_of_noise(36, 400)));
  equations.unusable.assign(4000, 1);
  CHECK(std::isnan(estimate_noise(equations)));
}

TEST_CASE("two states have a λ of half the noise times the distance of their references") {
  const auto planned = synthetic::energies();
  const auto config = synthetic::config(Normalization::pre_edge);
  const auto dictionary = synthetic::dictionary(2, config, planned);
  double squares = 0;
  for (double e : planned) squares += std::pow(dictionary.row(e)(0) - dictionary.row(e)(1), 2);
  const auto equations = synthetic::random_scan(config, 2, 10, 0.01, 24);
  CHECK(lambda_by_rule(equations, 0.03, 0.7) ==
        Approx(0.35 * 0.03 * std::sqrt(squares) * 0.7).epsilon(1e-12));
}

TEST_CASE("λ for more states does not depend on their order and follows the curvatures on the plane") {
  auto equations = synthetic::random_scan(synthetic::config(Normalization::pre_edge), 4, 10, 0.01, 25);
  const double lambda = lambda_by_rule(equations, 1, 1);
  const Eigen::Matrix4d centering = Eigen::Matrix4d::Identity() - Eigen::Matrix4d::Constant(0.25);
  const Eigen::Vector4d mu =
      Eigen::SelfAdjointEigenSolver<Eigen::Matrix4d>(centering * equations.gram * centering).eigenvalues();
  CHECK(lambda == Approx(0.35 * std::sqrt(2 * std::cbrt(mu(1) * mu(2) * mu(3)))).epsilon(1e-9));

  const std::vector<Eigen::Index> order{2, 0, 3, 1};
  equations.gram = Eigen::MatrixXd(equations.gram(order, order));
  CHECK(lambda_by_rule(equations, 1, 1) == Approx(lambda).epsilon(1e-12));
}

TEST_CASE("the uncertainty is the covariance through the derivative of x = z / Σz") {
  for (const auto& config : synthetic::all_modes()) {
    const int states = 3, pixels = 20;
    auto equations = synthetic::random_scan(config, states, pixels, 0.02, 28);
    equations.unusable[4] = 1;
    const auto fit = lcf(equations, LcfConstraint::non_negative);
    const auto found = uncertainty_map(equations, floats(fit.fraction), floats(fit.scale), 0.02);
    for (std::size_t k = 0; k < pixels; ++k) {
      if (k == 4) continue;
      Eigen::Vector3d z;
      for (int l = 0; l < states; ++l)
        z(l) = fit.scale[k] * fit.fraction[static_cast<std::size_t>(l) * pixels + k];
      Eigen::Matrix3d derivative;
      for (int j = 0; j < states; ++j) {
        const Eigen::Vector3d step = 1e-5 * Eigen::Vector3d::Unit(j);
        derivative.col(j) = ((z + step) / (z + step).sum() - (z - step) / (z - step).sum()) / 2e-5;
      }
      const Eigen::Matrix3d covariance = derivative * equations.covariance * derivative.transpose();
      for (int l = 0; l < states; ++l)
        CHECK(found[static_cast<std::size_t>(l) * pixels + k] ==
              Approx(0.02 * equations.noise_gain[k] * std::sqrt(covariance(l, l))).epsilon(1e-4));
    }
    CHECK(std::isnan(found[4]));
  }
}

TEST_CASE("fractions of the same pixel measured many times scatter as their uncertainty says") {
  const auto planned = synthetic::energies();
  const int pixels = 4000;
  const Eigen::Vector2d z(0.8, 0.6);
  for (int order : {0, 1}) {
    const auto dictionary =
        synthetic::dictionary(2, synthetic::config(Normalization::pre_edge, order), planned);
    std::mt19937 random(29);
    std::normal_distribution<double> noise(0, 0.01);
    synthetic::Stack stack(40, pixels);
    for (Eigen::Index t = 0; t < 40; ++t)
      for (int k = 0; k < pixels; ++k)
        stack(t, k) = static_cast<float>(0.5 + z.dot(dictionary.row(planned[static_cast<std::size_t>(t)])) +
                                         noise(random));
    const auto equations = synthetic::equations(synthetic::moments(dictionary, {1, pixels}, planned, stack));
    const auto fit = lcf(equations, LcfConstraint::non_negative);
    const Eigen::Map<const Eigen::VectorXd> x(fit.fraction.data(), pixels);
    const double scatter = std::sqrt((x.array() - x.mean()).square().sum() / (pixels - 1));
    const std::vector<float> truth{static_cast<float>(z(0) / z.sum()), static_cast<float>(z(1) / z.sum())};
    auto one_pixel = equations;
    one_pixel.shape = {1, 1};
    const auto stated =
        uncertainty_map(one_pixel, truth, std::vector<float>{static_cast<float>(z.sum())}, 0.01);
    CHECK(scatter == Approx(stated[0]).epsilon(4.5 / std::sqrt(2.0 * pixels)));
    CHECK(stated[0] == Approx(stated[1]));
  }
}

TEST_CASE("where nothing is, the uncertainty is infinite") {
  const auto equations = synthetic::random_scan(synthetic::config(Normalization::pre_edge), 2, 1, 0.01, 30);
  const auto found = uncertainty_map(equations, std::vector<float>{0.5f, 0.5f}, std::vector<float>{0}, 0.01);
  CHECK(std::isinf(found[0]));
}

TEST_CASE("maps of another size are refused") {
  const auto equations = synthetic::random_scan(synthetic::config(Normalization::pre_edge), 2, 3, 0.01, 31);
  const std::vector<float> three(3), six(6);
  CHECK_THROWS_AS(residual_map(equations, three, three), std::invalid_argument);
  CHECK_THROWS_AS(residual_map(equations, six, six), std::invalid_argument);
  CHECK_THROWS_AS(uncertainty_map(equations, three, three, 1), std::invalid_argument);
  CHECK_THROWS_AS(uncertainty_map(equations, six, six, 1), std::invalid_argument);
}
