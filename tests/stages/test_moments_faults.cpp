#include <catch2/catch.hpp>
#include <limits>

#include "synthetic.hpp"

using namespace phasecast;

namespace {

constexpr Shape shape{9, 7};
constexpr int pixels = 63;

}  // namespace

TEST_CASE("a value that is not finite marks its pixel for good and no other") {
  const auto planned = synthetic::energies();
  const auto config = synthetic::config(Normalization::pre_edge);
  const auto dictionary = synthetic::dictionary(2, config, planned);
  const auto stack = synthetic::scan(2, planned, pixels, 0.01, 16);
  const float bad = GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity());
  auto spoiled = stack;
  spoiled(30, 17) = bad;
  auto sums = synthetic::moments(dictionary, shape, planned, spoiled);
  sums.add(planned[30], synthetic::frame(spoiled, 30), -1);
  sums.add(planned[30], synthetic::frame(stack, 30));
  const auto marked = synthetic::equations(sums);
  const auto clean = synthetic::equations(synthetic::moments(dictionary, shape, planned, stack));
  for (std::size_t k = 0; k < pixels; ++k) {
    CHECK(marked.unusable[k] == (k == 17));
    if (k != 17) CHECK(marked.energy[k] == Approx(clean.energy[k]).epsilon(1e-12));
  }
  CHECK(marked.projection[17] == 0);
  CHECK(marked.energy[17] == 0);
  CHECK(marked.noise_gain[17] == 0);
  CHECK(std::isfinite(marked.magnitude));
}

TEST_CASE("a pixel without a positive edge step is unusable") {
  const auto planned = synthetic::energies();
  const auto dictionary = synthetic::dictionary(2, synthetic::config(Normalization::edge_step), planned);
  auto stack = synthetic::scan(2, planned, pixels, 0.0, 17);
  stack.col(5) = -stack.col(5);
  stack.col(6).setZero();
  const auto equations = synthetic::equations(synthetic::moments(dictionary, shape, planned, stack));
  for (std::size_t k = 0; k < pixels; ++k) CHECK(equations.unusable[k] == (k == 5 || k == 6));
}

TEST_CASE("while the energies do not determine the fractions, the error says what is still needed") {
  const auto planned = synthetic::energies();
  const auto stack = synthetic::scan(2, planned, pixels, 0.01, 18);
  const auto text_after = [&](const NormalizeConfig& config, std::vector<std::size_t> received) {
    Moments sums(shape, synthetic::dictionary(2, config, planned));
    for (std::size_t t : received)
      sums.add(planned[t], synthetic::frame(stack, static_cast<Eigen::Index>(t)));
    const auto result = sums.normal_equations();
    if (result) return std::string();
    CHECK(result.error().cause == "energies");
    return result.error().text();
  };
  const auto pre1 = synthetic::config(Normalization::pre_edge, 1);
  CHECK_THAT(text_after(pre1, {}),
             Catch::Contains("at least 2 energies from 8180 to 8320 eV for the pre-edge (0 so far)"));
  CHECK_THAT(text_after(pre1, {0, 20, 21, 22, 23}), Catch::Contains("(1 so far)"));
  CHECK_THAT(text_after(pre1, {3, 3, 20, 21, 22}), Catch::Contains("further apart"));
  CHECK_THAT(text_after(pre1, {0, 1, 2, 3, 20}), Catch::Contains("at least 2 energies outside the pre-edge"));
  CHECK_THAT(text_after(pre1, {0, 1, 20, 21}),
             Catch::Contains("at least 5 energies for 2 states and 2 background"));
  CHECK(text_after(pre1, {0, 1, 18, 20, 22}).empty());
  const auto step = synthetic::config(Normalization::edge_step, 0, 1);
  CHECK_THAT(text_after(step, {0, 1, 2, 18, 20, 22}),
             Catch::Contains("at least 2 energies from 8400 to 8560 eV"));
  CHECK_THAT(text_after(step, {0, 18, 20, 22, 38, 38}), Catch::Contains("further apart"));
  CHECK(text_after(step, {0, 18, 20, 22, 36, 38}).empty());
  CHECK_THAT(text_after(synthetic::config(Normalization::none), {0, 20}),
             Catch::Contains("at least 3 energies"));
}

TEST_CASE("a frame of another size is refused") {
  const auto planned = synthetic::energies();
  Moments sums(shape, synthetic::dictionary(2, synthetic::config(Normalization::none), planned));
  CHECK_THROWS_AS(sums.add(planned[0], std::vector<float>(62)), std::invalid_argument);
  CHECK(sums.energies() == 0);
}
