#include <catch2/catch.hpp>

#include "synthetic.hpp"

using namespace phasecast;

namespace {

Error error_of(std::span<const Spectrum> references, std::span<const double> planned,
               const NormalizeConfig& config) {
  const auto result = Dictionary::make(references, planned, config);
  REQUIRE_FALSE(result.ok());
  return result.error();
}

const auto pre_edge = synthetic::config(Normalization::pre_edge, 1);

}  // namespace

TEST_CASE("a reference is read between its points along straight lines") {
  const Spectrum spectrum{"s", {1, 2, 4}, {10, 20, 0}};
  CHECK(interpolate(spectrum, 1) == 10);
  CHECK(interpolate(spectrum, 2) == 20);
  CHECK(interpolate(spectrum, 4) == 0);
  CHECK(interpolate(spectrum, 1.25) == 12.5);
  CHECK(interpolate(spectrum, 3) == 10);
  CHECK_THROWS_AS(interpolate(spectrum, 0.99), std::out_of_range);
  CHECK_THROWS_AS(interpolate(spectrum, 4.01), std::out_of_range);
}

TEST_CASE("a polynomial background of the fitted order leaves nothing of itself in the references") {
  const auto planned = synthetic::energies();
  auto references = synthetic::references(2);
  const auto clean = synthetic::dictionary(2, pre_edge, planned);
  for (Spectrum& s : references)
    for (std::size_t i = 0; i < s.mu.size(); ++i) s.mu[i] += 3 + 0.01 * (s.energy_ev[i] - 8000);
  const auto raised = Dictionary::make(references, planned, pre_edge);
  REQUIRE(raised.ok());
  for (double e : planned) CHECK((raised.value().row(e) - clean.row(e)).norm() < 1e-12);
  CHECK((raised.value().row(8333.33) - clean.row(8333.33)).norm() < 1e-12);
}

TEST_CASE("edge-step normalization forgets the scale of a reference") {
  const auto planned = synthetic::energies();
  const auto config = synthetic::config(Normalization::edge_step, 1, 1);
  auto references = synthetic::references(2);
  const auto original = synthetic::dictionary(2, config, planned);
  for (double& mu : references[1].mu) mu *= 7;
  const auto scaled = Dictionary::make(references, planned, config);
  REQUIRE(scaled.ok());
  for (double e : planned) CHECK((scaled.value().row(e) - original.row(e)).norm() < 1e-12);
}

TEST_CASE("the polynomial basis runs from -1 to 1 over the planned energies") {
  const auto planned = synthetic::energies();
  const auto basis = synthetic::dictionary(2, pre_edge, planned).basis();
  CHECK(basis(planned.front(), 2).isApprox(Eigen::Vector3d(1, -1, 1)));
  CHECK(basis(planned.back(), 2).isApprox(Eigen::Vector3d(1, 1, 1)));
}

TEST_CASE("an energy is covered if every reference has it") {
  const auto planned = synthetic::energies();
  auto references = synthetic::references(2);
  references[1].energy_ev.front() = 8175;
  references[1].energy_ev.erase(references[1].energy_ev.begin() + 1, references[1].energy_ev.begin() + 20);
  references[1].mu.erase(references[1].mu.begin() + 1, references[1].mu.begin() + 20);
  const auto dictionary = Dictionary::make(references, planned, pre_edge);
  REQUIRE(dictionary.ok());
  CHECK(dictionary.value().covers(8175));
  CHECK_FALSE(dictionary.value().covers(8174.9));
  CHECK_FALSE(dictionary.value().covers(8601));
  CHECK_FALSE(dictionary.value().covers(std::nan("")));
  CHECK_THROWS_WITH(dictionary.value().row(8174.9),
                    Catch::Contains("state2") && Catch::Contains("8174.9 eV"));
}

TEST_CASE("references that are not spectra are refused") {
  const auto planned = synthetic::energies();
  auto references = synthetic::references(2);
  CHECK(error_of(std::span(references).first(1), planned, pre_edge).cause == "references");
  CHECK(error_of(synthetic::references(9), planned, pre_edge).cause == "references");
  SECTION("empty") {
    references[1] = {"state2", {}, {}};
  }
  SECTION("not increasing") {
    references[1].energy_ev[7] = references[1].energy_ev[6];
  }
  SECTION("lengths differ") {
    references[1].mu.pop_back();
  }
  SECTION("not a number") {
    references[1].mu[3] = std::nan("");
  }
  const auto error = error_of(references, planned, pre_edge);
  CHECK(error.cause == "references");
  CHECK_THAT(error.text(), Catch::Contains("state2"));
}

TEST_CASE("a planned energy outside a reference is an error that names both") {
  auto planned = synthetic::energies();
  planned.push_back(8700);
  const auto error = error_of(synthetic::references(2), planned, pre_edge);
  CHECK(error.cause == "energy");
  CHECK_THAT(error.text(),
             Catch::Contains("state1") && Catch::Contains("8700 eV") && Catch::Contains("8150 to 8600 eV"));
  planned.back() = std::nan("");
  CHECK(error_of(synthetic::references(2), planned, pre_edge).cause == "energy");
}

TEST_CASE("a window with too few planned energies for its polynomial is refused") {
  const auto planned = synthetic::energies();
  auto config = synthetic::config(Normalization::edge_step, 1, 2);
  SECTION("pre-edge") {
    config.pre_edge = {8180, 8181};
    CHECK_THAT(error_of(synthetic::references(2), planned, config).text(),
               Catch::Contains("pre-edge") && Catch::Contains("8180 to 8181 eV with 1 planned") &&
                   Catch::Contains("2 or more"));
  }
  SECTION("post-edge") {
    config.post_edge = {8540, 8560};
  }
  SECTION("the wrong way around") {
    config.post_edge = {8560, 8400};
  }
  SECTION("an order that is not offered") {
    config.order = 2;
  }
  SECTION("a negative order") {
    config.post_order = -1;
  }
  CHECK(error_of(synthetic::references(2), planned, config).cause == "window");
}

TEST_CASE("a reference without an edge is refused where an edge step is asked for") {
  const auto planned = synthetic::energies();
  const auto config = synthetic::config(Normalization::edge_step, 0, 0);
  auto references = synthetic::references(2);
  SECTION("falling") {
    for (double& mu : references[1].mu) mu = -mu;
  }
  SECTION("constant") {
    for (double& mu : references[1].mu) mu = 0.7;
  }
  SECTION("zero") {
    for (double& mu : references[1].mu) mu = 0;
  }
  const auto error = error_of(references, planned, config);
  CHECK(error.cause == "edge_step");
  CHECK_THAT(error.text(), Catch::Contains("state2"));
}

TEST_CASE("references that no fit can tell apart are refused") {
  const auto planned = synthetic::energies();
  auto references = synthetic::references(3);
  SECTION("twice the same up to scale and background") {
    references[2].mu = references[1].mu;
    for (double& mu : references[2].mu) mu = 2 * mu + 0.5;
  }
  SECTION("a mixture of the others") {
    for (std::size_t i = 0; i < references[2].mu.size(); ++i)
      references[2].mu[i] = 0.3 * references[0].mu[i] + 0.7 * references[1].mu[i];
  }
  SECTION("a constant, which is background") {
    for (double& mu : references[2].mu) mu = 0.7;
  }
  const auto error = error_of(references, planned, pre_edge);
  CHECK(error.cause == "rank");
  CHECK_THAT(error.text(), Catch::Contains("state3"));
}

TEST_CASE("two energies are too few for two states over a background") {
  const std::vector<double> planned{8200, 8350};
  const auto error = error_of(synthetic::references(2), planned, synthetic::config(Normalization::pre_edge));
  CHECK(error.cause == "rank");
  CHECK_THAT(error.text(), Catch::Contains("4 or more to unmix 2 states over 1 background"));
  CHECK(error_of(synthetic::references(2), {}, synthetic::config(Normalization::none)).cause == "rank");
}
