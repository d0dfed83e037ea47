#include "stages/reference_shift.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>

#include "stages/shift_grid.hpp"
#include "tests/paths.hpp"
#include "tests/stages/shift_scan.hpp"

using namespace phasecast;
using namespace phasecast::shift_scan;

namespace {

SpectrumSample element_of(const std::vector<Spectrum>& truth, const Options& options) {
  const auto dictionary = Dictionary::make(truth, energies(), normalize());
  REQUIRE(dictionary.ok());
  const SpectrumSample sample = make(truth, options);
  auto element = with_element(view_of(sample), *dictionary, 2048);
  REQUIRE(element.ok());
  return *element;
}

ReferenceShifts fitted(const SpectrumSample& sample, std::span<const Spectrum> references,
                       ShiftConfig config = {}) {
  const auto found = fit_shifts(sample, references, 1, config);
  INFO((found.ok() ? "" : found.error().text()));
  REQUIRE(found.ok());
  return *found;
}

}  // namespace

TEST_CASE("references at wrong energies are found out to 0.1 eV at every noise") {
  const double sigma = GENERATE(0.003, 0.03, 0.1, 0.3);
  const auto wrong =
      GENERATE(std::vector<double>{1.5, 0}, std::vector<double>{0, 1.5}, std::vector<double>{1.5, 1.5},
               std::vector<double>{-1.5, -1.5}, std::vector<double>{1.5, -0.7},
               std::vector<double>{-1.5, 1.5}, std::vector<double>{0, 0});
  const auto found = fitted(element_of(truth(), {.sigma = sigma}), too_low(truth(), wrong));
  CAPTURE(sigma, wrong, found.shift_ev.transpose(), found.uncertainty_ev.transpose());
  for (Eigen::Index l = 0; l < 2; ++l) {
    CHECK(found.told(l));
    CHECK(found.shift_ev(l) == Approx(wrong[static_cast<std::size_t>(l)]).margin(0.1));
  }
}

TEST_CASE("three references with shifts of their own are put right") {
  const std::vector<double> wrong{1.5, -1, 0.6};
  const auto found = fitted(element_of(truth(3), {.states = 3}), too_low(truth(3), wrong));
  CAPTURE(found.shift_ev.transpose(), found.uncertainty_ev.transpose());
  for (Eigen::Index l = 0; l < 3; ++l)
    CHECK(found.shift_ev(l) == Approx(wrong[static_cast<std::size_t>(l)]).margin(0.1));
}

TEST_CASE("the slope of the misfit is that of finite differences, for any mixture of supports") {
  const auto sample = element_of(truth(3), {.states = 3, .sigma = 0.1});
  const Eigen::Vector3d center{0.13, -0.21, 0.37};
  const ShiftProblem problem(sample, truth(3), 1, center, 1);
  const Eigen::VectorXd downhill = problem.slope(center).downhill.colwise().sum();
  for (Eigen::Index l = 0; l < 3; ++l) {
    // As far apart as the slope of the references is taken over.
    const Eigen::VectorXd step = ShiftProblem::half_difference_ev * Eigen::VectorXd::Unit(3, l);
    const double difference = (problem.misfit(center + step) - problem.misfit(center - step)) /
                              (2 * ShiftProblem::half_difference_ev);
    CHECK(downhill(l) == Approx(-difference / 2).epsilon(0.01));
  }
}

TEST_CASE("the grid of the coarse search has the misfits of single shifts") {
  const auto sample = element_of(truth(3), {.states = 3, .sigma = 0.1});
  const ShiftProblem problem(sample, truth(3), 1, Eigen::VectorXd::Zero(3), 5);
  const ShiftGrid grid(problem, 0.5);
  REQUIRE(grid.states() == 3);
  REQUIRE(grid.reach() == 10);
  const std::vector<Eigen::Vector3i> places{{0, 0, 0}, {10, -10, 10}, {-10, -10, -10}, {1, 0, 0}, {0, -7, 3}};
  for (const Eigen::Vector3i& steps : places)
    CHECK(grid.misfit(steps) == Approx(problem.misfit(0.5 * steps.cast<double>())).epsilon(1e-10));
}

TEST_CASE("the stated uncertainty is that of noise: shifts of many noises scatter as it says") {
  Eigen::Vector2d mean = Eigen::Vector2d::Zero(), square = mean, stated = mean;
  constexpr int noises = 40;
  for (unsigned seed = 1; seed <= noises; ++seed) {
    const auto found = fitted(element_of(truth(), {.pixels = 300, .sigma = 0.1, .seed = seed}), truth());
    mean += found.shift_ev / noises;
    square += found.shift_ev.cwiseAbs2() / noises;
    stated += found.uncertainty_ev / noises;
  }
  const Eigen::Vector2d scatter = (square - mean.cwiseAbs2()).cwiseSqrt();
  CAPTURE(mean.transpose(), scatter.transpose(), stated.transpose());
  for (Eigen::Index l = 0; l < 2; ++l) {
    CHECK(stated(l) / scatter(l) > 0.7);
    CHECK(stated(l) / scatter(l) < 2);
    CHECK(std::abs(mean(l)) < 4 * scatter(l) / std::sqrt(noises) + 0.01);
  }
}

TEST_CASE("of a state that hardly occurs the shift cannot be told, and the other's can") {
  const auto found = fitted(element_of(truth(), {.pixels = 300, .sigma = 0.2, .last = 0}), truth());
  CAPTURE(found.shift_ev.transpose(), found.uncertainty_ev.transpose());
  CHECK(found.told(0));
  CHECK_FALSE(found.told(1));
  CHECK(std::abs(found.shift_ev(0)) < 0.1);
}

TEST_CASE("one shift for all is more certain than one for each") {
  const std::vector<double> wrong{1.5, 1.5};
  const auto sample = element_of(truth(), {.sigma = 0.1});
  const auto common = fitted(sample, too_low(truth(), wrong), {.common = true});
  const auto each = fitted(sample, too_low(truth(), wrong));
  CHECK(common.shift_ev(0) == common.shift_ev(1));
  CHECK(common.shift_ev(0) == Approx(1.5).margin(0.05));
  CHECK((common.uncertainty_ev.array() <= each.uncertainty_ev.array()).all());
}

TEST_CASE("a shift beyond what is searched is not told") {
  const std::vector<double> wrong{9, 9};
  const auto found = fitted(element_of(truth(), {}), too_low(truth(), wrong));
  CAPTURE(found.shift_ev.transpose(), found.uncertainty_ev.transpose());
  CHECK_FALSE(found.told(0));
  CHECK_FALSE(found.told(1));
}

TEST_CASE("references that cover too little wherever they are moved to are refused") {
  auto references = truth();
  for (Spectrum& s : references) {
    s.energy_ev = {8340, 8345, 8350};
    s.mu = {0, 0.5, 1};
  }
  const auto found = fit_shifts(element_of(truth(), {}), references, 1, {});
  REQUIRE_FALSE(found.ok());
  CHECK(found.error().cause == "energies");
}

TEST_CASE("shifts are those of a dense grid search in numpy") {
  // What tests/oracles/reference_shift.py wrote: named tables.
  std::ifstream file(PHASECAST_SOURCE_DIR "/tests/oracles/reference_shift.txt");
  REQUIRE(file.good());
  std::map<std::string, Eigen::MatrixXd> tables;
  std::string name;
  Eigen::Index rows = 0, columns = 0;
  while (file >> name >> rows >> columns) {
    Eigen::MatrixXd& table = tables[name];
    table.resize(rows, columns);
    for (double& v : table.reshaped<Eigen::RowMajor>()) file >> v;
  }
  const auto row = [&](const std::string& of, Eigen::Index i) {
    const Eigen::VectorXd values = tables.at(of).row(i);
    return std::vector<double>(values.begin(), values.end());
  };
  const SpectrumSample sample{row("energies", 0), tables.at("spectra").cast<float>()};
  std::vector<Spectrum> references;
  for (Eigen::Index l = 0; l < 2; ++l)
    references.push_back({"state" + std::to_string(l), row("reference_energies", l), row("mu", l)});

  const auto found = fitted(sample, references, {.search_ev = 3});
  const Eigen::VectorXd searched = tables.at("shift").row(0);
  CAPTURE(found.shift_ev.transpose(), found.uncertainty_ev.transpose(), searched.transpose());
  for (Eigen::Index l = 0; l < 2; ++l) CHECK(found.shift_ev(l) == Approx(searched(l)).margin(0.02));
}
