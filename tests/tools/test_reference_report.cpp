#include "tools/reference_report.hpp"

#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numbers>
#include <sstream>

#include "pipeline/files/references.hpp"
#include "stages/energy_information.hpp"
#include "tests/paths.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/energy_file.hpp"
#include "tools/simulate/spectra.hpp"

namespace phasecast {
namespace {

const std::filesystem::path data = PHASECAST_SOURCE_DIR "/../shared/data";

/// A step of 0.8 at 8340 eV on a falling line.
Spectrum step(const std::string& name, double edge_ev = 8340) {
  Spectrum spectrum{name, {}, {}};
  for (double e = 8200; e <= 8700; e += 1) {
    spectrum.energy_ev.push_back(e);
    spectrum.mu.push_back(0.8 * (0.5 + std::atan((e - edge_ev) / 0.5) / std::numbers::pi) + 0.3 -
                          2e-4 * (e - 8200));
  }
  return spectrum;
}

std::vector<ReadReference> nickel(int states) {
  std::vector<ReadReference> references;
  for (Spectrum& spectrum : nickel_states(states, nickel_energies()))
    references.push_back({std::move(spectrum), {}});
  return references;
}

ReportRequest with_window() {
  ReportRequest request;
  request.normalize.pre_edge = {8180, 8320};
  return request;
}

struct Run {
  int status = 0;
  std::string said;
};

Run phasecast(const ScratchFolder& folder, const std::string& arguments) {
  const auto log = folder.path / "log";
  const int ended =
      std::system((PHASECAST_COMMAND " references " + arguments + " > " + log.string() + " 2>&1").c_str());
  std::stringstream said;
  said << std::ifstream(log).rdbuf();
  return {WEXITSTATUS(ended), said.str()};
}

}  // namespace

TEST_CASE("e0 and the edge step of a known step are found, whatever line it stands on") {
  const auto edge = find_edge(step("s"));
  REQUIRE(edge);
  CHECK(edge->e0_ev == 8340);
  CHECK(edge->edge_step == Approx(0.8).epsilon(0.01));
  CHECK(edge->post_order == 2);
  CHECK(edge->pre_edge.low_ev == 8201);
  CHECK(edge->pre_edge.high_ev == Approx(8270.5));
  const auto with_windows = find_edge(step("s"), {8200, 8300}, {8500, 8690});
  CHECK(with_windows->edge_step == Approx(0.8).epsilon(0.01));
  CHECK(with_windows->post_order == 1);
}

TEST_CASE("a spectrum without an edge, or without room for a window, has none") {
  Spectrum falling = step("f");
  for (std::size_t i = 0; i < falling.mu.size(); ++i) falling.mu[i] = -static_cast<double>(i);
  CHECK_FALSE(find_edge(falling));
  CHECK_FALSE(find_edge({"short", {1, 2, 3}, {0, 0, 1}}));
  CHECK_FALSE(find_edge(step("s"), {8100, 8150}));
}

TEST_CASE("references that can be told apart raise no warning, and their energies are the scan's") {
  ReportRequest request = with_window();
  request.scan_energies_ev = {8200, 8260, 8320, 8335, 8340, 8343, 8346, 8350, 8355, 8380, 8500};
  const ReferenceReport report = report_on(nickel(2), request);
  CHECK(report.problems.empty());
  CHECK(report.warnings.empty());
  CHECK(report.energies_ev == request.scan_energies_ev);
  REQUIRE(report.likeness);
  CHECK(report.likeness->condition > 1);
  CHECK(report.likeness->angle_degrees > 5);
  const std::string csv = csv_of(report);
  CHECK_THAT(csv, Catch::Contains("energy_eV,Ni_1,Ni_2\n8200.0000,"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 13);
}

TEST_CASE("the most alike pair and its angle are those of the normalized spectra at the scan's energies") {
  auto references = nickel(3);
  ReadReference near = references[1];
  near.spectrum.name = "near_2";
  for (std::size_t i = 0; i < near.spectrum.mu.size(); ++i)
    near.spectrum.mu[i] += 0.02 * references[0].spectrum.mu[i] * std::sin(static_cast<double>(i));
  references.push_back(near);
  const ReferenceReport report = report_on(references, with_window());
  REQUIRE(report.likeness);
  CHECK(report.likeness->first == 1);
  CHECK(report.likeness->second == 3);
  Eigen::VectorXd a(static_cast<Eigen::Index>(report.energies_ev.size())), b = a;
  for (Eigen::Index t = 0; t < a.size(); ++t) {
    const Eigen::VectorXd row = report.dictionary->row(report.energies_ev[static_cast<std::size_t>(t)]);
    a(t) = row(1);
    b(t) = row(3);
  }
  const double expected = std::acos(a.normalized().dot(b.normalized())) * 180 / std::numbers::pi;
  CHECK(report.likeness->angle_degrees == Approx(expected).epsilon(1e-6));
  REQUIRE_FALSE(report.warnings.empty());
  CHECK_THAT(report.warnings.front(), Catch::Contains("most alike are Ni_2 and near_2"));
}

TEST_CASE("twice the same reference cannot work, and a mixture of others neither") {
  auto references = nickel(2);
  ReadReference twin = references[0];
  twin.spectrum.name = "twin";
  const ReferenceReport doubled = report_on({references[0], twin}, with_window());
  REQUIRE(doubled.problems.size() == 1);
  CHECK_THAT(doubled.problems.front(), Catch::Contains("[rank]"));
  for (std::size_t i = 0; i < twin.spectrum.mu.size(); ++i)
    twin.spectrum.mu[i] = (references[0].spectrum.mu[i] + references[1].spectrum.mu[i]) / 2;
  const ReferenceReport mixed = report_on({references[0], references[1], twin}, with_window());
  REQUIRE(mixed.problems.size() == 1);
  CHECK_THAT(mixed.problems.front(), Catch::Contains("[rank]"));
}

TEST_CASE("energies of the scan that no reference covers are a problem, with the way out") {
  ReportRequest request = with_window();
  request.scan_energies_ev = nickel_energies();
  request.scan_energies_ev.push_back(8800);
  const ReferenceReport report = report_on(nickel(2), request);
  REQUIRE(report.problems.size() == 1);
  CHECK_THAT(report.problems.front(),
             Catch::Contains("1 of the scan's 118 energies") && Catch::Contains("--within 8180.0:8562.0"));
  CHECK(report.energies_ev == nickel_energies());
  CHECK(report.likeness);
}

TEST_CASE("without a pre-edge window one is chosen, and said") {
  const ReferenceReport report = report_on(nickel(2), {});
  CHECK(report.normalize.pre_edge.low_ev == 8180);
  CHECK(report.normalize.pre_edge.high_ev < 8340);
  CHECK(std::any_of(report.notes.begin(), report.notes.end(),
                    [](const std::string& note) { return note.starts_with("no --pre-edge given"); }));
}

TEST_CASE("the deviation foretold for a noise is what the energies' own choice is made by") {
  const ReferenceReport report = report_on(nickel(2), with_window());
  EnergyInformation information(*report.dictionary);
  for (const EnergyRow& row : energy_rows(*report.dictionary, report.energies_ev)) information.add(row);
  const double expected = 0.05 * fraction_deviation(information, BackgroundFit::before);
  for (const double deviation : report.likeness->deviation) CHECK(deviation == Approx(expected));
}

TEST_CASE("phasecast references lists, shifts, writes and draws, and its status says whether they can work") {
  const ScratchFolder folder;
  const auto paths = write_spectra(folder.path, nickel_states(2, nickel_energies()));
  const std::string csv = folder.path / "out.csv", png = folder.path / "out.png";
  std::ofstream(folder.path / "scan.txt") << "8.2\n8.25\n8.3\n8.335\n8.343\n8.346\n8.35\n8.4\n8.5\n";
  const Run run = phasecast(folder, paths[0].string() + "=low " + paths[1].string() +
                                        "=high@1.5 --energies " + (folder.path / "scan.txt").string() +
                                        " --pre-edge 8182:8320 -o " + csv + " --plot " + png);
  INFO(run.said);
  CHECK(run.status == 0);
  CHECK_THAT(run.said, Catch::Contains("low") && Catch::Contains("8181.5 to 8563.5") &&
                           Catch::Contains("condition number") && Catch::Contains("taken as keV"));
  std::vector<std::string> said;
  const auto written = read_reference(csv + ":column=high", said);
  REQUIRE(written.ok());
  CHECK(written->energy_ev == std::vector<double>{8200, 8250, 8300, 8335, 8343, 8346, 8350, 8400, 8500});
  CHECK(std::filesystem::file_size(png) > 1000);

  const Run alike =
      phasecast(folder, paths[0].string() + "=a " + paths[0].string() + "=b --pre-edge 8182:8320");
  CHECK(alike.status == 1);
  CHECK_THAT(alike.said, Catch::Contains("problem: ") && Catch::Contains("[rank]"));
  const Run reversed = phasecast(folder, paths[0].string() + " --pre-edge 8320:8182");
  CHECK(reversed.status == 1);
  CHECK_THAT(reversed.said, Catch::Contains("LOW < HIGH"));
}

TEST_CASE("the measured references are what they are known to be") {
  if (!std::filesystem::exists(data)) {
    WARN("skipped: " << data << " is absent");
    return;
  }
  std::vector<ReadReference> references;
  for (const char* name : {"ref_NiO.txt", "ref_LiNiO2.txt"}) {
    ReadReference reference;
    auto read = read_reference((data / "references" / name).string(), reference.assumptions);
    REQUIRE(read.ok());
    reference.spectrum = std::move(*read);
    references.push_back(std::move(reference));
  }
  ReportRequest request;
  std::vector<std::string> said;
  request.scan_energies_ev = read_energies(data / "references/fxi_ni_energies_keV.txt", said).value();
  request.normalize.pre_edge = {8200, 8325};
  request.normalize.post_edge = {8450, 9000};  // beyond the large oscillations
  const ReferenceReport report = report_on(references, request);
  CHECK(report.problems.empty());
  REQUIRE(report.edges[0]);
  REQUIRE(report.edges[1]);
  CHECK(report.edges[0]->edge_step == Approx(1).epsilon(0.03));  // they come normalized
  CHECK(report.edges[1]->edge_step == Approx(1).epsilon(0.03));
  CHECK(report.edges[1]->e0_ev > report.edges[0]->e0_ev);  // Ni is oxidized
  CHECK(report.energies_ev.size() == 101);
  CHECK(report.references[0].assumptions.size() == 1);
}

}  // namespace phasecast
