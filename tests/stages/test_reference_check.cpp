#include "stages/reference_check.hpp"

#include <catch2/catch.hpp>

#include "tests/stages/blind_problem.hpp"
#include "tests/stages/shift_scan.hpp"

using namespace phasecast;
using namespace phasecast::shift_scan;

namespace {

ReferenceCheck checked(const SpectrumSample& sample, const std::vector<Spectrum>& references,
                       bool apply = false) {
  const auto dictionary = Dictionary::make(references, energies(), normalize());
  REQUIRE(dictionary.ok());
  const auto check = compare_references(view_of(sample), references, *dictionary, {{}, apply});
  INFO((check.ok() ? "" : check.error().text()));
  REQUIRE(check.ok());
  return *check;
}

bool any_worth_saying(const ReferenceCheck& check) {
  return worth_saying(check, 0) || worth_saying(check, 1);
}

}  // namespace

TEST_CASE("right references raise no alarm") {
  const double sigma = GENERATE(0.003, 0.03, 0.3);
  const unsigned seed = GENERATE(range(1u, 6u));
  const auto check = checked(make(truth(), {.sigma = sigma, .seed = seed}), truth());
  CAPTURE(sigma, seed, check.shift_ev, check.shift_uncertainty_ev, check.residual_structure);
  CHECK_FALSE(any_worth_saying(check));
  CHECK_FALSE(check.structured);
  CHECK(check.suggested.empty());
  CHECK(check.residual_structure == Approx(1).margin(0.35));
  CHECK(check.residual_ev == energies());
}

TEST_CASE("a wrong reference is said; applied, nothing is left to say") {
  const auto references = too_low(truth(), std::vector<double>{1.5, 0});
  const auto sample = make(truth(), {});
  const auto seen = checked(sample, references), put_right = checked(sample, references, true);
  CHECK(worth_saying(seen, 0));
  CHECK_FALSE(worth_saying(seen, 1));
  CHECK(seen.structured);
  CHECK_FALSE(seen.shift_applied);
  CHECK(put_right.shift_applied);
  CHECK_FALSE(put_right.structured);
  CHECK(put_right.residual_structure < 0.2 * seen.residual_structure);
  CHECK(shifted(references, put_right.shift_ev)[0].energy_ev.front() ==
        Approx(truth()[0].energy_ev.front()).margin(0.1));
}

TEST_CASE("a state that is missing is noticed, and its spectrum is found where it is purest") {
  const double sigma = GENERATE(0.01, 0.03), part = GENERATE(0.1, 0.3);
  const auto states = truth(3);
  const std::vector<Spectrum> known(states.begin(), states.begin() + 2);
  const auto check = checked(make(states, {.states = 3, .sigma = sigma, .last = part}), known);
  CAPTURE(sigma, part, check.shift_ev, check.shift_uncertainty_ev, check.residual_structure);
  CHECK(check.structured);
  REQUIRE(check.suggested.size() == check.residual_ev.size());
  Eigen::VectorXd expected(static_cast<Eigen::Index>(check.residual_ev.size()));
  for (std::size_t e = 0; e < check.residual_ev.size(); ++e)
    expected(static_cast<Eigen::Index>(e)) = interpolate(states[2], check.residual_ev[e]);
  const Eigen::Map<const Eigen::VectorXd> found(check.suggested.data(), expected.size());
  const double angle = blind_problem::angle(found, expected);
  CAPTURE(angle);
  CHECK(angle < 5);
  CHECK_FALSE(any_worth_saying(check));
}

TEST_CASE("the sample takes the same pixels of a frame, whatever runs it comes in") {
  const Shape shape{150, 200};  // more pixels than are sampled
  const auto places = sampled_places(shape);
  CHECK(places.size() < shape.pixels());
  CHECK(std::is_sorted(places.begin(), places.end()));
  std::vector<float> frame(shape.pixels()), sample(places.size());
  for (std::size_t k = 0; k < frame.size(); ++k) frame[k] = static_cast<float>(k);
  for (std::size_t first = 0, size = 1; first < frame.size(); first += size, size = size % 700 + 13) {
    size = std::min(size, frame.size() - first);
    take_sample(first, std::span(frame).subspan(first, size), {places, sample});
  }
  for (std::size_t k = 0; k < places.size(); ++k) REQUIRE(sample[k] == static_cast<float>(places[k]));
}
