#include <catch2/catch.hpp>
#include <limits>

#include "tools/findings.hpp"

using namespace phasecast;

namespace {

const double not_known = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> states = {"NiO", "LiNiO2"};

ReferenceCheck shifted(std::vector<double> shift_ev, std::vector<double> uncertainty_ev) {
  ReferenceCheck found;
  found.shift_ev = std::move(shift_ev);
  found.shift_uncertainty_ev = std::move(uncertainty_ev);
  return found;
}

}  // namespace

TEST_CASE("the newest drift that was applied is told, and how many were not") {
  CHECK(drift_text({{3, 1.25, -0.4, 1.002, 0.9, true}}) == "drift +1.2 -0.4 px, magnification 1.0020");
  CHECK(drift_text({{3, 2, -0.4, 1, 0.9, true}, {4, 50, 50, 1, 0.1, false}}) ==
        "drift +2.0 -0.4 px, magnification 1.0000; 1 of 2 flagged");
  CHECK(drift_text({{4, 50, 50, 1, 0.1, false}}) == "drift not known; 1 of 1 flagged");
}

TEST_CASE("advice says what is known of now, of the plan and of the next energy") {
  CHECK(advice_text({0.031, 0.028, 8351, 0.0304, false}, 117) ==
        "±3.1 % now, ±2.8 % with all 117; next 8351.0 eV, ±3.0 %");
  CHECK(advice_text({0.0281, 0.028, 8351, not_known, true}, 117) ==
        "±2.8 % now, ±2.8 % with all 117; next 8351.0 eV; enough");
  CHECK(advice_text({not_known, not_known, not_known, not_known, false}, 3) == "±? now, ±? with all 3");
}

TEST_CASE("a warning says which reference is off, by how much and to which side, or what is left") {
  auto found = shifted({1.5, -0.25}, {0.1, 0.02});
  CHECK(reference_warnings(found, states) ==
        std::vector<std::string>{"NiO seems 1.5 ± 0.1 eV too low", "LiNiO2 seems 0.25 ± 0.02 eV too high"});
  CHECK(reference_moves(found, states).empty());

  found = shifted({0.29, 0.19}, {0.1, 0.001});  // below three deviations, below what a map would show
  CHECK(reference_warnings(found, states).empty());
  found.structured = true;
  found.residual_structure = 4.21;
  CHECK(reference_warnings(found, states) ==
        std::vector<std::string>{"residual 4.2 times the noise: a reference is wrong or missing"});
  found.residual_structure = not_known;
  CHECK(reference_warnings(found, states) ==
        std::vector<std::string>{"residual more than noise: a reference is wrong or missing"});
}

TEST_CASE("a shift that was applied is told as done, not as a warning") {
  auto found = shifted({1.5, -0.25}, {0.1, 0.02});
  found.shift_applied = true;
  CHECK(reference_warnings(found, states).empty());
  CHECK(reference_moves(found, states) ==
        std::vector<std::string>{"NiO moved by +1.5 ± 0.1 eV", "LiNiO2 moved by -0.25 ± 0.02 eV"});
}

TEST_CASE("a shift that cannot be told is neither a warning nor a move") {
  auto found = shifted({not_known, 0.5}, {std::numeric_limits<double>::infinity(), 0.1});
  CHECK(reference_warnings(found, states) == std::vector<std::string>{"LiNiO2 seems 0.5 ± 0.1 eV too low"});
  found.shift_applied = true;
  CHECK(reference_moves(found, states) == std::vector<std::string>{"LiNiO2 moved by +0.5 ± 0.1 eV"});
}
