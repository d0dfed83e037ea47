#include "stages/blind.hpp"

#include <catch2/catch.hpp>

#include "tests/stages/blind_problem.hpp"

namespace phasecast {
namespace {

using blind_problem::largest_angle;
using blind_problem::make;
using blind_problem::Problem;

BlindConfig config_for(int states) {
  BlindConfig config;
  config.normalize.pre_edge = {8300, 8322};
  config.normalize.post_edge = {8380, 8400};
  config.normalize.e0_ev = 8345;
  config.vca.states = states;
  return config;
}

BlindSpectra spectra_of(const Problem& problem, const BlindConfig& config) {
  const auto subspace = find_subspace(problem.view(), std::max(1, config.vca.states));
  REQUIRE(subspace.ok());
  auto found = blind_spectra(problem.energies_ev, *subspace, config);
  INFO((found.ok() ? "" : found.error().text()));
  REQUIRE(found.ok());
  return *found;
}

}  // namespace

TEST_CASE("the states of a stack are counted and found, up to five, with noise and empty pixels") {
  for (int states = 2; states <= 5; ++states)
    for (unsigned seed = 1; seed <= 2; ++seed) {
      const Problem problem = make({.states = states,
                                    .sigma = 0.01,
                                    .seed = seed,
                                    .shape = {40, 40},
                                    .empty = 0.3,
                                    .background = 0.5});
      const BlindSpectra found = spectra_of(problem, config_for(0));
      INFO("states " << states << " seed " << seed);
      CHECK(found.evidence.states() == states);
      REQUIRE(found.spectra.cols() == states);
      CHECK(largest_angle(found.spectra, problem.a) < 3);
      CHECK(found.pixels < 0.7 * problem.shape.pixels());  // none of the empty ones
    }
}

TEST_CASE("a background that falls with the energy is removed, whatever the open beam counts") {
  for (double open_beam : {0.0, 7.6, -3.0}) {
    const Problem problem =
        make({.states = 2, .shape = {40, 40}, .empty = 0.2, .background = 2, .open_beam = open_beam});
    const auto angle = [&](Background background) {
      BlindConfig config = config_for(2);
      config.background = background;
      return largest_angle(spectra_of(problem, config).spectra, problem.a);
    };
    CHECK(angle(Background::falling) < 0.1);
    CHECK(angle(Background::flat) > 0.3);
  }
}

TEST_CASE("every normalization finds the same shapes, in the order of their edges") {
  const Problem problem = make({.states = 3, .shape = {40, 40}, .empty = 0.2});
  for (auto mode : {Normalization::none, Normalization::pre_edge, Normalization::edge_step})
    for (int order : {0, 1}) {
      BlindConfig config = config_for(3);
      config.normalize.mode = mode;
      config.normalize.order = order;
      const Eigen::MatrixXd spectra = spectra_of(problem, config).spectra;
      for (int l = 0; l < 3; ++l) CHECK(blind_problem::angle(spectra.col(l), problem.a.col(l)) < 0.05);
      if (mode == Normalization::edge_step)
        for (int l = 0; l < 3; ++l) CHECK(spectra(spectra.rows() - 1, l) == Approx(1).epsilon(0.01));
      else
        CHECK(spectra.maxCoeff() == Approx(1));
    }
}

TEST_CASE("what cannot be done is an error that says why") {
  const auto cause = [](const Problem& problem, const BlindConfig& config) {
    const auto subspace = find_subspace(problem.view(), 2);
    REQUIRE(subspace.ok());
    const auto found = blind_spectra(problem.energies_ev, *subspace, config);
    return found.ok() ? std::string() : found.error().cause;
  };
  const Problem problem = make({.states = 2, .sigma = 0.01});
  BlindConfig config = config_for(2);
  CHECK(cause(problem, config).empty());
  config.normalize.pre_edge = {7000, 7100};
  CHECK(cause(problem, config) == "window");
  config = config_for(2);
  config.normalize.mode = Normalization::edge_step;
  config.normalize.post_edge = {9000, 9100};
  CHECK(cause(problem, config) == "window");
  config.normalize.post_edge = {8380, 8400};
  config.normalize.e0_ev = 0;
  CHECK(cause(problem, config) == "edge_step");
  CHECK(cause(make({.states = 2, .sigma = 1, .empty = 1}), config_for(2)) == "element");
}

}  // namespace phasecast
