#include "tools/energy_plan.hpp"

#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/energy_simulation.hpp"
#include "tests/paths.hpp"
#include "tests/tools/scratch_folder.hpp"
#include "tools/simulate/spectra.hpp"

namespace phasecast {
namespace {

const std::filesystem::path data = PHASECAST_SOURCE_DIR "/../shared/data";

struct Run {
  int status = 0;
  std::string out, err;
};

std::string content_of(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// References and a grid on disk, and the command.
struct Desk {
  ScratchFolder folder;
  std::vector<double> grid = nickel_energies();
  std::string references;

  Desk() {
    for (const auto& path : write_spectra(folder.path, nickel_states(2, grid)))
      references.append(" ").append(path.string());
    write_energies(folder.path / "grid.txt", grid, false, {"a grid"});
  }
  std::string file(const std::string& name) const { return (folder.path / name).string(); }
  Run phasecast(const std::string& arguments) const {
    const int ended =
        std::system((PHASECAST_COMMAND " " + arguments + " > " + file("out") + " 2> " + file("err")).c_str());
    return {WEXITSTATUS(ended), content_of(file("out")), content_of(file("err"))};
  }
  Run plan(const std::string& more) const {
    return phasecast("plan --references" + references + " --energies " + file("grid.txt") +
                     " --pre-edge 8180:8320 " + more);
  }
};

}  // namespace

TEST_CASE(
    "twenty planned energies of a measured grid do nearly what all 101 do, in theory and on noisy images") {
  auto real = energy_simulation::real_nickel(data);
  if (!real) {
    WARN("skipped: " << data << " is absent");
    return;
  }
  real->normalize.pre_edge = {8200, 8325};
  real->normalize.order = 1;
  const EnergyPlan plan = make_plan(*real, {.energies = 20});
  CHECK(plan.chosen.energies_ev.size() == 20);
  CHECK(plan.chosen.deviation <= 1.14 * plan.all.deviation);
  CHECK(plan.dose_saved == Approx(81.0 / 101));

  const Phantom phantom = make_phantom(SceneKind::particle, {64, 80}, 2, 1);
  const auto errors = [&](const RatedEnergies& rated) {
    return energy_simulation::errors_with(phantom, *real, rated.energies_ev, 0.1, 1);
  };
  const auto all = errors(plan.all), chosen = errors(plan.chosen), even = errors(plan.even);
  CAPTURE(all.lcf, chosen.lcf, even.lcf, all.rum_tv, chosen.rum_tv, even.rum_tv);
  // 5120 pixels know an RMSE to 1 %; the phantom's compositions are not all alike, which is worth another 2
  // %.
  CHECK(chosen.lcf / all.lcf == Approx(plan.chosen.deviation / plan.all.deviation).epsilon(0.04));
  CHECK(chosen.rum_tv <= 1.14 * all.rum_tv);
  CHECK(even.lcf > 2 * all.lcf);
  CHECK(even.rum_tv > 1.4 * chosen.rum_tv);
}

TEST_CASE("the foretold loss is the loss of least squares on noisy images") {
  EnergyProblem problem{nickel_states(2, nickel_energies()), {}, nickel_energies()};
  problem.normalize.pre_edge = {8180, 8320};
  problem.normalize.order = GENERATE(0, 1);
  const EnergyPlan plan = make_plan(problem, {.energies = 12});
  Phantom phantom = make_phantom(SceneKind::particle, {48, 64}, 2, 1);
  for (float& fraction : phantom.fraction) fraction = 0.3F + 0.4F * fraction;  // away from the bounds
  const double sigma = 0.01;
  for (const RatedEnergies* rated : {&plan.all, &plan.chosen, &plan.even}) {
    double inverse_scale = 0;
    for (const float s : phantom.scale)
      inverse_scale += 1 / (s * s) / static_cast<double>(phantom.scale.size());
    const double foretold = sigma * std::sqrt(inverse_scale) * rated->deviation;
    const double found = energy_simulation::errors_with(phantom, problem, rated->energies_ev, sigma, 1).lcf;
    CAPTURE(rated->name);
    CHECK(found == Approx(foretold).epsilon(0.08));  // over other compositions than all alike
  }
}

TEST_CASE("phasecast plan prints its choice and writes a list that it reads again") {
  const Desk desk;
  const Run run = desk.plan("--order 1 -n 15 --noise 0.05 -o " + desk.file("list.txt") + " --plot " +
                            desk.file("plan.png"));
  INFO(run.err);
  REQUIRE(run.status == 0);
  CHECK_THAT(run.out, Catch::Contains("15 of 117 energies") && Catch::Contains("87.2 % of the dose saved") &&
                          Catch::Contains("every 7.8th instead"));
  CHECK(std::filesystem::file_size(desk.file("plan.png")) > 1000);
  CHECK_THAT(content_of(desk.file("list.txt")), Catch::StartsWith("# 15 of the 117 energies of "));
  std::vector<std::string> said;
  const auto list = read_energies(desk.file("list.txt"), said);
  REQUIRE(list.ok());
  CHECK(list->size() == 15);
  for (const double energy : *list)
    CHECK(std::any_of(desk.grid.begin(), desk.grid.end(),
                      [&](double e) { return std::abs(e - energy) < 1e-4; }));

  const Run in_kev = desk.plan("--order 1 -n 15 --unit keV -o " + desk.file("kev.txt"));
  REQUIRE(in_kev.status == 0);
  CHECK_THAT(content_of(desk.file("kev.txt")), Catch::Contains("# energy_keV\n8.1"));
  const auto same = read_energies(desk.file("kev.txt"), said);
  REQUIRE(same.ok());
  for (std::size_t i = 0; i < 15; ++i) CHECK(std::abs((*same)[i] - (*list)[i]) < 2e-4);
}

TEST_CASE("phasecast plan --json says in numbers what the text says") {
  const Desk desk;
  const Run run = desk.plan("-n 12 --json --noise 0.02 --edge-jump 0.5");
  REQUIRE(run.status == 0);
  const auto json = nlohmann::json::parse(run.out);
  CHECK(json.at("chosen").at("energies_ev").size() == 12);
  CHECK(json.at("all").at("energies_ev").size() == 117);
  CHECK(json.at("relative_noise") == 0.04);
  CHECK(json.at("dose_saved") == Approx(1 - 12.0 / 117));
  EnergyProblem problem{nickel_states(2, desk.grid), {}, desk.grid};
  problem.normalize.pre_edge = {8180, 8320};
  const EnergyPlan plan = make_plan(problem, {.energies = 12});
  CHECK(json.at("chosen").at("deviation").get<double>() ==
        Approx(0.04 * plan.chosen.deviation).epsilon(1e-6));
  CHECK(json.at("chosen").at("relative").get<double>() ==
        Approx(plan.chosen.deviation / plan.all.deviation).epsilon(1e-6));
}

TEST_CASE("a plan that cannot be made is refused by name, not made otherwise") {
  const Desk desk;
  const auto says = [&](const std::string& more, int status, const std::string& text) {
    const Run run = desk.plan(more);
    CAPTURE(more, run.err);
    CHECK(run.status == status);
    CHECK_THAT(run.err, Catch::Contains(text));
    CHECK(run.out.empty());
  };
  says("-n 118", 1, "at most the 117 of the grid");
  says("-n 3", 1, "4 or more");
  says("-n 12 --spacing 100", 1, "[spacing]");
  says("-n 12 --least-pre-edge 11", 1, "[window]");
  says("-n 12 --order 2", 2, "0 or 1");
  says("-n 12 --within 9000:9100", 1, "no energy within");

  std::ofstream(desk.file("grid.txt"), std::ios::app) << "8340.0\n";
  says("-n 12", 1, "listed twice");
  std::ofstream(desk.file("grid.txt"), std::ios::app) << "9000\n";
  says("-n 12", 1, "9000 eV");
}

}  // namespace phasecast
