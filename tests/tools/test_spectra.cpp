#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>

#include "tests/tools/scratch_folder.hpp"
#include "tools/energy_file.hpp"
#include "tools/simulate/spectra.hpp"

using namespace phasecast;

namespace {

std::filesystem::path written(const ScratchFolder& folder, const std::string& text) {
  const auto path = folder.path / "energies.txt";
  std::ofstream(path) << text;
  return path;
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double length(const std::vector<double>& a) {
  return std::sqrt(product(a, a));
}

/// What is left of a spectrum when its projections on orthogonal ones are taken away (Gram and Schmidt).
std::vector<double> part_outside(const std::vector<std::vector<double>>& orthogonal,
                                 std::vector<double> rest) {
  for (const auto& direction : orthogonal) {
    const double share = product(direction, rest) / product(direction, direction);
    for (std::size_t i = 0; i < rest.size(); ++i) rest[i] -= share * direction[i];
  }
  return rest;
}

}  // namespace

TEST_CASE("the default energies are 117 from 8180 to 8562 eV, rising, 1 eV apart around the edge") {
  const std::vector<double> e = nickel_energies();
  REQUIRE(e.size() == 117);
  CHECK(e.front() == 8180);
  CHECK(e.back() == 8562);
  for (std::size_t i = 1; i < e.size(); ++i) {
    CHECK(e[i] > e[i - 1]);
    if (e[i - 1] >= 8325 && e[i] <= 8375) CHECK(e[i] - e[i - 1] == 1);
  }
}

TEST_CASE("Ni states have an edge jump of one and an edge that moves by 2.5 eV") {
  std::vector<double> fine;
  for (double e = 8180; e <= 8562; e += 0.1) fine.push_back(e);
  for (int states = 2; states <= 5; ++states) {
    double first_half_height = 0;
    for (const Spectrum& s : nickel_states(states, fine)) {
      double before = 0, beyond = 0;
      int n_before = 0, n_beyond = 0;
      double half_height = 0;
      for (std::size_t i = 0; i < fine.size(); ++i) {
        if (fine[i] < 8320) before += s.mu[i], ++n_before;
        if (fine[i] > 8450) beyond += s.mu[i], ++n_beyond;
        if (half_height == 0 && s.mu[i] >= 0.5) half_height = fine[i];
      }
      INFO(s.name << " of " << states);
      CHECK(beyond / n_beyond - before / n_before == Approx(1).margin(0.03));
      CHECK(before / n_before < 0.02);
      if (first_half_height == 0) first_half_height = half_height;
      CHECK(half_height >= first_half_height);
      CHECK(half_height < 8348);
    }
    const auto ends = nickel_states(states, fine);
    const auto at_half = [&](const Spectrum& s) {
      return fine[std::find_if(s.mu.begin(), s.mu.end(), [](double m) { return m >= 0.5; }) - s.mu.begin()];
    };
    CHECK(at_half(ends.back()) - at_half(ends.front()) > 1.5);
    CHECK(at_half(ends.back()) - at_half(ends.front()) < 3.0);
  }
}

TEST_CASE("no Ni state is a mixture of the others") {
  const std::vector<double> energies = nickel_energies();
  for (int states = 2; states <= 5; ++states) {
    const auto spectra = nickel_states(states, energies);
    for (int tested = 0; tested < states; ++tested) {
      std::vector<std::vector<double>> others;
      for (int l = 0; l < states; ++l)
        if (l != tested) others.push_back(part_outside(others, spectra[l].mu));
      INFO(spectra[tested].name << " of " << states);
      CHECK(length(part_outside(others, spectra[tested].mu)) > 0.25);
    }
  }
  CHECK_THROWS_WITH(nickel_states(6, energies), Catch::Contains("6"));
}

TEST_CASE("written references read back digit for digit") {
  const ScratchFolder folder;
  const auto spectra = nickel_states(3, nickel_energies());
  const auto paths = write_spectra(folder.path / "new", spectra);
  REQUIRE(paths.size() == 3);
  for (std::size_t l = 0; l < 3; ++l) {
    std::ifstream file(paths[l]);
    std::string header;
    std::getline(file, header);
    CHECK(header == "# energy_eV mu");
    for (std::size_t i = 0; i < spectra[l].mu.size(); ++i) {
      double energy = 0, mu = 0;
      REQUIRE(file >> energy >> mu);
      CHECK(energy == spectra[l].energy_ev[i]);
      CHECK(mu == spectra[l].mu[i]);
    }
  }
}

TEST_CASE("resampling interpolates and refuses energies that a reference does not cover") {
  const std::vector<Spectrum> line{{"a", {100, 110}, {1, 3}}};
  CHECK(resample(line, std::vector<double>{105})[0].mu[0] == Approx(2));
  CHECK(resample(line, std::vector<double>{110})[0].mu[0] == 3);
  CHECK_THROWS_WITH(resample(line, std::vector<double>{111}), Catch::Contains("111") && Catch::Contains("a"));
}

TEST_CASE("an energy file may hold eV or keV, comments and further columns") {
  const ScratchFolder folder;
  std::vector<std::string> assumptions;
  const auto ev = read_energies(written(folder, "# eV\n8300 1\n\n8310.5,2  # second\n"), assumptions);
  REQUIRE(ev.ok());
  CHECK(*ev == std::vector<double>{8300, 8310.5});
  CHECK(assumptions.empty());
  const auto kev = read_energies(written(folder, "8.3\r\n8.31\r\n"), assumptions);
  REQUIRE(kev.ok());
  CHECK((*kev)[1] == Approx(8310));
  REQUIRE(assumptions.size() == 1);
  CHECK_THAT(assumptions[0], Catch::Contains("keV"));
}

TEST_CASE("a bad energy file is refused by line and value") {
  const ScratchFolder folder;
  std::vector<std::string> assumptions;
  for (const std::string bad : {"banana", "8300x", "-5", "nan", "0"}) {
    const auto energies = read_energies(written(folder, "8300\n" + bad + "\n"), assumptions);
    INFO(bad);
    REQUIRE(!energies);
    CHECK(energies.error().field == "line 2");
    CHECK(energies.error().value == bad);
  }
  CHECK(!read_energies(written(folder, "# nothing\n"), assumptions));
  CHECK(!read_energies(folder.path / "absent.txt", assumptions));
}
