#include <tbb/global_control.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "stages/normal_numbers.hpp"
#include "tools/simulate/noisy_stack.hpp"
#include "tools/simulate/phantom.hpp"
#include "tools/simulate/spectra.hpp"

using namespace phasecast;

namespace {

constexpr Shape small{60, 80};

std::vector<float> normals(std::size_t count, std::uint64_t key) {
  std::vector<float> values(count);
  fill_normal(key, values);
  return values;
}

double correlation(const float* a, const float* b, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += double(a[i]) * b[i];
  return sum / static_cast<double>(count);
}

}  // namespace

TEST_CASE("in every pixel of every phantom the fractions are none below zero and sum to one") {
  for (const SceneKind kind : scene_kinds) {
    for (const int states : {2, 3, 5}) {
      INFO(name_of(kind) << " with " << states << " states");
      const Phantom phantom = make_phantom(kind, small, states, 3);
      REQUIRE(phantom.states.size() == std::size_t(states));
      const std::size_t n = small.pixels();
      REQUIRE(phantom.fraction.size() == states * n);
      for (std::size_t k = 0; k < n; ++k) {
        double sum = 0;
        for (int j = 0; j < states; ++j) {
          REQUIRE(phantom.fraction[j * n + k] >= 0);
          sum += phantom.fraction[j * n + k];
        }
        REQUIRE(sum == Approx(1).margin(1e-6));
      }
      for (int j = 0; j < states; ++j) {
        const auto plane = phantom.fraction.begin() + j * n;
        CHECK(*std::max_element(plane, plane + n) > 0.1F);
      }
    }
  }
}

TEST_CASE("no map is sharper than the microscope: neighbors differ by at most a pixel's share of a step") {
  for (const SceneKind kind : scene_kinds) {
    INFO(name_of(kind));
    const Phantom phantom = make_phantom(kind, small, 3, 3);
    const float steepest = 0.4F;  // the middle weight of a Gaussian with a standard deviation of one pixel
    float largest = 0;
    for (std::size_t i = 0; i + 1 < 2 * small.pixels(); ++i)
      if ((i + 1) % small.width != 0)
        largest = std::max(largest, std::abs(phantom.fraction[i + 1] - phantom.fraction[i]));
    CHECK(largest <= steepest);
    CHECK(largest > 0.05F);
  }
}

TEST_CASE("the scale of a phantom varies smoothly over most of 0.8 to 1.2") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Phantom phantom = make_phantom(SceneKind::particle, small, 2, seed);
    const auto [low, high] = std::minmax_element(phantom.scale.begin(), phantom.scale.end());
    CHECK(*low >= 0.8F);
    CHECK(*low < 0.9F);
    CHECK(*high <= 1.2F);
    CHECK(*high > 1.1F);
    for (std::size_t i = 0; i + 1 < phantom.scale.size(); ++i)
      if ((i + 1) % small.width != 0) REQUIRE(std::abs(phantom.scale[i + 1] - phantom.scale[i]) < 0.1F);
  }
}

TEST_CASE("a phantom follows from its seed") {
  const Phantom one = make_phantom(SceneKind::wedge, small, 2, 1);
  CHECK(one.fraction == make_phantom(SceneKind::wedge, small, 2, 1).fraction);
  CHECK(one.fraction != make_phantom(SceneKind::wedge, small, 2, 2).fraction);
  CHECK(one.scale != make_phantom(SceneKind::wedge, small, 2, 2).scale);
}

TEST_CASE("a photograph is the map of the first state, its negative that of the second") {
  Image<float> gray({16, 20});
  for (std::size_t i = 0; i < gray.values.size(); ++i) gray.values[i] = static_cast<float>(i) / 319;
  const Phantom phantom = phantom_from_image(gray, {0.6, 1.4}, 5);
  for (std::size_t i = 0; i < gray.values.size(); ++i) {
    REQUIRE(phantom.fraction[i] == gray.values[i]);
    REQUIRE(phantom.fraction[320 + i] == 1 - gray.values[i]);
    REQUIRE(phantom.scale[i] >= 0.6F);
    REQUIRE(phantom.scale[i] <= 1.4F);
  }
  gray.values[7] = 1.5F;
  CHECK_THROWS_WITH(phantom_from_image(gray, {}, 5), Catch::Contains("1.5") && Catch::Contains("[0, 1]"));
}

TEST_CASE("a stack without noise is s A x") {
  const auto energies = nickel_energies(23);
  const auto references = nickel_states(3, energies);
  const Phantom phantom = make_phantom(SceneKind::brine, small, 3, 2);
  const Stack stack = noisy_stack(phantom, references, 0, 9);
  REQUIRE(stack.energies_ev == energies);
  const std::size_t n = small.pixels();
  for (std::size_t t = 0; t < energies.size(); ++t) {
    for (std::size_t k = 0; k < n; ++k) {
      double expected = 0;
      for (std::size_t l = 0; l < 3; ++l)
        expected += double(phantom.scale[k]) * references[l].mu[t] * phantom.fraction[l * n + k];
      REQUIRE(stack.frame(t)[k] == Approx(expected).margin(1e-6));
    }
  }
}

TEST_CASE("the noise is proportional to sigma and the same for any number of threads") {
  const auto references = nickel_states(2, nickel_energies(23));
  const Phantom phantom = make_phantom(SceneKind::round, small, 2, 2);
  const Stack clean = noisy_stack(phantom, references, 0, 9), one = noisy_stack(phantom, references, 1, 9),
              three = noisy_stack(phantom, references, 3, 9);
  for (std::size_t i = 0; i < clean.absorbance.size(); ++i)
    REQUIRE(three.absorbance[i] - clean.absorbance[i] ==
            Approx(3 * (one.absorbance[i] - clean.absorbance[i])).margin(1e-5));
  const tbb::global_control single(tbb::global_control::max_allowed_parallelism, 1);
  CHECK(noisy_stack(phantom, references, 3, 9).absorbance == three.absorbance);
  CHECK(noisy_stack(phantom, references, 3, 10).absorbance != three.absorbance);
}

TEST_CASE("references that do not belong to the phantom are refused") {
  const Phantom phantom = make_phantom(SceneKind::round, small, 2, 2);
  CHECK_THROWS_WITH(noisy_stack(phantom, nickel_states(3, nickel_energies(23)), 1, 1),
                    Catch::Contains("3 references for 2 states"));
  auto references = nickel_states(2, nickel_energies(23));
  references[1] = nickel_states(2, nickel_energies(24))[1];
  CHECK_THROWS_WITH(noisy_stack(phantom, references, 1, 1), Catch::Contains("other energies"));
}

TEST_CASE("a grid of any number of energies has the density of the 117 of the simulation") {
  CHECK(nickel_energies(117) == nickel_energies());
  const auto fine = nickel_energies(969);
  REQUIRE(fine.size() == 969);
  CHECK(fine.front() == 8180);
  CHECK(fine.back() == 8562);
  CHECK(std::is_sorted(fine.begin(), fine.end(), std::less_equal<>()));
  const auto near_edge =
      std::count_if(fine.begin(), fine.end(), [](double e) { return e >= 8325 && e <= 8375; });
  CHECK(near_edge == Approx(969 * 51 / 117.0).epsilon(0.02));
}

TEST_CASE("the fast normal numbers have the moments and the tails of the normal distribution") {
  constexpr std::size_t n = 1'000'001;  // odd: the last block is cut
  const auto z = normals(n, 7);
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0, beyond3 = 0;
  for (const float v : z) {
    REQUIRE(std::isfinite(v));
    m1 += v;
    m2 += double(v) * v;
    m3 += std::pow(double(v), 3);
    m4 += std::pow(double(v), 4);
    beyond3 += std::abs(v) > 3;
  }
  // Five standard errors each: var(z^k) = 1, 2, 15, 96; P(|z| > 3) = 0.0026998.
  const double root = std::sqrt(double(n));
  CHECK(std::abs(m1 / n) < 5 / root);
  CHECK(std::abs(m2 / n - 1) < 5 * std::sqrt(2.0) / root);
  CHECK(std::abs(m3 / n) < 5 * std::sqrt(15.0) / root);
  CHECK(std::abs(m4 / n - 3) < 5 * std::sqrt(96.0) / root);
  CHECK(std::abs(beyond3 / n - 0.0026998) < 5 * std::sqrt(0.0026998) / root);
}

TEST_CASE("the fast normal numbers have no memory, of neighbors or of streams with other keys") {
  constexpr std::size_t n = 200'000, most = 600;
  const auto z = normals(n + most, 1);
  const double five_errors = 5 / std::sqrt(double(n));
  for (const std::size_t lag : {1, 2, 256, 511, 512})
    CHECK(std::abs(correlation(z.data(), z.data() + lag, n)) < five_errors);
  for (const std::uint64_t key : {2ULL, 3ULL, 4ULL, 1ULL + (1ULL << 32), 3ULL << 32}) {
    const auto other = normals(n, key);
    for (const std::size_t shift : {0, 1, 2, 3, 512})
      CHECK(std::abs(correlation(z.data() + shift, other.data(), n)) < five_errors);
  }
}
