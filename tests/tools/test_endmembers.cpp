#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "pipeline/files/map_file.hpp"
#include "pipeline/files/references.hpp"
#include "pipeline/files/scan_file.hpp"
#include "stages/dictionary.hpp"
#include "tests/paths.hpp"
#include "tests/stages/blind_problem.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/absorbance_stack.hpp"

namespace phasecast {
namespace {

const std::filesystem::path data = PHASECAST_SOURCE_DIR "/../shared/data";

struct Run {
  int status = 0;
  std::string said;
};

Run phasecast(const ScratchFolder& folder, const std::string& arguments) {
  const auto log = folder.path / "log";
  const int ended = std::system((PHASECAST_COMMAND " " + arguments + " > " + log.string() + " 2>&1").c_str());
  std::stringstream said;
  said << std::ifstream(log).rdbuf();
  return {WEXITSTATUS(ended), said.str()};
}

Spectrum reference(const std::filesystem::path& path) {
  std::vector<std::string> assumptions;
  auto spectrum = read_reference(path.string(), assumptions);
  INFO((spectrum.ok() ? "" : spectrum.error().text()));
  REQUIRE(spectrum.ok());
  return *spectrum;
}

/// Values at these energies, the mean of the pre-edge window subtracted.
Eigen::VectorXd normalized(const Spectrum& spectrum, const std::vector<double>& energies,
                           EnergyWindow window) {
  Eigen::VectorXd mu(static_cast<Eigen::Index>(energies.size()));
  double sum = 0;
  int inside = 0;
  for (std::size_t t = 0; t < energies.size(); ++t) {
    mu(static_cast<Eigen::Index>(t)) = interpolate(spectrum, energies[t]);
    if (!window.contains(energies[t])) continue;
    sum += mu(static_cast<Eigen::Index>(t));
    ++inside;
  }
  return mu.array() - sum / inside;
}

double angle(const Spectrum& found, const Spectrum& truth, EnergyWindow window) {
  return blind_problem::angle(normalized(found, found.energy_ev, window),
                              normalized(truth, found.energy_ev, window));
}

std::string simulate(const ScratchFolder& folder, int states) {
  const std::string scan = (folder.path / "scan.h5").string();
  const Run run = phasecast(folder, "simulate --scene brine --height 80 --width 90 --noise 0.01 --states " +
                                        std::to_string(states) + " -o " + scan + " --write-references " +
                                        (folder.path / "truth").string());
  INFO(run.said);
  REQUIRE(run.status == 0);
  return scan;
}

}  // namespace

TEST_CASE("endmembers writes references that unmix reads, with their evidence and a chart") {
  const ScratchFolder folder;
  const std::string scan = simulate(folder, 2);
  const auto out = folder.path / "found";
  const Run run = phasecast(folder, "endmembers " + scan + " -n 2 --pre-edge 8180:8320 -o " + out.string());
  INFO(run.said);
  REQUIRE(run.status == 0);
  CHECK(std::filesystem::file_size(out / "endmembers.png") > 1000);
  std::stringstream evidence;
  evidence << std::ifstream(out / "evidence.txt").rdbuf();
  CHECK_THAT(evidence.str(), Catch::Contains("states 2 (as given)") && Catch::Contains("largest eigenvalue"));
  CHECK_THAT(run.said, Catch::Contains(evidence.str()));

  std::vector<Spectrum> truth;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path / "truth"))
    truth.push_back(reference(entry.path()));
  REQUIRE(truth.size() == 2);
  for (const char* name : {"state1", "state2"}) {
    const Spectrum found = reference(out / (std::string(name) + ".txt"));
    CHECK(found.name == name);
    CHECK(found.energy_ev.size() == 117);
    const EnergyWindow window{8180, 8320};
    CHECK(std::min(angle(found, truth[0], window), angle(found, truth[1], window)) < 1);
  }

  const Run unmixed = phasecast(folder, "unmix " + scan + " --references " + (out / "state1.txt").string() +
                                            " " + (out / "state2.txt").string() +
                                            " --pre-edge 8180:8320 -o " + (folder.path / "maps.h5").string());
  INFO(unmixed.said);
  CHECK(unmixed.status == 0);
}

TEST_CASE("a number of states that cannot be is refused with what would be right") {
  const ScratchFolder folder;
  const std::string scan = simulate(folder, 2);
  const auto run = [&](const std::string& options) {
    return phasecast(folder, "endmembers " + scan + " -o " + (folder.path / "no").string() + " " + options);
  };
  for (const char* states : {"0", "9", "-1", "118"}) {
    const Run refused = run("--pre-edge 8180:8320 -n " + std::string(states));
    CHECK(refused.status == 1);
    CHECK_THAT(refused.said, Catch::Contains("states is '" + std::string(states) + "'") &&
                                 Catch::Contains("1 to 8 (117 energies were measured)"));
  }
  CHECK(run("--pre-edge 8180:8320 -n two").status == 2);
  const Run no_window = run("-n 2");
  CHECK(no_window.status == 1);
  CHECK_THAT(no_window.said, Catch::Contains("pre-edge"));
  CHECK_FALSE(std::filesystem::exists(folder.path / "no"));
}

TEST_CASE("a scan read as a stack has its energies in order and its frames flat-fielded") {
  const ScratchFolder folder;
  const std::string scan = simulate(folder, 2);
  const AbsorbanceStack stack = read_absorbance(scan, {});
  REQUIRE(stack.energies_ev.size() == 117);
  CHECK(std::is_sorted(stack.energies_ev.begin(), stack.energies_ev.end()));
  const auto truth = read_truth(scan);
  REQUIRE(truth.ok());
  // Edge jump of every pixel: the last energies minus the first, with noise 0.01 and background 0.1.
  double square = 0;
  for (std::size_t k = 0; k < stack.shape.pixels(); ++k)
    square += std::pow(stack.frames[116]->at(k) - stack.frames[0]->at(k) - truth.value().scale[k], 2);
  CHECK(std::sqrt(square / static_cast<double>(stack.shape.pixels())) < 0.15);
  CHECK_THROWS_WITH(read_absorbance(folder.path / "none.h5", {}), Catch::Contains("none.h5"));
}

TEST_CASE("the states of the measured iron scan are found blind, within 6 degrees of the published ones") {
  const auto scan = data / "scans/als_fe2p_fxi.h5";
  if (!std::filesystem::exists(scan)) {
    WARN("no measured data at " << data << ": skipped");
    return;
  }
  const ScratchFolder folder;
  for (int seed = 1; seed <= 3; ++seed) {
    const auto out = folder.path / ("found" + std::to_string(seed));
    const Run run = phasecast(folder, "endmembers " + scan.string() + " -n 2 --pre-edge 700:705 --seed " +
                                          std::to_string(seed) + " -o " + out.string());
    INFO(run.said);
    REQUIRE(run.status == 0);
    const EnergyWindow window{700, 705};
    CHECK(angle(reference(out / "state1.txt"), reference(data / "references/als_fe2p_reduced.txt"), window) <
          6);
    CHECK(angle(reference(out / "state2.txt"), reference(data / "references/als_fe2p_oxidized.txt"), window) <
          6);
  }

  const auto map_of = [&](const std::string& first, const std::string& second, const std::string& name) {
    const std::string maps = (folder.path / name).string();
    const Run run = phasecast(folder, "unmix " + scan.string() + " --method lcf --references " + first + " " +
                                          second + " --pre-edge 700:705 -o " + maps);
    INFO(run.said);
    REQUIRE(run.status == 0);
    return read_maps(maps).value().front();
  };
  const PhaseMap blind =
      map_of(folder.path / "found1/state1.txt", folder.path / "found1/state2.txt", "blind.h5");
  const PhaseMap published = map_of(data / "references/als_fe2p_reduced.txt",
                                    data / "references/als_fe2p_oxidized.txt", "published.h5");
  double square = 0;
  int both = 0;
  for (std::size_t k = 0; k < blind.shape.pixels(); ++k) {
    if (std::isnan(blind.fraction[k]) || std::isnan(published.fraction[k])) continue;
    square += std::pow(blind.fraction[k] - published.fraction[k], 2);
    ++both;
  }
  CHECK(both > 2000);
  CHECK(std::sqrt(square / both) < 0.1);
}

}  // namespace phasecast
