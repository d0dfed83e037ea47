// What 20 of 101 energies are worth, on the measured NiO and LiNiO2 references and a measured grid: foretold
// by the variance of the fractions, and measured as RMSE of LCF and RUM-TV. Prints
// tests/benchmarks/results/energies.md.

#include <spdlog/fmt/fmt.h>

#include <chrono>

#include "tests/energy_simulation.hpp"
#include "tools/energy_plan.hpp"
#include "tools/evaluate/report.hpp"

using namespace phasecast;

namespace {

struct Case {
  EnergyWindow pre_edge;
  int order;
  BackgroundFit fit;
};

std::string name_of(const Case& c) {
  return fmt::format("pre-edge {:.0f} to {:.0f} eV, order {}, chosen for the {} fit", c.pre_edge.low_ev,
                     c.pre_edge.high_ev, c.order, c.fit == BackgroundFit::before ? "pre-edge" : "joint");
}

void add_rows(std::vector<std::vector<std::string>>& table, const RatedEnergies& rated,
              const RatedEnergies& all, const std::vector<Phantom>& phantoms, const EnergyProblem& problem,
              std::vector<energy_simulation::Errors>& of_all) {
  constexpr double sigma = 0.1;
  std::vector<std::string> row{rated.name + fmt::format(" ({})", rated.energies_ev.size()),
                               fmt::format("{:.3f}", rated.deviation / all.deviation),
                               fmt::format("{:.3f}", rated.deviation_together / all.deviation_together)};
  const bool reference = of_all.empty();
  for (std::size_t i = 0; i < phantoms.size(); ++i) {
    const auto errors = energy_simulation::errors_with(phantoms[i], problem, rated.energies_ev, sigma, 1);
    if (reference) of_all.push_back(errors);
    row.push_back(fmt::format("{:.4f} ({:.3f})", errors.lcf, errors.lcf / of_all[i].lcf));
    row.push_back(fmt::format("{:.4f} ({:.3f})", errors.rum_tv, errors.rum_tv / of_all[i].rum_tv));
  }
  table.push_back(std::move(row));
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string data = argc > 1 ? argv[1] : "../shared/data";
  auto real = energy_simulation::real_nickel(data);
  if (!real) throw std::runtime_error(data + " is absent, expected the folder of measured data");
  const Shape shape{190, 260};
  const std::vector<SceneKind> scenes{SceneKind::particle, SceneKind::polymer};
  std::vector<Phantom> phantoms;
  std::vector<std::string> header{"energies", "foretold", "foretold, joint fit"};
  for (const SceneKind scene : scenes) {
    phantoms.push_back(make_phantom(scene, shape, 2, 1));
    header.push_back(fmt::format("LCF, {}", phasecast::name_of(scene)));
    header.push_back(fmt::format("RUM-TV, {}", phasecast::name_of(scene)));
  }
  for (const Case& c :
       {Case{{8200, 8325}, 1, BackgroundFit::before}, Case{{8200, 8325}, 0, BackgroundFit::before},
        Case{{8200, 8325}, 1, BackgroundFit::together}}) {
    real->normalize.pre_edge = c.pre_edge;
    real->normalize.order = c.order;
    const auto start = std::chrono::steady_clock::now();
    const EnergyPlan plan = make_plan(*real, {.energies = 20, .fit = c.fit});
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
    std::vector<std::vector<std::string>> table{header};
    std::vector<energy_simulation::Errors> of_all;
    for (const RatedEnergies* rated : {&plan.all, &plan.chosen, &plan.even})
      add_rows(table, *rated, plan.all, phantoms, *real, of_all);
    fmt::print("## {}\n\n{}\nChosen in {:.0f} ms:", name_of(c), markdown_table(table), taken.count());
    for (const double energy_ev : plan.chosen.energies_ev) fmt::print(" {:.1f}", energy_ev);
    fmt::print("\n\n");
  }
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "benchmark_energies: %s\n", e.what());
  return 1;
}
